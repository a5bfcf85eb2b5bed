/* test_plan_days.c: whole days in a world that is written: a cut is caught to the minute, the data
 * has its bound, no hour goes by without a class, and nothing grows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <malloc.h>

#include "common/clock.h"
#include "tests/probe/world.h"

#define MEGABYTE 1000000ULL
#define SEEDS	 40 /* so many days, each with its own chance */

static int64_t cut_ms, end_ms;

/* International access alone goes, as it did in January 2026. */
static bool in_cut(const struct world *w, size_t i)
{
	enum target_class c = w->list[i].class;
	bool cut = w->now_ms >= cut_ms && w->now_ms < end_ms;
	return c == CLASS_FILTERED ? false : c == CLASS_DOMESTIC || !cut;
}

static void open_country(struct world *w, uint64_t limit_bytes, uint64_t seed)
{
	world_init(w, 300, limit_bytes);
	w->chance ^= seed * 0x9e3779b97f4a7c15ULL;
	world_add_country(w);
	world_open(w);
}

/* Steps to the first round that has this class after a time, then counts those of the next minute
 * that have it too; says how long after that time the first one was. */
static size_t rounds_within_a_minute(struct world *w, enum target_class c, int64_t after_ms,
				     int64_t *delay_ms)
{
	size_t n = 0;
	do
		world_step(w);
	while (w->begun_ms < after_ms || !world_count(w, c));
	int64_t first = w->begun_ms;
	*delay_ms = first - after_ms;
	for (; plan_next_ms(w->plan) <= first + WORLD_MINUTE; n += world_count(w, c) > 0)
		world_step(w);
	return n;
}

static void a_cut_is_caught(uint64_t limit_bytes)
{
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct world w;
		int64_t delay;
		cut_ms = 6 * WORLD_HOUR + (int64_t)seed * 1777777 % WORLD_HOUR;
		end_ms = cut_ms + 3 * WORLD_HOUR;
		open_country(&w, limit_bytes, seed);
		w.is_up = in_cut;
		world_until(&w, cut_ms);
		assert_true(rounds_within_a_minute(&w, CLASS_CANARY, cut_ms, &delay) >= 2);
		/* The first beat may be two intervals away; a light one makes a burst. */
		assert_in_range(delay, 0, 11 * WORLD_MINUTE);
		world_until(&w, end_ms);
		assert_true(rounds_within_a_minute(&w, CLASS_CANARY, end_ms, &delay) >= 2);
		world_close(&w);
	}
}

static void a_cut_is_caught_to_the_minute(void **state)
{
	(void)state;
	a_cut_is_caught(0);
}

static void a_cut_is_caught_on_a_small_budget(void **state)
{
	(void)state;
	a_cut_is_caught(5 * MEGABYTE);
}

static void a_day_has_its_bound(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct world w;
		cut_ms = 10 * WORLD_HOUR;
		end_ms = 16 * WORLD_HOUR;
		open_country(&w, 5 * MEGABYTE, seed);
		w.is_up = in_cut;
		world_until(&w, CLOCK_DAY_MS);
		/* Of what is allowed: nearly all is used, and a tenth more at most. */
		assert_in_range(w.budget.used_bytes, 4 * MEGABYTE, 11 * MEGABYTE / 2);
		for (enum target_class c = 0; c < CLASSES; c++)
			if (world_measured(&w, c))
				assert_in_range(w.class_longest_ms[c], 0, WORLD_HOUR);
		for (size_t i = 0; i < w.targets.n; i++)
			assert_true(w.measured[i] > 0);
		world_close(&w);
	}
}

static bool nothing_is_up(const struct world *w, size_t i)
{
	(void)w;
	(void)i;
	return false;
}

