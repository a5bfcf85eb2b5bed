/* test_plan.c: what is due, who is left alone, what is looked at again, and what a sleep does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/probe/world.h"

#define INTERVAL_S  300
#define INTERVAL_MS (INTERVAL_S * 1000LL)
#define DEAD	    3 /* index of the one target that is down by itself */

static int64_t down_from_ms, down_to_ms;

static bool one_is_dead(const struct world *w, size_t i)
{
	(void)w;
	return i != DEAD;
}

static bool all_down_for_a_while(const struct world *w, size_t i)
{
	return (i != DEAD || w->now_ms > down_to_ms) &&
	       (w->now_ms < down_from_ms || w->now_ms >= down_to_ms);
}

static void open_one_class(struct world *w, enum target_class class)
{
	world_init(w, INTERVAL_S, 0);
	world_add(w, class, TARGET_HTTPS, 8);
	world_open(w);
}

static size_t ratio(enum target_class class)
{
	struct world w;
	open_one_class(&w, class);
	w.is_up = one_is_dead;
	world_until(&w, 2 * WORLD_HOUR); /* by then it is as seldom as it gets */
	size_t dead = w.measured[DEAD], other = w.measured[0];
	world_until(&w, 100 * WORLD_HOUR);
	dead = w.measured[DEAD] - dead;
	other = w.measured[0] - other;
	world_close(&w);
	return (other + dead / 2) / dead;
}

static void a_dead_site_is_left_alone(void **state)
{
	(void)state;
	assert_in_range(ratio(CLASS_OPEN), 7, 8); /* a beat too early is taken along */
	assert_int_equal(ratio(CLASS_CANARY), 2);
	assert_int_equal(ratio(CLASS_DOMESTIC), 2);
}

static unsigned int way;

static enum plan_outcome in_many_ways(const struct world *w, size_t i)
{
	(void)w;
	return i == DEAD ? PLAN_DOWN : PLAN_UP;
}

static void only_for_failing_in_the_same_way(void **state)
{
	struct world w;
	(void)state;
	open_one_class(&w, CLASS_OPEN);
	w.outcome = in_many_ways;
	for (int k = 0; k < 50; k++) {
		assert_true(world_step(&w));
		plan_heard(w.plan, DEAD, PLAN_DOWN, ++way % 2, 1000); /* over what the world says */
	}
	assert_int_equal(w.measured[DEAD], w.measured[0]);
	world_close(&w);
}

static void back_at_once(void **state)
{
	struct world w;
	(void)state;
	down_from_ms = INT64_MAX;
	down_to_ms = 10 * WORLD_HOUR; /* that of the dead one */
	open_one_class(&w, CLASS_OPEN);
	w.is_up = all_down_for_a_while;
	do
		world_step(&w);
	while (w.now_ms < down_to_ms || w.last_ms[DEAD] < down_to_ms);
	size_t dead = w.measured[DEAD], other = w.measured[0];
	world_until(&w, 20 * WORLD_HOUR);
	assert_in_range(w.measured[0] - other - (w.measured[DEAD] - dead), 0, 1);
	world_close(&w);
}

static void a_blackout_thins_nothing_out(void **state)
{
	struct world w;
	(void)state;
	down_from_ms = 5 * WORLD_HOUR;
	down_to_ms = 25 * WORLD_HOUR;
	open_one_class(&w, CLASS_OPEN);
	w.is_up = all_down_for_a_while;
	world_until(&w, down_from_ms + 20 * WORLD_MINUTE);
	size_t before[8];
	memcpy(before, w.measured, sizeof(before));
	world_until(&w, down_to_ms);
	for (size_t i = 0; i < 8; i++)
		assert_in_range(w.measured[i] - before[i], 20 * 11, 20 * 14);
	world_close(&w);
}

/* Three hours asleep: one round of everything, then the usual gap. */
static void a_sleep_is_no_storm(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, INTERVAL_S, 0);
	world_add_country(&w);
	world_open(&w);
	world_until(&w, WORLD_HOUR);
	w.now_ms += 3 * WORLD_HOUR;
	assert_true(plan_next_ms(w.plan) <= w.now_ms);
	assert_true(world_step(&w));
	assert_in_range(world_count(&w, CLASS_DOMESTIC), 14, 15); /* with a download or without */
	assert_int_equal(world_count(&w, CLASS_CANARY), 8);
	assert_int_equal(world_count(&w, CLASS_FILTERED), 5); /* half, as in every round */
	assert_in_range(plan_next_ms(w.plan) - w.begun_ms, INTERVAL_MS / 2, 2 * INTERVAL_MS);
	world_close(&w);
}

