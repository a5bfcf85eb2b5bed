/* test_timeline.c: revisions of rows, and events that follow them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/events.h"
#include "collector/timeline.h"
#include "collector/views.h"
#include "tests/collector/stored.h"

#define T0    1767225600000
#define STEP  60000
#define STEPS 300
#define TOLD  64

struct world {
	struct stored *stored;
	struct timeline *timeline;
	struct series series;
	enum state said[STEPS]; /* STATES: no row */
	struct event told[TOLD];
	size_t n_told;
	size_t rows_told;
};

static void on_row(void *arg, const struct row *r)
{
	(void)r;
	((struct world *)arg)->rows_told++;
}

static void on_event(void *arg, const struct event *e)
{
	struct world *w = arg;
	w->told[w->n_told++ % TOLD] = *e;
}

static void start(struct world *w)
{
	const struct views_listener listener = {on_row, on_event, w};
	w->timeline = timeline_new(w->stored->store, STEP);
	timeline_listen(w->timeline, &listener);
}

static void restart(struct world *w)
{
	assert_int_equal(timeline_flush(w->timeline), 0);
	stored_commit(w->stored, 1);
	timeline_free(w->timeline);
	stored_reopen(w->stored);
	start(w);
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	void *stored;
	stored_setup(&stored);
	w->stored = stored;
	w->series = stored_series("XX-01", 100, ACCESS_MOBILE);
	start(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *stored = w->stored;
	timeline_free(w->timeline);
	stored_teardown(&stored);
	free(w);
	return 0;
}

static int64_t at(size_t i)
{
	return T0 + (int64_t)i * STEP;
}

static void put(struct world *w, enum timeline_phase phase, size_t i, enum state s, uint32_t probes)
{
	const struct verdict v = {.state = s,
				  .probes = probes,
				  .expected = 9,
				  .up = state_is_loss(s) ? 0.25 : 1,
				  .lo = 0,
				  .hi = 1,
				  .rule = "test"};
	w->said[i] = s;
	assert_int_equal(timeline_put(w->timeline, phase, &w->series, at(i), &v, at(i) + 3 * STEP),
			 0);
}

static void settle(struct world *w, size_t until)
{
	assert_int_equal(timeline_settle(w->timeline, at(until), at(until)), 0);
}

static struct row row_at(struct world *w, size_t i)
{
	struct row r = {0};
	assert_int_equal(store_get_row(w->stored->store, &w->series, at(i), &r), 1);
	return r;
}

static void test_revisions(void **state)
{
	struct world *w = *state;
	put(w, TIMELINE_PROVISIONAL, 0, STATE_OPEN, 3);
	put(w, TIMELINE_PROVISIONAL, 0, STATE_OPEN, 3);
	assert_int_equal(w->rows_told, 1);
	put(w, TIMELINE_PROVISIONAL, 0, STATE_OPEN, 5);
	put(w, TIMELINE_FINAL, 0, STATE_OPEN, 5);
	assert_int_equal(w->rows_told, 2); /* nothing new */
	assert_int_equal(row_at(w, 0).revision, 1);
	put(w, TIMELINE_LATE, 0, STATE_OPEN, 5);
	assert_int_equal(row_at(w, 0).revision, 1);
	put(w, TIMELINE_LATE, 0, STATE_OPEN, 6);
	assert_int_equal(row_at(w, 0).revision, 2);
	assert_int_equal(w->rows_told, 3);
	put(w, TIMELINE_LATE, 4, STATE_CUT, 6); /* a bucket that nobody had spoken of */
	assert_int_equal(row_at(w, 4).revision, 1);
	const struct verdict empty = {.up = NAN, .lo = NAN, .hi = NAN, .rule = "none"};
	struct row r;
	assert_int_equal(
		timeline_put(w->timeline, TIMELINE_FINAL, &w->series, at(5), &empty, at(9)), 0);
	assert_int_equal(store_get_row(w->stored->store, &w->series, at(5), &r), 0);
}

struct list {
	struct event events[STEPS];
	size_t n;
};

static int take(void *arg, const struct event *e)
{
	struct list *l = arg;
	l->events[l->n++] = *e;
	return 0;
}

static void stored_events(struct world *w, struct list *l)
{
	const uint32_t isps[] = {100};
	const char *regions[] = {"XX-01", NULL};
	const struct series_query q = {.regions = regions,
				       .isps = isps,
				       .n_isps = 1,
				       .access = ACCESS_MOBILE,
				       .until_ms = INT64_MAX};
	l->n = 0;
	assert_int_equal(timeline_flush(w->timeline), 0);
	assert_int_equal(store_events(w->stored->store, &q, take, l), 0);
}

/* What one pass over everything that was said would find. */
static void one_pass(const struct world *w, size_t until, struct list *l)
{
	struct events m;
	l->n = 0;
	events_init(&m, &w->series, STEP);
	for (size_t i = 0; i < until; i++) {
		struct row r = {.series = w->series, .start_ms = at(i), .step_ms = STEP};
		if (w->said[i] == STATES)
			continue;
		r.v = (struct verdict){.state = w->said[i],
				       .probes = 5,
				       .expected = 9,
				       .up = state_is_loss(w->said[i]) ? 0.25 : 1};
		if (events_next(&m, &r) == EVENTS_ENDED)
			l->events[l->n++] = m.current;
	}
	if (m.phase == EVENTS_ACTIVE)
		l->events[l->n++] = m.current;
}

static void expect_events(struct world *w, size_t until)
{
	struct list *got = xcalloc(1, sizeof(*got)), *want = xcalloc(1, sizeof(*want));
	stored_events(w, got);
	one_pass(w, until, want);
	assert_int_equal(got->n, want->n);
	for (size_t i = 0; i < got->n; i++) {
		const struct event *a = &got->events[i], *b = &want->events[i];
		assert_int_equal(a->onset_ms, b->onset_ms);
		assert_int_equal(a->onset_lo_ms, b->onset_lo_ms);
		assert_int_equal(a->end_ms, b->end_ms);
		assert_int_equal(a->state, b->state);
		assert_int_equal(a->probes, b->probes);
		assert_true(fabs(a->severity - b->severity) < 1e-12);
		assert_true(a->revision > 0 && *a->id);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(a->id, got->events[k].id);
	}
	free(got);
	free(want);
}

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 2685821657736338717ULL;
}

