/* test_store_rows.c: rows by series and time, and as they once stood; which series a query names. */
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
	assert_int_equal(a->why, b->why);
	assert_int_equal(a->method, b->method);
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

/* Row i of a series is revised 1 + i % 4 times, a day after another, the first time at its end. */
#define DAY	 (24 * 3600 * 1000LL)
#define TIMES(i) (1 + (i) % 4)

static struct row revision_of(struct series s, uint32_t i, uint32_t revision)
{
	struct row r = stored_row(s, T0 + i * (int64_t)STEP, 10 * i + revision);
	r.revision = revision;
	r.revised_ms = r.start_ms + STEP + (revision - 1) * 10 * DAY;
	r.why = revision > 1 ? WHY_LATE : WHY_FIRST;
	return r;
}

static void put_revised(struct stored *w, struct series s, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 1; k <= TIMES(i); k++) {
			struct row r = revision_of(s, i, k), before = revision_of(s, i, k - 1);
			if (k > 1)
				assert_int_equal(store_put_past(w->store, &before), 0);
			assert_int_equal(store_put_row(w->store, &r), 0);
		}
}

static void test_asof(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-23", ISP_ANY, ACCESS_ANY),
		      other = stored_series("IR-24", ISP_ANY, ACCESS_ANY);
	struct series_query q = {.by_region = true, .access = -1, .until_ms = INT64_MAX};
	struct list *l = xcalloc(1, sizeof(*l));
	assert_int_equal(store_began(w->store), 0);
	put_revised(w, s, 600);
	put_revised(w, other, 5);
	for (int round = 0; round < 2; round++) {
		for (uint32_t days = 0; days < 40; days += 3) {
			q.asof_ms = T0 + days * DAY;
			l->n = 0;
			assert_int_equal(store_rows(w->store, &q, take, l), 0);
			size_t at = 0;
			for (uint32_t i = 0; i < 605; i++) {
				struct series of = i < 600 ? s : other;
				uint32_t k = 0, number = i % 600;
				while (k < TIMES(number) &&
				       revision_of(of, number, k + 1).revised_ms <= q.asof_ms)
					k++;
				if (!k)
					continue;
				struct row want = revision_of(of, number, k);
				expect_row(&l->rows[at++], &want);
			}
			assert_int_equal(l->n, at);
		}
		stored_commit(w, 2);
		stored_reopen(w);
		assert_int_equal(store_began(w->store), T0 + STEP);
	}
	free(l);
}

static void test_past(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-23", ISP_ANY, ACCESS_ANY);
	struct list *l = xcalloc(1, sizeof(*l));
	put_revised(w, s, 400);
	assert_int_equal(store_past(w->store, &s, T0 + 3 * STEP, T0 + 4 * STEP, take, l), 0);
	assert_int_equal(l->n, 3);
	for (uint32_t k = 1; k <= 3; k++) {
		struct row want = revision_of(s, 3, k);
		expect_row(&l->rows[k - 1], &want);
	}
	l->n = 0;
	assert_int_equal(store_past(w->store, &s, T0 + 4 * STEP, T0 + 5 * STEP, take, l), 0);
	assert_int_equal(l->n, 0);
	assert_int_equal(store_past(w->store, &s, 0, INT64_MAX, take, l), 0);
	assert_int_equal(l->n, 600); /* 0 + 1 + 2 + 3 of four */
	s.isp = 9;
	assert_int_equal(store_past(w->store, &s, 0, INT64_MAX, take, l), 0);
	assert_int_equal(l->n, 600);
	free(l);
}

#define T(f) cmocka_unit_test_setup_teardown(f, stored_setup, stored_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		T(test_rows), T(test_many_series), T(test_queries), T(test_asof), T(test_past),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