/* What is down costs its attempts alone: in a blackout the same data buys a multiple. */
static void a_blackout_is_cheap(void **state)
{
	size_t domestic[2];
	(void)state;
	cut_ms = end_ms = 0;
	for (int down = 0; down < 2; down++) {
		struct world w;
		open_country(&w, 5 * MEGABYTE, 1);
		w.is_up = down ? nothing_is_up : in_cut;
		world_until(&w, CLOCK_DAY_MS);
		domestic[down] = world_measured(&w, CLASS_DOMESTIC);
		world_close(&w);
	}
	assert_true(domestic[1] > 5 * domestic[0]);
}

/* One target in a hundred measurements fails by chance: bursts that it sets off must not eat up the
 * day. */
static bool with_loss(const struct world *w, size_t i)
{
	uint64_t x = (uint64_t)w->now_ms * 6364136223846793005ULL + i * 1442695040888963407ULL;
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	x ^= x >> 32;
	return w->list[i].class != CLASS_FILTERED && x % 100 != 0;
}

static void loss_does_not_eat_the_day(void **state)
{
	size_t rounds[2] = {0}, domestic[2] = {0};
	(void)state;
	cut_ms = end_ms = 0;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		for (int lossy = 0; lossy < 2; lossy++) {
			struct world w;
			open_country(&w, 5 * MEGABYTE, seed);
			w.is_up = lossy ? with_loss : in_cut;
			world_until(&w, CLOCK_DAY_MS);
			assert_in_range(w.budget.used_bytes, 4 * MEGABYTE, 11 * MEGABYTE / 2);
			rounds[lossy] += w.rounds;
			domestic[lossy] += world_measured(&w, CLASS_DOMESTIC);
			world_close(&w);
		}
	print_message("rounds a day: %zu calm, %zu with loss; domestic: %zu, %zu\n",
		      rounds[0] / SEEDS, rounds[1] / SEEDS, domestic[0] / SEEDS,
		      domestic[1] / SEEDS);
	assert_true(rounds[1] < 2 * rounds[0]);
	assert_true(2 * domestic[1] > domestic[0]);
}

/* In the country the day is as on paper: the intervals hold, on average. */
static void intervals_hold(void **state)
{
	static const struct {
		enum target_class class;
		size_t least, most; /* a day and a target */
	} want[] = {
		{CLASS_DOMESTIC, 250, 320}, {CLASS_CANARY, 250, 320}, {CLASS_RESOLVER, 250, 320},
		{CLASS_FILTERED, 125, 170}, {CLASS_OTHER, 60, 85},
	};
	struct world w;
	(void)state;
	cut_ms = end_ms = 0;
	open_country(&w, 0, 1);
	w.is_up = in_cut;
	world_until(&w, CLOCK_DAY_MS);
	for (size_t i = 0; i < w.targets.n; i++) {
		for (size_t k = 0; k < sizeof(want) / sizeof(*want); k++)
			if (w.list[i].class == want[k].class && w.list[i].scheme != TARGET_SPEED)
				assert_in_range(w.measured[i], want[k].least, want[k].most);
		if (w.list[i].scheme == TARGET_SPEED)
			assert_in_range(w.measured[i], 40, 56);
		if (w.list[i].scheme == TARGET_QUIC)
			assert_in_range(w.measured[i], 125, 170);
	}
	assert_in_range(w.rounds, 260, 320); /* one wake-up for all of them */
	assert_true(w.empty < 10);
	world_close(&w);
}

static void nothing_grows(void **state)
{
	struct world w;
	size_t before = 0;
	(void)state;
	open_country(&w, 0, 3);
	w.is_up = with_loss;
	while (w.rounds < 11000) {
		world_step(&w);
		if (w.rounds == 1000 && !before)
			before = mallinfo2().uordblks;
	}
	/* Not one byte a round: what the allocator keeps at hand for itself is counted as in use. */
	assert_true(mallinfo2().uordblks < before + 10000);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_is_caught_to_the_minute),
		cmocka_unit_test(a_cut_is_caught_on_a_small_budget),
		cmocka_unit_test(a_day_has_its_bound),
		cmocka_unit_test(a_blackout_is_cheap),
		cmocka_unit_test(loss_does_not_eat_the_day),
		cmocka_unit_test(intervals_hold),
		cmocka_unit_test(nothing_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
