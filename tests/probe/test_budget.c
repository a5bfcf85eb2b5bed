/* test_budget.c: a day has a bound and is spread, an hour always has its cycle. */
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

#define ALL   46
#define LEAST 5

static void a_day_is_spread(void **state)
{
	struct budget b;
	uint64_t total = 0;
	size_t cycles = 0;
	const int64_t midnight = NOON - CLOCK_DAY_MS / 2;
	int64_t longest = 0, last = midnight;
	(void)state;
	budget_init(&b, 5 * MEGABYTE);
	for (int64_t t = midnight; t < midnight + CLOCK_DAY_MS; t += 300 * 1000) {
		size_t n = budget_targets(&b, t, LEAST, ALL);
		assert_true(n == 0 || (n >= LEAST && n <= ALL));
		if (!n)
			continue;
		budget_begin_cycle(&b, t);
		budget_spend(&b, t, n * 11000);
		budget_end_cycle(&b, n, n * 11000);
		total += n * 11000;
		cycles++;
		if (cycles > 1 && t - last > longest)
			longest = t - last;
		last = t;
	}
	assert_in_range(total, 4 * MEGABYTE, 5 * MEGABYTE);
	assert_in_range(cycles, 60, 120);
	assert_in_range(longest, 0, 30 * 60 * 1000); /* no hour without a cycle, nor half of one */
}

static void an_hour_has_its_cycle(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, MEGABYTE);
	budget_begin_cycle(&b, NOON);
	budget_spend(&b, NOON, 5 * MEGABYTE);
	assert_int_equal(budget_targets(&b, NOON + HOUR_MS - 1, LEAST, ALL), 0);
	assert_int_equal(budget_targets(&b, NOON + HOUR_MS, LEAST, ALL), LEAST);
	budget_begin_cycle(&b, NOON + HOUR_MS);
	assert_int_equal(budget_targets(&b, NOON + HOUR_MS + 1, LEAST, ALL), 0);
	assert_int_equal(budget_targets(&b, NOON, LEAST, ALL), LEAST); /* a clock set back */
	assert_true(budget_targets(&b, NOON + CLOCK_DAY_MS, LEAST, ALL) >= LEAST); /* another day */
}

static void cheap_targets_make_large_cycles(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 20 * MEGABYTE);
	budget_spend(&b, NOON, 10 * MEGABYTE);
	size_t dear = budget_targets(&b, NOON, LEAST, ALL);
	for (int i = 0; i < 20; i++)
		budget_end_cycle(&b, ALL, ALL * 400);
	assert_true(budget_targets(&b, NOON, LEAST, ALL) > dear || dear == ALL);
	budget_end_cycle(&b, ALL, 0); /* all was down */
	assert_int_equal(budget_targets(&b, NOON, LEAST, ALL), ALL);
}

static void no_bound(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 0);
	budget_begin_cycle(&b, NOON);
	budget_spend(&b, NOON, 1000 * MEGABYTE);
	assert_int_equal(budget_targets(&b, NOON, LEAST, ALL), ALL);
	assert_true(budget_upload_allowance(&b, NOON) == UINT64_MAX);
}

static void allowance(void **state)
{
	struct budget b;
	(void)state;
	budget_init(&b, 12 * MEGABYTE);
	/* At noon: the head start of one and half of the other eleven. */
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
		cmocka_unit_test(a_day_is_spread),
		cmocka_unit_test(an_hour_has_its_cycle),
		cmocka_unit_test(cheap_targets_make_large_cycles),
		cmocka_unit_test(no_bound),
		cmocka_unit_test(allowance),
		cmocka_unit_test(costs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
