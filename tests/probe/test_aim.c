/* test_aim.c: the arithmetic of one target: back-off, lateness, and what it costs of late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/aim.h"
#include "probe/pace.h"
#include "probe/targets.h"

#define INTERVAL_MS (300 * 1000LL)

static struct aim make_over(enum target_scheme scheme, enum target_class class)
{
	struct target t = {.class = class, .scheme = scheme};
	struct pace pace;
	struct aim a;
	pace_init(&pace, INTERVAL_MS / 1000);
	aim_init(&a, &t, &pace);
	return a;
}

static struct aim make(enum target_class class)
{
	return make_over(TARGET_HTTPS, class);
}

static void backoff_doubles(void **state)
{
	static const int want[] = {1, 1, 1, 2, 4, 8, 8, 8};
	struct aim a = make(CLASS_OPEN), pillar = make(CLASS_CANARY);
	(void)state;
	for (size_t k = 0; k < sizeof(want) / sizeof(*want); k++) {
		assert_int_equal(aim_backoff(&a, true), want[k]);
		assert_int_equal(aim_backoff(&pillar, true), want[k] < 2 ? 1 : 2);
		assert_int_equal(aim_backoff(&a, false), 1);
		aim_ended(&a, true, false, 5, 1000);
		aim_ended(&pillar, true, false, 5, 1000);
	}
	struct aim other = a, healed = a, blocked = a;
	aim_ended(&other, true, false, 6, 1000);
	assert_int_equal(aim_backoff(&other, true), 1);
	aim_ended(&healed, true, true, 0, 1000);
	assert_int_equal(aim_backoff(&healed, true), 1);
	aim_ended(&blocked, false, false, 5, 1000); /* its class failed too: not counted */
	assert_int_equal(aim_backoff(&blocked, true), 1);
}

static void what_fails_on_purpose_is_never_dead(void **state)
{
	struct aim of[] = {make_over(TARGET_QUIC, CLASS_OPEN), make_over(TARGET_SPEED, CLASS_OPEN),
			   make_over(TARGET_HTTP, CLASS_FILTERED)};
	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		for (int k = 0; k < 10; k++)
			aim_ended(&of[i], true, false, 5, 1000);
		assert_int_equal(aim_backoff(&of[i], true), 1);
	}
}

static void due_and_late(void **state)
{
	struct aim a = make(CLASS_OPEN);
	(void)state;
	assert_true(aim_due_ms(&a, true) < 0);
	assert_true(aim_lateness(&a, true, 0) > 1e6);
	aim_begin(&a, 1000);
	assert_int_equal(aim_due_ms(&a, true), 1000 + INTERVAL_MS);
	assert_true(aim_lateness(&a, true, 1000) <= 0);
	assert_true(aim_lateness(&a, true, 1000 + INTERVAL_MS) >= 1);
	aim_begin(&a, 5000);
	aim_undo(&a);
	assert_int_equal(aim_due_ms(&a, true), 1000 + INTERVAL_MS);
}

static void cost_follows(void **state)
{
	struct aim a = make(CLASS_OPEN);
	uint64_t guess = a.cost_bytes;
	(void)state;
	aim_ended(&a, true, false, 1, 0);
	assert_int_equal(a.cost_bytes, guess * 3 / 4);
	for (int k = 0; k < 30; k++)
		aim_ended(&a, true, true, 0, 40000);
	assert_in_range(a.cost_bytes, 39000, 40000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backoff_doubles),
		cmocka_unit_test(what_fails_on_purpose_is_never_dead),
		cmocka_unit_test(due_and_late),
		cmocka_unit_test(cost_follows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
