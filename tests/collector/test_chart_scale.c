/* test_chart_scale.c: ticks from an hour to centuries, in both calendars, and the axis they make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "collector/chart_axis.h"
#include "collector/chart_text.h"
#include "tests/collector/markup.h"

#define HOUR   3600000LL
#define DAY    (24 * HOUR)
#define T0     1767830400000 /* 2026-01-08T00:00:00Z */
#define TEHRAN 210

/* The labels of an axis in one line, those that are strong in brackets, what is below after a slash. */
static void expect(int64_t from, int64_t until, int offset, enum calendar calendar, enum lang lang,
		   int width, const char *want)
{
	const struct chart_scale s = {from, until, offset, calendar};
	struct chart_ticks t;
	char got[1024] = "";
	size_t n = 0;
	chart_scale_ticks(&s, lang, width, &t);
	for (size_t i = 0; i < t.n; i++) {
		const struct chart_tick *k = &t.tick[i];
		assert_true(k->at_ms >= from && k->at_ms <= until);
		n += (size_t)snprintf(got + n, sizeof(got) - n, k->strong ? "%s[%s]" : "%s%s",
				      i ? " " : "", k->label.s);
		if (*k->below.s)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "/%s", k->below.s);
	}
	assert_string_equal(got, want);
}

static void expect_en(int64_t from, int64_t until, const char *want)
{
	expect(from, until, 0, CALENDAR_GREGORIAN, LANG_EN, CHART_PHONE, want);
}

static void test_clock(void **state)
{
	(void)state;
	expect_en(T0, T0 + HOUR, "[8 Jan] 00:10 00:20 00:30 00:40 00:50 01:00");
	expect_en(T0 + 5 * 60000, T0 + 25 * 60000, "00:05 00:10 00:15 00:20 00:25");
	expect_en(T0 + HOUR, T0 + 7 * HOUR, "01:00 02:00 03:00 04:00 05:00 06:00 07:00");
	expect_en(T0, T0 + DAY, "[8 Jan] 03:00 06:00 09:00 12:00 15:00 18:00 21:00 [9 Jan]");
	expect(T0, T0 + DAY, TEHRAN, CALENDAR_GREGORIAN, LANG_EN, CHART_PHONE,
	       "06:00/02:30 09:00/05:30 12:00/08:30 15:00/11:30 18:00/14:30 21:00/17:30 "
	       "[9 Jan]/20:30 03:00/23:30");
	expect(T0, T0 + DAY, TEHRAN, CALENDAR_JALALI, LANG_FA, 600,
	       "۰۴:۰۰/۰۰:۳۰ ۰۶:۰۰/۰۲:۳۰ ۰۸:۰۰/۰۴:۳۰ ۱۰:۰۰/۰۶:۳۰ ۱۲:۰۰/۰۸:۳۰ ۱۴:۰۰/۱۰:۳۰ "
	       "۱۶:۰۰/۱۲:۳۰ ۱۸:۰۰/۱۴:۳۰ ۲۰:۰۰/۱۶:۳۰ ۲۲:۰۰/۱۸:۳۰ [۱۹ دی]/۲۰:۳۰ ۰۲:۰۰/۲۲:۳۰");
	expect(T0, T0 + DAY, -90, CALENDAR_GREGORIAN, LANG_EN, 200,
	       "[8 Jan]/01:30 06:00/07:30 12:00/13:30 18:00/19:30");
}

