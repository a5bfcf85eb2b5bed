/* test_round.c: what becomes of each target of a round, over a bad network, and what it cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <sodium.h>
#include <string.h>

#include "probe/budget.h"
#include "probe/gather.h"
#include "probe/report.h"
#include "probe/round.h"
#include "probe/spool.h"
#include "tests/probe/cycle.h"
#include "tests/probe/tempdir.h"

struct scene {
	struct cycle cycle;
	char *dir;
	struct spool *spool;
	struct gather *gather;
	struct report *report;
	struct budget budget;
	struct round *round;
	struct round_outcome outcome; /* of the last round */
	bool done;
};

static void on_round(void *arg, const struct round_outcome *outcome)
{
	struct scene *s = arg;
	assert_false(s->done);
	s->done = true;
	s->outcome = *outcome;
}

static int set_up(void **state)
{
	static struct scene s;
	struct gather_config config = {
		.vantage = {"IR", "IR-23", 44244, ACCESS_MOBILE}, .list_hash = "abc", .seed = {7}};
	char err[256];
	uint8_t secret[KEYS_BOX_SK];
	memset(&s, 0, sizeof(s));
	cycle_open(&s.cycle);
	s.cycle.config.check_timeout_ms = 1000;
	s.dir = tempdir_new();
	s.spool = spool_open(tempdir_path(s.dir, "spool"), 1 << 20, err, sizeof(err));
	assert_non_null(s.spool);
	crypto_box_keypair(config.box_pk, secret);
	config.spool = s.spool;
	s.gather = gather_new(&config);
	s.report = report_new(false, true);
	budget_init(&s.budget, 0);
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	round_free(s->round);
	report_free(s->report);
	gather_free(s->gather);
	spool_close(s->spool);
	tempdir_free(s->dir);
	cycle_close(&s->cycle);
	return 0;
}

static void begin(struct scene *s, const size_t *order, size_t n, bool record)
{
	struct round_config config = {
		.base = s->cycle.base,
		.runner = &s->cycle.config,
		.targets = &s->cycle.targets,
		.gather = s->gather,
		.report = s->report,
		.budget = &s->budget,
		.title = "here",
	};
	if (!s->round)
		s->round = round_new(&config, on_round, s);
	memcpy(round_order(s->round), order, n * sizeof(*order));
	s->done = false;
	assert_int_equal(round_start(s->round, n, record), 0);
	assert_true(round_is_active(s->round));
	assert_int_equal(round_start(s->round, n, record), -1);
}

static void finish(struct scene *s)
{
	while (!s->done)
		assert_int_equal(event_base_loop(s->cycle.base, EVLOOP_ONCE), 0);
	assert_false(round_is_active(s->round));
}

static void endings(void **state)
{
	static const struct bad_server good = {0}, reset = {.fault = BAD_RESET};
	static const size_t order[] = {2, 0, 1};
	struct scene *s = *state;
	unsigned int ways[3];
	cycle_target(&s->cycle, "http://127.0.0.1:%u/", badnet_listen(s->cycle.net, &good));
	cycle_target(&s->cycle, "http://127.0.0.1:%u/", badnet_listen(s->cycle.net, &reset));
	cycle_target(&s->cycle, "tcp://127.0.0.1:%u", badnet_nobody(s->cycle.net));
	cycle_target(&s->cycle, "tcp://127.0.0.1:%u", badnet_nobody(s->cycle.net));
	uint64_t used = 0;
	for (int k = 0; k < 2; k++) {
		begin(s, order, 3, k == 0);
		finish(s);
		const struct round_outcome *o = &s->outcome;
		assert_int_equal(o->n, 3);
		assert_memory_equal(o->order, order, sizeof(order));
		assert_int_equal(o->of[0].ending, ROUND_UP);
		assert_int_equal(o->of[1].ending, ROUND_DOWN);
		assert_int_equal(o->of[2].ending, ROUND_DOWN);
		assert_int_equal(o->of[3].bytes, 0); /* not of this round */
		assert_int_not_equal(o->of[1].way, o->of[2].way);
		assert_true(o->of[0].bytes > o->of[2].bytes && o->of[2].bytes > 0);
		assert_true(s->budget.used_bytes > used);
		used = s->budget.used_bytes;
		assert_int_equal(o->reached, 1);
		assert_int_equal(o->spooled, k == 0);
		assert_true(o->link_seen);
		for (size_t i = 0; k == 1 && i < 3; i++)
			assert_int_equal(o->of[i].way, ways[i]); /* the same way again */
		for (size_t i = 0; i < 3; i++)
			ways[i] = o->of[i].way;
	}
}

static void what_is_cut_says_nothing(void **state)
{
	static const struct bad_server stall = {.fault = BAD_STALL};
	static const size_t order[] = {0};
	struct scene *s = *state;
	s->cycle.config.check_timeout_ms = 30000;
	cycle_target(&s->cycle, "http://127.0.0.1:%u/", badnet_listen(s->cycle.net, &stall));
	begin(s, order, 1, true);
	while (!s->budget.used_bytes) /* a first step has ended, so it is under way */
		assert_int_equal(event_base_loop(s->cycle.base, EVLOOP_ONCE), 0);
	round_cancel(s->round);
	finish(s);
	assert_int_equal(s->outcome.of[0].ending, ROUND_CUT);
	assert_int_equal(s->outcome.reached, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(endings, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_cut_says_nothing, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
