/* test_step_silence.c: silence of parts and wholes as their detectors say it, and later looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/collector/leaves.h"

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
	assert_int_equal(leaves_of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->probes, 11);
	assert_int_equal(leaves_of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->fragile, 0);
}

/* No part is large enough to be silent by itself; all together are. */
static void test_silent_together(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 0, NATION_NORMAL, 3);
	leaves_add(w, "XX-02", 100, 0, NATION_NORMAL, 3);
	leaves_run(w);
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_silent(w, "", 100, ACCESS_MOBILE);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "", 100, ANY_ACC, STATE_SILENT);
	assert_int_equal(leaves_of(w, "", 100, ACCESS_MOBILE)->expected, 6);
	w->step.collector_alive = false;
	leaves_run(w);
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	assert_string_equal(leaves_of(w, "", 100, ACCESS_MOBILE)->rule, "collector");
}

/* Whatever detectors say, what enough probes measured is said of them. */
static void test_measured(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 6, NATION_CUT, 60);
	leaves_add(w, "XX-01", 200, 6, NATION_NORMAL, 10);
	leaves_silent(w, "XX-01", 100, ACCESS_MOBILE);
	leaves_silent(w, "XX-01", 200, ACCESS_MOBILE);
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_CUT);
	leaves_expect(w, "XX-01", 200, ACCESS_MOBILE, STATE_FILTERED);
}

/* Spools come for one leaf: its group is judged anew, what stands is taken for the rest. */
static void test_late(void **state)
{
	struct leaves *w = *state;
	leaves_add(w, "XX-01", 100, 8, NATION_CUT, 10);
	leaves_add(w, "XX-01", 200, 0, NATION_CUT, 10);
	struct step_leaf *far = leaves_add(w, "XX-02", 100, 0, NATION_CUT, 10);
	far->fresh = false;
	far->v = (struct verdict){
		.state = STATE_SILENT, .expected = 10, .up = NAN, .lo = NAN, .hi = NAN};
	w->stood[w->n_stood].series = far->series;
	w->stood[w->n_stood].series.isp = ANY_ISP; /* (XX-02, any, mobile) */
	w->stood[w->n_stood++].v = far->v;
	leaves_silent(w, "XX-01", 100, ACCESS_MOBILE);
	leaves_silent(w, "XX-01", 200, ACCESS_MOBILE);
	leaves_silent(w, "", 100, ACCESS_MOBILE);
	w->step.late = true;
	leaves_run(w);
	leaves_expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_CUT);
	leaves_expect(w, "XX-01", 200, ACCESS_MOBILE, STATE_SILENT);
	leaves_expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_CUT);
	assert_null(leaves_of(w, "XX-02", 100, ACCESS_MOBILE));
	assert_null(leaves_of(w, "XX-02", ANY_ISP, ACCESS_MOBILE));
	leaves_expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT); /* 3 M of 4 M people */
	assert_int_equal(leaves_of(w, "", ANY_ISP, ANY_ACC)->expected, 30);
}

#define T(f) cmocka_unit_test_setup_teardown(f, leaves_setup, leaves_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_silent_parts),
		T(test_silent_together),
		T(test_measured),
		T(test_late),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
