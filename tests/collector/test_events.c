/* test_events.c: rows over time -> events; and what is expected of a leaf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/events.h"
#include "collector/expect.h"
#include "common/clock.h"

#define T0 1767225600000 /* 2026-01-01T00:00:00Z */

static const struct series tehran = {"IR-23", 44244, ACCESS_MOBILE};

struct told {
	struct event began[16], ended[16];
	size_t n_began, n_ended;
};

static struct row row_of(char c, int64_t start_ms, int64_t step_ms)
{
	struct row r = {.series = tehran, .start_ms = start_ms, .step_ms = step_ms};
	r.v = (struct verdict){.probes = 10, .expected = 20, .up = NAN};
	switch (c) {
	case '.':
		r.v.state = STATE_FILTERED;
		r.v.up = 1;
		break;
	case 'q':
		r.v.state = STATE_INSUFFICIENT;
		r.v.probes = 0;
		break;
	case '?':
		r.v.state = STATE_INSUFFICIENT;
		r.v.probes = 4;
		break;
	case 'w':
		r.v.state = STATE_WHITELIST;
		r.v.up = 0.25;
		break;
	case 'x':
		r.v.state = STATE_CUT;
		r.v.up = 0;
		break;
	case 's':
		r.v.state = STATE_SILENT;
		r.v.probes = 1;
		break;
	case 'l': r.v.state = STATE_NO_LINK; break;
	}
	return r;
}

/* A letter a bucket; a space is a missing row. */
static struct told feed(struct events *m, const char *text, int64_t step_ms)
{
	struct told told = {0};
	events_init(m, &tehran, step_ms);
	for (size_t i = 0; text[i]; i++) {
		struct row r = row_of(text[i], T0 + (int64_t)i * step_ms, step_ms);
		if (text[i] == ' ')
			continue;
		enum events_change c = events_next(m, &r);
		if (c == EVENTS_BEGAN)
			told.began[told.n_began++] = m->current;
		if (c == EVENTS_ENDED)
			told.ended[told.n_ended++] = m->current;
	}
	return told;
}

static int64_t bucket(const struct events *m, int64_t ms)
{
	return (ms - T0) / m->step_ms;
}

static void expect_event(const char *text, int onset, int lo, int end)
{
	struct events m;
	struct told told = feed(&m, text, 60000);
	assert_int_equal(told.n_began, 1);
	assert_int_equal(told.n_ended, end >= 0);
	const struct event *e = end >= 0 ? &told.ended[0] : &m.current;
	assert_int_equal(bucket(&m, e->onset_ms), onset);
	assert_int_equal(bucket(&m, e->onset_lo_ms), lo);
	assert_int_equal(bucket(&m, e->onset_hi_ms), onset + 1);
	if (end >= 0)
		assert_int_equal(bucket(&m, e->end_ms), end);
	else
		assert_int_equal(e->end_ms, 0);
}

static void expect_none(const char *text)
{
	struct events m;
	assert_int_equal(feed(&m, text, 60000).n_began, 0);
}

static void test_onset_and_end(void **state)
{
	(void)state;
	expect_event("...xx..", 3, 2, 5);
	expect_event("...xxxx", 3, 2, -1);
	expect_event("...wwxl.", 3, 2, 7);
	expect_event("xx.", 0, -1, 2);
	expect_none("...x...x..");
	expect_none("....");
}

/* What was not judged neither begins nor ends anything; it only widens the interval of an onset. */
static void test_insufficient(void **state)
{
	(void)state;
	expect_none("...x?x?x");
	expect_none("...x x");
	expect_event("...xx??xx..", 3, 2, 9);
	expect_event("...xx  xx..", 3, 2, 9);
	expect_event("..???xx.", 5, 1, 7);
	expect_event("..x?xx.", 4, 1, 6);
	expect_event(".????????????????xx.", 17, 16, 19); /* too long ago to say */
	expect_event("...xx???", 3, 2, -1);
}

/* Quiet buckets add up to a silence, which began with the first of them. */
static void test_quiet(void **state)
{
	(void)state;
	expect_event("...qqs..", 3, 2, 6);
	expect_event("...qqss.", 3, 2, 7);
	expect_event("..?qqs..", 3, 1, 6);
	expect_event("...q?ss.", 5, 2, 7);
	expect_event("...q ss.", 5, 2, 7);
	expect_event("...qqxx.", 5, 2, 7); /* a cut that was measured needs no run-up */
	expect_event("...qqqqqqqqqqqqqqss.", 17, 16, 19);
	struct events m;
	struct told told = feed(&m, ".qqss.", 3600000);
	assert_true(fabs(told.ended[0].severity - 2 - 2 * 0.95) < 1e-9);
}

static void test_long_step(void **state)
{
	(void)state;
	struct events m;
	struct told told = feed(&m, "..x..", 300000);
	assert_int_equal(told.n_began, 1);
	assert_int_equal(told.n_ended, 1);
	assert_int_equal(bucket(&m, told.ended[0].onset_ms), 2);
	assert_int_equal(bucket(&m, told.ended[0].end_ms), 3);
}

static void test_severity(void **state)
{
	(void)state;
	struct events m;
	struct told told = feed(&m, ".wwxsl.", 3600000);
	/* 0.75 + 0.75 + 1 + (1 - 1/20) + 1 share-hours */
	assert_true(fabs(told.ended[0].severity - 4.45) < 1e-9);
	assert_int_equal(told.ended[0].state, STATE_NO_LINK); /* measured beats presumed */
	assert_int_equal(told.ended[0].probes, 10);
}

