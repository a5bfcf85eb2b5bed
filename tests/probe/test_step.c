/* test_step.c: what is the same for all checks, with a check that does as it is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/step.h"

#define SECOND 1000000LL

struct told {
	enum failure failure;	     /* FAILURES: say nothing, until the deadline */
	int64_t asleep_us, ahead_us; /* what the clocks do meanwhile */
	int fd;			     /* a connection to leave behind, or -1 */
	bool stand_still;	     /* past the deadline */
	bool answer;		     /* a moment after that */
	unsigned int started, stopped, ended;
};

static struct told told;

static void on_answer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	check_done(arg, FAIL_NONE);
}

static void start(struct check *c)
{
	struct step *s = (struct step *)c;
	told.started++;
	/* As if the device had slept, or its clock had been set, right after the start. */
	s->asleep_us -= told.asleep_us;
	s->ahead_us -= told.ahead_us;
	c->stream.fd = told.fd;
	c->answer.fp = "a fingerprint";
	c->answer.n_addrs = 1;
	check_more(c);
	if (told.stand_still)
		usleep(100000);
	if (told.answer)
		event_base_once(event_get_base(s->event), -1, EV_TIMEOUT, on_answer, c,
				&(struct timeval){0, 10000});
	if (told.failure != FAILURES)
		check_done(c, told.failure);
	assert_int_equal(told.ended, 0);
}

static enum failure expired(struct check *c)
{
	(void)c;
	return FAIL_TCP_TIMEOUT;
}

static void stop(struct check *c)
{
	(void)c;
	told.stopped++;
}

static const struct check_ops ops = {
	.kind = KIND_TCP, .start = start, .expired = expired, .stop = stop};

static void on_end(struct step *s)
{
	told.ended++;
	event_base_loopbreak(event_get_base(s->event));
}

/* Goes through one step; the caller frees it. */
static struct step *go(const struct told *what, bool allowed, struct wire_stream *onward)
{
	const struct chain_step step = {.kind = KIND_TCP, .addr = "192.0.2.1", .port = 443};
	const struct timeval deadline = {0, 20000};
	struct event_base *base = event_base_new();
	told = *what;
	struct step *s = step_new(base, &ops, &step, on_end);
	wire_stream_init(onward);
	step_go(s, &deadline, allowed);
	event_base_dispatch(base);
	assert_int_equal(told.ended, 1);
	assert_int_equal(s->check.answer.result.v[RESULT_FAILURE], s->failure);
	step_stop(s, onward);
	assert_int_equal(told.stopped, told.started);
	event_base_free(base);
	return s;
}

static void outcome_is_kept(void **state)
{
	struct wire_stream onward;
	(void)state;
	struct step *s =
		go(&(struct told){.failure = FAIL_CONNECTION_REFUSED, .fd = -1}, true, &onward);
	assert_int_equal(s->failure, FAIL_CONNECTION_REFUSED);
	assert_int_equal(s->check.answer.result.v[RESULT_PORT], 443);
	assert_string_equal(s->check.answer.fp, "a fingerprint");
	assert_int_equal(s->check.n_more, 1);
	assert_int_equal(onward.fd, -1);
	step_free(s);
}

static void deadline_has_a_name(void **state)
{
	struct wire_stream onward;
	(void)state;
	struct step *s = go(&(struct told){.failure = FAILURES, .fd = -1}, true, &onward);
	assert_int_equal(s->failure, FAIL_TCP_TIMEOUT);
	assert_true(s->check.answer.result.v[RESULT_US] >= 20000);
	step_free(s);
}

/* A process that was not there to hear the answer does not say that there was none. */
static void time_that_was_lost_is_given_back(void **state)
{
	struct told what = {.failure = FAILURES, .fd = -1, .stand_still = true, .answer = true};
	struct wire_stream onward;
	(void)state;
	struct step *s = go(&what, true, &onward);
	assert_int_equal(s->failure, FAIL_NONE);
	step_free(s);
	what.answer = false;
	s = go(&what, true, &onward);
	assert_int_equal(s->failure, FAIL_TCP_TIMEOUT);
	step_free(s);
}

static void private_addresses_are_not_gone_to(void **state)
{
	struct wire_stream onward;
	(void)state;
	struct step *s = go(&(struct told){.failure = FAIL_NONE, .fd = -1}, false, &onward);
	assert_int_equal(told.started, 0);
	assert_int_equal(s->failure, FAIL_PRIVATE_ADDRESS);
	step_free(s);
}

static void only_success_hands_a_connection_on(void **state)
{
	struct wire_stream onward;
	int pair[2];
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct step *s = go(&(struct told){.failure = FAIL_NONE, .fd = pair[0]}, true, &onward);
	assert_int_equal(onward.fd, pair[0]);
	step_free(s);
	s = go(&(struct told){.failure = FAIL_CONNECTION_RESET, .fd = pair[0]}, true, &onward);
	assert_int_equal(onward.fd, -1);
	assert_int_equal(fcntl(pair[0], F_GETFD), -1); /* closed */
	step_free(s);
	close(pair[1]);
}

/* Whatever the check had found. */
static void assert_void(const struct told *what)
{
	struct wire_stream onward;
	struct step *s = go(what, true, &onward);
	assert_int_equal(s->failure, FAIL_CLOCK_JUMP);
	assert_null(s->check.answer.fp);
	assert_int_equal(s->check.answer.n_addrs, 0);
	assert_int_equal(s->check.n_more, 0);
	step_free(s);
}

static void clocks_that_jump(void **state)
{
	struct wire_stream onward;
	(void)state;
	assert_void(&(struct told){.failure = FAIL_NONE, .asleep_us = 2 * SECOND, .fd = -1});
	assert_void(&(struct told){.failure = FAILURES, .asleep_us = 3600 * SECOND, .fd = -1});
	assert_void(&(struct told){.failure = FAIL_NONE, .ahead_us = 2 * SECOND, .fd = -1});
	assert_void(&(struct told){.failure = FAIL_TLS_RESET, .ahead_us = -2 * SECOND, .fd = -1});
	/* NTP slewing is no jump. */
	struct step *s = go(&(struct told){.failure = FAIL_NONE, .ahead_us = SECOND / 2, .fd = -1},
			    true, &onward);
	assert_int_equal(s->failure, FAIL_NONE);
	step_free(s);
}

static void answers_are_capped(void **state)
{
	struct wire_stream onward;
	(void)state;
	struct step *s = go(&(struct told){.failure = FAIL_NONE, .fd = -1}, true, &onward);
	while (s->check.n_more < CHECK_MORE_MAX)
		assert_non_null(check_more(&s->check));
	assert_null(check_more(&s->check));
	step_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcome_is_kept),
		cmocka_unit_test(deadline_has_a_name),
		cmocka_unit_test(time_that_was_lost_is_given_back),
		cmocka_unit_test(private_addresses_are_not_gone_to),
		cmocka_unit_test(only_success_hands_a_connection_on),
		cmocka_unit_test(clocks_that_jump),
		cmocka_unit_test(answers_are_capped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
