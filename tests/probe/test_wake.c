/* test_wake.c: rings once, not before its time, and only at the last time that was set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <unistd.h>

#include "common/clock.h"
#include "probe/wake.h"

struct scene {
	struct event_base *base;
	struct wake *wake;
	unsigned int rung;
	int64_t at_ms;
};

static void ring(void *arg)
{
	struct scene *s = arg;
	s->rung++;
	s->at_ms = clock_boot_ms();
}

static int set_up(void **state)
{
	static struct scene s;
	s = (struct scene){.base = event_base_new()};
	s.wake = wake_new(s.base, ring, &s);
	*state = &s;
	alarm(30);
	return s.wake ? 0 : -1;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	wake_free(s->wake);
	event_base_free(s->base);
	return 0;
}

static void rings_once_at_its_time(void **state)
{
	struct scene *s = *state;
	int64_t at = clock_boot_ms() + 50;
	wake_at(s->wake, at);
	while (!s->rung)
		event_base_loop(s->base, EVLOOP_ONCE);
	assert_true(s->at_ms >= at);
	event_base_loop(s->base, EVLOOP_NONBLOCK);
	assert_int_equal(s->rung, 1);
}

static void rings_at_once_when_it_has_passed(void **state)
{
	struct scene *s = *state;
	static const int64_t past[] = {-1000, 0, 1};
	for (unsigned int i = 0; i < 3; i++) {
		wake_at(s->wake, past[i]);
		while (s->rung == i)
			event_base_loop(s->base, EVLOOP_ONCE);
		assert_int_equal(s->rung, i + 1);
	}
}

static void the_last_setting_counts(void **state)
{
	struct scene *s = *state;
	wake_at(s->wake, 1); /* due, and taken back before the loop looks */
	wake_at(s->wake, clock_boot_ms() + 3600 * 1000);
	event_base_loop(s->base, EVLOOP_NONBLOCK);
	assert_int_equal(s->rung, 0);
	wake_at(s->wake, 1);
	event_base_loop(s->base, EVLOOP_ONCE);
	assert_int_equal(s->rung, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rings_once_at_its_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rings_at_once_when_it_has_passed, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_last_setting_counts, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
