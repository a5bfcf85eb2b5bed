/* test_step.c: from leaves upwards: merging, weights, access types, the quorum of silence, later looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/step.h"
#include "tests/collector/nation.h"

#define LEAVES 16
#define OUT    256

struct world {
	struct country *country;
	struct step step;
	struct step_leaf leaves[LEAVES];
	struct cell cells[LEAVES][CLASSES];
	size_t n;
	uint64_t probes;
	struct series series[OUT];
	struct verdict out[OUT];
	size_t n_out;
	struct row stood[8]; /* what stands, for a later look */
	size_t n_stood;
};

static int emit(void *arg, const struct series *s, const struct verdict *v)
{
	struct world *w = arg;
	for (size_t i = 0; i < w->n_out; i++)
		assert_false(series_equal(&w->series[i], s)); /* each series once */
	w->series[w->n_out] = *s;
	w->out[w->n_out++] = *v;
	return 0;
}

static int stands(void *arg, const struct series *s, struct verdict *v)
{
	const struct world *w = arg;
	for (size_t i = 0; i < w->n_stood; i++)
		if (series_equal(&w->stood[i].series, s)) {
			*v = w->stood[i].v;
			return 1;
		}
	return 0;
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	w->country = nation_new();
	w->step = (struct step){.country = w->country,
				.min_probes = 5,
				.collector_alive = true,
				.stands = stands,
				.emit = emit,
				.arg = w};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < LEAVES; i++)
		for (size_t c = 0; c < CLASSES; c++)
			cell_clear(&w->cells[i][c]);
	country_free(w->country);
	free(w);
	return 0;
}

static void vote(struct step_leaf *l, struct cell cells[CLASSES], enum target_class class,
		 uint64_t probe, bool ok)
{
	struct cell_vote v = {.probe = probe, .tried = 15, .ok = ok ? 15 : 0};
	cell_add(&cells[class], &v);
	l->cells[class] = &cells[class];
}

static void heard(struct world *w, struct step_leaf *l, uint64_t probe, enum nation_weather weather)
{
	struct cell *cells = w->cells[l - w->leaves];
	vote(l, cells, CLASS_DOMESTIC, probe, weather < NATION_CUT);
	vote(l, cells, CLASS_OPEN, probe, weather < NATION_DOMESTIC);
	vote(l, cells, CLASS_FILTERED, probe, false);
	vote(l, cells, CLASS_CANARY, probe, weather == NATION_NORMAL);
	vote(l, cells, CLASS_LINK, probe, weather != NATION_NO_LINK);
}

/* A leaf where n probes meet the same weather. */
static struct step_leaf *leaf(struct world *w, const char *region, uint32_t isp, unsigned int n,
			      enum nation_weather weather, uint32_t expected)
{
	struct step_leaf *l = &w->leaves[w->n++];
	const struct isp *p = country_isp(w->country, isp);
	/* as if the leaf had been quiet for some time, when it is quiet now */
	*l = (struct step_leaf){.evidence = 90,
				.series = {.isp = isp, .access = p ? p->access : ACCESS_UNKNOWN},
				.expected = expected,
				.fresh = true};
	strcpy(l->series.region, region);
	for (unsigned int i = 0; i < n; i++)
		heard(w, l, ++w->probes, weather);
	return l;
}

static void run(struct world *w)
{
	w->n_out = 0;
	assert_int_equal(step_run(&w->step, w->leaves, w->n), 0);
}

static const struct verdict *of(const struct world *w, const char *region, uint32_t isp, int access)
{
	struct series s = {.isp = isp, .access = (enum access_type)access};
	strcpy(s.region, region);
	for (size_t i = 0; i < w->n_out; i++)
		if (series_equal(&w->series[i], &s))
			return &w->out[i];
	return NULL;
}

static void expect(const struct world *w, const char *region, uint32_t isp, int access,
		   enum state state)
{
	const struct verdict *v = of(w, region, isp, access);
	assert_non_null(v);
	assert_string_equal(state_str(v->state), state_str(state));
}

#define ANY_ISP ISP_ANY
#define ANY_ACC ((int)ACCESS_ANY)

/* Every shape, each once. */
static void test_shapes(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 8, NATION_NORMAL, 0);
	leaf(w, "XX-01", 300, 7, NATION_NORMAL, 0);
	leaf(w, "XX-02", 100, 6, NATION_NORMAL, 0);
	run(w);
	/* 3 leaves, 3 (r,*,a), 2 (r,*,*), 3 (r,i,*), 2 (*,i,a), 2 (*,i,*), 2 (*,*,a), 1 */
	assert_int_equal(w->n_out, 18);
	for (size_t i = 0; i < w->n_out; i++)
		assert_int_equal(w->out[i].state, STATE_FILTERED);
	assert_int_equal(of(w, "XX-01", ANY_ISP, ANY_ACC)->probes, 15);
	assert_int_equal(of(w, "", ANY_ISP, ACCESS_MOBILE)->probes, 14);
	assert_int_equal(of(w, "", ANY_ISP, ANY_ACC)->probes, 21);
	assert_int_equal(of(w, "XX-01", 300, ANY_ACC)->probes, 7);
	assert_int_equal(of(w, "", 100, ACCESS_MOBILE)->probes, 14);
}

