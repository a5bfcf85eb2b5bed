/* test_step_silence.c: silence of parts and wholes, and later looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/collector/leaves.h"

/* --- silence --- */

static void test_one_network_silent(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 0, NATION_CUT, 10);
	leaves_add(w, "XX-02", 100, 0, NATION_CUT, 10);
	leaves_add(w, "XX-01", 200, 9, NATION_NORMAL, 9);
	leaves_add(w, "XX-02", 200, 9, NATION_NORMAL, 9);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE,
		      STATE_SILENT); /* 60 M of 100 M subscribers */
	assert_int_equal(leaves_of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->probes, 9);
}

/* The only network there is: perhaps its path to us. No control region, so nothing is said beyond the leaf. */
static void test_no_control(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 0, NATION_CUT, 10);
	leaves_add(w, "XX-01", 300, 9, NATION_NORMAL, 9);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_add(w, "XX-02", 300, 9, NATION_NORMAL, 9);
	leaves_run(w);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_SILENT);
}

static void test_alone(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 0, NATION_CUT, 10);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "", ANY_ISP, ANY_ACC, STATE_INSUFFICIENT);
	assert_int_equal(leaves_of(w, "", ANY_ISP, ANY_ACC)->expected, 10);
}

/* Everybody at once: two networks are enough. */
static void test_all_silent(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 0, NATION_CUT, 10);
	leaves_add(w, "XX-02", 200, 0, NATION_CUT, 3);
	leaves_add(w, "XX-03", 200, 0, NATION_CUT, 3);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "XX-02", 200, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "", 200, ACCESS_MOBILE, STATE_SILENT); /* three and three are six */
	leaves_expect(w, "", ANY_ISP, ANY_ACC, STATE_SILENT);
	assert_int_equal(leaves_of(w, "", ANY_ISP, ANY_ACC)->expected, 16);
	w->step.collector_alive = false;
	leaves_run(w);
	for (size_t i = 0; i < w->n_out; i++)
		assert_int_equal(w->out[i].state, STATE_INSUFFICIENT);
}

/* --- later looks --- */

static struct row *stood(struct leaves *w, const struct step_leaf *l, enum state state)
{
	struct row *r = &w->stood[w->n_stood++];
	r->series = l->series;
	r->v = (struct verdict){
		.state = state, .expected = l->expected, .up = NAN, .lo = NAN, .hi = NAN};
	return r;
}

static void test_late(void **state)
{
	struct leaves *w = *state;
	struct step_leaf *one = leaves_add(w, "XX-01", 100, 8, NATION_CUT, 10);
	struct step_leaf *two = leaves_add(w, "XX-01", 200, 0, NATION_CUT, 10);
	struct step_leaf *far = leaves_add(w, "XX-02", 100, 0, NATION_CUT, 10);
	one->v.state = two->v.state = far->v.state = STATE_SILENT;
	far->v.expected = 10;
	far->fresh = false;
	w->step.late = true;
	stood(w, far, STATE_SILENT)->series.isp = ANY_ISP; /* (XX-02, any, mobile) */
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_CUT);
	leaves_expect(w, "XX-01", 200, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_CUT);
	assert_null(leaves_of(w, "XX-02", 100, ACCESS_MOBILE));
	assert_null(leaves_of(w, "XX-02", ANY_ISP, ACCESS_MOBILE));
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT); /* 3 M of 4 M people */
	assert_int_equal(leaves_of(w, "", ANY_ISP, ANY_ACC)->expected, 30);
}

/* One bucket without the only five probes of a leaf is chance; without those of the country it is not. */
static void test_no_evidence(void **state)
{
	struct leaves *w = *state;
	for (int i = 0; i < 3; i++)
		leaves_add(w,
			   i == 0   ? "XX-01"
			   : i == 1 ? "XX-02"
				    : "XX-03",
			   i == 2 ? 200 : 100, 0, NATION_CUT, 5)
			->evidence = 0;
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "", ISP_ANY, ACCESS_MOBILE, STATE_SILENT);
	leaves_add(w, "XX-03", 300, 5, NATION_NORMAL, 5);
	w->leaves[1].evidence = w->leaves[0].evidence = 30;
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT);
}

/* A later look does not call a silence that was not called. */
static void test_late_no_new_silence(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 1, NATION_CUT, 10);
	leaves_add(w, "XX-01", 200, 1, NATION_CUT, 10);
	w->step.late = true;
	leaves_run(w);
	for (size_t i = 0; i < w->n_out; i++)
		assert_int_equal(w->out[i].state, STATE_INSUFFICIENT);
}

static void test_silent_parts(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 2, NATION_NORMAL, 10);
	leaves_add(w, "XX-01", 200, 9, NATION_NORMAL, 9);
	leaves_add(w, "XX-02", 100, 0, NATION_NORMAL, 10);
	leaves_silent(w, "XX-01", 100, ACCESS_MOBILE);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "XX-02", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	/* 60 of 100 M subscribers are silent; the whole is when its own detector says so */
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_FILTERED);
	leaves_silent(w, "XX-01", ANY_ISP, ACCESS_MOBILE);
	leaves_run(w);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_SILENT);
	assert_string_equal(leaves_of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->rule, "people");
}

#define T(f) cmocka_unit_test_setup_teardown(f, leaves_setup, leaves_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_one_network_silent),  T(test_no_control),   T(test_alone),
		T(test_all_silent),	     T(test_late),	   T(test_no_evidence),
		T(test_late_no_new_silence), T(test_silent_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