static void test_days(void **state)
{
	(void)state;
	expect_en(T0, T0 + 7 * DAY, "8 Jan 9 Jan 10 Jan 11 Jan 12 Jan 13 Jan 14 Jan 15 Jan");
	/* 31 January and 29 February would stand beside the first. */
	expect(T0 + 17 * DAY, T0 + 30 * DAY, 0, CALENDAR_GREGORIAN, LANG_EN, 600,
	       "25 Jan 27 Jan 29 Jan [1 Feb] 3 Feb 5 Feb 7 Feb");
	expect_en(1708992000000, 1708992000000 + 9 * DAY, "27 Feb [1 Mar] 3 Mar 5 Mar 7 Mar");
	expect_en(1708992000000, 1708992000000 + 5 * DAY,
		  "27 Feb 28 Feb 29 Feb [1 Mar] 2 Mar 3 Mar");
	expect_en(T0 - 15 * DAY, T0 + 15 * DAY, "26 Dec [1 Jan] 6 Jan 11 Jan 16 Jan 21 Jan");
	expect(T0 - 15 * DAY, T0 + 15 * DAY, TEHRAN, CALENDAR_JALALI, LANG_FA, CHART_PHONE,
	       "۱۱ دی/۱ ژانویه ۲۱ دی/۱۱ ژانویه [۱ بهمن]/۲۱ ژانویه");
	expect(T0, T0 + 7 * DAY, TEHRAN, CALENDAR_JALALI, LANG_EN, CHART_PHONE,
	       "19 Dey/9 Jan 20 Dey/10 Jan 21 Dey/11 Jan 22 Dey/12 Jan 23 Dey/13 Jan 24 Dey/14 Jan "
	       "25 Dey/15 Jan");
}

static void test_months(void **state)
{
	(void)state;
	expect_en(T0 - 90 * DAY, T0, "16 Oct [1 Nov] 16 Nov [1 Dec] 16 Dec [1 Jan]");
	expect_en(T0 - 365 * DAY, T0, "Mar May Jul Sep Nov [2026]");
	expect(T0 - 365 * DAY, T0, TEHRAN, CALENDAR_JALALI, LANG_EN, 600,
	       "Bahman/20 Jan [1404]/21 Mar Khordad/22 May Mordad/23 Jul Mehr/23 Sep Azar/22 Nov");
	expect(T0 - 365 * DAY, T0, TEHRAN, CALENDAR_JALALI, LANG_FA, CHART_PHONE,
	       "[۱۴۰۴]/۲۱ مارس تیر/۲۲ ژوئن مهر/۲۳ سپتامبر دی/۲۲ دسامبر");
	expect(T0 - 40 * 365 * DAY, T0, TEHRAN, CALENDAR_JALALI, LANG_EN, CHART_PHONE,
	       "1365/1986 1370/1991 1375/1996 1380/2001 1385/2006 1390/2011 1395/2016 1400/2021");
	expect_en(T0 - 6 * 365 * DAY, T0, "2021 2022 2023 2024 2025 2026");
	expect(T0 - 3 * 365 * DAY, T0, TEHRAN, CALENDAR_JALALI, LANG_EN, CHART_PHONE,
	       "[1402]/21 Mar Mehr/23 Sep [1403]/20 Mar Mehr/22 Sep [1404]/21 Mar Mehr/23 Sep");
	expect_en(0, T0, "1970 1980 1990 2000 2010 2020");
	expect_en(T0 - 1900LL * 365 * DAY, T0, "200 400 600 800 1000 1200 1400 1600 1800 2000");
}

/* Whatever the range and the width, labels don't run into one another, and there is something to go by. */
static void test_room(void **state)
{
	static const int widths[] = {160, 200, CHART_PHONE, 700, 1200};
	(void)state;
	for (int64_t range = HOUR / 2; range < 3 * 365 * DAY; range = range * 5 / 4)
		for (int i = 0; i < 20; i++) {
			const struct chart_scale s = {T0 - range + i * 7 * 60000 * 37LL,
						      T0 + i * 7 * 60000 * 37LL, i % 2 ? TEHRAN : 0,
						      i % 3 ? CALENDAR_JALALI : CALENDAR_GREGORIAN};
			struct chart_ticks t;
			int width = widths[i % 5], end = -1000;
			enum lang lang = i % 4 > 1 ? LANG_FA : LANG_EN;
			chart_scale_ticks(&s, lang, width, &t);
			assert_in_range(t.n, 1, CHART_TICKS_MAX);
			for (size_t k = 0; k < t.n; k++) {
				int half = chart_text_width(t.tick[k].label.s, 11) / 2;
				int x = (int)(chart_scale_percent(&s, t.tick[k].at_ms) * width /
					      100);
				assert_true(x - half >= end);
				end = x + half;
			}
		}
}

