/* test_agenda.c: settings become rounds, and what a round saw becomes the next one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/clock.h"
#include "probe/agenda.h"
#include "probe/options.h"
#include "probe/round.h"
#include "probe/targets.h"

#define N 6

static struct target list[N] = {
	{.class = CLASS_OPEN},	 {.class = CLASS_OPEN},	  {.class = CLASS_OPEN},
	{.class = CLASS_CANARY}, {.class = CLASS_CANARY}, {.class = CLASS_CANARY},
};
static const struct targets targets = {.list = list, .n = N};
static char err[256];

/* Flags by pairs, ended by NULL. */
static struct agenda *make(struct conf *c, const char *const *flags)
{
	for (; *flags; flags += 2)
		assert_int_equal(conf_set_flag(c, flags[0], flags[1], err, sizeof(err)), 0);
	return agenda_new(c, &targets, err, sizeof(err));
}

static void a_bad_word_is_refused(void **state)
{
	static const char *const flags[] = {"class-interval-s", "opne:5", NULL};
	struct conf *c = conf_new(options_table, "PROBE_");
	(void)state;
	assert_null(make(c, flags));
	assert_non_null(strstr(err, "opne:5"));
	conf_free(c);
}

/* Every target in `order` has ended so. */
static void tell(struct agenda *a, const size_t *order, size_t n, enum round_ending ending)
{
	struct round_target of[N];
	for (size_t i = 0; i < N; i++)
		of[i] = (struct round_target){ending, 3, 1000};
	agenda_tell(a,
		    &(struct round_outcome){
			    .link_seen = true, .link_bits = 5, .order = order, .of = of, .n = n});
}

static void a_change_comes_back_soon(void **state)
{
	static const char *const flags[] = {"interval-s", "3000", "class-interval-s", "canary:6000",
					    NULL};
	struct conf *c = conf_new(options_table, "PROBE_");
	struct agenda *a = make(c, flags);
	size_t order[N];
	(void)state;
	assert_non_null(a);
	assert_true(agenda_next_ms(a) <= clock_boot_ms());
	size_t n = agenda_start(a, order);
	assert_int_equal(n, 3 + 2); /* of the canaries a half, rounded up */
	tell(a, order, n, ROUND_UP);
	int64_t wait = agenda_next_ms(a) - clock_boot_ms();
	assert_in_range(wait, 1400 * 1000, 6000 * 1000);
	size_t nothing[N];
	assert_int_equal(agenda_start(a, nothing), 0); /* too early */
	tell(a, order, n, ROUND_DOWN);
	wait = agenda_next_ms(a) - clock_boot_ms();
	assert_in_range(wait, 1, 30 * 1000);
	agenda_free(a);
	conf_free(c);
}

/* Every machine has some default route or none: with none the line can't be metered. */
static void a_pause_gives_no_round(void **state)
{
	static const char *const flags[] = {"metered-interface", "*", NULL};
	struct conf *c = conf_new(options_table, "PROBE_");
	struct agenda *a = make(c, flags);
	struct power everything = {
		.metered = {"*"}, .n_metered = 1, .sys = "/sys", .proc = "/proc"};
	size_t order[N];
	(void)state;
	size_t n = agenda_start(a, order);
	assert_int_equal(agenda_pause(a), power_look(&everything));
	assert_int_equal(n, agenda_pause(a) == POWER_GO ? N : 0);
	if (!n)
		assert_true(agenda_next_ms(a) > clock_boot_ms());
	agenda_free(a);
	conf_free(c);
}

static void all_of_them(void **state)
{
	static const char *const flags[] = {NULL};
	struct conf *c = conf_new(options_table, "PROBE_");
	struct agenda *a = make(c, flags);
	size_t order[N], sum = 0;
	(void)state;
	agenda_all(a, order);
	for (size_t i = 0; i < N; i++)
		sum += (size_t)1 << order[i];
	assert_int_equal(sum, (1 << N) - 1);
	assert_int_equal(agenda_budget(a)->limit_bytes, 5000000);
	agenda_free(a);
	conf_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bad_word_is_refused),
		cmocka_unit_test(a_change_comes_back_soon),
		cmocka_unit_test(a_pause_gives_no_round),
		cmocka_unit_test(all_of_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
