/* test_views.c: batches in, rows and events out; silence, backfill, restarts, rebuilds. Times are ms since the history
 * began. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "tests/collector/history.h"

#define T0   HISTORY_T0
#define STEP HISTORY_STEP
#define ANY  ((int)ACCESS_ANY)

static void expect_state(struct history *h, const char *region, uint32_t isp, int access,
			 int64_t from_ms, int64_t until_ms, enum state state)
{
	for (int64_t t = from_ms; t < until_ms; t += STEP) {
		struct row r = history_row(h, region, isp, access, t);
		assert_string_equal(state_str(r.v.state), state_str(state));
	}
}

/* All probes report at the same moment, in every other bucket: between two reports nothing is known. */
static void expect_near(int64_t t_ms, int64_t truth_ms)
{
	assert_in_range(t_ms, T0 + truth_ms - 3 * HISTORY_CYCLE, T0 + truth_ms + HISTORY_CYCLE);
}

static enum nation_weather usual(int i, int64_t t_ms)
{
	(void)i;
	(void)t_ms;
	return NATION_NORMAL;
}

/* Network 100 (probes 0, 1, 4, 5, ...) is cut in [60 s, 120 s). */
static enum nation_weather one_network_cut(int i, int64_t t_ms)
{
	return i / 2 % 2 == 0 && t_ms >= 60000 && t_ms < 120000 ? NATION_CUT : NATION_NORMAL;
}

/* Everything goes at 60 s: first all, then the domestic network is back, then a list, at 150 s the world. */
static enum nation_weather blackout(int i, int64_t t_ms)
{
	(void)i;
	if (t_ms < 60000 || t_ms >= 150000)
		return NATION_NORMAL;
	if (t_ms < 90000)
		return NATION_NO_LINK;
	return t_ms < 120000 ? NATION_DOMESTIC : NATION_LIST;
}

static void test_normal(void **state)
{
	struct history *h = *state;
	struct event e;
	history_pass(h, 0, 60000, usual);
	history_live(h, 0);
	expect_state(h, "XX-01", 100, ACCESS_MOBILE, 0, 60000, STATE_FILTERED);
	expect_state(h, "", ISP_ANY, ANY, 0, 60000, STATE_FILTERED);
	struct row r = history_row(h, "XX-01", 100, ACCESS_MOBILE, 40000);
	assert_int_equal(r.v.probes, 4);
	assert_int_equal(r.v.expected, 4);
	assert_int_equal(r.v.late, 0);
	assert_int_equal(r.revision, 1);
	assert_int_equal(r.revised_ms, T0 + 40000 + STEP + HISTORY_GRACE);
	assert_int_equal(history_row(h, "", ISP_ANY, ANY, 40000).v.probes, 16);
	assert_int_equal(history_events(h, "", ISP_ANY, ANY, &e, 1), 0);
	assert_true(h->rows_told > 0);
}

/* The running step has provisional rows. */
static void test_provisional(void **state)
{
	struct history *h = *state;
	history_pass(h, 0, 8000, usual);
	history_live(h, 0);
	expect_state(h, "XX-01", 100, ACCESS_MOBILE, 0, 8000, STATE_FILTERED);
	assert_true(history_row(h, "XX-01", 100, ACCESS_MOBILE, 5000).revised_ms < T0 + 8000);
}

