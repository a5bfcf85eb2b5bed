/* test_clock.c: the spellings of a time, right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"

#define NOW 1767889800000LL /* 2026-01-08T16:30:00Z */

static void good_times(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"2026-01-08T16:30:00Z", NOW},
		{"2026-01-08T20:00:00+03:30", NOW},
		{"2026-01-08T20:00+0330", NOW},
		{"2026-01-08T16:30:00.250Z", NOW + 250},
		{"2026-01-08", NOW - 59400000},
		{"1767889800", NOW},
		{"now", NOW},
		{"-7d", NOW - 7 * CLOCK_DAY_MS},
		{"-90m", NOW - 5400000},
		{"-30s", NOW - 30000},
		{"-2w", NOW - 14 * CLOCK_DAY_MS},
		{"2024-02-29", 1709164800000},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		int64_t ms = -1;
		assert_int_equal(clock_parse(good[i].text, NOW, &ms), 0);
		assert_true(ms == good[i].ms);
		assert_true(clock_is_relative(good[i].text) ==
			    (*good[i].text == '-' || *good[i].text == 'n'));
	}
}

static void bad_times(void **state)
{
	static const char *const bad[] = {
		"",
		"yesterday",
		"2026-02-30",
		"2025-02-29",
		"2026-13-01",
		"2026-01-08T25:00Z",
		"2026-01-08T16:30:00",
		"2026-01-08T16:30:00+25:00",
		"-7",
		"-7y",
		"-x",
		"7d",
		"2026",
		"20260108",
		"2026-01-08Z",
		"1767889800x",
		"--7d",
		"-99999999999999999d",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		int64_t ms;
		if (clock_parse(bad[i], NOW, &ms) == 0)
			fail_msg("taken: %s", bad[i]);
	}
}

static void days_and_text(void **state)
{
	char text[CLOCK_RFC3339_LEN];
	(void)state;
	assert_int_equal(clock_epoch_day(NOW), 20461);
	assert_int_equal(clock_epoch_day(-1), -1);
	assert_string_equal(clock_rfc3339(text, NOW + 999), "2026-01-08T16:30:00Z");
	assert_string_equal(clock_rfc3339(text, -1), "1969-12-31T23:59:59Z");
	assert_string_equal(clock_rfc3339(text, INT64_MAX), "invalid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_times),
		cmocka_unit_test(bad_times),
		cmocka_unit_test(days_and_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