/* Leaves with too few probes say nothing alone; their votes count in the region. One probe, seen in two networks, is one vote. */
static void test_small_leaves(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 3, NATION_CUT, 0);
	struct step_leaf *two = leaf(w, "XX-01", 200, 2, NATION_CUT, 0);
	heard(w, two, 1, NATION_CUT);
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	expect(w, "XX-01", 200, ACCESS_MOBILE, STATE_INSUFFICIENT);
	expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_CUT);
	assert_int_equal(of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->probes, 5);
	expect(w, "", ANY_ISP, ANY_ACC, STATE_CUT);
}

/* 200 has more volunteers, 100 has more subscribers. */
static void test_subscribers(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 6, NATION_CUT, 0);
	leaf(w, "XX-01", 200, 40, NATION_NORMAL, 0);
	run(w);
	expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_CUT);
	assert_true(fabs(of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->up - 0.4) < 1e-9);
	assert_int_equal(of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->share[CLASS_OPEN].up, 40);
}

/* The fixed networks' subscribers are not known: probes weigh. */
static void test_probes_weigh(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 300, 6, NATION_CUT, 0);
	leaf(w, "XX-01", 400, 18, NATION_NORMAL, 0);
	run(w);
	expect(w, "XX-01", ANY_ISP, ACCESS_FIXED, STATE_FILTERED);
	assert_true(fabs(of(w, "XX-01", ANY_ISP, ACCESS_FIXED)->up - 0.75) < 1e-9);
}

static void test_population(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 50, NATION_NORMAL, 0);  /* 1 M people */
	leaf(w, "XX-02", 100, 6, NATION_CUT, 0);      /* 3 M */
	leaf(w, "XX-03", 100, 6, NATION_DOMESTIC, 0); /* 2 M */
	run(w);
	expect(w, "", ANY_ISP, ACCESS_MOBILE, STATE_CUT); /* half are at least this badly off */
	assert_true(fabs(of(w, "", ANY_ISP, ANY_ACC)->up - 0.1667) < 1e-9);
	expect(w, "", 100, ACCESS_MOBILE, STATE_CUT);
}

/* Regions that can be judged stand for a third of the people: then all votes together decide. */
static void test_few_regions(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-03", 100, 6, NATION_CUT, 0);
	leaf(w, "XX-01", 100, 4, NATION_NORMAL, 0);
	leaf(w, "XX-02", 100, 4, NATION_NORMAL, 0);
	run(w);
	expect(w, "XX-02", ANY_ISP, ANY_ACC, STATE_INSUFFICIENT);
	expect(w, "", ANY_ISP, ACCESS_MOBILE, STATE_FILTERED);
}

/* Mobile works, fixed is cut: two figures, never one; the whole follows the more numerous, a datacentre only without both. */
static void test_access(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 6, NATION_NORMAL, 0);
	leaf(w, "XX-01", 300, 9, NATION_CUT, 0);
	leaf(w, "XX-01", 500, 30, NATION_NORMAL, 0);
	leaf(w, "XX-02", 500, 30, NATION_NORMAL, 0);
	leaf(w, "XX-03", 100, 6, NATION_NORMAL, 0);
	leaf(w, "XX-03", 300, 6, NATION_CUT, 0);
	run(w);
	expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_FILTERED);
	expect(w, "XX-01", ANY_ISP, ANY_ACC, STATE_CUT);
	assert_true(of(w, "XX-01", ANY_ISP, ANY_ACC)->up < 0.01);
	expect(w, "XX-02", ANY_ISP, ANY_ACC, STATE_FILTERED);
	expect(w, "XX-03", ANY_ISP, ANY_ACC, STATE_CUT); /* of equals the worse */
}

/* A probe that no one could place counts for its network and the country. */
static void test_unplaced(void **state)
{
	struct world *w = *state;
	leaf(w, "?", 100, 10, NATION_CUT, 0);
	leaf(w, "XX-01", 100, 6, NATION_NORMAL, 0);
	run(w);
	expect(w, "", 100, ACCESS_MOBILE, STATE_FILTERED); /* nobody knows for whom it speaks */
	assert_int_equal(of(w, "", 100, ACCESS_MOBILE)->probes, 16);
	assert_int_equal(of(w, "", ANY_ISP, ANY_ACC)->probes, 16);
}

static void test_unplaced_only(void **state)
{
	struct world *w = *state;
	leaf(w, "?", 100, 10, NATION_CUT, 0);
	run(w);
	expect(w, "", ANY_ISP, ANY_ACC, STATE_CUT);
}

/* --- silence --- */

static void test_one_network_silent(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 0, NATION_CUT, 10);
	leaf(w, "XX-02", 100, 0, NATION_CUT, 10);
	leaf(w, "XX-01", 200, 9, NATION_NORMAL, 9);
	leaf(w, "XX-02", 200, 9, NATION_NORMAL, 9);
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_SILENT);
	expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT);
	expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_SILENT); /* 60 M of 100 M subscribers */
	assert_int_equal(of(w, "XX-01", ANY_ISP, ACCESS_MOBILE)->probes, 9);
}