static void test_silent_then_backfilled(void **state)
{
	struct history *h = *state;
	struct event e[2], all[2];
	history_pass(h, 0, 118000, one_network_cut);
	history_live(h, 0);
	expect_state(h, "XX-01", 100, ACCESS_MOBILE, 60000, 100000, STATE_SILENT);
	expect_state(h, "XX-01", 200, ACCESS_MOBILE, 60000, 100000, STATE_FILTERED);
	expect_state(h, "", 100, ANY, 60000, 100000, STATE_SILENT);
	assert_int_equal(history_row(h, "XX-01", 100, ACCESS_MOBILE, 90000).v.probes, 0);
	assert_int_equal(history_row(h, "XX-01", 100, ACCESS_MOBILE, 90000).v.expected, 4);
	assert_int_equal(history_events(h, "XX-01", 100, ACCESS_MOBILE, e, 2), 1);
	assert_int_equal(e[0].state, STATE_SILENT);
	expect_near(e[0].onset_ms, 60000);
	assert_int_equal(e[0].end_ms, 0);
	assert_in_range(e[0].detected_ms, T0 + 60000, T0 + 60000 + STEP + HISTORY_GRACE);

	history_pass(h, 118000, 170000, one_network_cut);
	history_live(h, 0);
	expect_state(h, "XX-01", 100, ACCESS_MOBILE, 60000, 120000, STATE_CUT);
	struct row r = history_row(h, "XX-01", 100, ACCESS_MOBILE, 90000);
	assert_int_equal(r.v.probes, 4);
	assert_int_equal(r.v.late, 4);
	assert_true(r.revision > 1);
	assert_int_equal(history_events(h, "XX-01", 100, ACCESS_MOBILE, all, 2), 1);
	assert_string_equal(all[0].id, e[0].id);
	assert_int_equal(all[0].state, STATE_CUT);
	expect_near(all[0].onset_ms, 60000);
	assert_int_equal(all[0].end_ms, 0); /* the return has to hold for 60 buckets */
	expect_near(all[0].back_ms, 120000);
	assert_int_equal(all[0].detected_ms, e[0].detected_ms);
	assert_true(all[0].revision > e[0].revision);
	assert_int_equal(all[0].probes, 4);
	assert_true(all[0].severity > 0.016 && all[0].severity < 0.017); /* a minute, all of them */
}

static void test_blackout(void **state)
{
	struct history *h = *state;
	struct event e[2];
	history_pass(h, 0, 150000, blackout);
	history_alive(h, 149000);
	history_live(h, 0);
	expect_state(h, "", ISP_ANY, ANY, 60000, 130000, STATE_SILENT);
	history_pass(h, 150000, 200000, blackout);
	history_live(h, 0);
	expect_state(h, "", ISP_ANY, ANY, 0, 60000, STATE_FILTERED);
	expect_state(h, "", ISP_ANY, ANY, 60000, 90000, STATE_NO_LINK);
	expect_state(h, "XX-02", ISP_ANY, ANY, 90000, 120000, STATE_DOMESTIC_ONLY);
	expect_state(h, "XX-02", 200, ACCESS_MOBILE, 120000, 150000, STATE_WHITELIST);
	expect_state(h, "", ISP_ANY, ANY, 150000, 180000, STATE_FILTERED);
	assert_int_equal(history_events(h, "", ISP_ANY, ANY, e, 2), 1); /* a list is no end */
	expect_near(e[0].onset_ms, 60000);
	expect_near(e[0].back_ms, 150000);
	assert_int_equal(e[0].state, STATE_NO_LINK);
}

/* The collector is down for a minute: nobody knows who was silent. */
static void test_collector_down(void **state)
{
	struct history *h = *state;
	struct event e;
	history_pass(h, 0, 60000, usual);
	history_live(h, 0);
	history_restart(h);
	history_start(h, 120000);
	history_pass(h, 120000, 180000, usual);
	history_live(h, 0);
	for (int64_t t = 60000; t < 120000; t += STEP)
		assert_string_equal(history_row(h, "XX-01", 100, ACCESS_MOBILE, t).v.rule,
				    "collector");
	assert_int_equal(history_events(h, "", ISP_ANY, ANY, &e, 1), 0);
}

/* After it was down for a minute it hears nobody for half of one: those who could not send wait before they try again. */
static void test_back_off(void **state)
{
	struct history *h = *state;
	struct event e;
	history_pass(h, 0, 60000, usual);
	history_live(h, 0);
	history_restart(h);
	history_start(h, 120000);
	history_pass(h, 150000, 210000, usual);
	history_live(h, 0);
	assert_string_equal(history_row(h, "XX-01", 100, ACCESS_MOBILE, 140000).v.rule,
			    "collector");
	assert_int_equal(history_events(h, "", ISP_ANY, ANY, &e, 1), 0);
}

