/* test_store_events.c: events by series, time and kind; what they once said, and those that were
 * undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "collector/store.h"
#include "common/log.h"
#include "tests/collector/stored.h"

#define T0   1767225600000
#define STEP STORED_STEP_MS
#define HOUR 3600000LL

static struct event event(struct series s, int64_t onset_ms, int64_t end_ms)
{
	struct event e = {.series = s,
			  .state = STATE_SILENT,
			  .onset_ms = onset_ms,
			  .onset_lo_ms = onset_ms - STEP,
			  .onset_hi_ms = onset_ms + STEP,
			  .end_ms = end_ms,
			  .end_lo_ms = end_ms ? end_ms - 9 : 0,
			  .end_hi_ms = end_ms ? end_ms + 7 : 0,
			  .detected_ms = onset_ms + 9,
			  .back_ms = onset_ms + 10,
			  .basis = EVENT_SILENCE,
			  .hours = {3, 1380, 60},
			  .revision = 3,
			  .revised_ms = onset_ms + 11,
			  .why = WHY_LATE,
			  .severity = 1.25e-3,
			  .lost_lo = 0.5,
			  .lost_hi = 1,
			  .probes = 6,
			  .n = 7,
			  .hit = 5,
			  .expected = 8,
			  .returns = {3, 1, 12345, onset_ms + 12}};
	strcpy(e.id, "some.id");
	return e;
}

struct event_list {
	struct event events[16];
	size_t n;
};

static int take_event(void *arg, const struct event *e)
{
	struct event_list *l = arg;
	l->events[l->n++] = *e;
	return 0;
}

static size_t events(struct stored *w, int64_t from_ms, int64_t until_ms, struct event_list *l)
{
	const struct series_query q = {
		.by_region = true, .access = -1, .from_ms = from_ms, .until_ms = until_ms};
	l->n = 0;
	assert_int_equal(store_events(w->store, &q, take_event, l), 0);
	return l->n;
}

static void test_events(void **state)
{
	struct stored *w = *state;
	struct event_list l;
	struct series a = stored_series("IR-01", ISP_ANY, ACCESS_ANY),
		      b = stored_series("IR-02", ISP_ANY, ACCESS_ANY);
	const int64_t h = HOUR;
	struct event of_a[] = {event(a, T0, T0 + h), event(a, T0 + 5 * h, 0)};
	struct event of_b = event(b, T0 + h, T0 + 2 * h);
	assert_int_equal(store_put_events(w->store, &b, SIGN_LOSS, 0, &of_b, 1), 0);
	assert_int_equal(store_put_events(w->store, &a, SIGN_LOSS, 0, of_a, 2), 0);
	stored_commit(w, 3);
	stored_reopen(w);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 3);
	of_a[1].series = l.events[1].series;
	assert_string_equal(l.events[1].series.region, "IR-01");
	assert_memory_equal(&l.events[1], &of_a[1], sizeof(of_a[1]));
	assert_int_equal(events(w, T0 + h, T0 + 2 * h, &l), 1); /* ends are exclusive */
	assert_string_equal(l.events[0].series.region, "IR-02");
	assert_int_equal(events(w, T0 + 9 * h, T0 + 10 * h, &l), 1); /* lasts */
	assert_int_equal(l.events[0].onset_ms, T0 + 5 * h);
	of_a[1].end_ms = T0 + 6 * h;
	assert_int_equal(store_put_events(w->store, &a, SIGN_LOSS, T0 + 4 * h, &of_a[1], 1), 0);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 3);
	assert_int_equal(l.events[1].end_ms, T0 + 6 * h);
	assert_int_equal(store_put_events(w->store, &a, SIGN_LOSS, 0, NULL, 0), 0);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 1);
}

static void put(struct stored *w, const struct event *e, size_t n, int64_t from_ms)
{
	assert_int_equal(store_put_events(w->store, &e->series, e->kind, from_ms, e, n), 0);
}

static size_t asof(struct stored *w, int64_t asof_ms, struct event_list *l)
{
	const struct series_query q = {
		.by_region = true, .access = -1, .until_ms = INT64_MAX, .asof_ms = asof_ms};
	l->n = 0;
	assert_int_equal(store_events(w->store, &q, take_event, l), 0);
	return l->n;
}

/* Kinds that begin at the same moment stand beside each other; one kind is replaced alone. */
static void test_kinds(void **state)
{
	struct stored *w = *state;
	struct event_list l;
	struct series s = stored_series("IR-01", ISP_ANY, ACCESS_ANY);
	struct event loss = event(s, T0, 0), dns = event(s, T0, 0), early = event(s, T0 - HOUR, T0);
	dns.kind = SIGN_DNS;
	strcpy(dns.id, "some.id.dns-blocked");
	early.kind = SIGN_IPV6;
	strcpy(early.id, "early");
	put(w, &dns, 1, 0);
	put(w, &early, 1, 0);
	put(w, &loss, 1, 0);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 3);
	assert_string_equal(l.events[0].id, "early");
	assert_int_equal(l.events[1].kind, SIGN_LOSS);
	assert_int_equal(l.events[2].kind, SIGN_DNS);
	put(w, &loss, 0, 0);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 2);
}

