/* test_chart.c: runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/chart.h"

#define HOUR 3600000LL
#define T0   1767830400000 /* 2026-01-08T00:00:00Z */

static void test_runs(void **state)
{
	struct chart c;
	(void)state;
	chart_init(&c, T0, T0 + 10 * HOUR);
	chart_add(&c, T0 - HOUR, T0 + HOUR, STATE_OPEN); /* cut at the edge */
	chart_add(&c, T0 + HOUR, T0 + 2 * HOUR, STATE_OPEN);
	chart_add(&c, T0 + 2 * HOUR, T0 + 3 * HOUR, STATE_INSUFFICIENT);
	chart_add(&c, T0 + 3 * HOUR, T0 + 4 * HOUR, STATE_OPEN);
	chart_add(&c, T0 + 5 * HOUR, T0 + 6 * HOUR, STATE_OPEN); /* a gap is not bridged */
	chart_add(&c, T0 + 9 * HOUR, T0 + 12 * HOUR, STATE_CUT);
	chart_add(&c, T0 + 12 * HOUR, T0 + 13 * HOUR, STATE_OPEN); /* outside */
	assert_int_equal(c.n, 5);
	assert_int_equal(c.runs[0].start_ms, T0);
	assert_int_equal(c.runs[0].end_ms, T0 + 2 * HOUR);
	assert_int_equal(c.runs[4].state, STATE_CUT);
	assert_int_equal(c.runs[4].end_ms, T0 + 10 * HOUR);
	assert_int_equal(chart_changes(&c), 1);
	chart_clear(&c);
	assert_int_equal(chart_changes(&c), 0);
}

/* What a key must explain; a gap looks like too few probes. */
static void test_states(void **state)
{
	struct chart c;
	(void)state;
	chart_init(&c, T0, T0 + 2 * HOUR);
	assert_int_equal(chart_states(&c), 1 << STATE_INSUFFICIENT);
	chart_add(&c, T0, T0 + HOUR, STATE_OPEN);
	assert_int_equal(chart_states(&c), 1 << STATE_INSUFFICIENT | 1 << STATE_OPEN);
	chart_add(&c, T0 + HOUR, T0 + 2 * HOUR, STATE_CUT);
	assert_int_equal(chart_states(&c), 1 << STATE_OPEN | 1 << STATE_CUT);
	chart_clear(&c);
	chart_add(&c, T0 + HOUR, T0 + 2 * HOUR, STATE_CUT);
	assert_int_equal(chart_states(&c), 1 << STATE_INSUFFICIENT | 1 << STATE_CUT);
	chart_clear(&c);
}

/* A chart that begins before 1970 and has a run at 0. */
static void test_walk(void **state)
{
	struct chart c;
	struct chart_walk w = {.chart = &c};
	struct chart_run r;
	(void)state;
	chart_init(&c, -10, 10);
	chart_add(&c, 0, 5, STATE_OPEN);
	assert_true(chart_walk(&w, &r));
	assert_true(r.state == STATE_INSUFFICIENT && r.start_ms == -10 && r.end_ms == 0);
	assert_true(chart_walk(&w, &r));
	assert_true(r.state == STATE_OPEN && r.start_ms == 0 && r.end_ms == 5);
	assert_true(chart_walk(&w, &r));
	assert_true(r.state == STATE_INSUFFICIENT && r.start_ms == 5 && r.end_ms == 10);
	assert_false(chart_walk(&w, &r));
	chart_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_walk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