static void test_resume(void **state)
{
	(void)state;
	struct events whole, first, second;
	feed(&whole, "..xxxxx", 60000);
	feed(&first, "..xxx", 60000);
	events_init(&second, &tehran, 60000);
	events_resume(&second, &first.current);
	for (int i = 5; i < 7; i++) {
		struct row r = row_of('x', T0 + i * 60000, 60000);
		assert_int_equal(events_next(&second, &r), EVENTS_GREW);
	}
	assert_memory_equal(&second.current, &whole.current, sizeof(whole.current));
}

static void test_name(void **state)
{
	(void)state;
	struct event e = {.series = tehran, .onset_ms = 1767889800000};
	events_name(&e);
	assert_string_equal(e.id, "IR-23.AS44244.mobile.20260108T163000Z");
	e.series = (struct series){"", ISP_ANY, ACCESS_ANY};
	events_name(&e);
	assert_string_equal(e.id, "all.all.all.20260108T163000Z");
}

/* --- expectation --- */

#define STEP 300000

static void note(struct expect *e, int64_t start_ms, enum state state, uint32_t probes,
		 uint32_t expected)
{
	struct row r = {.series = tehran, .start_ms = start_ms, .step_ms = STEP};
	r.v = (struct verdict){.state = state, .probes = probes, .expected = expected};
	expect_note(e, &r);
}

static void test_expect_young(void **state)
{
	(void)state;
	struct expect e;
	expect_init(&e, STEP);
	assert_int_equal(expect_at(&e, T0), 0);
	for (int i = 0; i < 5; i++)
		note(&e, T0 + i * STEP, STATE_FILTERED, 10 + (uint32_t)i, 0);
	assert_int_equal(expect_at(&e, T0 + 5 * STEP), 12);
	note(&e, T0 + 5 * STEP, STATE_INSUFFICIENT, 0, 12); /* says nothing */
	assert_int_equal(expect_at(&e, T0 + 6 * STEP), 12);
	for (int i = 6; i < 30; i++) /* a silence does not teach that silence is normal */
		note(&e, T0 + i * STEP, STATE_SILENT, 0, 12);
	assert_int_equal(expect_at(&e, T0 + 30 * STEP), 12);
	assert_int_equal(expect_at(&e, T0 + 3 * CLOCK_DAY_MS), 0);
	expect_clear(&e);
}

/* 40 probes by day, 10 by night: the same time of day decides, and a strange day does not bend it. */
static void test_expect_clock(void **state)
{
	(void)state;
	struct expect e;
	expect_init(&e, STEP);
	for (int64_t t = T0; t < T0 + 7 * CLOCK_DAY_MS; t += STEP) {
		bool day = t % CLOCK_DAY_MS >= CLOCK_DAY_MS / 2,
		     strange = t >= T0 + 2 * CLOCK_DAY_MS && t < T0 + 3 * CLOCK_DAY_MS;
		note(&e, t, STATE_FILTERED, strange ? 3 : day ? 40 : 10, 0);
	}
	assert_int_equal(expect_at(&e, T0 + 7 * CLOCK_DAY_MS + 3 * 3600000), 10);
	assert_int_equal(expect_at(&e, T0 + 7 * CLOCK_DAY_MS + 18 * 3600000), 40);
	expect_clear(&e);
}

static void test_expect_long_silence(void **state)
{
	(void)state;
	struct expect e;
	int64_t t = T0, heard = T0 + 4 * CLOCK_DAY_MS;
	expect_init(&e, STEP);
	for (; t < heard; t += STEP)
		note(&e, t, STATE_FILTERED, 20, 20);
	for (; t < heard + EXPECT_FORGET_MS; t += STEP) {
		uint32_t expected = expect_at(&e, t);
		assert_int_equal(expected, 20);
		note(&e, t, STATE_SILENT, 0, expected);
	}
	assert_int_equal(expect_at(&e, t + STEP), 0);
	expect_clear(&e);
}

/* Revisions and late rows land where they belong; a gap of more than the ring empties it. */
static void test_expect_order(void **state)
{
	(void)state;
	struct expect a, b;
	expect_init(&a, STEP);
	expect_init(&b, STEP);
	for (int i = 0; i < 40; i++)
		note(&a, T0 + i * STEP, STATE_OPEN, 7 + (uint32_t)i % 5, 0);
	for (int i = 39; i >= 0; i--) {
		note(&b, T0 + i * STEP, STATE_OPEN, 1, 0);
		note(&b, T0 + i * STEP, STATE_OPEN, 7 + (uint32_t)i % 5, 0);
	}
	for (int i = 1; i < 60; i++)
		assert_int_equal(expect_at(&a, T0 + i * STEP), expect_at(&b, T0 + i * STEP));
	note(&a, T0 + 30 * CLOCK_DAY_MS, STATE_OPEN, 3, 0);
	note(&a, T0, STATE_OPEN, 9, 0); /* far too old for the ring */
	assert_int_equal(expect_at(&a, T0 + 30 * CLOCK_DAY_MS), 0);
	assert_int_equal(expect_at(&a, T0 + 30 * CLOCK_DAY_MS + STEP), 3);
	expect_clear(&a);
	expect_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_onset_and_end), cmocka_unit_test(test_insufficient),
		cmocka_unit_test(test_quiet),	      cmocka_unit_test(test_long_step),
		cmocka_unit_test(test_severity),      cmocka_unit_test(test_resume),
		cmocka_unit_test(test_name),	      cmocka_unit_test(test_expect_young),
		cmocka_unit_test(test_expect_clock),  cmocka_unit_test(test_expect_long_silence),
		cmocka_unit_test(test_expect_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
