/* test_chronicle.c: late reports have a day of the past looked at again. What they say nothing of stays as it was told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "common/log.h"
#include "tests/collector/history.h"

#define T0     HISTORY_T0
#define MINUTE 60000LL
#define HOUR   (60 * MINUTE)
#define STEP   (5 * MINUTE)
#define CUT    (22 * HOUR)
#define KEPT   (25 * HOUR) /* one probe does not send this step in time */

static int set_up(void **state)
{
	history_setup(state);
	struct history *h = *state;
	h->config.bucket_ms = MINUTE;
	h->config.step_ms = STEP;
	history_restart(h);
	return 0;
}

static void fold(struct history *h, int probe, int64_t t_ms, int64_t received_ms,
		 enum nation_weather w)
{
	int64_t times[] = {T0 + t_ms};
	enum nation_weather weathers[] = {w};
	const struct history_record r = {T0 + received_ms, probe, times, weathers, 1};
	history_fold(h, &r);
}

/* Each probe measures every other minute, and is heard at once; in [CUT, back_ms) network 100 is cut. */
static void pass(struct history *h, int64_t from_ms, int64_t until_ms, int64_t back_ms)
{
	for (int64_t t = from_ms; t < until_ms; t += MINUTE) {
		const struct history_record alive = {T0 + t, HISTORY_ALIVE, NULL, NULL, 0};
		bool is_cut = t >= CUT && t < back_ms;
		history_fold(h, &alive);
		for (int i = 0; i < HISTORY_PROBES; i++)
			if ((t / MINUTE + i) % 2 == 0 && (i || t < KEPT || t >= KEPT + STEP))
				fold(h, i, t + 1000 * i, t + 1000 * i + 300,
				     is_cut && i / 2 % 2 == 0 ? NATION_CUT : NATION_NORMAL);
		if (t % HOUR == 0)
			stored_commit(h->stored, 1);
	}
}

static struct event only_event(struct history *h)
{
	struct event e[2];
	assert_int_equal(history_events(h, "", 100, (int)ACCESS_ANY, e, 2), 1);
	return e[0];
}

/* The event ended before midnight, or begins to end and is told to have ended after it; late reports are of the next day. */
static void expect_untouched(struct history *h, int64_t back_ms)
{
	pass(h, 20 * HOUR, 27 * HOUR, back_ms);
	struct event was = only_event(h);
	assert_in_range(was.end_ms, T0 + back_ms - 2 * MINUTE, T0 + back_ms + 2 * MINUTE);
	char *before = history_rows(h, T0 + KEPT, 0);
	h->n_told = 0;
	for (int64_t t = KEPT; t < KEPT + STEP; t += 2 * MINUTE)
		fold(h, 0, t, 27 * HOUR, NATION_NORMAL);
	pass(h, 27 * HOUR, 27 * HOUR + 20 * MINUTE, back_ms);
	struct row counted = history_row(h, "XX-01", 100, (int)ACCESS_MOBILE, KEPT);
	assert_int_equal(counted.revision, 2);
	struct event is = only_event(h);
	assert_int_equal(is.revision, was.revision);
	assert_int_equal(is.detected_ms, was.detected_ms);
	assert_memory_equal(&is, &was, sizeof(is));
	assert_int_equal(h->n_told, 0);
	char *after = history_rows(h, T0 + KEPT, 0);
	assert_string_equal(after, before);
	free(before);
	free(after);
}

static void test_ended_before_midnight(void **state)
{
	expect_untouched(*state, 22 * HOUR + 40 * MINUTE);
}

static void test_held_past_midnight(void **state)
{
	expect_untouched(*state, 23 * HOUR + 20 * MINUTE);
}

static void test_ended_after_midnight(void **state)
{
	expect_untouched(*state, 24 * HOUR + 20 * MINUTE);
}

