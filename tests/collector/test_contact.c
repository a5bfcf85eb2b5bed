/* test_contact.c: everybody falls silent at once: the country, or our own line? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/contact.h"
#include "common/log.h"
#include "tests/collector/history.h"

#define T0   HISTORY_T0
#define LOST 60000 /* when it begins */
#define BACK 120000
#define END  180000
#define ANY  ((int)ACCESS_ANY)

/* --- the rule alone; a bucket is 100 ms --- */

static void test_usual(void **state)
{
	struct contact c;
	int64_t t = 0;
	(void)state;
	contact_init(&c);
	assert_true(contact_take(&c, t, 100)); /* nobody was ever heard */
	for (int i = 0; i < 200; i++) {
		t += 100;
		if (i % 5 == 0)
			contact_heard(&c, true, t, 100); /* one control */
		contact_heard(&c, false, t, 100);
		assert_true(contact_take(&c, t, 100));
	}
	int64_t usual = c.usual;
	assert_in_range(usual, 150000, 250000);
	for (int i = 0; i < 10000; i++) { /* however long it lasts */
		t += 100;
		assert_false(contact_take(&c, t, 100));
	}
	assert_int_equal(c.unreached, 1);
	assert_int_equal(c.usual, usual);
	contact_heard(&c, false, t + 250, 100); /* anybody at all */
	assert_false(contact_take(&c, t + 100, 100));
	assert_true(contact_take(&c, t + 200, 100));
	assert_int_equal(c.unreached, 0);
}

/* A control that is shut down while others are heard is not waited for. */
static void test_forgotten(void **state)
{
	struct contact c;
	int64_t t = 0;
	(void)state;
	contact_init(&c);
	for (int i = 0; i < 1000; i++, t += 100) {
		for (int k = 0; k < 3 && i < 200; k++)
			contact_heard(&c, true, t, 100);
		contact_heard(&c, false, t, 100);
		contact_take(&c, t, 100);
	}
	assert_true(contact_take(&c, t, 100));
}

/* --- in the views --- */

static void fold(struct history *h, int probe, int64_t t_ms)
{
	int64_t times[] = {T0 + t_ms};
	enum nation_weather weathers[] = {NATION_NORMAL};
	const struct history_record r = {T0 + t_ms + 300, probe, times, weathers, 1};
	history_fold(h, &r);
}

static void fold_control(struct history *h, uint64_t probe, int64_t t_ms)
{
	struct placement at = {.country = "DE", .access = ACCESS_DATACENTRE};
	struct batch b;
	nation_batch(&b, h->country, T0 + t_ms, NATION_NORMAL);
	strcpy(b.country, "DE");
	assert_int_equal(views_fold(h->views, &b, 1000 + probe, &at, T0 + t_ms + 300), 0);
	batch_clear(&b);
}

/* All probes fall silent in [LOST, BACK), and the controls too, or not, or there are none; the collector runs. */
static void pass(struct history *h, bool controls, bool controls_stay, bool restart)
{
	for (int64_t t = 0; t < END; t += 1000) {
		const struct history_record alive = {T0 + t, HISTORY_ALIVE, NULL, NULL, 0};
		bool quiet = t >= LOST && t < BACK;
		history_fold(h, &alive);
		for (int i = 0; i < HISTORY_PROBES && !quiet; i++)
			if ((t / 1000 + i) % 2 == 0)
				fold(h, i, t);
		for (uint64_t i = 0; i < 3 && controls && (!quiet || controls_stay); i++)
			fold_control(h, i, t);
		stored_commit(h->stored, 1);
		if (restart && t % 7000 == 0)
			history_restart(h);
		if (t == BACK - 1000)
			assert_int_equal(views_unreached(h->views), controls && !controls_stay);
	}
	assert_false(views_unreached(h->views));
}

static void expect_rows(struct history *h, const char *state, const char *rule)
{
	for (int64_t t = LOST + 3 * HISTORY_STEP; t < BACK - 2 * HISTORY_STEP; t += HISTORY_STEP) {
		struct row r = history_row(h, "XX-01", 100, ACCESS_MOBILE, t);
		assert_string_equal(state_str(r.v.state), state);
		assert_string_equal(r.v.rule, rule);
	}
}

static size_t events_of(struct history *h)
{
	struct event e[4];
	return history_events(h, "", ISP_ANY, ANY, e, 4) + history_events(h, "", 100, ANY, e, 4) +
	       history_events(h, "XX-01", 100, ACCESS_MOBILE, e, 4);
}

static void test_own_line(void **state)
{
	struct history *h = *state;
	pass(h, true, false, false);
	expect_rows(h, "insufficient", "unreached");
	assert_int_equal(events_of(h), 0);
	struct row after = history_row(h, "XX-01", 100, ACCESS_MOBILE, BACK + 20000);
	assert_false(state_is_loss(after.v.state));
	assert_int_equal(after.v.expected, 4); /* it has taught nothing */
}

static void test_own_line_and_restarts(void **state)
{
	struct history *h = *state;
	pass(h, true, false, true);
	expect_rows(h, "insufficient", "unreached");
	assert_int_equal(events_of(h), 0);
}

static void test_blackout(void **state)
{
	struct history *h = *state;
	pass(h, true, true, false);
	expect_rows(h, "silent", "silent");
	assert_int_equal(events_of(h), 3);
}

/* A total cut looks just like it, and must be told. */
static void test_no_controls(void **state)
{
	struct history *h = *state;
	pass(h, false, false, false);
	expect_rows(h, "silent", "silent");
	assert_int_equal(events_of(h), 3);
}

#define T(f) cmocka_unit_test_setup_teardown(f, history_setup, history_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_forgotten),
		T(test_own_line),
		T(test_own_line_and_restarts),
		T(test_blackout),
		T(test_no_controls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