static enum plan_outcome nothing_to_say(const struct world *w, size_t i)
{
	(void)i;
	return w->rounds == 4 ? PLAN_VOID : w->rounds == 6 ? PLAN_NOTHING : PLAN_UP;
}

static void what_is_void_is_tried_again(void **state)
{
	struct world w;
	(void)state;
	open_one_class(&w, CLASS_OPEN);
	w.outcome = nothing_to_say;
	for (int k = 0; k < 3; k++)
		assert_true(world_step(&w));
	assert_true(world_step(&w));
	assert_in_range(plan_next_ms(w.plan) - w.begun_ms, 20000, 29000);
	assert_true(world_step(&w));
	assert_int_equal(w.n, 8);
	assert_true(world_step(&w)); /* trouble on this device: the usual gap */
	assert_true(plan_next_ms(w.plan) - w.begun_ms >= INTERVAL_MS / 2);
	world_close(&w);
}

static void the_link_makes_small_rounds(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, INTERVAL_S, 0);
	world_add_country(&w);
	world_open(&w);
	world_until(&w, WORLD_HOUR);
	w.link = 1;
	assert_true(world_step(&w));
	for (int k = 0; k < 2; k++) {
		assert_in_range(plan_next_ms(w.plan) - w.begun_ms, 20000, 29000);
		assert_true(world_step(&w));
		assert_int_equal(w.n, 2 * 5); /* of each class but `other` */
	}
	assert_true(plan_next_ms(w.plan) - w.begun_ms > 29000 || world_step(&w));
	world_close(&w);
}

static void an_order_is_never_the_list(void **state)
{
	struct world w;
	size_t last[WORLD_TARGETS], same = 0;
	(void)state;
	open_one_class(&w, CLASS_OPEN);
	assert_true(world_step(&w));
	for (int k = 0; k < 100; k++) {
		memcpy(last, w.order, sizeof(last));
		assert_true(world_step(&w));
		assert_int_equal(w.n, 8);
		same += !memcmp(last, w.order, 8 * sizeof(*last));
	}
	assert_in_range(same, 0, 2);
	world_close(&w);
}

/* Nor are the turns seen in it, or where a class begins. */
static void an_order_says_nothing(void **state)
{
	struct world w;
	size_t first[CLASSES] = {0}, speed = 0;
	(void)state;
	world_init(&w, INTERVAL_S, 0);
	world_add_country(&w);
	world_open(&w);
	for (int k = 0; k < 1000; k++) {
		assert_true(world_step(&w));
		first[w.list[w.order[0]].class]++;
		speed += w.list[w.order[w.n - 1]].scheme == TARGET_SPEED;
	}
	/* 14 of some 43 are domestic, 5 resolvers; of downloads there are not 400 in 1000 rounds */
	assert_in_range(first[CLASS_DOMESTIC], 250, 420);
	assert_in_range(first[CLASS_RESOLVER], 70, 170);
	assert_in_range(speed, 0, 40);
	world_close(&w);
}

/* Gaps are spread, and never near each other for long. */
static void beats_do_not_tick(void **state)
{
	struct world w;
	size_t near = 0, early = 0;
	int64_t sum = 0, last;
	(void)state;
	open_one_class(&w, CLASS_OPEN);
	assert_true(world_step(&w));
	for (int k = 0; k < 1000; k++) {
		last = w.begun_ms;
		assert_true(world_step(&w));
		int64_t gap = w.begun_ms - last;
		assert_in_range(gap, INTERVAL_MS / 2, 2 * INTERVAL_MS);
		near += gap > INTERVAL_MS * 9 / 10 && gap < INTERVAL_MS * 11 / 10;
		early += gap < INTERVAL_MS * 3 / 4;
		sum += gap;
	}
	assert_in_range(sum / 1000, INTERVAL_MS * 9 / 10, INTERVAL_MS * 11 / 10);
	assert_in_range(near, 50, 250);
	assert_in_range(early, 300, 500);
	world_close(&w);
}

static void no_money_makes_light_rounds(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, INTERVAL_S, 1000000);
	world_add_country(&w);
	world_open(&w);
	world_step(&w);
	budget_spend(&w.budget, w.now_ms, 900000);
	for (int k = 0; k < 3; k++) {
		assert_true(world_step(&w));
		assert_true(plan_is_light(w.plan));
		assert_int_equal(w.n, world_count(&w, CLASS_RESOLVER));
	}
	while (plan_is_light(w.plan))
		world_step(&w);
	assert_in_range(w.begun_ms, WORLD_HOUR * 3 / 4, WORLD_HOUR);
	for (enum target_class c = 0; c < CLASSES; c++) /* one of each, whatever it costs */
		assert_int_equal(world_count(&w, c) > 0, c != CLASS_LINK);
	assert_true(world_count(&w, CLASS_DOMESTIC) == 1);
	world_close(&w);
}