/* Silence goes on across a restart, and so does its event. */
static void test_restart_in_silence(void **state)
{
	struct history *h = *state;
	struct event before, after;
	history_pass(h, 0, 86000, one_network_cut);
	history_live(h, 0);
	assert_int_equal(history_events(h, "", 100, ANY, &before, 1), 1);
	history_restart(h);
	history_start(h, 86000);
	history_pass(h, 86000, 118000, one_network_cut);
	history_live(h, 0);
	history_restart(h);
	assert_int_equal(history_events(h, "", 100, ANY, &after, 1), 1);
	assert_string_equal(before.id, after.id);
	assert_true(after.severity > before.severity);
	assert_int_equal(after.end_ms, 0);
	expect_state(h, "", 100, ANY, 60000, 70000, STATE_SILENT);
	expect_state(h, "", 100, ANY, 85000, 90000,
		     STATE_INSUFFICIENT); /* we were not up all the time */
	expect_state(h, "", 100, ANY, 90000, 100000, STATE_SILENT);
	assert_int_equal(history_row(h, "", 100, ANY, 95000).v.expected, 8);
}

static void expect_same(const char *a, const char *b)
{
	size_t at = 0, line = 0;
	for (; a[at] && a[at] == b[at]; at++)
		if (a[at] == '\n')
			line = at + 1;
	if (a[at] != b[at])
		print_message("%.200s\n--\n%.200s\n", a + line, b + line);
	assert_true(a[at] == b[at]);
}

/* The same archive gives the same views: live, in one go, and live again. */
static void test_rebuild_is_live(void **state)
{
	struct history *h = *state;
	history_pass(h, 0, 200000, one_network_cut);
	history_pass(h, 200000, 240000, usual);
	history_live(h, 0);
	char *live = history_dump(h);
	history_replay(h);
	char *rebuilt = history_dump(h);
	expect_same(live, rebuilt);
	history_restart(h);
	history_replay(h);
	char *again = history_dump(h);
	expect_same(live, again);
	free(live);
	free(rebuilt);
	free(again);
}

static void test_rebuild_of_blackout(void **state)
{
	struct history *h = *state;
	history_pass(h, 0, 240000, blackout);
	history_live(h, 0);
	char *live = history_dump(h);
	history_replay(h);
	char *rebuilt = history_dump(h);
	expect_same(live, rebuilt);
	free(live);
	free(rebuilt);
}

/* What was known at a moment stays what was known then, whatever comes later. */
static void test_asof(void **state)
{
	struct history *h = *state;
	int64_t moments[8], until[8];
	char *rows[8], *events[8];
	int64_t next = 0;
	for (size_t i = 0; i < 8; i++) {
		history_pass(h, next, next + 30000, one_network_cut);
		next += 30000;
		history_live(h, 0);
		moments[i] = h->records[h->n - 1].received_ms;
		until[i] = moments[i] - HISTORY_GRACE - STEP;
		rows[i] = history_rows(h, until[i], 0);
		events[i] = history_events_asof(h, moments[i]);
	}
	assert_null(strstr(rows[3], "r2"));
	assert_non_null(strstr(rows[7], "r2 late"));
	assert_non_null(strstr(events[3], "..-1"));
	assert_null(strstr(events[7], "..-1"));
	for (size_t i = 0; i < 8; i++) {
		char *then = history_rows(h, until[i], moments[i]);
		expect_same(then, rows[i]);
		free(then);
		then = history_events_asof(h, moments[i]);
		expect_same(then, events[i]);
		free(then);
	}
	for (size_t i = 0; i < 8; i++) {
		free(rows[i]);
		free(events[i]);
	}
}

/* A collector that dies every few seconds: nothing is lost and nothing counts twice, and its archive
 * knows when it was not up. */
