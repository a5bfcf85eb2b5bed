/* test_store_rows.c: rows and events by series and time; which series a query names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/store.h"
#include "common/clock.h"
#include "common/log.h"
#include "tests/collector/stored.h"

#define T0   1767225600000
#define STEP STORED_STEP_MS

static void expect_row(const struct row *a, const struct row *b)
{
	assert_true(series_equal(&a->series, &b->series));
	assert_int_equal(a->start_ms, b->start_ms);
	assert_int_equal(a->step_ms, b->step_ms);
	assert_int_equal(a->revision, b->revision);
	assert_int_equal(a->revised_ms, b->revised_ms);
	assert_true(verdict_equal(&a->v, &b->v));
}

struct list {
	struct row rows[2000];
	size_t n, stop_at;
};

static int take(void *arg, const struct row *r)
{
	struct list *l = arg;
	l->rows[l->n++] = *r;
	return l->n == l->stop_at ? 42 : 0;
}

/* Five days of rows, put in any order and twice; read by time, also before a commit. */
static void test_rows(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-23", ISP_ANY, ACCESS_ANY);
	const char *regions[] = {"IR-23", NULL};
	struct series_query q = {.regions = regions,
				 .access = -1,
				 .from_ms = T0 + STEP,
				 .until_ms = T0 + 1400 * (int64_t)STEP};
	struct list *l = xcalloc(1, sizeof(*l));
	for (uint32_t i = 0; i < 1440; i++) {
		uint32_t at = i * 7 % 1440;
		stored_put(w, s, T0 + at * (int64_t)STEP, 1);
		stored_put(w, s, T0 + at * (int64_t)STEP, at);
	}
	for (int round = 0; round < 2; round++) {
		l->n = 0;
		assert_int_equal(store_rows(w->store, &q, take, l), 0);
		assert_int_equal(l->n, 1399);
		for (uint32_t i = 0; i < 1399; i++) {
			struct row want = stored_row(s, T0 + (i + 1) * (int64_t)STEP, i + 1);
			expect_row(&l->rows[i], &want);
		}
		stored_commit(w, 2);
		stored_reopen(w);
	}
	struct row got, want = stored_row(s, T0 + 288 * (int64_t)STEP, 288);
	assert_int_equal(store_get_row(w->store, &s, want.start_ms, &got), 1);
	expect_row(&got, &want);
	assert_int_equal(store_get_row(w->store, &s, T0 - STEP, &got), 0);
	l->n = 0;
	l->stop_at = 3;
	assert_int_equal(store_rows(w->store, &q, take, l), 42);
	assert_int_equal(l->n, 3);
	free(l);
}

/* More series than are kept in memory at once. */
static void test_many_series(void **state)
{
	struct stored *w = *state;
	struct row r;
	for (uint32_t i = 0; i < 3000; i++)
		stored_put(w, stored_series("IR-01", 1000 + i, ACCESS_FIXED), T0, i);
	for (uint32_t i = 0; i < 3000; i += 7) {
		struct series s = stored_series("IR-01", 1000 + i, ACCESS_FIXED);
		assert_int_equal(store_get_row(w->store, &s, T0, &r), 1);
		assert_int_equal(r.v.probes, i);
	}
}

static int take_series(void *arg, const struct series *s)
{
	char *text = arg, name[SERIES_TEXT_LEN];
	sprintf(text + strlen(text), "%s ", series_text(name, s));
	return 0;
}

static void expect_series(struct stored *w, struct series_query q, const char *want)
{
	char text[1024] = "";
	assert_int_equal(store_series(w->store, &q, take_series, text), 0);
	assert_string_equal(text, want);
}

static void test_queries(void **state)
{
	struct stored *w = *state;
	const char *regions[] = {"IR-02", "?", NULL};
	const uint32_t isps[] = {7};
	for (int r = 0; r < 4; r++)
		for (int i = 0; i < 2; i++)
			for (int a = 0; a < 2; a++)
				stored_put(w,
					   stored_series(r == 0	  ? ""
							 : r == 1 ? "IR-02"
							 : r == 2 ? "IR-01"
								  : "?",
							 i ? 7 : ISP_ANY,
							 a ? ACCESS_FIXED : (int)ACCESS_ANY),
					   T0, 9);
	expect_series(w, (struct series_query){.access = -1}, "all.all.all ");
	expect_series(w, (struct series_query){.access = -1, .by_region = true},
		      "IR-01.all.all IR-02.all.all ");
	expect_series(w, (struct series_query){.access = -1, .by_isp = true}, "all.AS7.all ");
	expect_series(w, (struct series_query){.access = -1, .by_access = true}, "all.all.fixed ");
	expect_series(w, (struct series_query){.access = ACCESS_FIXED, .by_region = true},
		      "IR-01.all.fixed IR-02.all.fixed ");
	expect_series(w, (struct series_query){.access = -1, .regions = regions},
		      "?.all.all IR-02.all.all ");
	expect_series(
		w,
		(struct series_query){.access = -1, .isps = isps, .n_isps = 1, .by_region = true},
		"IR-01.AS7.all IR-02.AS7.all ");
	expect_series(w, (struct series_query){.access = ACCESS_MOBILE, .by_region = true}, "");
	stored_reopen(w); /* nothing was committed */
	expect_series(w, (struct series_query){.access = -1}, "");
}

static struct event event(struct series s, int64_t onset_ms, int64_t end_ms)
{
	struct event e = {.series = s,
			  .state = STATE_SILENT,
			  .onset_ms = onset_ms,
			  .onset_lo_ms = onset_ms - STEP,
			  .onset_hi_ms = onset_ms + STEP,
			  .end_ms = end_ms,
			  .detected_ms = onset_ms + 9,
			  .severity = 1.25e-3,
			  .probes = 6,
			  .revision = 3};
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
	const int64_t h = 3600000;
	struct event of_a[] = {event(a, T0, T0 + h), event(a, T0 + 5 * h, 0)};
	struct event of_b = event(b, T0 + h, T0 + 2 * h);
	assert_int_equal(store_put_events(w->store, &b, 0, &of_b, 1), 0);
	assert_int_equal(store_put_events(w->store, &a, 0, of_a, 2), 0);
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
	assert_int_equal(store_put_events(w->store, &a, T0 + 4 * h, &of_a[1], 1), 0);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 3);
	assert_int_equal(l.events[1].end_ms, T0 + 6 * h);
	assert_int_equal(store_put_events(w->store, &a, 0, NULL, 0), 0);
	assert_int_equal(events(w, 0, INT64_MAX, &l), 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, stored_setup, stored_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		T(test_rows),
		T(test_many_series),
		T(test_queries),
		T(test_events),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
