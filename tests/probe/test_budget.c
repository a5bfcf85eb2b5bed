/* test_budget.c: a day has a bound and is spread; bursts and downloads have theirs. What a plan
 * makes of it is in test_plan_days.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/clock.h"
#include "probe/budget.h"
#include "probe/targets.h"

#define NOON	 (20461 * CLOCK_DAY_MS + CLOCK_DAY_MS / 2)
#define MIDNIGHT (NOON - CLOCK_DAY_MS / 2)
#define MEGABYTE 1000000ULL

/* Of 12 MB: one at once, the other eleven evenly. */
static void a_day_is_spread(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 12 * MEGABYTE);
	assert_int_equal(budget_purse(&b, MIDNIGHT).free, MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON).free, 6500000);
	budget_spend(&b, NOON, 2 * MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON).free, 4500000);
	budget_spend(&b, NOON, 5 * MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON).free, 0);
	assert_int_equal(budget_purse(&b, NOON + CLOCK_DAY_MS / 2 - 1).free / 1000, 4999);
	/* Another day, the one before too: somebody has set the clock. */
	assert_int_equal(budget_purse(&b, NOON + CLOCK_DAY_MS / 2).free, MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON - CLOCK_DAY_MS).free, 6500000);
	budget_spend(&b, NOON + CLOCK_DAY_MS, MEGABYTE);
	assert_int_equal(b.used_bytes, MEGABYTE);
}

static void a_burst_goes_ahead(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 12 * MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON).ahead, 6500000 + 1200000);
	budget_spend(&b, NOON, 7 * MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON).ahead, 700000);
	budget_spend(&b, NOON, 7 * MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON).ahead, 0);
}

static void downloads_have_a_share(void **state)
{
	struct budget b;
	struct result r;
	(void)state;
	budget_init(&b, 12 * MEGABYTE);
	assert_int_equal(budget_purse(&b, NOON).speed, 6500000 / 6);
	result_init(&r, KIND_SPEED);
	r.v[RESULT_BYTES] = 65536;
	uint64_t one = budget_result(&b, NOON, &r);
	assert_in_range(one, 65536, 75000);
	assert_int_equal(budget_purse(&b, NOON).speed, 6500000 / 6 - one);
	assert_int_equal(budget_purse(&b, NOON).free, 6500000 - one);
	r.kind = KIND_HTTP;
	budget_result(&b, NOON, &r);
	assert_int_equal(budget_purse(&b, NOON).speed, 6500000 / 6 - one);
	assert_int_equal(budget_purse(&b, NOON + CLOCK_DAY_MS).speed, 6500000 / 6);
}

static void no_bound(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 0);
	budget_spend(&b, NOON, 1000 * MEGABYTE);
	struct purse p = budget_purse(&b, NOON);
	assert_false(p.is_limited);
	assert_true(p.free == UINT64_MAX && p.ahead == UINT64_MAX && p.speed == UINT64_MAX);
	assert_true(budget_upload_allowance(&b, NOON) == UINT64_MAX);
}

static void allowance(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 12 * MEGABYTE);
	assert_int_equal(budget_upload_allowance(&b, NOON), 6500000);
	budget_spend(&b, NOON, MEGABYTE);
	assert_int_equal(budget_upload_allowance(&b, NOON), 5500000);
	budget_spend(&b, NOON, 50 * MEGABYTE);
	assert_int_equal(budget_upload_allowance(&b, NOON), 64 * 1024); /* the newest must go */
	assert_int_equal(budget_upload_allowance(&b, NOON + CLOCK_DAY_MS / 2), MEGABYTE);
}

static void costs(void **state)
{
	struct result r;
	(void)state;
	for (enum kind k = 0; k < KINDS; k++) {
		result_init(&r, k);
		assert_true(budget_cost(&r) > 0);
	}
	result_init(&r, KIND_HTTP);
	uint64_t empty = budget_cost(&r);
	r.v[RESULT_BYTES] = 65536;
	assert_int_equal(budget_cost(&r), empty + 65536);
}

static void guesses(void **state)
{
	static const enum target_scheme rising[] = {TARGET_DNS,	 TARGET_TCP,   TARGET_QUIC,
						    TARGET_HTTP, TARGET_HTTPS, TARGET_SPEED};
	uint64_t before = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(rising) / sizeof(*rising); i++) {
		uint64_t guess = budget_guess(&(struct target){.scheme = rising[i]});
		assert_true(guess > before);
		before = guess;
	}
	assert_true(before > 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_spread),
		cmocka_unit_test(a_burst_goes_ahead),
		cmocka_unit_test(downloads_have_a_share),
		cmocka_unit_test(no_bound),
		cmocka_unit_test(allowance),
		cmocka_unit_test(costs),
		cmocka_unit_test(guesses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
