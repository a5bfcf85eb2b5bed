/* test_publish.c: no gaps, nothing of small cells or what gives them away, coarser steps, and what was once known. */
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
#define ANY  ((int)ACCESS_ANY)

struct world {
	struct publisher p;
	struct row rows[4000];
	size_t n, stop_at;
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

static void put(struct world *w, struct series s, int i, enum state state, uint32_t probes)
{
	struct row r = {.series = s,
			.start_ms = at(i),
			.step_ms = STEP,
			.revision = 1,
			.revised_ms = at(i + 2)};
	r.v = (struct verdict){.state = state,
			       .probes = probes,
			       .expected = 8,
			       .late = 2,
			       .up = 0.5,
			       .lo = 0.25,
			       .hi = 0.75};
	snprintf(r.v.rule, sizeof(r.v.rule), "%s", state_str(state));
	r.v.share[CLASS_OPEN] = (struct verdict_share){probes, probes / 2, probes, 0};
	r.v.share[CLASS_CANARY] = (struct verdict_share){3, 1, 1, 0};
	assert_int_equal(store_put_row(w->p.stored->store, &r), 0);
}

static int take(void *arg, const struct row *r)
{
	struct world *w = arg;
	w->rows[w->n++] = *r;
	return w->n == w->stop_at ? 7 : 0;
}

static void publish(struct world *w, struct series_query q, int from, int until, int64_t step_ms,
		    int now)
{
	struct publish_ask ask = {.q = q, .step_ms = step_ms, .now_ms = at(now)};
	ask.q.from_ms = at(from);
	ask.q.until_ms = at(until);
	w->n = 0;
	assert_int_equal(publish_timeline(&w->p.publish, &ask, take, w), 0);
}

static const struct series_query whole = {.access = -1};

static void test_gaps(void **state)
{
	struct world *w = *state;
	struct series s = stored_series("", ISP_ANY, ANY);
	put(w, s, 2, STATE_CUT, 10);
	put(w, s, 5, STATE_OPEN, 10);
	put(w, s, 6, STATE_OPEN, 10);
	publish(w, whole, 0, 100, 0, 8);
	assert_int_equal(w->n, 8);
	for (int i = 0; i < 8; i++) {
		const struct row *r = &w->rows[i];
		assert_int_equal(r->start_ms, at(i));
		assert_int_equal(r->step_ms, STEP);
		assert_int_equal(r->v.state, i == 2		? STATE_CUT
					     : i == 5 || i == 6 ? STATE_OPEN
								: STATE_INSUFFICIENT);
		assert_int_equal(isnan(r->v.up), r->v.state == STATE_INSUFFICIENT);
	}
	publish(w, whole, 3, 6, 0, 8);
	assert_int_equal(w->n, 3);
	publish(w, whole, 20, 30, 0, 8); /* the future is not published */
	assert_int_equal(w->n, 0);
	w->stop_at = 2;
	struct publish_ask ask = {.q = whole, .now_ms = at(9)};
	ask.q.from_ms = at(0);
	ask.q.until_ms = at(9);
	w->n = 0;
	assert_int_equal(publish_timeline(&w->p.publish, &ask, take, w), 7);
	assert_int_equal(w->n, 2);
}

/* Regions that nobody ever reported from have rows too. */
static void test_every_region(void **state)
{
	struct world *w = *state;
	struct series_query q = {.by_region = true, .access = -1};
	put(w, stored_series("XX-02", ISP_ANY, ANY), 0, STATE_OPEN, 9);
	put(w, stored_series("?", ISP_ANY, ANY), 0, STATE_OPEN, 9);
	put(w, stored_series("XX-02", 100, ANY), 0, STATE_OPEN, 9);
	publish(w, q, 0, 2, 0, 9);
	assert_int_equal(w->n, 6);
	for (int i = 0; i < 6; i++) {
		char want[32];
		snprintf(want, sizeof(want), "XX-0%d", 1 + i / 2);
		assert_string_equal(w->rows[i].series.region, want);
		assert_int_equal(w->rows[i].v.state, i == 2 ? STATE_OPEN : STATE_INSUFFICIENT);
	}
	q.by_isp = true; /* of the many pairs only those that exist */
	publish(w, q, 0, 2, 0, 9);
	assert_int_equal(w->n, 2);
	assert_int_equal(w->rows[0].series.isp, 100);
	const char *regions[] = {"XX-03", "XX-01", NULL};
	const uint32_t isps[] = {300};
	q = (struct series_query){
		.regions = regions, .isps = isps, .n_isps = 1, .access = ACCESS_FIXED};
	publish(w, q, 0, 1, 0, 9);
	assert_int_equal(w->n, 2);
	assert_string_equal(w->rows[0].series.region, "XX-01");
}

/* Below the threshold a row looks as if nobody had been there. */
static void test_withheld(void **state)
{
	struct world *w = *state;
	struct series s = stored_series("", ISP_ANY, ANY);
	put(w, s, 0, STATE_INSUFFICIENT, 4);
	put(w, s, 1, STATE_SILENT, 4);
	put(w, s, 2, STATE_FILTERED, 5);
	publish(w, whole, 0, 4, 0, 9);
	struct row few = w->rows[0], none = w->rows[3];
	assert_int_equal(few.v.probes, 0);
	assert_int_equal(few.v.late, 0);
	assert_int_equal(few.v.expected, 8);
	few.v.expected = 0;
	assert_true(verdict_equal(&few.v, &none.v));
	assert_int_equal(few.revision, none.revision);
	assert_int_equal(few.revised_ms, none.revised_ms);
	assert_int_equal(w->rows[1].v.state, STATE_SILENT);
	assert_int_equal(w->rows[1].v.probes, 0);
	assert_true(isnan(w->rows[1].v.up));
	assert_int_equal(w->rows[2].v.probes, 5);
	assert_int_equal(w->rows[2].v.share[CLASS_OPEN].n, 5);
	assert_int_equal(w->rows[2].v.share[CLASS_CANARY].n, 0); /* three tried it */
	w->p.publish.min_probes = 9;
	publish(w, whole, 0, 4, 0, 9);
	assert_int_equal(w->rows[2].v.state, STATE_INSUFFICIENT);
	assert_int_equal(w->rows[2].v.expected, 0);
}

static void test_coarse(void **state)
{
	struct world *w = *state;
	struct series s = stored_series("", ISP_ANY, ANY);
	static const enum state states[] = {STATE_CUT,		STATE_CUT,
					    STATE_OPEN,		STATE_OPEN, /* equals: the worse */
					    STATE_OPEN,		STATE_OPEN,
					    STATE_OPEN,		STATE_CUT,
					    STATE_WHITELIST,	STATE_INSUFFICIENT,
					    STATE_INSUFFICIENT, STATE_INSUFFICIENT};
	for (int i = 0; i < 12; i++)
		put(w, s, i, states[i], 6 + (uint32_t)i);
	publish(w, whole, 1, 100, 4 * STEP, 14); /* from is rounded down */
	assert_int_equal(w->n, 4);
	assert_int_equal(w->rows[0].start_ms, at(0));
	assert_int_equal(w->rows[0].step_ms, 4 * STEP);
	assert_int_equal(w->rows[0].v.state, STATE_CUT);
	assert_string_equal(w->rows[0].v.rule, "cut");
	assert_int_equal(w->rows[0].v.probes, 9);
	assert_int_equal(w->rows[0].v.share[CLASS_OPEN].n, 9);
	assert_true(fabs(w->rows[0].v.up - 0.5) < 1e-9 && fabs(w->rows[0].v.lo - 0.25) < 1e-9);
	assert_int_equal(w->rows[0].revised_ms, at(5));
	assert_int_equal(w->rows[1].v.state, STATE_OPEN);
	assert_int_equal(w->rows[2].v.state, STATE_INSUFFICIENT);
	assert_int_equal(w->rows[3].v.state, STATE_INSUFFICIENT); /* two of four buckets so far */
	assert_int_equal(w->rows[3].v.probes, 0);
	struct publish_ask ask = {.q = whole, .step_ms = STEP + 1, .now_ms = at(9)};
	ask.q.until_ms = at(9);
	assert_int_equal(publish_timeline(&w->p.publish, &ask, take, w), -1);
}

static const struct row *shown(struct world *w, const char *region, uint32_t isp, int i)
{
	for (size_t k = 0; k < w->n; k++)
		if (!strcmp(w->rows[k].series.region, region) && w->rows[k].series.isp == isp &&
		    w->rows[k].start_ms == at(i))
			return &w->rows[k];
	fail_msg("no row of %s", region);
	return NULL;
}

/* Probes of three networks in two provinces at step i, with all that is summed from them. */
static void put_split(struct world *w, int i, const uint32_t probes[2][3])
{
	static const char *const regions[] = {"XX-01", "XX-02"};
	static const uint32_t isps[] = {100, 200, 300};
	uint32_t all = 0;
	for (int k = 0; k < 3; k++)
		put(w, stored_series("", isps[k], ANY), i, STATE_CUT, probes[0][k] + probes[1][k]);
	for (int r = 0; r < 2; r++) {
		uint32_t sum = 0;
		for (int k = 0; k < 3; k++) {
			put(w, stored_series(regions[r], isps[k], ANY), i, STATE_CUT, probes[r][k]);
			sum += probes[r][k];
		}
		put(w, stored_series(regions[r], ISP_ANY, ANY), i, STATE_CUT, sum);
		all += sum;
	}
	put(w, stored_series("", ISP_ANY, ANY), i, STATE_CUT, all);
}

/* A network of a province that is too small could be computed from the province and the others; so
 * the next smallest goes too, whatever is asked for. */
static void test_split(void **state)
{
	struct world *w = *state;
	const char *regions[] = {"XX-01", NULL};
	const uint32_t isps[] = {200};
	struct series_query by_both = {.by_region = true, .by_isp = true, .access = -1};
	struct series_query one = {.regions = regions, .isps = isps, .n_isps = 1, .access = -1};
	put_split(w, 0, (const uint32_t[2][3]){{20, 8, 3}, {30, 31, 32}});
	put_split(w, 1, (const uint32_t[2][3]){{20, 8, 9}, {30, 31, 32}});
	publish(w, by_both, 0, 2, 0, 9);
	assert_int_equal(shown(w, "XX-01", 300, 0)->v.state, STATE_INSUFFICIENT);
	const struct row *hidden = shown(w, "XX-01", 200, 0);
	assert_int_equal(hidden->v.state, STATE_CUT);
	assert_int_equal(hidden->v.probes, 0);
	assert_int_equal(hidden->v.share[CLASS_OPEN].n, 0);
	assert_true(isnan(hidden->v.up) && isnan(hidden->v.lo));
	assert_int_equal(hidden->revision, 1);
	assert_int_equal(shown(w, "XX-01", 100, 0)->v.probes, 20);
	/* of network 300 the country's figure is shown, so the other province's is not */
	assert_int_equal(shown(w, "XX-02", 300, 0)->v.probes, 0);
	assert_int_equal(shown(w, "XX-02", 100, 0)->v.probes, 30);
	assert_int_equal(shown(w, "XX-01", 200, 1)->v.probes, 8);
	assert_int_equal(shown(w, "XX-02", 300, 1)->v.probes, 32);
	publish(w, one, 0, 2, 0, 9);
	assert_int_equal(shown(w, "XX-01", 200, 0)->v.probes, 0);
	assert_int_equal(shown(w, "XX-01", 200, 1)->v.probes, 8);
	w->n = 0;
	const struct series s = stored_series("XX-01", 200, ANY);
	assert_int_equal(publish_step(&w->p.publish, &s, 1, at(0), take, w), 0);
	assert_int_equal(w->n, 1);
	assert_int_equal(w->rows[0].v.probes, 0);
	assert_int_equal(w->rows[0].v.state, STATE_CUT);
	publish(w, whole, 0, 2, 0, 9);
	assert_int_equal(w->rows[0].v.probes, 124);
	w->p.publish.min_probes = 1; /* nobody is hidden */
	publish(w, by_both, 0, 2, 0, 9);
	assert_int_equal(shown(w, "XX-01", 300, 0)->v.probes, 3);
	assert_int_equal(shown(w, "XX-01", 200, 0)->v.probes, 8);
}

/* Sums over more time than is read at once, and beside probes that nobody could place. */
static void test_split_long(void **state)
{
	struct world *w = *state;
	struct series_query q = {.by_region = true, .access = -1};
	for (int i = 100; i < 1000; i += 7) {
		uint32_t small = i % 2 ? 3 : 0;
		put(w, stored_series("XX-01", ISP_ANY, ANY), i, STATE_OPEN, 20);
		put(w, stored_series("XX-02", ISP_ANY, ANY), i, STATE_OPEN, 10);
		put(w, stored_series("?", ISP_ANY, ANY), i, STATE_INSUFFICIENT, small);
		put(w, stored_series("", ISP_ANY, ANY), i, STATE_OPEN, 30 + small);
	}
	publish(w, q, 50, 1000, 0, 1000);
	for (int i = 100; i < 1000; i += 7) {
		assert_int_equal(shown(w, "XX-01", ISP_ANY, i)->v.probes, 20);
		assert_int_equal(shown(w, "XX-02", ISP_ANY, i)->v.probes, i % 2 ? 0 : 10);
	}
}

static void test_asof(void **state)
{
	struct world *w = *state;
	struct series s = stored_series("", ISP_ANY, ANY);
	struct series_query q = whole;
	struct row late;
	put(w, s, 0, STATE_SILENT, 9);
	put(w, s, 1, STATE_OPEN, 9);
	assert_int_equal(store_get_row(w->p.stored->store, &s, at(0), &late), 1);
	assert_int_equal(store_put_past(w->p.stored->store, &late), 0);
	late.revision = 2;
	late.revised_ms = at(50);
	late.why = WHY_LATE;
	late.v.state = STATE_CUT;
	assert_int_equal(store_put_row(w->p.stored->store, &late), 0);
	q.asof_ms = at(3);
	publish(w, q, 0, 100, 0, 3);
	assert_int_equal(w->n, 3);
	assert_int_equal(w->rows[0].v.state, STATE_SILENT);
	assert_int_equal(w->rows[0].revision, 1);
	assert_int_equal(w->rows[0].why, WHY_FIRST);
	assert_int_equal(w->rows[1].v.state, STATE_OPEN);
	assert_int_equal(w->rows[2].v.state, STATE_INSUFFICIENT);
	q.asof_ms = at(2); /* the second was not there yet: a gap */
	publish(w, q, 0, 100, 0, 2);
	assert_int_equal(w->n, 2);
	assert_int_equal(w->rows[1].v.state, STATE_INSUFFICIENT);
	q.asof_ms = at(50);
	publish(w, q, 0, 1, 0, 50);
	assert_int_equal(w->rows[0].v.state, STATE_CUT);
	assert_int_equal(w->rows[0].why, WHY_LATE);
	publish(w, whole, 0, 2, 2 * STEP, 100);
	assert_int_equal(w->rows[0].revision, 2);
	assert_int_equal(w->rows[0].why, WHY_LATE);
	assert_int_equal(w->rows[0].revised_ms, at(50));
}

static int take_event(void *arg, const struct event *e)
{
	*(struct event *)arg = *e;
	return 0;
}

static void test_events(void **state)
{
	struct world *w = *state;
	struct event e = {.series = stored_series("", ISP_ANY, ANY),
			  .state = STATE_CUT,
			  .onset_ms = at(3),
			  .onset_lo_ms = at(2),
			  .onset_hi_ms = at(4),
			  .detected_ms = at(5),
			  .probes = 4,
			  .n = 4,
			  .hit = 3,
			  .expected = 4,
			  .revision = 1};
	struct event got = {0};
	struct series_query q = {.access = -1, .until_ms = at(9)};
	strcpy(e.id, "x");
	assert_int_equal(store_put_events(w->p.stored->store, &e.series, SIGN_LOSS, 0, &e, 1), 0);
	assert_int_equal(publish_events(&w->p.publish, &q, take_event, &got), 0);
	assert_int_equal(got.onset_ms, at(3));
	assert_int_equal(got.probes + got.n + got.hit + got.expected, 0);
	e.n = e.expected = 5;
	publish_event(&w->p.publish, &e);
	assert_int_equal(e.hit, 3);
	assert_int_equal(e.expected, 5);
	assert_int_equal(e.probes, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_gaps),  T(test_every_region), T(test_withheld), T(test_coarse),
		T(test_split), T(test_split_long),   T(test_asof),     T(test_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
