/* test_calendar.c: wall clocks of two calendars, there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "collector/calendar.h"
#include "common/clock.h"

#define TEHRAN 210

static int64_t read(const char *text, int offset_min)
{
	int64_t ms;
	return calendar_parse(text, offset_min, &ms) < 0 ? -1 : ms;
}

/* Each day of 1970 to 2099 by its name in both calendars. */
static void test_days(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 130 * 365; day++) {
		struct calendar_date g = calendar_gregorian(day * CLOCK_DAY_MS, 0);
		struct calendar_date j = calendar_jalali(day * CLOCK_DAY_MS, 0);
		char text[32];
		snprintf(text, sizeof(text), "%04d-%02d-%02d", g.year, g.month, g.day);
		assert_int_equal(read(text, 0), day * CLOCK_DAY_MS);
		snprintf(text, sizeof(text), "%04d/%d/%d", j.year, j.month, j.day);
		assert_int_equal(read(text, 0), day * CLOCK_DAY_MS);
	}
}

static void test_forms(void **state)
{
	int64_t cut;
	(void)state;
	assert_int_equal(clock_parse("2026-01-08T16:30:00Z", 0, &cut), 0);
	assert_int_equal(read("2026-01-08T16:30", 0), cut);
	assert_int_equal(read("2026-01-08 16:30:00", 0), cut);
	assert_int_equal(read("2026-01-08 20:00", TEHRAN), cut);
	assert_int_equal(read("1404-10-18T20:00", TEHRAN), cut);
	assert_int_equal(read("1404/10/18 20:00:30", TEHRAN), cut + 30000);
	assert_int_equal(read("۱۴۰۴/۱۰/۱۸ ۲۰:۰۰", TEHRAN), cut);
	assert_int_equal(read("١٤٠٤-١٠-١٨T20:00", TEHRAN), cut);
	assert_int_equal(read("1404-10-18", TEHRAN), cut - 20 * 3600000LL);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"1404",
		"1404-10",
		"1404-10-",
		"1404-07-31",
		"1404-12-30",
		"2026-02-29",
		"2026-13-01",
		"2026-00-10",
		"2026-01-00",
		"2026-01-08 24:00",
		"2026-01-08 20",
		"2026-01-08T20:60",
		"2026-01-08T20:00Z",
		"2026-01-08 20:00:99",
		"2026-01-08x",
		"2026-01-08 ",
		"-24h",
		"1767889800",
		"2026.01.08",
		"20260-1-1",
		"0001-01-01",
		"2026-1--8",
		"\xdb",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (read(bad[i], 0) >= 0)
			fail_msg("'%s' is taken for a time", bad[i]);
	assert_true(read("1403-12-30", 0) > 0); /* a leap year */
}

static void test_text(void **state)
{
	char text[CALENDAR_RFC3339_LEN];
	int64_t cut = read("1404-10-18 20:00", TEHRAN);
	(void)state;
	assert_string_equal(calendar_jalali_text(text, cut, TEHRAN), "1404-10-18T20:00:00+03:30");
	assert_string_equal(calendar_jalali_text(text, cut + 5000, 0), "1404-10-18T16:30:05Z");
	assert_string_equal(calendar_rfc3339(text, cut, TEHRAN), "2026-01-08T20:00:00+03:30");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