static void test_crashes(void **state)
{
	struct history *h = *state;
	history_pass(h, 0, 120000, usual);
	history_pass(h, 120000, 180000, one_network_cut);
	history_live(h, 7);
	char *live = history_dump(h);
	history_replay(h);
	char *rebuilt = history_dump(h);
	expect_same(live, rebuilt);
	expect_state(h, "", ISP_ANY, ANY, 0, 100000, STATE_FILTERED);
	free(live);
	free(rebuilt);
}

/* Any order of arrival of the same batches ends with the same figures. */
static void test_order_of_arrival(void **state)
{
	struct history *h = *state;
	history_pass(h, 0, 60000, usual);
	history_replay(h);
	struct row want = history_row(h, "XX-01", 100, ACCESS_MOBILE, 30000);
	assert_int_equal(store_reset(h->stored->store), 0);
	for (size_t i = h->n; i > 0; i--) {
		struct history_record r = h->records[i - 1];
		r.received_ms = T0 + 3600000 + (int64_t)(h->n - i) * 1000;
		history_fold(h, &r);
		history_fold(h, &r); /* and again */
	}
	assert_int_equal(views_tick(h->views, T0 + 3 * 3600000), 0);
	struct row got = history_row(h, "XX-01", 100, ACCESS_MOBILE, 30000);
	assert_int_equal(got.v.probes, want.v.probes);
	assert_int_equal(got.v.late, 4);
	assert_int_equal(got.v.state, want.v.state);
	assert_memory_equal(got.v.share, want.v.share, sizeof(got.v.share));
	assert_int_equal(got.v.expected, 0); /* nobody knew then */
}

static void test_other_configuration(void **state)
{
	struct history *h = *state;
	history_pass(h, 0, 30000, usual);
	history_live(h, 0);
	h->config.min_probes = 3;
	history_restart(h);
	assert_int_equal(store_position(h->stored->store).offset, 0); /* to be replayed */
	history_live(h, 0);
	expect_state(h, "XX-01", 100, ACCESS_MOBILE, 0, 10000, STATE_FILTERED);
}

static void test_synthetic_rests(void **state)
{
	struct history *h = *state;
	history_pass(h, 0, 60000, usual);
	history_live(h, 0);
	store_put_meta(h->stored->store, "synthetic", "1");
	stored_commit(h->stored, h->n);
	h->config.min_probes = 3;
	history_restart(h);
	assert_int_equal(views_tick(h->views, T0 + 90LL * 24 * 3600 * 1000), 0);
	expect_state(h, "", ISP_ANY, ANY, 0, 40000, STATE_FILTERED);
	assert_int_equal(history_row(h, "", ISP_ANY, ANY, 3600000).v.state, STATES);
}

/* Unknown regions and networks are counted, not believed. */
static void test_unplaced(void **state)
{
	struct history *h = *state;
	h->probes[0].region = "XX-99";
	h->probes[0].isp = 4242;
	history_pass(h, 0, 60000, usual);
	history_live(h, 0);
	assert_int_equal(history_row(h, "XX-01", 100, ACCESS_MOBILE, 30000).v.probes, 3);
	assert_int_equal(history_row(h, "", ISP_ANY, ACCESS_UNKNOWN, 30000).v.probes, 1);
	assert_int_equal(history_row(h, "", 4242, ANY, 30000).v.state, STATES);
	assert_int_equal(history_row(h, "", 0, ANY, 30000).v.probes, 1);
	assert_int_equal(history_row(h, "", ISP_ANY, ANY, 30000).v.probes, 16);
}

#define T(f) cmocka_unit_test_setup_teardown(f, history_setup, history_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		T(test_normal),
		T(test_provisional),
		T(test_silent_then_backfilled),
		T(test_blackout),
		T(test_collector_down),
		T(test_back_off),
		T(test_restart_in_silence),
		T(test_rebuild_is_live),
		T(test_rebuild_of_blackout),
		T(test_asof),
		T(test_crashes),
		T(test_order_of_arrival),
		T(test_other_configuration),
		T(test_synthetic_rests),
		T(test_unplaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
