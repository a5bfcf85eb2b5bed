/* test_schedule.c: bounds, means and permutations over evenly spread chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "probe/schedule.h"

#define STEPS 4096

static void gap_has_its_bounds_and_mean(void **state)
{
	const int64_t interval = 300 * 1000;
	int64_t sum = 0, before = INT64_MAX;
	(void)state;
	for (uint64_t i = 0; i < STEPS; i++) {
		int64_t gap = schedule_gap_ms(interval, i * (UINT64_MAX / STEPS));
		assert_in_range(gap, interval / 2, 2 * interval);
		assert_true(gap <= before);
		before = gap;
		sum += gap;
	}
	/* half + half * (1 - e^-3): what the cap at twice the interval leaves of the exponential */
	assert_in_range(sum / STEPS, 290 * 1000, 296 * 1000);
	assert_int_equal(schedule_gap_ms(interval, 0), 2 * interval);
	assert_int_equal(schedule_gap_ms(interval, UINT64_MAX), interval / 2);
	assert_true(schedule_gap_ms(1, UINT64_MAX) >= 1);
}

static uint64_t next(void *arg)
{
	uint64_t *x = arg; /* xorshift64 */
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void shuffle_is_a_permutation(void **state)
{
	size_t order[257];
	bool seen[257];
	uint64_t x = 1;
	(void)state;
	for (size_t n = 0; n <= 257; n++) {
		memset(seen, 0, sizeof(seen));
		schedule_shuffle(order, n, next, &x);
		for (size_t i = 0; i < n; i++) {
			assert_in_range(order[i], 0, n - 1);
			assert_false(seen[order[i]]);
			seen[order[i]] = true;
		}
	}
}

static void every_permutation_is_as_likely(void **state)
{
	unsigned int count[3][3] = {{0}};
	size_t order[3];
	uint64_t x = 88172645463325252ULL;
	(void)state;
	for (int i = 0; i < 6000; i++) {
		schedule_shuffle(order, 3, next, &x);
		count[order[0]][order[1]]++;
	}
	for (size_t a = 0; a < 3; a++)
		for (size_t b = 0; b < 3; b++)
			assert_in_range(count[a][b], a == b ? 0 : 850, a == b ? 0 : 1150);
}

static void backoff_doubles_and_is_spread(void **state)
{
	(void)state;
	for (unsigned int k = 0; k < 70; k++) {
		int64_t mid = k < 8 ? 5000LL << k : 900000;
		mid = mid < 900000 ? mid : 900000;
		assert_in_range(schedule_backoff_ms(k, 0), mid * 3 / 4, mid * 3 / 4 + 1);
		assert_in_range(schedule_backoff_ms(k, UINT64_MAX), mid * 5 / 4 - 1, mid * 5 / 4);
	}
}

static void turns_are_fair(void **state)
{
	static const unsigned char group[8] = {0, 0, 0, 0, 1, 1, 2, 0};
	size_t order[8] = {3, 1, 6, 0, 5, 7, 4, 2};
	static const size_t want[8] = {3, 6, 5, 1, 4, 0, 7, 2};
	(void)state;
	schedule_take_turns(order, 8, group);
	assert_memory_equal(order, want, sizeof(want));
	schedule_take_turns(order, 0, group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gap_has_its_bounds_and_mean),
		cmocka_unit_test(turns_are_fair),
		cmocka_unit_test(shuffle_is_a_permutation),
		cmocka_unit_test(every_permutation_is_as_likely),
		cmocka_unit_test(backoff_doubles_and_is_spread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
