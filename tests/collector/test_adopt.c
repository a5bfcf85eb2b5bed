/* test_adopt.c: another method goes on from what was published: nothing that was said is lost, and
 * nothing that is said now is as if it had been said before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/adopt.h"
#include "collector/events.h"
#include "common/log.h"
#include "tests/collector/stored.h"

#define T0   1767225600000
#define STEP STORED_STEP_MS

struct pair {
	struct stored *to, *from;
};

static int setup(void **state)
{
	struct pair *p = xcalloc(1, sizeof(*p));
	void *stored;
	stored_setup(&stored);
	p->to = stored;
	stored_setup(&stored);
	p->from = stored;
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;
	void *to = p->to, *from = p->from;
	stored_teardown(&to);
	stored_teardown(&from);
	free(p);
	return 0;
}

#define NOW   (T0 + 1000000000LL)
#define UNTIL (T0 + 100 * (int64_t)STEP)

static struct adopted adopt(struct pair *p, enum why why)
{
	const struct adopt a = {p->to->store, p->from->store, UNTIL, NOW, why};
	struct adopted did;
	stored_commit(p->to, 1);
	stored_commit(p->from, 1);
	assert_int_equal(adopt_history(&a, &did), 0);
	stored_commit(p->to, 2);
	stored_reopen(p->to);
	return did;
}

static struct row at(struct series s, int i, uint32_t probes, uint32_t revision)
{
	struct row r = stored_row(s, T0 + i * (int64_t)STEP, probes);
	r.revision = revision;
	r.revised_ms = r.start_ms + revision * 1000;
	r.why = revision > 1 ? WHY_LATE : WHY_FIRST;
	r.method = 1;
	return r;
}

static void put(struct stored *w, struct row r)
{
	assert_int_equal(store_put_row(w->store, &r), 0);
}

static void put_past(struct stored *w, struct row r)
{
	assert_int_equal(store_put_past(w->store, &r), 0);
}

static struct row get(struct pair *p, struct series s, int i)
{
	struct row r;
	assert_int_equal(store_get_row(p->to->store, &s, T0 + i * (int64_t)STEP, &r), 1);
	return r;
}

static int print(void *arg, const struct row *r)
{
	char *text = arg;
	sprintf(text + strlen(text), "r%u:%u:%s ", r->revision, r->v.probes, why_str(r->why));
	return 0;
}

static void expect_past(struct pair *p, struct series s, int i, const char *want)
{
	char text[256] = "";
	int64_t start = T0 + i * (int64_t)STEP;
	assert_int_equal(store_past(p->to->store, &s, start, start + 1, print, text), 0);
	assert_string_equal(text, want);
}

static void test_rows(void **state)
{
	struct pair *p = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_MOBILE);
	put(p->from, at(s, 0, 10, 3)); /* says the same */
	put_past(p->from, at(s, 0, 8, 1));
	put_past(p->from, at(s, 0, 9, 2));
	put(p->to, at(s, 0, 10, 2));
	put_past(p->to, at(s, 0, 1, 1)); /* nobody ever saw that */
	put(p->from, at(s, 1, 10, 2));	 /* says something else */
	put_past(p->from, at(s, 1, 9, 1));
	put(p->to, at(s, 1, 11, 1));
	put(p->from, at(s, 2, 10, 1)); /* says nothing any more */
	put(p->to, at(s, 3, 12, 2));   /* said nothing before */
	put_past(p->to, at(s, 3, 11, 1));
	put(p->from, at(s, 100, 10, 1)); /* not final */
	put(p->to, at(s, 100, 13, 2));
	put_past(p->to, at(s, 100, 12, 1));
	struct adopted did = adopt(p, WHY_METHOD);
	assert_int_equal(did.kept, 1);
	assert_int_equal(did.revised, 1);
	assert_int_equal(did.withdrawn, 1);
	assert_int_equal(did.added, 1);

	struct row r = get(p, s, 0), was = at(s, 0, 10, 3);
	assert_int_equal(r.revision, 3);
	assert_int_equal(r.revised_ms, was.revised_ms);
	assert_int_equal(r.why, WHY_LATE);
	assert_int_equal(r.method, 1);
	expect_past(p, s, 0, "r1:8:first r2:9:late ");
	r = get(p, s, 1);
	assert_int_equal(r.revision, 3);
	assert_int_equal(r.revised_ms, NOW);
	assert_int_equal(r.why, WHY_METHOD);
	assert_int_equal(r.v.probes, 11);
	expect_past(p, s, 1, "r1:9:first r2:10:late ");
	r = get(p, s, 2);
	assert_int_equal(r.revision, 2);
	assert_int_equal(r.v.state, STATE_INSUFFICIENT);
	assert_string_equal(r.v.rule, "withdrawn");
	assert_int_equal(r.v.probes, 0);
	assert_true(isnan(r.v.up));
	assert_int_equal(r.method, METHOD_VERSION);
	expect_past(p, s, 2, "r1:10:first ");
	r = get(p, s, 3);
	assert_int_equal(r.revision, 1);
	assert_int_equal(r.revised_ms, NOW);
	assert_int_equal(r.why, WHY_METHOD);
	expect_past(p, s, 3, "");
	r = get(p, s, 100);
	assert_int_equal(r.revision, 2);
	assert_int_equal(r.v.probes, 13);
	expect_past(p, s, 100, "r1:12:first ");
}

