/* test_chart.c: runs, bands and ticks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/chart.h"

#define HOUR 3600000LL
#define T0   1767830400000 /* 2026-01-08T00:00:00Z */

static size_t count(const char *text, const char *what)
{
	size_t n = 0;
	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

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

/* Nothing known is paper, not a colour and not zero. */
static void test_band(void **state)
{
	struct buf out;
	struct html h = {&out, LANG_EN};
	struct chart c;
	(void)state;
	buf_init(&out, 100000);
	chart_init(&c, T0, T0 + 10 * HOUR);
	chart_band(&h, &c, "a <b> & \"c\"", 0);
	assert_int_equal(count(out.data, "<rect"), 1);
	assert_non_null(strstr(out.data, "fill=\"url(#p0)\""));
	assert_non_null(strstr(out.data, "aria-label=\"a &lt;b&gt; &amp; &quot;c&quot;\""));
	buf_reset(&out);
	chart_add(&c, T0, T0 + 5 * HOUR, STATE_FILTERED);
	chart_add(&c, T0 + 5 * HOUR, T0 + 6 * HOUR, STATE_INSUFFICIENT);
	chart_add(&c, T0 + 6 * HOUR, T0 + 10 * HOUR, STATE_SILENT);
	chart_band(&h, &c, "x", 210);
	assert_int_equal(count(out.data, "<rect"), 3); /* too few is the paper below */
	assert_non_null(
		strstr(out.data, "x=\"0.00%\" width=\"50.00%\" height=\"100%\" class=\"s2\""));
	assert_non_null(strstr(out.data,
			       "x=\"60.00%\" width=\"40.00%\" height=\"100%\" fill=\"url(#p10)\""));
	assert_non_null(strstr(out.data, "<title>03:30–08:30 usual filtering</title>"));
	assert_null(strstr(out.data, "style="));
	chart_clear(&c);
	buf_clear(&out);
}

/* Every pattern that a band can point at is defined. */
static void test_patterns(void **state)
{
	struct buf out, defs;
	struct html h = {&out, LANG_EN}, d = {&defs, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	buf_init(&defs, 100000);
	chart_patterns(&d);
	for (int s = 0; s < STATES; s++) {
		char id[24], *url;
		chart_swatch(&h, (enum state)s);
		snprintf(id, sizeof(id), "id=\"p%d\"", s);
		url = strstr(out.data, "url(#");
		assert_true(!url == !strstr(defs.data, id));
		buf_reset(&out);
	}
	buf_clear(&out);
	buf_clear(&defs);
}

static void expect_axis(int64_t from, int64_t until, int offset_min, const char *const *has)
{
	struct buf out;
	struct html h = {&out, LANG_EN};
	buf_init(&out, 100000);
	chart_axis(&h, from, until, offset_min);
	assert_true(count(out.data, "<line") <= 8);
	for (; *has; has++)
		if (!strstr(out.data, *has))
			fail_msg("%s is not in %s", *has, out.data);
	buf_clear(&out);
}

static void test_axis(void **state)
{
	static const char *const day[] = {">09:00<", ">05:30<", ">UTC<", ">local<", NULL};
	static const char *const utc[] = {">06:00<", ">12:00<", NULL};
	static const char *const hours[] = {">01:00<", ">05:00<", NULL};
	static const char *const month[] = {">1 Jan<", ">15 Jan<", NULL};
	static const char *const midnight[] = {"class=\"day\">8 Jan<", ">20:30<", NULL};
	(void)state;
	expect_axis(T0, T0 + 24 * HOUR, 210, day);
	expect_axis(T0, T0 + 24 * HOUR, 0, utc);
	expect_axis(T0, T0 + 6 * HOUR, 0, hours);
	expect_axis(T0 - 15 * 24 * HOUR, T0 + 15 * 24 * HOUR, 210, month);
	expect_axis(T0 - 12 * HOUR, T0 + 12 * HOUR, 210, midnight);
	expect_axis(0, T0, 0, (const char *const[]){NULL});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_band),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_axis),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