/* It told of [T0, T0 + 6 h), or while it lasted of [T0, T0 + 5 h), before it was undone. */
static void check_undone(struct stored *w, const struct event *e)
{
	struct event again = *e, was;
	again.onset_ms = T0 + 6 * HOUR - 1;
	again.end_ms = 0;
	assert_int_equal(store_undone_event(w->store, &again, &was), 1);
	assert_string_equal(was.id, e->id);
	assert_int_equal(was.revision, 4);
	again.kind = SIGN_QUIC;
	assert_int_equal(store_undone_event(w->store, &again, &was), 0);
	again.kind = e->kind;
	again.onset_ms = T0 + 9 * HOUR;
	assert_int_equal(store_undone_event(w->store, &again, &was), 0);
	again.onset_ms = T0 - 2 * HOUR;
	again.end_ms = T0;
	assert_int_equal(store_undone_event(w->store, &again, &was), 0);
}

/* One event: begins at 1 h, is told at 2 h, again with an earlier onset at 5 h, ends at 6 h, is undone at 9 h, and is
 * back at 12 h. It grows all the time. */
static void test_asof(void **state)
{
	struct stored *w = *state;
	struct event_list l;
	struct event e = event(stored_series("IR-01", ISP_ANY, ACCESS_ANY), T0 + HOUR, 0);
	e.revision = 1;
	e.revised_ms = T0 + 2 * HOUR;
	put(w, &e, 1, e.onset_ms);
	e.probes = 99; /* it has grown, and is the same revision */
	put(w, &e, 1, e.onset_ms);
	e.onset_ms = T0;
	e.onset_lo_ms = T0 - STEP;
	e.revision = 2;
	e.revised_ms = T0 + 5 * HOUR;
	put(w, &e, 1, e.onset_ms);
	e.end_ms = e.end_lo_ms = e.end_hi_ms = T0 + 6 * HOUR;
	e.revision = 3;
	e.revised_ms = T0 + 6 * HOUR;
	e.severity = 7;
	put(w, &e, 1, e.onset_ms);
	struct event undone = e;
	undone.end_ms = undone.end_lo_ms = undone.end_hi_ms = e.onset_ms;
	undone.revision = 4;
	undone.revised_ms = T0 + 9 * HOUR;
	put(w, &undone, 1, 0);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 0);
	check_undone(w, &e);
	assert_int_equal(store_event_revision(w->store, &e.series, e.id), 4);
	assert_int_equal(store_event_revision(w->store, &e.series, "another"), 0);
	e.revision = 5;
	e.revised_ms = T0 + 12 * HOUR;
	put(w, &e, 1, 0);
	stored_commit(w, 1);
	stored_reopen(w);
	assert_int_equal(asof(w, T0 + 2 * HOUR - 1, &l), 0);
	assert_int_equal(asof(w, T0 + 2 * HOUR, &l), 1);
	assert_int_equal(l.events[0].onset_ms, T0 + HOUR);
	assert_int_equal(l.events[0].revision, 1);
	assert_int_equal(l.events[0].probes, 0);
	assert_true(isnan(l.events[0].severity));
	assert_int_equal(asof(w, T0 + 5 * HOUR, &l), 1);
	assert_int_equal(l.events[0].onset_ms, T0);
	assert_int_equal(l.events[0].end_ms, 0);
	assert_true(isnan(l.events[0].severity));
	assert_int_equal(asof(w, T0 + 8 * HOUR, &l), 1);
	assert_int_equal(l.events[0].revision, 3);
	assert_true(l.events[0].severity > 6);
	assert_int_equal(l.events[0].probes, 99);
	assert_int_equal(asof(w, T0 + 9 * HOUR, &l), 0);
	assert_int_equal(asof(w, T0 + 12 * HOUR, &l), 1);
	assert_int_equal(l.events[0].revision, 5);
	assert_int_equal(store_undone_event(w->store, &e, &undone), 0);
	assert_int_equal(store_event_revision(w->store, &e.series, e.id), 5);
}

/* Dates move, so two events of one series can have had the same onset in revisions of the same number: what is kept of one
 * is not written over that of the other. */
static void test_past_of_two(void **state)
{
	struct stored *w = *state;
	struct event a = event(stored_series("IR-01", ISP_ANY, ACCESS_ANY), T0, T0 + HOUR), b = a;
	struct event_list l = {0};
	strcpy(a.id, "IR-01.all.all.20260101T003000Z");
	strcpy(b.id, "IR-01.all.all.20260101T000000Z");
	put(w, &a, 1, 0);
	put(w, &b, 1, 0);
	put(w, &b, 0, 0);
	put(w, &b, 1, 0); /* and a revision is kept once */
	put(w, &b, 0, 0);
	stored_commit(w, 1);
	stored_reopen(w);
	assert_int_equal(store_past_events(w->store, &a.series, take_event, &l), 0);
	assert_int_equal(l.n, 2);
	assert_int_equal(store_event_revision(w->store, &a.series, a.id), 3);
	assert_int_equal(store_event_revision(w->store, &a.series, b.id), 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, stored_setup, stored_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		T(test_events),
		T(test_kinds),
		T(test_asof),
		T(test_past_of_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