/* Rows come in long runs, with holes; now and then an old one is revised, now and then the
 * collector starts anew. The stored events are always those of one pass over what the rows say now.
 */
static void test_events_follow_rows(void **state)
{
	static const enum state states[] = {STATE_FILTERED,	STATE_CUT,	 STATE_SILENT,
					    STATE_INSUFFICIENT, STATE_WHITELIST, STATE_OPEN};
	struct world *w = *state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		uint64_t s = seed * 77;
		enum state now = STATE_OPEN;
		w->series.isp = 100;
		for (size_t i = 0; i < STEPS; i++) {
			w->said[i] = STATES;
			if (next(&s) % 6 == 0)
				now = states[next(&s) % 6];
			if (next(&s) % 12)
				put(w, TIMELINE_FINAL, i, now, 5);
			for (uint64_t k = next(&s) % 4; i && k == 0 && next(&s) % 2;)
				put(w, TIMELINE_LATE, next(&s) % i, states[next(&s) % 6], 5);
			if (next(&s) % 3 == 0)
				settle(w, i + 1);
			if (next(&s) % 40 == 0) {
				settle(w, i + 1);
				restart(w);
				expect_events(w, i + 1);
			}
		}
		settle(w, STEPS);
		expect_events(w, STEPS);
		assert_int_equal(store_reset(w->stored->store), 0);
		timeline_reset(w->timeline);
	}
}

static void run(struct world *w, const char *text)
{
	for (size_t i = 0; text[i]; i++)
		put(w, TIMELINE_FINAL, i, text[i] == 'x' ? STATE_SILENT : STATE_OPEN, 5);
}

static void test_told(void **state)
{
	struct world *w = *state;
	run(w, "..xxxx..");
	assert_int_equal(w->n_told, 2); /* began, ended */
	assert_int_equal(w->told[0].end_ms, 0);
	assert_int_equal(w->told[0].revision, 1);
	assert_int_equal(w->told[0].detected_ms, at(3) + 3 * STEP);
	assert_int_equal(w->told[1].end_ms, at(6));
	assert_int_equal(w->told[1].revision, 2);
	assert_string_equal(w->told[0].id, w->told[1].id);
}

/* The onset moves: the same event, revised. */
static void test_keeps_id(void **state)
{
	struct world *w = *state;
	run(w, "...xxxx..");
	put(w, TIMELINE_LATE, 2, STATE_CUT, 5);
	settle(w, 9);
	struct list l;
	stored_events(w, &l);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.events[0].id, w->told[0].id);
	assert_int_equal(l.events[0].onset_ms, at(2));
	assert_int_equal(l.events[0].detected_ms, w->told[0].detected_ms);
	assert_int_equal(l.events[0].revision, 3);
	settle(w, 9);
	assert_int_equal(w->n_told, 3);
}

/* It turns out that the probes were well all the time. */
static void test_undone(void **state)
{
	struct world *w = *state;
	struct list l;
	run(w, "...xxx..");
	for (size_t i = 3; i < 6; i++)
		put(w, TIMELINE_LATE, i, STATE_OPEN, 5);
	settle(w, 8);
	stored_events(w, &l);
	assert_int_equal(l.n, 0);
	const struct event *last = &w->told[w->n_told - 1];
	assert_string_equal(last->id, w->told[0].id);
	assert_int_equal(last->end_ms, last->onset_ms);
	assert_int_equal(last->revision, 3);
}

/* One becomes two: the first keeps the name. */
static void test_split(void **state)
{
	struct world *w = *state;
	struct list l;
	run(w, ".xxxxxx.");
	put(w, TIMELINE_LATE, 3, STATE_OPEN, 5);
	settle(w, 8);
	stored_events(w, &l);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.events[0].id, w->told[0].id);
	assert_string_not_equal(l.events[1].id, w->told[0].id);
	assert_int_equal(l.events[1].onset_ms, at(4));
	assert_int_equal(l.events[1].revision, 1);
}

static void test_expected(void **state)
{
	struct world *w = *state;
	for (size_t i = 0; i < 20; i++)
		put(w, TIMELINE_FINAL, i, STATE_OPEN, 5 + (uint32_t)i % 3);
	assert_int_equal(timeline_expected(w->timeline, &w->series, at(20)), 6);
	restart(w);
	assert_int_equal(timeline_expected(w->timeline, &w->series, at(20)), 6);
	struct series other = stored_series("XX-02", 100, ACCESS_MOBILE);
	assert_int_equal(timeline_expected(w->timeline, &other, at(20)), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_revisions), T(test_events_follow_rows),
		T(test_told),	   T(test_keeps_id),
		T(test_undone),	   T(test_split),
		T(test_expected),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