/* What was measured goes on as a silence: on what an event rests is what was said of it, so that takes a revision. */
static void test_basis(void **state)
{
	struct history *h = *state;
	pass(h, 20 * HOUR, CUT + 20 * MINUTE, 48 * HOUR);
	struct event was = only_event(h);
	assert_int_equal(was.basis, EVENT_VOTES);
	assert_int_equal(was.state, STATE_CUT);
	for (int64_t t = CUT + 20 * MINUTE; t < CUT + 2 * HOUR; t += MINUTE) {
		const struct history_record alive = {T0 + t, HISTORY_ALIVE, NULL, NULL, 0};
		history_fold(h, &alive);
		for (int i = 0; i < HISTORY_PROBES; i++)
			if ((t / MINUTE + i) % 2 == 0 && i / 2 % 2)
				fold(h, i, t + 1000 * i, t + 1000 * i + 300, NATION_NORMAL);
	}
	struct event is = only_event(h);
	assert_int_equal(is.state, STATE_CUT);
	assert_int_equal(is.basis, EVENT_VOTES | EVENT_SILENCE);
	assert_int_equal(is.revision, was.revision + 1);
	assert_int_equal(is.why, WHY_COURSE);
}

/* --- a long spool --- */

#define GONE  (6 * HOUR)  /* network 100 is cut, and nothing gets out */
#define AGAIN (50 * HOUR) /* more steps than are worked off at a time */

static bool is_gone(int probe, int64_t t_ms)
{
	return probe / 2 % 2 == 0 && t_ms >= GONE && t_ms < AGAIN;
}

/* At `AGAIN` a probe of each of its cells sends what it has; marks come often, and restarts, or not. */
static void live_through(struct history *h, bool restarts)
{
	for (int64_t t = 0; t < AGAIN; t += MINUTE) {
		const struct history_record alive = {T0 + t, HISTORY_ALIVE, NULL, NULL, 0};
		history_fold(h, &alive);
		for (int i = 0; i < HISTORY_PROBES; i++)
			if ((t / MINUTE + i) % 2 == 0 && !is_gone(i, t))
				fold(h, i, t + 1000 * i, t + 1000 * i + 300, NATION_NORMAL);
	}
	for (int64_t t = GONE; t < AGAIN; t += 2 * MINUTE)
		for (int i = 0; i < HISTORY_PROBES; i += 2)
			if (is_gone(i, t))
				fold(h, i, t + 1000 * i, AGAIN, NATION_CUT);
	for (int64_t t = AGAIN; t < AGAIN + 12 * MINUTE; t += 2000) {
		const struct history_record alive = {T0 + t, HISTORY_ALIVE, NULL, NULL, 0};
		history_fold(h, &alive);
		stored_commit(h->stored, 1);
		if (restarts)
			history_restart(h);
	}
}

static bool is_told_anew(const struct history *h)
{
	bool anew = false;
	for (size_t i = 0; i < h->n_told; i++)
		anew |= h->told[i].why == WHY_LATE;
	return anew;
}

/* Its events are made anew once, and a restart before that forgets nothing. */
static void test_restart_in_a_spool(void **state)
{
	struct history *h = *state;
	int64_t end = AGAIN + 12 * MINUTE;
	void *again;
	live_through(h, false);
	assert_true(is_told_anew(h));
	assert_int_equal(only_event(h).basis & EVENT_VOTES, EVENT_VOTES);
	char *rows = history_rows(h, T0 + end, 0), *events = history_events_asof(h, T0 + end);
	set_up(&again);
	live_through(again, true);
	char *restarted = history_rows(again, T0 + end, 0);
	assert_string_equal(restarted, rows);
	free(restarted);
	restarted = history_events_asof(again, T0 + end);
	assert_string_equal(restarted, events);
	free(restarted);
	history_teardown(&again);
	free(rows);
	free(events);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, history_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		TEST(test_ended_before_midnight), TEST(test_held_past_midnight),
		TEST(test_ended_after_midnight),  TEST(test_basis),
		TEST(test_restart_in_a_spool),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
