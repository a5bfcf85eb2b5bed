/* test_abroad.c: controls and what they say, through the views: a target's own outage is nobody's loss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/abroad.h"
#include "collector/views.h"
#include "common/batch.h"
#include "tests/collector/nation.h"
#include "tests/collector/stored.h"

#define T0     1767225600000
#define BUCKET 1000
#define STEP   5000
#define UNTIL  60000

struct world {
	struct stored *stored;
	struct country *country;
	struct views *views;
};

static int setup(void **state)
{
	const struct views_config config = {.bucket_ms = BUCKET, .step_ms = STEP, .min_probes = 3};
	struct world *w = xcalloc(1, sizeof(*w));
	void *stored;
	stored_setup(&stored);
	w->stored = stored;
	w->country = nation_new();
	w->views = views_new(w->stored->store, w->country, &config);
	assert_non_null(w->views);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *stored = w->stored;
	views_free(w->views);
	stored_teardown(&stored);
	country_free(w->country);
	free(w);
	return 0;
}

/* What one probe sees: everything as usual there, but the canaries are gone. */
static void fold_late(struct world *w, uint64_t probe, const char *country, int64_t t_ms,
		      int64_t received_ms)
{
	struct placement at = nation_place(w->country, "XX-01", 100);
	struct batch b;
	nation_batch(&b, w->country, t_ms, NATION_NORMAL);
	strcpy(b.country, country); /* two letters */
	for (size_t i = 0; i < b.n_results; i++) {
		struct result *r = &b.results[i];
		int64_t target = r->v[RESULT_TARGET];
		if (target < 0)
			continue;
		if (strstr(b.targets[target].url, "canary")) {
			r->v[RESULT_FAILURE] = FAIL_TCP_TIMEOUT;
		} else if (strcmp(country, "XX")) {
			r->v[RESULT_FAILURE] = FAIL_NONE; /* nobody filters there */
			r->v[RESULT_FP] = -1;
		}
	}
	assert_int_equal(views_fold(w->views, &b, probe, &at, received_ms), 0);
	batch_clear(&b);
}

static void fold(struct world *w, uint64_t probe, const char *country, int64_t t_ms)
{
	fold_late(w, probe, country, t_ms, t_ms + 300);
}

static struct row row_at(struct world *w, int64_t t_ms)
{
	struct series s = stored_series("XX-01", 100, ACCESS_MOBILE);
	struct row r = {.v = {.state = STATES}};
	store_get_row(w->stored->store, &s, t_ms, &r);
	return r;
}

static void pass(struct world *w, bool controls)
{
	for (int64_t t = T0; t < T0 + UNTIL; t += 1000) {
		for (uint64_t i = 1; i <= 4; i++)
			fold(w, i, "XX", t);
		for (uint64_t i = 1; controls && i <= 3; i++)
			fold(w, 100 + i, "DE", t);
	}
}

static void test_alone(void **state)
{
	struct world *w = *state;
	pass(w, false);
	assert_string_equal(state_str(row_at(w, T0 + 20000).v.state), "whitelist");
}

static void test_controls(void **state)
{
	struct world *w = *state;
	pass(w, true);
	struct row r = row_at(w, T0 + 20000);
	assert_string_equal(state_str(r.v.state), "filtered");
	assert_int_equal(r.v.probes, 4); /* no control among them */
	assert_int_equal(r.v.share[CLASS_CANARY].n, 0);
	/* controls are in no row */
	struct series s = stored_series(REGION_CONTROLS, 0, ACCESS_DATACENTRE);
	struct row none;
	assert_int_equal(store_get_row(w->stored->store, &s, T0 + 20000, &none), 0);
}

/* Controls that could not send for a while: their word counts all the same. */
static void test_controls_late(void **state)
{
	struct world *w = *state;
	pass(w, false);
	for (int64_t t = T0 + 20000; t < T0 + 40000; t += 1000)
		for (uint64_t i = 1; i <= 3; i++)
			fold_late(w, 100 + i, "DE", t, T0 + UNTIL);
	assert_int_equal(views_alive(w->views, T0 + UNTIL + 30000), 0);
	struct row r = row_at(w, T0 + 25000), other = row_at(w, T0 + 10000);
	assert_string_equal(state_str(r.v.state), "filtered");
	assert_int_equal(r.revision, 2);
	assert_int_equal(r.why, WHY_LATE);
	assert_string_equal(state_str(other.v.state), "whitelist");
	assert_int_equal(other.revision, 1);
	struct pulse p;
	struct series s = stored_series("XX-01", 100, ACCESS_MOBILE);
	assert_int_equal(store_get_pulse(w->stored->store, &s, T0 + 29000, &p), 1);
	assert_int_equal(p.sign[SIGN_LOSS].hit, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {T(test_alone), T(test_controls), T(test_controls_late)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
