/* test_unreached.c: what readers are told by a collector that has lost its own line: that it hears nobody, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "tests/collector/nation.h"
#include "tests/collector/web.h"

#define BUCKET 5000 /* and a step is one */
#define HEARD  40   /* buckets in which probes and controls are heard, and then */
#define QUIET  20   /* in which nobody is */
#define PROBES 6

struct world {
	struct web web;
	int64_t t0_ms;
};

static void fold(struct web *w, bool is_control, uint64_t probe, int64_t t_ms)
{
	const struct country *c = w->rig.country;
	struct placement at = nation_place(c, c->regions[0].code, c->isps[0].asn);
	struct batch b;
	nation_batch(&b, c, t_ms, NATION_NORMAL);
	if (is_control) {
		at = (struct placement){.country = "DE", .access = ACCESS_DATACENTRE};
		strcpy(b.country, "DE");
	}
	assert_int_equal(views_fold(w->rig.views, &b, probe, &at, t_ms + 300), 0);
	batch_clear(&b);
}

static void pass(struct web *w, int64_t from_ms, int buckets, bool heard)
{
	for (int k = 0; k < buckets; k++) {
		int64_t t = from_ms + k * BUCKET;
		assert_int_equal(views_alive(w->rig.views, t), 0);
		for (uint64_t i = 0; i < PROBES && heard; i++)
			fold(w, false, 1 + i, t + 1000);
		for (uint64_t i = 0; i < 2 && heard; i++)
			fold(w, true, 100 + i, t + 1000);
	}
}

/* What happened lies in the past, since the collector that answers goes by the clock. */
static int set_up(void **state)
{
	static const char *const flags[] = {"--bucket-s", "5", "--step-s", "5", NULL};
	struct world *w = test_calloc(1, sizeof(*w));
	web_start(&w->web, "IR", flags);
	w->t0_ms = (clock_wall_ms() / BUCKET - HEARD - QUIET - 2) * BUCKET;
	pass(&w->web, w->t0_ms, HEARD, true);
	pass(&w->web, w->t0_ms + HEARD * BUCKET, QUIET, false);
	web_serve(&w->web, 10, 10);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	web_stop(&w->web);
	test_free(w);
	return 0;
}

static void expect_health(struct world *w, const char *status, const char *metric)
{
	struct web_answer a;
	json_t *health = web_json(&w->web, "/healthz", 200);
	assert_string_equal(json_string_value(json_object_get(health, "status")), status);
	json_decref(health);
	web_get(&w->web, &a, "/metrics");
	assert_non_null(strstr(a.body, metric));
	web_answer_clear(&a);
}

/* Rows of the country and of its cell in the step that starts then. */
static void expect_rule(struct world *w, int bucket, const char *state, const char *rule)
{
	static const char *const by[] = {"country", "region,isp,access"};
	int64_t start_s = (w->t0_ms + bucket * BUCKET) / 1000;
	for (size_t i = 0; i < 2; i++) {
		char path[160];
		snprintf(path, sizeof(path),
			 "/api/v1/timeline?by=%s&from=%" PRId64 "&until=%" PRId64, by[i], start_s,
			 start_s + BUCKET / 1000);
		json_t *answer = web_json(&w->web, path, 200), *row;
		json_t *rows = json_object_get(answer, "rows");
		size_t k;
		assert_true(json_array_size(rows) > 0);
		json_array_foreach(rows, k, row)
		{
			assert_string_equal(json_string_value(json_object_get(row, "state")),
					    state);
			assert_string_equal(json_string_value(json_object_get(row, "rule")), rule);
		}
		json_decref(answer);
	}
}

/* What is stored is told like any row without a probe: it must not say whether one was there or none. */
static void expect_stored(struct world *w, int bucket)
{
	const struct series all = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct row r;
	assert_int_equal(store_get_row(w->web.rig.store, &all, w->t0_ms + bucket * BUCKET, &r), 1);
	assert_int_equal(r.v.state, STATE_INSUFFICIENT);
	assert_string_equal(r.v.rule, "unreached");
}

static void test_unreached(void **state)
{
	struct world *w = *state;
	expect_health(w, "unreached", "fanous_unreached 1\n");
	expect_stored(w, HEARD + QUIET / 2);
	expect_rule(w, HEARD / 2, "open", "open");
	expect_rule(w, HEARD + QUIET / 2, "insufficient", "few");
	json_t *events = web_json(&w->web, "/api/v1/events", 200);
	assert_int_equal(json_array_size(json_object_get(events, "events")), 0);
	json_decref(events);
}

static void test_heard_again(void **state)
{
	struct world *w = *state;
	/* Later than anything that the collector notes by its own clock meanwhile. */
	pass(&w->web, (clock_wall_ms() / BUCKET + 30) * BUCKET, 4, true);
	expect_health(w, "ok", "fanous_unreached 0\n");
	expect_rule(w, HEARD + QUIET / 2, "insufficient", "few");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {TEST(test_unreached), TEST(test_heard_again)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