/* What was withdrawn once is not withdrawn again; a series that only one of them has. */
static void test_twice(void **state)
{
	struct pair *p = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_MOBILE),
		      gone = stored_series("IR-02", 7, ACCESS_MOBILE);
	struct row withdrawn = at(s, 0, 0, 2);
	verdict_clear(&withdrawn.v);
	strcpy(withdrawn.v.rule, "withdrawn");
	put(p->from, withdrawn);
	put_past(p->from, at(s, 0, 10, 1));
	put(p->from, at(gone, 0, 10, 1));
	put(p->to, at(s, 1, 10, 1));
	struct adopted did = adopt(p, WHY_CORRECTION);
	assert_int_equal(did.kept, 1);
	assert_int_equal(did.withdrawn, 1);
	assert_int_equal(did.added, 1);
	assert_int_equal(get(p, s, 0).revision, 2);
	expect_past(p, s, 0, "r1:10:first ");
	assert_int_equal(get(p, gone, 0).revision, 2);
	assert_int_equal(get(p, gone, 0).why, WHY_CORRECTION);
}

static struct event event(struct series s, enum sign kind, int64_t onset_ms, int64_t end_ms)
{
	struct event e = {.series = s,
			  .kind = kind,
			  .state = STATE_CUT,
			  .onset_ms = onset_ms,
			  .onset_lo_ms = onset_ms - 5,
			  .onset_hi_ms = onset_ms + 5,
			  .end_ms = end_ms,
			  .end_lo_ms = end_ms ? end_ms - 5 : 0,
			  .end_hi_ms = end_ms ? end_ms + 5 : 0,
			  .detected_ms = onset_ms + 1000,
			  .severity = 1,
			  .lost_lo = NAN,
			  .lost_hi = NAN,
			  .probes = 9,
			  .revision = 4,
			  .revised_ms = onset_ms + 2000,
			  .why = WHY_COURSE};
	events_name(&e);
	return e;
}

static void put_event(struct stored *w, struct event e)
{
	assert_int_equal(store_put_events(w->store, &e.series, e.kind, e.onset_ms, &e, 1), 0);
}

struct found {
	struct event events[8];
	size_t n;
};

static int take(void *arg, const struct event *e)
{
	struct found *f = arg;
	f->events[f->n++] = *e;
	return 0;
}

static struct found events(struct pair *p, struct series s, int64_t asof_ms)
{
	const char *regions[2];
	struct found f = {0};
	struct series_query q = store_query_one(&s, regions, 0, INT64_MAX);
	q.asof_ms = asof_ms;
	assert_int_equal(store_events(p->to->store, &q, take, &f), 0);
	return f;
}

static void test_events(void **state)
{
	const int64_t h = 3600000;
	struct pair *p = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_MOBILE);
	struct event same = event(s, SIGN_LOSS, T0, T0 + h);
	put_event(p->from, same);
	same.revision = 1; /* of the replay */
	same.revised_ms = T0 + 5 * h;
	put_event(p->to, same);
	struct event longer = event(s, SIGN_LOSS, T0 + 10 * h, T0 + 11 * h);
	put_event(p->from, longer);
	longer = event(s, SIGN_LOSS, T0 + 9 * h, T0 + 12 * h);
	put_event(p->to, longer);
	put_event(p->from, event(s, SIGN_DNS, T0 + 9 * h, T0 + 12 * h)); /* nothing is left of it */
	put_event(p->to,
		  event(s, SIGN_QUIC, T0 + 20 * h, T0 + 21 * h)); /* found by the new method */
	struct event lasting = event(s, SIGN_LOSS, T0 + 30 * h, 0);
	put_event(p->from, lasting);
	lasting.probes = 99;
	lasting.revision = 1;
	put_event(p->to, lasting);
	struct adopted did = adopt(p, WHY_METHOD);
	assert_int_equal(did.events_kept, 2);
	assert_int_equal(did.events_revised, 1);
	assert_int_equal(did.events_undone, 1);
	assert_int_equal(did.events_added, 1);

	struct found f = events(p, s, 0);
	assert_int_equal(f.n, 4);
	assert_int_equal(f.events[0].revision, 4);
	assert_int_equal(f.events[0].revised_ms, T0 + 2000);
	assert_int_equal(f.events[1].onset_ms, T0 + 9 * h);
	assert_int_equal(f.events[1].revision, 5);
	assert_int_equal(f.events[1].why, WHY_METHOD);
	assert_int_equal(f.events[1].revised_ms, NOW);
	assert_int_equal(f.events[1].detected_ms, T0 + 10 * h + 1000);
	assert_string_equal(f.events[1].id, "IR-01.AS7.mobile.20260101T100000Z");
	assert_int_equal(f.events[2].kind, SIGN_QUIC);
	assert_int_equal(f.events[2].revision, 1);
	assert_int_equal(f.events[2].detected_ms, NOW);
	assert_int_equal(f.events[3].probes, 99);
	assert_int_equal(f.events[3].revision, 4);
	f = events(p, s, NOW - 1);
	assert_int_equal(f.n, 4);
	assert_int_equal(f.events[1].kind, SIGN_DNS);
	assert_int_equal(f.events[2].onset_ms, T0 + 10 * h);
	assert_int_equal(f.events[2].revision, 4);
}

static void test_other_steps(void **state)
{
	struct pair *p = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_MOBILE);
	struct row r = at(s, 0, 10, 1);
	const struct adopt a = {p->to->store, p->from->store, UNTIL, NOW, WHY_CORRECTION};
	struct adopted did;
	put(p->to, r);
	r.step_ms = 2 * STEP;
	put(p->from, r);
	assert_int_equal(adopt_history(&a, &did), 1);
	assert_int_equal(get(p, s, 0).revision, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		T(test_rows),
		T(test_twice),
		T(test_events),
		T(test_other_steps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
