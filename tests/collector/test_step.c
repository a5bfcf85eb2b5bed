/* test_step.c: from leaves upwards: merging, weights, access types, pulses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "collector/rollup.h"
#include "tests/collector/leaves.h"

/* Every shape, each once. */
static void test_shapes(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 8, NATION_NORMAL, 0);
	leaves_add(w, "XX-01", 300, 7, NATION_NORMAL, 0);
	leaves_add(w, "XX-02", 100, 6, NATION_NORMAL, 0);
	leaves_run(w);
	/* 3 leaves, 3 (r,*,a), 2 (r,*,*), 3 (r,i,*), 2 (*,i,a), 2 (*,i,*), 2 (*,*,a), 1 */
	assert_int_equal(w->n_out, 18);
	for (size_t i = 0; i < w->n_out; i++)
		assert_int_equal(w->out[i].state, STATE_FILTERED);
	assert_int_equal(leaves_of(w, "XX-01", ANY_ISP, ANY_ACC)->probes, 15);
	assert_int_equal(leaves_of(w, "", ANY_ISP, ACCESS_MOBILE)->probes, 14);
	assert_int_equal(leaves_of(w, "", ANY_ISP, ANY_ACC)->probes, 21);
	assert_int_equal(leaves_of(w, "XX-01", 300, ANY_ACC)->probes, 7);
	assert_int_equal(leaves_of(w, "", 100, ACCESS_MOBILE)->probes, 14);
}

/* Leaves with too few probes say nothing alone; their votes count in the region. One probe, seen in two networks, is one vote. */
static void test_small_leaves(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 3, NATION_CUT, 0);
	struct step_leaf *two = leaves_add(w, "XX-01", 200, 2, NATION_CUT, 0);
	leaves_heard(w, two, 1, NATION_CUT);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "XX-01", 200, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_CUT);
	assert_int_equal(leaves_of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->probes, 5);
	leaves_expect(w, "", ANY_ISP, ANY_ACC, STATE_CUT);
}

/* 200 has more volunteers, 100 has more subscribers. */
static void test_subscribers(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 6, NATION_CUT, 0);
	leaves_add(w, "XX-01", 200, 40, NATION_NORMAL, 0);
	leaves_run(w);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_CUT);
	assert_true(fabs(leaves_of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->up - 0.4) < 1e-9);
	assert_int_equal(leaves_of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->share[CLASS_OPEN].up, 40);
}

/* The fixed networks' subscribers are not known: probes weigh. */
static void test_probes_weigh(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 300, 6, NATION_CUT, 0);
	leaves_add(w, "XX-01", 400, 18, NATION_NORMAL, 0);
	leaves_run(w);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_FIXED, STATE_FILTERED);
	assert_true(fabs(leaves_of(w, "XX-01", ANY_ISP, ACCESS_FIXED)->up - 0.75) < 1e-9);
}

/* The mobile network's subscribers are known, those of the others are not: more volunteers don't make them the kind that
 * most people use, in one step or the other. */
static void test_kind_of_most(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 6, NATION_CUT, 0);
	leaves_add(w, "XX-01", 300, 30, NATION_NORMAL, 0);
	leaves_run(w);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_FIXED, STATE_FILTERED);
	leaves_expect(w, "XX-01", ANY_ISP, ANY_ACC, STATE_CUT);
	leaves_expect(w, "", ANY_ISP, ANY_ACC, STATE_CUT);
}

static void test_population(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 50, NATION_NORMAL, 0);  /* 1 M people */
	leaves_add(w, "XX-02", 100, 6, NATION_CUT, 0);	    /* 3 M */
	leaves_add(w, "XX-03", 100, 6, NATION_DOMESTIC, 0); /* 2 M */
	leaves_run(w);
	leaves_expect(w, "", ANY_ISP, ACCESS_MOBILE,
		      STATE_CUT); /* half are at least this badly off */
	assert_true(fabs(leaves_of(w, "", ANY_ISP, ANY_ACC)->up - 0.1667) < 1e-9);
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_CUT);
}

/* Regions that can be judged stand for a third of the people: then all votes together decide. */
static void test_few_regions(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-03", 100, 6, NATION_CUT, 0);
	leaves_add(w, "XX-01", 100, 4, NATION_NORMAL, 0);
	leaves_add(w, "XX-02", 100, 4, NATION_NORMAL, 0);
	leaves_run(w);
	leaves_expect(w, "XX-02", ANY_ISP, ANY_ACC, STATE_INSUFFICIENT);
	leaves_expect(w, "", ANY_ISP, ACCESS_MOBILE, STATE_FILTERED);
}

/* Mobile works, fixed is cut: two figures, never one; the whole follows the more numerous, a datacentre only without both. */
static void test_access(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 300, 9, NATION_CUT, 0);
	leaves_add(w, "XX-01", 500, 30, NATION_NORMAL, 0);
	leaves_add(w, "XX-02", 500, 30, NATION_NORMAL, 0);
	leaves_run(w);
	leaves_expect(w, "XX-01", ANY_ISP, ANY_ACC, STATE_CUT);
	assert_true(leaves_of(w, "XX-01", ANY_ISP, ANY_ACC)->up < 0.01);
	leaves_expect(w, "XX-02", ANY_ISP, ANY_ACC, STATE_FILTERED);
}

