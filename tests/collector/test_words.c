/* test_words.c: numbers, dates and durations in both languages; text as HTML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/calendar.h"
#include "collector/html.h"
#include "collector/words.h"

#define DAY_MS 86400000LL
#define CUT    1767889800000 /* 2026-01-08T16:30:00Z */

static void test_numbers(void **state)
{
	(void)state;
	assert_string_equal(words_int(LANG_EN, 1234).s, "1234");
	assert_string_equal(words_int(LANG_FA, 1234).s, "۱۲۳۴");
	assert_string_equal(words_below(LANG_FA, 5).s, "<۵");
	assert_string_equal(words_percent(LANG_EN, 0).s, "0%");
	assert_string_equal(words_percent(LANG_EN, 1).s, "100%");
	assert_string_equal(words_percent(LANG_EN, 0.001).s, "<1%");
	assert_string_equal(words_percent(LANG_EN, 0.999).s, ">99%");
	assert_string_equal(words_percent(LANG_EN, 0.125).s, "13%");
	assert_string_equal(words_percent(LANG_FA, 0.5).s, "۵۰٪");
	assert_string_equal(words_interval(LANG_EN, 0.041, 0.289).s, "4–29%");
	assert_string_equal(words_interval(LANG_EN, 0, 1).s, "0–100%");
}

static void test_times(void **state)
{
	(void)state;
	assert_string_equal(words_time(LANG_EN, CUT, 210).s, "20:00");
	assert_string_equal(words_time(LANG_FA, CUT, 0).s, "۱۶:۳۰");
	assert_string_equal(words_date(LANG_EN, CUT, 210).s, "Thu 8 Jan 2026");
	assert_string_equal(words_date(LANG_FA, CUT, 210).s, "پنجشنبه ۱۸ دی ۱۴۰۴");
	assert_string_equal(words_long_date(LANG_EN, CUT, 210).s, "8 January 2026");
	assert_string_equal(words_long_date(LANG_FA, CUT, 210).s, "۱۸ دی ۱۴۰۴");
	assert_string_equal(words_day(LANG_FA, CUT, 210).s, "۱۸ دی");
	assert_string_equal(words_day_in(LANG_EN, CALENDAR_JALALI, CUT, 210).s, "18 Dey");
	assert_string_equal(words_month_in(LANG_FA, CALENDAR_GREGORIAN, CUT, 210).s, "ژانویه");
	assert_string_equal(words_year_in(LANG_FA, CALENDAR_JALALI, CUT, 210).s, "۱۴۰۴");
	assert_string_equal(words_date_in(LANG_EN, CALENDAR_JALALI, CUT, 210).s, "Thu 18 Dey 1404");
	assert_string_equal(words_moment_in(LANG_EN, CALENDAR_JALALI, CUT, 210, CUT + DAY_MS).s,
			    "Thu 18 Dey 20:00");
	assert_string_equal(words_moment(LANG_EN, CUT, 210, CUT + 3600000).s, "20:00");
	assert_string_equal(words_moment(LANG_EN, CUT, 210, CUT + DAY_MS).s, "Thu 8 Jan 20:00");
	assert_string_equal(words_offset(210).s, "UTC+03:30");
	assert_string_equal(words_offset(-90).s, "UTC-01:30");
}

static void test_durations(void **state)
{
	(void)state;
	assert_string_equal(words_duration(LANG_EN, 24 * DAY_MS + 9 * 3600000LL + 60000).s,
			    "24 d 9 h");
	assert_string_equal(words_duration(LANG_EN, 11700000).s, "3 h 15 min");
	assert_string_equal(words_duration(LANG_EN, 3600000).s, "1 h");
	assert_string_equal(words_duration(LANG_EN, 3630000).s, "1 h");
	assert_string_equal(words_duration(LANG_EN, 300000).s, "5 min");
	assert_string_equal(words_duration(LANG_EN, 5000).s, "5 s");
	assert_string_equal(words_duration(LANG_EN, 0).s, "0");
	assert_string_equal(words_duration(LANG_FA, 11700000).s, "۳ ساعت و ۱۵ دقیقه");
}

static void expect_jalali(int64_t day, int year, int month, int dom)
{
	struct calendar_date d = calendar_jalali(day * DAY_MS, 0);
	assert_int_equal(d.year, year);
	assert_int_equal(d.month, month);
	assert_int_equal(d.day, dom);
}

/* Dates that ICU gives; among them the ends of leap years, and the year that libjalali has wrong. */
static void test_jalali(void **state)
{
	(void)state;
	expect_jalali(-7305, 1328, 10, 11);
	expect_jalali(0, 1348, 10, 11);
	expect_jalali(20167, 1403, 12, 30);
	expect_jalali(20168, 1404, 1, 1);
	expect_jalali(20461, 1404, 10, 18);
	expect_jalali(20532, 1404, 12, 29);
	expect_jalali(20533, 1405, 1, 1);
	expect_jalali(47481, 1478, 10, 11);
	struct calendar_date d = calendar_jalali(CUT, 210);
	assert_int_equal(d.hour, 20);
	assert_int_equal(d.weekday, 4);
}

static void test_rfc3339(void **state)
{
	char out[CALENDAR_RFC3339_LEN];
	(void)state;
	assert_string_equal(calendar_rfc3339(out, CUT, 0), "2026-01-08T16:30:00Z");
	assert_string_equal(calendar_rfc3339(out, CUT, 210), "2026-01-08T20:00:00+03:30");
	assert_string_equal(calendar_rfc3339(out, CUT + 59999, -90), "2026-01-08T15:00:59-01:30");
	assert_string_equal(calendar_rfc3339(out, 951782400000, 0), "2000-02-29T00:00:00Z");
	assert_string_equal(calendar_rfc3339(out, -1000, 0), "1969-12-31T23:59:59Z");
}

static void test_html(void **state)
{
	struct buf out;
	struct html h = {&out, LANG_EN};
	(void)state;
	buf_init(&out, 1000);
	html_text(&h, "<a href=\"x\">&'");
	assert_string_equal(out.data, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
	buf_reset(&out);
	html_say(&h, TEXT_HEAD_LOST, "<3>", "31", NULL);
	assert_string_equal(out.data,
			    "Observed loss of international access in &lt;3&gt; of 31 provinces");
	buf_reset(&out);
	html_prose(&h, "at \u20662026-01-08\u2069 & <then>");
	assert_string_equal(out.data, "at <bdi dir=\"ltr\">2026-01-08</bdi> &amp; &lt;then&gt;");
	buf_reset(&out);
	h.lang = LANG_FA;
	html_tell(&h, TEXT_ASOF, "2026-01-08 <16:30>", NULL, NULL);
	assert_non_null(strstr(out.data, " <bdi dir=\"ltr\">2026-01-08 &lt;16:30&gt; UTC</bdi> "));
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),	  cmocka_unit_test(test_times),
		cmocka_unit_test(test_durations), cmocka_unit_test(test_jalali),
		cmocka_unit_test(test_rfc3339),	  cmocka_unit_test(test_html),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
