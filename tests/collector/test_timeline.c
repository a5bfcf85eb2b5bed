/* test_timeline.c: when a row is written, and as which revision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/timeline.h"
#include "collector/views.h"
#include "tests/collector/stored.h"

#define T0   1767225600000
#define STEP 60000

struct world {
	struct stored *stored;
	struct views_listener listener;
	struct timeline timeline;
	struct series series;
	size_t told;
};

static void on_row(void *arg, const struct row *r)
{
	(void)r;
	((struct world *)arg)->told++;
}

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	void *stored;
	stored_setup(&stored);
	w->stored = stored;
	w->series = stored_series("XX-01", 100, ACCESS_MOBILE);
	w->listener = (struct views_listener){on_row, NULL, w};
	w->timeline = (struct timeline){w->stored->store, STEP, &w->listener};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *stored = w->stored;
	stored_teardown(&stored);
	free(w);
	return 0;
}

static void put(struct world *w, enum timeline_phase phase, enum state s, uint32_t probes,
		int64_t now_ms)
{
	struct verdict v;
	verdict_clear(&v);
	v.state = s;
	v.probes = probes;
	assert_int_equal(timeline_put(&w->timeline, phase, &w->series, T0, &v, now_ms), 0);
}

static void expect(struct world *w, uint32_t revision, enum why why, int64_t revised_ms,
		   size_t told)
{
	struct row r;
	assert_int_equal(store_get_row(w->stored->store, &w->series, T0, &r), 1);
	assert_int_equal(r.revision, revision);
	assert_int_equal(r.why, why);
	assert_int_equal(r.revised_ms, revised_ms);
	assert_int_equal(r.method, METHOD_VERSION);
	assert_int_equal(w->told, told);
}

/* What is provisional leaves no trace: the final row is the first revision. */
static void test_first(void **state)
{
	struct world *w = *state;
	put(w, TIMELINE_PROVISIONAL, STATE_OPEN, 5, T0 + 10);
	expect(w, 1, WHY_FIRST, T0 + 10, 1);
	put(w, TIMELINE_PROVISIONAL, STATE_OPEN, 6, T0 + 20);
	expect(w, 1, WHY_FIRST, T0 + 20, 2);
	put(w, TIMELINE_FINAL, STATE_OPEN, 6, T0 + 99);
	expect(w, 1, WHY_FIRST, T0 + 99, 2); /* nothing new for who listens */
}

static void test_late(void **state)
{
	struct world *w = *state;
	put(w, TIMELINE_FINAL, STATE_INSUFFICIENT, 1, T0 + 99);
	put(w, TIMELINE_LATE, STATE_INSUFFICIENT, 1, T0 + 200);
	expect(w, 1, WHY_FIRST, T0 + 99, 1);
	put(w, TIMELINE_LATE, STATE_CUT, 9, T0 + 300);
	expect(w, 2, WHY_LATE, T0 + 300, 2);
	put(w, TIMELINE_LATE, STATE_CUT, 10, T0 + 400);
	expect(w, 3, WHY_LATE, T0 + 400, 3);
}

/* Nobody heard and nobody expected: no row. */
static void test_nothing(void **state)
{
	struct world *w = *state;
	struct row r;
	put(w, TIMELINE_FINAL, STATE_INSUFFICIENT, 0, T0 + 99);
	assert_int_equal(store_get_row(w->stored->store, &w->series, T0, &r), 0);
	put(w, TIMELINE_LATE, STATE_CUT, 9, T0 + 300); /* late, and the first that is said */
	expect(w, 1, WHY_LATE, T0 + 300, 1);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_first), T(test_late), T(test_nothing)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