/* Where nobody knows how many use what, probes decide; of equals the worse. */
static void test_spokesman(void **state)
{
	struct verdict mobile = {.state = STATE_FILTERED, .probes = 6},
		       fixed = {.state = STATE_CUT, .probes = 6}, out;
	struct rollup_part parts[ACCESSES] = {
		[ACCESS_MOBILE] = {.v = &mobile}, [ACCESS_FIXED] = {.v = &fixed}};
	(void)state;
	rollup_access(&out, parts);
	assert_int_equal(out.state, STATE_CUT);
	assert_int_equal(out.probes, 12);
	mobile.probes = 7;
	rollup_access(&out, parts);
	assert_int_equal(out.state, STATE_FILTERED);
	parts[ACCESS_FIXED].people = 1;
	rollup_access(&out, parts);
	assert_int_equal(out.state, STATE_CUT);
	fixed.state = STATE_INSUFFICIENT;
	rollup_access(&out, parts);
	assert_int_equal(out.state, STATE_FILTERED);
}

/* A probe that no one could place counts for its network and the country. */
static void test_unplaced(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "?", 100, 10, NATION_CUT, 0);
	leaves_add(w, "XX-01", 100, 6, NATION_NORMAL, 0);
	leaves_run(w);
	leaves_expect(w, "", 100, ACCESS_MOBILE,
		      STATE_FILTERED); /* nobody knows for whom it speaks */
	assert_int_equal(leaves_of(w, "", 100, ACCESS_MOBILE)->probes, 16);
	assert_int_equal(leaves_of(w, "", ANY_ISP, ANY_ACC)->probes, 16);
}

static void test_unplaced_only(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "?", 100, 10, NATION_CUT, 0);
	leaves_run(w);
	leaves_expect(w, "", ANY_ISP, ANY_ACC, STATE_CUT);
}

/* The spread of the parts that can be judged, beside the mean. */
static void test_spread(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 6, NATION_NORMAL, 0);
	leaves_add(w, "XX-02", 100, 6, NATION_CUT, 0);
	struct step_leaf *mixed = leaves_add(w, "XX-03", 100, 6, NATION_NORMAL, 0);
	for (int i = 0; i < 2; i++)
		leaves_heard(w, mixed, ++w->probes, NATION_CUT);
	leaves_add(w, "XX-03", 200, 4, NATION_CUT, 0);
	leaves_run(w);
	const struct verdict *v = leaves_of(w, "", 100, ACCESS_MOBILE);
	assert_true(fabs(v->part_lo) < 1e-9 && fabs(v->part_hi - 1) < 1e-9);
	assert_true(fabs(v->up - 2.5 / 6) < 1e-3);	   /* of 1, 3 and 2 M people */
	v = leaves_of(w, "XX-03", ANY_ISP, ACCESS_MOBILE); /* 200 can't be judged */
	assert_true(fabs(v->part_lo - 0.75) < 1e-9 && fabs(v->part_hi - 0.75) < 1e-9);
	v = leaves_of(w, "XX-01", 100, ACCESS_MOBILE);
	assert_true(isnan(v->part_lo) && isnan(v->part_hi));
}

static const struct pulse *pulse_of(const struct leaves *w, const char *region, uint32_t isp,
				    int access)
{
	return &w->pulses[leaves_of(w, region, isp, access) - w->out];
}

static void test_pulses(void **state)
{
	struct leaves *w = *state;
	const char *const regions[] = {"XX-01", "XX-02", "XX-03"};
	w->step.emit = NULL;
	w->step.pulse = leaves_pulse;
	for (int i = 0; i < 3; i++) {
		leaves_add(w, regions[i], 100, 6, i ? NATION_CUT : NATION_NORMAL, 6)->expected_c =
			600;
		leaves_add(w, regions[i], 200, 4, i ? NATION_CUT : NATION_NORMAL, 6)->expected_c =
			600;
	}
	leaves_add(w, "XX-02", 300, 2, NATION_NORMAL, 2)->expected_c = 200;
	leaves_run(w);
	const struct pulse *p = pulse_of(w, "XX-02", 200, ACCESS_MOBILE);
	assert_int_equal(p->heard, 4);
	assert_int_equal(p->expected_c, 600);
	assert_int_equal(p->sign[SIGN_LOSS].n, 4);
	assert_int_equal(p->sign[SIGN_LOSS].hit, 4);
	assert_int_equal(p->state, STATE_INSUFFICIENT);
	p = pulse_of(w, "XX-02", ANY_ISP, ACCESS_MOBILE); /* two networks: sums */
	assert_int_equal(p->heard, 10);
	assert_int_equal(p->expected_c, 1200);
	assert_int_equal(p->state, STATE_CUT);
	assert_memory_equal(pulse_of(w, "XX-02", ANY_ISP, ANY_ACC), p, sizeof(*p));
	p = pulse_of(w, "", ANY_ISP, ACCESS_MOBILE); /* 5 of 6 M people */
	assert_int_equal(p->sign[SIGN_LOSS].n, p->sign[SIGN_LOSS].hit);
	assert_true(p->sign[SIGN_LOSS].n >= 10 && p->sign[SIGN_LOSS].n <= 15);
	assert_int_equal(p->state, STATE_CUT);
	p = pulse_of(w, "", ANY_ISP, ACCESS_FIXED);
	assert_int_equal(p->heard, 2);
	assert_int_equal(p->sign[SIGN_LOSS].hit, 0);
}

static void test_nothing(void **state)
{
	struct leaves *w = *state;
	leaves_run(w);
	assert_int_equal(w->n_out, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, leaves_setup, leaves_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_shapes),	      T(test_small_leaves),  T(test_subscribers),
		T(test_probes_weigh), T(test_kind_of_most),  T(test_spokesman),
		T(test_population),   T(test_few_regions),   T(test_access),
		T(test_unplaced),     T(test_unplaced_only), T(test_spread),
		T(test_pulses),	      T(test_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