/* In no round that is recorded, burst or not: the collector would take it for a country without. */
static void no_class_is_missing(void **state)
{
	static const uint64_t limits[] = {0, 1000000, 5000000};
	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct world w;
		size_t light = 0, full = 0;
		world_init(&w, INTERVAL_S, limits[k]);
		world_add_country(&w);
		world_open(&w);
		w.is_up = one_is_dead;
		for (int i = 0; i < 2000; i++) {
			w.link = i % 100 ? 5 : 1; /* bursts as well */
			if (!world_step(&w))	  /* a burst that is too dear */
				continue;
			light += plan_is_light(w.plan);
			full += !plan_is_light(w.plan);
			for (enum target_class c = 0; c < CLASSES && !plan_is_light(w.plan); c++)
				if (c != CLASS_LINK && c != CLASS_OTHER)
					assert_true(world_count(&w, c) > 0);
		}
		assert_int_equal(light > 0, limits[k] > 0);
		assert_true(full > 100);
		world_close(&w);
	}
}

/* The purse has enough for one of each class, then for none. */
static void a_burst_that_is_too_dear(void **state)
{
	struct world w;
	size_t order[WORLD_TARGETS];
	struct purse purse = {.is_limited = true};
	(void)state;
	world_init(&w, INTERVAL_S, 0);
	world_add_country(&w);
	world_open(&w);
	world_until(&w, WORLD_HOUR);
	w.link = 1;
	assert_true(world_step(&w));
	int64_t soon = plan_next_ms(w.plan);
	purse.ahead = 60000;
	assert_int_equal(plan_start(w.plan, soon, &purse, order), 5);
	plan_end(w.plan, soon + 1000);
	purse.ahead = 30000;
	soon = plan_next_ms(w.plan);
	assert_int_equal(plan_start(w.plan, soon, &purse, order), 0);
	assert_true(plan_next_ms(w.plan) > soon);
	world_close(&w);
}

/* Where nothing is due every time, nothing is looked for every time. */
static void long_intervals_wake_seldom(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, INTERVAL_S, 0);
	world_add(&w, CLASS_OTHER, TARGET_HTTPS, 1);
	world_add(&w, CLASS_OPEN, TARGET_SPEED, 1);
	world_open(&w);
	world_until(&w, 10 * WORLD_HOUR);
	assert_in_range(w.rounds, 25, 40); /* 20 minutes and 30, mostly together */
	assert_in_range(w.empty, 0, 5);
	world_close(&w);
}

static void a_pause_forgets_nothing_but_bursts(void **state)
{
	struct world w;
	(void)state;
	open_one_class(&w, CLASS_OPEN);
	assert_true(world_step(&w));
	w.link = 0;
	assert_true(world_step(&w));
	for (int k = 0; k < 20; k++) {
		w.now_ms = plan_next_ms(w.plan);
		plan_postpone(w.plan, w.now_ms);
		assert_in_range(plan_next_ms(w.plan) - w.now_ms, INTERVAL_MS / 2, 2 * INTERVAL_MS);
	}
	assert_true(world_step(&w));
	assert_int_equal(w.n, 8);
	world_close(&w);
}

static void no_targets(void **state)
{
	struct world w;
	(void)state;
	world_init(&w, INTERVAL_S, 0);
	world_open(&w);
	assert_false(world_step(&w));
	assert_true(plan_next_ms(w.plan) > w.now_ms);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dead_site_is_left_alone),
		cmocka_unit_test(only_for_failing_in_the_same_way),
		cmocka_unit_test(back_at_once),
		cmocka_unit_test(a_blackout_thins_nothing_out),
		cmocka_unit_test(a_sleep_is_no_storm),
		cmocka_unit_test(what_is_void_is_tried_again),
		cmocka_unit_test(the_link_makes_small_rounds),
		cmocka_unit_test(an_order_is_never_the_list),
		cmocka_unit_test(an_order_says_nothing),
		cmocka_unit_test(beats_do_not_tick),
		cmocka_unit_test(a_burst_that_is_too_dear),
		cmocka_unit_test(long_intervals_wake_seldom),
		cmocka_unit_test(no_money_makes_light_rounds),
		cmocka_unit_test(no_class_is_missing),
		cmocka_unit_test(a_pause_forgets_nothing_but_bursts),
		cmocka_unit_test(no_targets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
