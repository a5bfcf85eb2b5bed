/* test_outage.c: a network is silent for two hours. Its probes had no power, and nothing comes of it; or they were cut off, and
 * send what they measured, at once or days later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "tests/collector/history.h"

#define T0     HISTORY_T0
#define MINUTE 60000LL
#define HOUR   (60 * MINUTE)
#define FROM   (6 * HOUR)
#define UNTIL  (8 * HOUR)
#define STEP   (5 * MINUTE)

static int set_up(void **state)
{
	history_setup(state);
	struct history *h = *state;
	h->config.bucket_ms = MINUTE;
	h->config.step_ms = STEP;
	history_restart(h);
	return 0;
}

static bool is_silent(int probe, int64_t t_ms)
{
	return probe / 2 % 2 == 0 && t_ms >= FROM && t_ms < UNTIL;
}

static void fold(struct history *h, int probe, int64_t t_ms, int64_t received_ms,
		 enum nation_weather w)
{
	int64_t times[] = {T0 + t_ms};
	enum nation_weather weathers[] = {w};
	const struct history_record r = {T0 + received_ms, probe, times, weathers, 1};
	history_fold(h, &r);
}

/* Each probe measures every other minute, and is heard of at once unless its network is silent. */
static void pass(struct history *h, int64_t from_ms, int64_t until_ms)
{
	for (int64_t t = from_ms; t < until_ms; t += MINUTE) {
		const struct history_record alive = {T0 + t, HISTORY_ALIVE, NULL, NULL, 0};
		history_fold(h, &alive);
		for (int i = 0; i < HISTORY_PROBES; i++)
			if ((t / MINUTE + i) % 2 == 0 && !is_silent(i, t))
				fold(h, i, t + 1000 * i, t + 1000 * i + 300, NATION_NORMAL);
		if (t % HOUR == 0)
			stored_commit(h->stored, 1);
	}
}

/* What the silent network kept. */
static void send_spool(struct history *h, int64_t now_ms)
{
	for (int64_t t = FROM; t < UNTIL; t += MINUTE)
		for (int i = 0; i < HISTORY_PROBES; i++)
			if ((t / MINUTE + i) % 2 == 0 && is_silent(i, t))
				fold(h, i, t + 1000 * i, now_ms, NATION_CUT);
}

static struct row row_at(struct history *h, int64_t t_ms)
{
	struct series s = stored_series("", 100, ACCESS_ANY);
	struct row r = {.v = {.state = STATES}};
	assert_int_equal(store_get_row(h->stored->store, &s, T0 + t_ms, &r), 1);
	return r;
}

static struct event only_event(struct history *h)
{
	struct event e[2];
	assert_int_equal(history_events(h, "", 100, (int)ACCESS_ANY, e, 2), 1);
	return e[0];
}

static void expect_silence(struct history *h)
{
	struct event e = only_event(h);
	assert_int_equal(e.basis, EVENT_SILENCE);
	assert_true(e.end_ms > e.onset_ms);
	assert_int_equal(row_at(h, FROM + HOUR).v.state, STATE_SILENT);
}

static const struct event *last_told(const struct history *h, const char *id)
{
	for (size_t i = h->n_told; i > 0; i--)
		if (!strcmp(h->told[i - 1].id, id))
			return &h->told[i - 1];
	return NULL;
}

static void test_no_power(void **state)
{
	struct history *h = *state;
	pass(h, 0, 47 * HOUR);
	expect_silence(h); /* they may still send */
	struct event was = only_event(h), none;
	char *then = history_rows(h, T0 + 20 * HOUR, 0), *asof;
	h->n_told = 0;
	pass(h, 47 * HOUR, 48 * HOUR + 3 * MINUTE);
	assert_int_equal(history_events(h, "", 100, (int)ACCESS_ANY, &none, 1), 0);
	const struct event *told = last_told(h, was.id);
	assert_non_null(told);
	assert_int_equal(told->end_ms, told->onset_ms);
	assert_int_equal(told->why, WHY_OFF);
	struct row r = row_at(h, FROM + HOUR);
	assert_int_equal(r.v.state, STATE_INSUFFICIENT);
	assert_string_equal(r.v.rule, "off");
	assert_int_equal(r.why, WHY_OFF);
	assert_int_equal(r.revision, 2);
	assert_int_equal(row_at(h, FROM - HOUR).revision, 1);
	asof = history_rows(h, T0 + 20 * HOUR, T0 + 47 * HOUR);
	assert_string_equal(asof, then);
	free(asof);

	/* A restart changes nothing, and another day neither. */
	stored_commit(h->stored, 1);
	char *before = history_rows(h, T0 + 40 * HOUR, 0);
	history_restart(h);
	pass(h, 48 * HOUR + 3 * MINUTE, 73 * HOUR);
	char *after = history_rows(h, T0 + 40 * HOUR, 0);
	assert_string_equal(before, after);
	assert_int_equal(history_events(h, "", 100, (int)ACCESS_ANY, &none, 1), 0);

	/* They had been on after all, and it took them days to send it. */
	send_spool(h, 73 * HOUR);
	pass(h, 73 * HOUR, 74 * HOUR);
	struct event e = only_event(h);
	assert_int_equal(e.state, STATE_CUT);
	assert_int_equal(e.why, WHY_LATE);
	assert_int_equal(row_at(h, FROM + HOUR).v.state, STATE_CUT);
	free(before);
	free(after);
	free(then);
}

static void test_cut_off(void **state)
{
	struct history *h = *state;
	pass(h, 0, UNTIL);
	send_spool(h, UNTIL);
	pass(h, UNTIL, 49 * HOUR);
	struct event e = only_event(h);
	assert_int_equal(e.state, STATE_CUT);
	assert_true(e.end_ms > e.onset_ms);
	assert_int_equal(row_at(h, FROM + HOUR).v.state, STATE_CUT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, history_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		TEST(test_no_power),
		TEST(test_cut_off),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
