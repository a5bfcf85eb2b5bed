/* test_watch.c: what is news and what is not, and how long a burst goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "probe/watch.h"

#define UP   WATCH_IS_UP
#define DOWN WATCH_IS_DOWN

struct scene {
	struct watch w;
	enum watch_outcome of[CLASSES][16];
};

/* A round in which targets from..to of a class come out so. */
static bool round_of(struct scene *s, enum target_class c, size_t from, size_t to,
		     enum watch_outcome now)
{
	for (size_t i = from; i < to; i++) {
		watch_heard(&s->w, c, s->of[c][i], now);
		s->of[c][i] = now;
	}
	return watch_end(&s->w);
}

static void begin(struct scene *s, enum target_class c, size_t up, size_t down)
{
	*s = (struct scene){0};
	watch_init(&s->w);
	assert_false(round_of(s, c, 0, up, UP));
	assert_false(round_of(s, c, up, up + down, DOWN)); /* the first outcome is no news */
}

static void states_have_hysteresis(void **state)
{
	struct scene s;
	const enum watch_state *is = &s.w.of[CLASS_OPEN].state;
	(void)state;
	begin(&s, CLASS_OPEN, 10, 0);
	assert_int_equal(*is, WATCH_UP);
	assert_true(watch_is_fine(&s.w, CLASS_OPEN));
	round_of(&s, CLASS_OPEN, 0, 5, DOWN);
	assert_int_equal(*is, WATCH_UP);
	round_of(&s, CLASS_OPEN, 5, 6, DOWN);
	assert_int_equal(*is, WATCH_MIXED);
	assert_false(watch_is_fine(&s.w, CLASS_OPEN));
	round_of(&s, CLASS_OPEN, 5, 7, UP); /* six of ten: not yet up again */
	assert_int_equal(*is, WATCH_MIXED);
	round_of(&s, CLASS_OPEN, 6, 9, DOWN);
	assert_int_equal(*is, WATCH_DOWN);
	round_of(&s, CLASS_OPEN, 0, 3, UP);
	assert_int_equal(*is, WATCH_DOWN); /* five of ten */
	round_of(&s, CLASS_OPEN, 3, 5, UP);
	assert_int_equal(*is, WATCH_UP);
	assert_int_equal(s.w.of[CLASS_DOMESTIC].state, WATCH_UNKNOWN);
}

static void a_burst_ends_when_calm(void **state)
{
	struct scene s;
	(void)state;
	begin(&s, CLASS_CANARY, 8, 0);
	assert_true(round_of(&s, CLASS_CANARY, 0, 8, DOWN));
	assert_true(watch_wants(&s.w, CLASS_CANARY) > 2);
	assert_int_equal(watch_wants(&s.w, CLASS_OPEN), 0);
	assert_true(round_of(&s, CLASS_CANARY, 0, 4, DOWN));
	assert_false(round_of(&s, CLASS_CANARY, 4, 8, DOWN));
	assert_int_equal(watch_wants(&s.w, CLASS_CANARY), 0);
}

static void a_burst_ends_after_four(void **state)
{
	struct scene s;
	(void)state;
	begin(&s, CLASS_CANARY, 8, 0);
	assert_true(round_of(&s, CLASS_CANARY, 0, 8, DOWN));
	for (int k = 0; k < WATCH_BURST - 1; k++)
		assert_true(round_of(&s, CLASS_CANARY, 0, 8, k % 2 ? DOWN : UP));
	assert_false(round_of(&s, CLASS_CANARY, 0, 8, DOWN));
}

static void one_site_is_no_news(void **state)
{
	struct scene s;
	(void)state;
	begin(&s, CLASS_OPEN, 10, 0);
	for (size_t i = 0; i < 8; i++) {
		watch_heard(&s.w, CLASS_OPEN, UP, i ? UP : DOWN);
		if (i == 7)
			assert_false(watch_end(&s.w));
	}
	begin(&s, CLASS_FILTERED, 5, 5); /* a class of which half is always down */
	for (int k = 0; k < 5; k++) {
		for (size_t i = 0; i < 10; i++)
			watch_heard(&s.w, CLASS_FILTERED, i < 5 ? UP : DOWN, i < 5 ? UP : DOWN);
		assert_false(watch_end(&s.w));
	}
}

static void one_of_few_is_a_suspicion(void **state)
{
	struct scene s;
	(void)state;
	begin(&s, CLASS_OPEN, 10, 0);
	assert_true(round_of(&s, CLASS_OPEN, 0, 1, DOWN));
	assert_int_equal(s.w.of[CLASS_OPEN].left, 1);
	assert_false(round_of(&s, CLASS_OPEN, 1, 4, UP)); /* dispelled */

	begin(&s, CLASS_OPEN, 10, 0);
	assert_true(round_of(&s, CLASS_OPEN, 0, 1, DOWN));
	assert_true(round_of(&s, CLASS_OPEN, 1, 4, DOWN)); /* confirmed */
	assert_int_equal(s.w.of[CLASS_OPEN].left, WATCH_BURST);
}

static void news_of_one_class_asks_the_others(void **state)
{
	struct scene s;
	(void)state;
	begin(&s, CLASS_RESOLVER, 5, 0);
	round_of(&s, CLASS_OPEN, 0, 10, UP);
	assert_true(round_of(&s, CLASS_RESOLVER, 0, 5, DOWN));
	assert_int_equal(watch_wants(&s.w, CLASS_OPEN), 1);
	assert_int_equal(watch_wants(&s.w, CLASS_CANARY), 0); /* there is none */
	round_of(&s, CLASS_RESOLVER, 0, 2, DOWN);
	assert_int_equal(watch_wants(&s.w, CLASS_OPEN), 1); /* for as long as it goes on */
	round_of(&s, CLASS_OPEN, 0, 1, DOWN);
	assert_int_equal(s.w.of[CLASS_OPEN].left, 1); /* now a suspicion of its own */
	assert_true(watch_wants(&s.w, CLASS_OPEN) > 1);
}

static void other_stands_for_nothing(void **state)
{
	struct scene s;
	(void)state;
	begin(&s, CLASS_OTHER, 8, 0);
	assert_false(round_of(&s, CLASS_OTHER, 0, 8, DOWN));
	assert_int_equal(s.w.of[CLASS_OTHER].state, WATCH_DOWN);
}

static void the_link(void **state)
{
	struct scene s;
	(void)state;
	begin(&s, CLASS_OPEN, 10, 0);
	watch_link(&s.w, 5); /* the first look */
	assert_false(round_of(&s, CLASS_OPEN, 0, 10, UP));
	watch_link(&s.w, 5);
	assert_false(round_of(&s, CLASS_OPEN, 0, 10, UP));
	watch_link(&s.w, 1);
	assert_true(round_of(&s, CLASS_OPEN, 0, 10, UP));
	assert_int_equal(s.w.of[CLASS_OPEN].left, 2);
	watch_link(&s.w, 1);
	assert_true(round_of(&s, CLASS_OPEN, 0, 2, UP));
	assert_true(round_of(&s, CLASS_OPEN, 0, 4, DOWN)); /* and it may become a whole burst */
	assert_int_equal(s.w.of[CLASS_OPEN].left, WATCH_BURST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_have_hysteresis),
		cmocka_unit_test(a_burst_ends_when_calm),
		cmocka_unit_test(a_burst_ends_after_four),
		cmocka_unit_test(one_site_is_no_news),
		cmocka_unit_test(one_of_few_is_a_suspicion),
		cmocka_unit_test(news_of_one_class_asks_the_others),
		cmocka_unit_test(other_stands_for_nothing),
		cmocka_unit_test(the_link),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
