/* test_publish_class.c: rows by class: each a part of what the whole row shows, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/publish.h"
#include "tests/collector/publisher.h"

#define T0   1767225600000
#define STEP PUBLISHER_STEP_MS

static const struct series_query whole = {.access = -1};

struct world {
	struct publisher p;
	struct row rows[256];
	size_t n;
};

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	publisher_open(&w->p);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	publisher_close(&w->p);
	free(w);
	return 0;
}

static int64_t at(int i)
{
	return T0 + (int64_t)i * STEP;
}

static void put(struct world *w, struct series s, int i, uint32_t probes)
{
	struct row r = {.series = s, .start_ms = at(i), .step_ms = STEP, .revision = 1};
	r.v = (struct verdict){
		.state = STATE_OPEN, .probes = probes, .up = 0.5, .lo = 0.25, .hi = 0.75};
	r.v.share[CLASS_OPEN] = (struct verdict_share){probes, probes / 2, probes, 0};
	r.v.share[CLASS_CANARY] = (struct verdict_share){3, 1, 1, 0};
	assert_int_equal(store_put_row(w->p.stored->store, &r), 0);
}

static int take(void *arg, const struct row *r)
{
	struct world *w = arg;
	assert_true(w->n < 256);
	w->rows[w->n++] = *r;
	return 0;
}

/* Row k of those that were published. */
static const struct row *expect_class(const struct world *w, size_t k, enum target_class class,
				      int64_t start_ms, uint32_t probes, double up)
{
	const struct row *r = &w->rows[k];
	assert_int_equal(r->class, class);
	assert_int_equal(r->start_ms, start_ms);
	assert_int_equal(r->v.probes, probes);
	if (isnan(up))
		assert_true(isnan(r->v.up) && isnan(r->v.lo) && isnan(r->v.hi));
	else if (!(fabs(r->v.up - up) < 1e-9))
		fail_msg("%zu: %f instead of %f", k, r->v.up, up);
	return r;
}

/* Series by class, then time; each with its own share and probes, and nothing where there are too few of these. */
static void test_classes(void **state)
{
	struct world *w = *state;
	const struct series s = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct publish_ask ask = {.q = whole, .now_ms = at(9)};
	const struct row *r;
	double lo, hi;
	ask.q.from_ms = at(0);
	ask.q.until_ms = at(4);
	ask.by_classes = 1u << CLASS_DOMESTIC | 1u << CLASS_OPEN | 1u << CLASS_CANARY;
	put(w, s, 0, 10); /* of which 3 tried a canary */
	struct row stored = {.series = s, .start_ms = at(1), .step_ms = STEP, .revision = 1};
	stored.v =
		(struct verdict){.state = STATE_CUT, .probes = 20, .up = 0.7, .lo = 0.6, .hi = 0.8};
	stored.v.share[CLASS_DOMESTIC] = (struct verdict_share){20, 5, 6, 0};
	stored.v.share[CLASS_OPEN] = (struct verdict_share){16, 4, 4, 0};
	stored.v.share[CLASS_CANARY] = (struct verdict_share){8, 8, 8, 0};
	stored.v.sign[SIGN_DNS] = (struct verdict_count){20, 6};
	assert_int_equal(store_put_row(w->p.stored->store, &stored), 0);
	w->n = 0;
	assert_int_equal(publish_timeline(&w->p.publish, &ask, take, w), 0);
	assert_int_equal(w->n, 3 * 4);
	expect_class(w, 0, CLASS_DOMESTIC, at(0), 0, NAN);
	r = expect_class(w, 1, CLASS_DOMESTIC, at(1), 20, 0.25);
	verdict_wilson(5, 20, &lo, &hi);
	assert_true(fabs(r->v.lo - lo) < 1e-4 && fabs(r->v.hi - hi) < 1e-4);
	assert_int_equal(r->v.state, STATE_CUT);
	assert_int_equal(r->v.share[CLASS_OPEN].n + r->v.sign[SIGN_DNS].n, 0);
	r = expect_class(w, 2, CLASS_DOMESTIC, at(2), 0, NAN); /* nobody was heard */
	assert_int_equal(r->v.state, STATE_INSUFFICIENT);
	expect_class(w, 4, CLASS_OPEN, at(0), 10, 0.5);
	/* of a whole no mere count: what the row says */
	r = expect_class(w, 5, CLASS_OPEN, at(1), 16, 0.7);
	assert_true(fabs(r->v.lo - 0.6) < 1e-9);
	expect_class(w, 8, CLASS_CANARY, at(0), 0, NAN); /* too few */
	expect_class(w, 9, CLASS_CANARY, at(1), 8, 1);
	/* coarser: means, of the steps that say something */
	ask.step_ms = 2 * STEP;
	ask.q.until_ms = at(2);
	w->n = 0;
	assert_int_equal(publish_timeline(&w->p.publish, &ask, take, w), 0);
	assert_int_equal(w->n, 3);
	expect_class(w, 0, CLASS_DOMESTIC, at(0), 20, 0.25);
	expect_class(w, 1, CLASS_OPEN, at(0), 16, 0.6);
	expect_class(w, 2, CLASS_CANARY, at(0), 8, 1);
}

/* Whatever is withheld of whole rows, too small or giving away what is, is withheld of rows by class; all others say what
 * the whole rows say. */
static void test_withheld(void **state)
{
	static const uint32_t probes[] = {20, 9, 3};
	struct world *w = *state;
	struct publish_ask ask = {.q = whole, .now_ms = at(9)};
	struct series s = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct row rows[256];
	size_t n, shown = 0;
	put(w, s, 0, 32);
	for (size_t i = 0; i < 3; i++) {
		snprintf(s.region, sizeof(s.region), "%s", w->p.country->regions[i].code);
		put(w, s, 0, probes[i]);
	}
	ask.q.by_region = true;
	ask.q.from_ms = at(0);
	ask.q.until_ms = at(1);
	assert_int_equal(publish_timeline(&w->p.publish, &ask, take, w), 0);
	n = w->n;
	assert_true(n >= 3);
	memcpy(rows, w->rows, n * sizeof(*rows));
	w->n = 0;
	ask.by_classes = 1u << CLASS_OPEN;
	assert_int_equal(publish_timeline(&w->p.publish, &ask, take, w), 0);
	assert_int_equal(w->n, n);
	for (size_t i = 0; i < n; i++) {
		const struct row *a = &rows[i], *b = &w->rows[i];
		assert_true(series_equal(&a->series, &b->series));
		assert_int_equal(b->v.probes, a->v.share[CLASS_OPEN].n);
		assert_int_equal(isnan(b->v.up), isnan(a->v.up));
		assert_int_equal(b->v.state, a->v.state);
		shown += b->v.probes > 0;
	}
	assert_int_equal(shown, 1); /* not the small one, nor the one that would give it away */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_classes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_withheld, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