/* The only network there is: perhaps its path to us. No control region, so nothing is said beyond the leaf. */
static void test_no_control(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 0, NATION_CUT, 10);
	leaf(w, "XX-01", 300, 9, NATION_NORMAL, 9);
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_SILENT);
	expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_INSUFFICIENT);
	leaf(w, "XX-02", 300, 9, NATION_NORMAL, 9);
	run(w);
	expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_SILENT);
}

static void test_alone(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 0, NATION_CUT, 10);
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	expect(w, "", ANY_ISP, ANY_ACC, STATE_INSUFFICIENT);
	assert_int_equal(of(w, "", ANY_ISP, ANY_ACC)->expected, 10);
}

/* Everybody at once: two networks are enough. */
static void test_all_silent(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 0, NATION_CUT, 10);
	leaf(w, "XX-02", 200, 0, NATION_CUT, 3);
	leaf(w, "XX-03", 200, 0, NATION_CUT, 3);
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_SILENT);
	expect(w, "XX-02", 200, ACCESS_MOBILE, STATE_INSUFFICIENT);
	expect(w, "", 200, ACCESS_MOBILE, STATE_SILENT); /* three and three are six */
	expect(w, "", ANY_ISP, ANY_ACC, STATE_SILENT);
	assert_int_equal(of(w, "", ANY_ISP, ANY_ACC)->expected, 16);
	w->step.collector_alive = false;
	run(w);
	for (size_t i = 0; i < w->n_out; i++)
		assert_int_equal(w->out[i].state, STATE_INSUFFICIENT);
}

/* --- later looks --- */

static struct row *stood(struct world *w, const struct step_leaf *l, enum state state)
{
	struct row *r = &w->stood[w->n_stood++];
	r->series = l->series;
	r->v = (struct verdict){
		.state = state, .expected = l->expected, .up = NAN, .lo = NAN, .hi = NAN};
	return r;
}

static void test_late(void **state)
{
	struct world *w = *state;
	struct step_leaf *one = leaf(w, "XX-01", 100, 8, NATION_CUT, 10);
	struct step_leaf *two = leaf(w, "XX-01", 200, 0, NATION_CUT, 10);
	struct step_leaf *far = leaf(w, "XX-02", 100, 0, NATION_CUT, 10);
	one->v.state = two->v.state = far->v.state = STATE_SILENT;
	far->v.expected = 10;
	far->fresh = false;
	w->step.late = true;
	stood(w, far, STATE_SILENT)->series.isp = ANY_ISP; /* (XX-02, any, mobile) */
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_CUT);
	expect(w, "XX-01", 200, ACCESS_MOBILE, STATE_SILENT);
	expect(w, "XX-01", ANY_ISP, ACCESS_MOBILE, STATE_CUT);
	assert_null(of(w, "XX-02", 100, ACCESS_MOBILE));
	assert_null(of(w, "XX-02", ANY_ISP, ACCESS_MOBILE));
	expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT); /* 3 M of 4 M people */
	assert_int_equal(of(w, "", ANY_ISP, ANY_ACC)->expected, 30);
}

/* One bucket without the only five probes of a leaf is chance; without those of the country it is not. */
static void test_no_evidence(void **state)
{
	struct world *w = *state;
	for (int i = 0; i < 3; i++)
		leaf(w,
		     i == 0   ? "XX-01"
		     : i == 1 ? "XX-02"
			      : "XX-03",
		     i == 2 ? 200 : 100, 0, NATION_CUT, 5)
			->evidence = 0;
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	expect(w, "", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	expect(w, "", ISP_ANY, ACCESS_MOBILE, STATE_SILENT);
	leaf(w, "XX-03", 300, 5, NATION_NORMAL, 5);
	w->leaves[1].evidence = w->leaves[0].evidence = 30;
	run(w);
	expect(w, "XX-01", 100, ACCESS_MOBILE, STATE_INSUFFICIENT);
	expect(w, "", 100, ACCESS_MOBILE, STATE_SILENT);
}

/* A later look does not call a silence that was not called. */
static void test_late_no_new_silence(void **state)
{
	struct world *w = *state;
	leaf(w, "XX-01", 100, 1, NATION_CUT, 10);
	leaf(w, "XX-01", 200, 1, NATION_CUT, 10);
	w->step.late = true;
	run(w);
	for (size_t i = 0; i < w->n_out; i++)
		assert_int_equal(w->out[i].state, STATE_INSUFFICIENT);
}

static void test_nothing(void **state)
{
	struct world *w = *state;
	run(w);
	assert_int_equal(w->n_out, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_shapes),	       T(test_small_leaves),
		T(test_subscribers),   T(test_probes_weigh),
		T(test_population),    T(test_few_regions),
		T(test_access),	       T(test_unplaced),
		T(test_unplaced_only), T(test_one_network_silent),
		T(test_no_control),    T(test_alone),
		T(test_all_silent),    T(test_late),
		T(test_no_evidence),   T(test_late_no_new_silence),
		T(test_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