static void test_axis(void **state)
{
	const struct chart_scale s = {T0, T0 + DAY, TEHRAN, CALENDAR_GREGORIAN};
	const struct chart_scale utc = {T0, T0 + DAY, 0, CALENDAR_GREGORIAN};
	struct buf out;
	struct html h = {&out, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	chart_axis(&h, NULL, &s, CHART_PHONE);
	markup_check(out.data, NULL);
	markup_has(out.data, "<svg class=\"axis two\" overflow=\"visible\" aria-hidden=\"true\">");
	markup_has(out.data, ">local<");
	markup_has(out.data, ">UTC<");
	markup_has(out.data, "<text x=\"35.42%\" y=\"16\">12:00</text>");
	markup_has(out.data, "<text class=\"utc\" x=\"35.42%\" y=\"30\">08:30</text>");
	markup_has(out.data, "class=\"day\" x=\"85.42%\" y=\"16\">9 Jan<");
	markup_lacks(out.data, ">06:00<"); /* in the place of the names */
	assert_int_equal(markup_count(out.data, "<line"), 8);
	assert_int_equal(chart_axis_height(&s, LANG_EN, CHART_PHONE), CHART_AXIS_HEIGHT_TWO);
	assert_int_equal(chart_axis_height(&utc, LANG_EN, CHART_PHONE), CHART_AXIS_HEIGHT);
	buf_reset(&out);
	chart_axis(&h, &(struct chart_place){5, 6, 700, 20}, &utc, 700);
	markup_check(out.data, NULL);
	markup_has(out.data, "<svg class=\"axis\" x=\"5\" y=\"6\" width=\"700\" height=\"20\"");
	markup_lacks(out.data, ">UTC<");
	/* half of it would hang over: it stands at the end */
	markup_has(out.data, "<text class=\"day first\" x=\"0.00%\" y=\"16\">8 Jan<");
	buf_reset(&out);
	chart_axis_rules(&h, &s, CHART_PHONE);
	assert_int_equal(markup_count(out.data, "<line class=\"rule\""), 8);
	buf_clear(&out);
}

static void test_text(void **state)
{
	struct chart_text_line lines[4];
	char fit[CHART_TEXT_FIT_LEN];
	(void)state;
	assert_int_equal(chart_text_width("", 10), 0);
	assert_true(chart_text_width("iiii", 10) < chart_text_width("MMMM", 10));
	assert_int_equal(chart_text_width("۱۲۳۴", 10), chart_text_width("abcd", 10) - 1);
	assert_int_equal(chart_text_wrap("", 10, 100, lines, 4), 0);
	assert_int_equal(chart_text_wrap("aaaa bbbb cccc", 10, 60, lines, 4), 2);
	assert_memory_equal(lines[1].start, "cccc", 4);
	assert_int_equal(lines[0].len, 9);
	assert_int_equal(chart_text_wrap("aaaa bbbb cccc dddd", 10, 30, lines, 2), 2);
	assert_int_equal(lines[1].len, 14); /* the rest stays in the last */
	assert_int_equal(chart_text_wrap("aaaaaaaaaaaa b", 10, 30, lines, 4), 4);
	assert_int_equal(chart_text_wrap("aa/aaaa/aaaaa", 10, 50, lines, 4), 2);
	assert_memory_equal(lines[1].start, "aaaaa", 6);
	assert_string_equal(chart_text_fit(fit, "Tehran", 10, 100), "Tehran");
	assert_string_equal(chart_text_fit(fit, "Chaharmahal", 10, 40), "Chaha…");
	assert_string_equal(chart_text_fit(fit, "چهارمحال", 10, 30), "چهار…");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock),  cmocka_unit_test(test_days),
		cmocka_unit_test(test_months), cmocka_unit_test(test_room),
		cmocka_unit_test(test_axis),   cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
