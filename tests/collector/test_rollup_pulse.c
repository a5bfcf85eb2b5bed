/* test_rollup_pulse.c: what the parts' pulses are worth together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/rollup_pulse.h"

#define PARTS 40

struct world {
	struct pulse pulses[PARTS];
	struct rollup_pulse_part parts[PARTS];
	size_t n;
};

/* A part of so many people in which `heard` of `expected` report, and `lost` of them have lost access. */
static struct pulse *part(struct world *w, double people, uint32_t expected_c, uint32_t heard,
			  uint32_t lost)
{
	struct pulse *p = &w->pulses[w->n];
	*p = (struct pulse){.heard = heard,
			    .reports_c = 100 * heard,
			    .expected_c = expected_c,
			    .state = STATE_OPEN,
			    .flags = 7};
	p->sign[SIGN_LOSS] = (struct verdict_count){heard, lost};
	w->parts[w->n++] = (struct rollup_pulse_part){.p = p, .people = people};
	return p;
}

static struct pulse whole(const struct world *w)
{
	struct pulse out;
	memset(&out, 0xff, sizeof(out));
	rollup_pulse(&out, w->parts, w->n);
	assert_int_equal(out.flags, 0);
	return out;
}

static void expect(const struct world *w, uint32_t expected_c, uint32_t heard, uint32_t n,
		   uint32_t hit)
{
	struct pulse p = whole(w);
	assert_int_equal(p.expected_c, expected_c);
	assert_int_equal((p.reports_c + 50) / 100, heard);
	assert_int_equal(p.sign[SIGN_LOSS].n, n);
	assert_int_equal(p.sign[SIGN_LOSS].hit, hit);
	assert_int_equal(p.sign[SIGN_DNS].n, 0);
}

/* Too few to have a median: sums. */
static void test_sums(void **state)
{
	(void)state;
	struct world w = {0};
	expect(&w, 0, 0, 0, 0);
	part(&w, 60, 1000, 10, 10);
	part(&w, 40, 500, 4, 0);
	expect(&w, 1500, 14, 14, 10);
	part(&w, 5, 250, 2, 0); /* too small to speak */
	expect(&w, 1750, 16, 16, 10);
}

/* Equal parts: the middle one, on half of the votes. */
static void test_median(void **state)
{
	(void)state;
	struct world w = {0};
	for (int i = 0; i < 5; i++)
		part(&w, 10, 400, 4, i < 2 ? 4 : 0);
	expect(&w, 1000, 10, 10, 0);
	part(&w, 10, 400, 0, 0);
	part(&w, 10, 400, 0, 0);
	part(&w, 10, 400, 0, 0); /* silent, they say nothing of the loss */
	expect(&w, 1600, 16, 10, 0);
	for (int i = 0; i < 3; i++)
		part(&w, 10, 400, 0, 0);
	assert_int_equal(whole(&w).reports_c, 0); /* six of eleven */
	assert_int_equal(whole(&w).expected_c, 2200);
}

/* A network with most of the people decides, and is worth the probes that it has. */
static void test_worth(void **state)
{
	(void)state;
	struct world w = {0};
	part(&w, 54, 300, 3, 3);
	part(&w, 23, 3000, 30, 0);
	part(&w, 23, 3000, 30, 0);
	expect(&w, 278, 3, 3, 3); /* 50 of 54 people: 2.8 votes */
}

/* Many parts that each expect half a report: their median would be nothing. */
static void test_sparse(void **state)
{
	(void)state;
	struct world w = {0};
	for (int i = 0; i < 31; i++)
		part(&w, 1 + i, 50, i % 2, 0);
	expect(&w, 1550, 15, 15, 0);
}

/* Parts that can speak have to stand for half of the people. */
static void test_half(void **state)
{
	(void)state;
	struct world w = {0};
	for (int i = 0; i < 3; i++)
		part(&w, 10, 400, 4, 4);
	part(&w, 31, 200, 2, 0);
	expect(&w, 1400, 14, 14, 12);
	w.parts[3].people = 30;
	expect(&w, 600, 6, 6, 6);
	w.parts[3].unplaced = true;
	w.parts[3].people = 0;
	expect(&w, 600, 6, 6, 6);
}

/* Nobody knows how many people: usual reporters weigh. */
static void test_reporters_weigh(void **state)
{
	(void)state;
	struct world w = {0};
	part(&w, 0, 3000, 30, 30);
	part(&w, 50, 400, 4, 0);
	part(&w, 50, 400, 4, 0);
	expect(&w, 1900, 19, 19, 19);
}

/* 30% liars in every part move nothing, whichever way. */
static void test_liars(void **state)
{
	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		struct world w = {0};
		for (int i = 0; i < 9; i++)
			part(&w, 1 + i, 1000, 10, lost ? 7 : 3);
		struct verdict_count c = whole(&w).sign[SIGN_LOSS];
		assert_true(c.n >= 20);
		assert_true(lost ? 10 * c.hit >= 6 * c.n : 10 * c.hit <= 4 * c.n);
	}
}

static void test_access(void **state)
{
	(void)state;
	struct pulse p[ACCESSES] = {0}, out;
	struct rollup_pulse_part parts[ACCESSES] = {0};
	rollup_pulse_access(&out, parts);
	assert_int_equal(out.expected_c, 0);
	for (int a = 0; a < ACCESSES; a++) {
		p[a].expected_c = 100 + (uint32_t)a;
		p[a].state = STATE_CUT;
		p[a].flags = PULSE_ALIVE;
	}
	parts[ACCESS_DATACENTRE].p = &p[ACCESS_DATACENTRE];
	rollup_pulse_access(&out, parts);
	assert_int_equal(out.expected_c, 100 + ACCESS_DATACENTRE);
	assert_int_equal(out.state, STATE_CUT);
	assert_int_equal(out.flags, 0);
	parts[ACCESS_MOBILE].p = &p[ACCESS_MOBILE];
	parts[ACCESS_FIXED].p = &p[ACCESS_FIXED];
	rollup_pulse_access(&out, parts);
	assert_int_equal(out.expected_c, 100 + ACCESS_FIXED); /* more report */
	parts[ACCESS_DATACENTRE].p = NULL;
	parts[ACCESS_MOBILE].people = 2;
	parts[ACCESS_FIXED].people = 1;
	rollup_pulse_access(&out, parts);
	assert_int_equal(out.expected_c, 100 + ACCESS_MOBILE);
	parts[ACCESS_FIXED].people = 0; /* not known */
	rollup_pulse_access(&out, parts);
	assert_int_equal(out.expected_c, 100 + ACCESS_MOBILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),  cmocka_unit_test(test_median),
		cmocka_unit_test(test_worth), cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_half),  cmocka_unit_test(test_reporters_weigh),
		cmocka_unit_test(test_liars), cmocka_unit_test(test_access),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
