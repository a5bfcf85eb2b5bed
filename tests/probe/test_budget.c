/* test_budget.c: a day has a bound, an hour always has its cycle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"
#include "probe/budget.h"

#define NOON	 (20461 * CLOCK_DAY_MS + CLOCK_DAY_MS / 2)
#define HOUR_MS	 (3600LL * 1000)
#define MEGABYTE 1000000ULL

static void bound(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, MEGABYTE);
	assert_true(budget_may_measure(&b, NOON));
	budget_begin_cycle(&b, NOON);
	budget_spend(&b, NOON, MEGABYTE - 1);
	assert_true(budget_may_measure(&b, NOON + 1000));
	budget_spend(&b, NOON + 1000, 1);
	assert_false(budget_may_measure(&b, NOON + 1000));
	assert_false(budget_may_measure(&b, NOON + HOUR_MS - 1));
	assert_true(budget_may_measure(&b, NOON + HOUR_MS));
	budget_begin_cycle(&b, NOON + HOUR_MS);
	assert_false(budget_may_measure(&b, NOON + HOUR_MS + 1));
	assert_true(budget_may_measure(&b, NOON + CLOCK_DAY_MS / 2)); /* another day */
	assert_true(budget_may_measure(&b, NOON));		      /* a clock set back */
}

static void no_bound(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 0);
	budget_begin_cycle(&b, NOON);
	budget_spend(&b, NOON, 1000 * MEGABYTE);
	assert_true(budget_may_measure(&b, NOON));
	assert_true(budget_upload_allowance(&b, NOON) == UINT64_MAX);
}

static void allowance(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, MEGABYTE);
	assert_int_equal(budget_upload_allowance(&b, NOON), MEGABYTE);
	budget_spend(&b, NOON, MEGABYTE / 2);
	assert_int_equal(budget_upload_allowance(&b, NOON), MEGABYTE / 2);
	budget_spend(&b, NOON, 5 * MEGABYTE);
	assert_int_equal(budget_upload_allowance(&b, NOON), 64 * 1024); /* the newest must go */
	assert_int_equal(budget_upload_allowance(&b, NOON + CLOCK_DAY_MS), MEGABYTE);
}

static void costs(void **state)
{
	struct result r;
	(void)state;
	for (enum kind k = 0; k < KINDS; k++) {
		result_init(&r, k);
		assert_int_equal(budget_cost(&r) == 0, k == KIND_LINK);
	}
	result_init(&r, KIND_HTTP);
	uint64_t empty = budget_cost(&r);
	r.v[RESULT_BYTES] = 65536;
	assert_int_equal(budget_cost(&r), empty + 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bound),
		cmocka_unit_test(no_bound),
		cmocka_unit_test(allowance),
		cmocka_unit_test(costs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
