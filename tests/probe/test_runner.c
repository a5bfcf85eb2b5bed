/* test_runner.c: order, concurrency, ends and interruptions of a cycle, and devices without a
 * network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/probe/cycle.h"

static const struct bad_name truth[] = {
	{.name = "good.test", .a = "127.0.0.1"},
	{.name = "silent.test", .silent = 1},
	{.name = NULL},
};
static const struct bad_name lies[] = {
	{.name = "good.test", .rcode = 5},
	{.name = NULL},
};
static const struct bad_name nothing[] = {
	{.name = "good.test", .silent = 1},
	{.name = NULL},
};
static const struct bad_server good = {.cert = CERT_GOOD};
static const struct bad_server stall = {.fault = BAD_STALL};

static int open_cycle(void **state)
{
	static struct cycle c;
	cycle_open(&c);
	*state = &c;
	return 0;
}

static int close_cycle(void **state)
{
	cycle_close(*state);
	return 0;
}

static int64_t failure(const struct seen *s)
{
	return s->result.v[RESULT_FAILURE];
}

static void a_chain_in_order(void **state)
{
	static const enum kind order[] = {KIND_DNS, KIND_DNS, KIND_TCP, KIND_TLS, KIND_HTTP};
	struct cycle *c = *state;
	int64_t before = clock_wall_ms();
	cycle_dns(c, truth);
	cycle_one(c, "https://good.test:%u/", badnet_listen(c->net, &good));
	assert_int_equal(c->n_seen, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct result *r = &c->seen[i].result;
		assert_int_equal(r->kind, order[i]);
		assert_in_range(r->v[RESULT_T], before, clock_wall_ms());
		assert_in_range(r->v[RESULT_US], 0, 5000 * 1000);
		assert_string_equal(c->seen[i].addr, i < 2 ? "" : "127.0.0.1");
		assert_string_equal(c->seen[i].resolver, i < 2 ? c->resolver_text[0] : "");
	}
}

static void first_resolver_decides_and_the_rest_is_not_waited_for(void **state)
{
	struct cycle *c = *state;
	cycle_dns(c, truth);
	cycle_dns(c, lies);
	cycle_dns(c, nothing);
	c->config.check_timeout_ms = 2000;
	cycle_one(c, "https://good.test:%u/", badnet_listen(c->net, &good));
	assert_int_equal(c->n_seen, 9);
	/* The silent resolver's two answers are the last to fail, after the site was reached. */
	for (size_t i = 0; i < 9; i++) {
		bool silent = !strcmp(c->seen[i].resolver, c->resolver_text[2]);
		assert_int_equal(silent, i >= 7);
		if (silent)
			assert_int_equal(failure(&c->seen[i]), FAIL_DNS_TIMEOUT);
		if (!strcmp(c->seen[i].resolver, c->resolver_text[1]))
			assert_int_equal(c->seen[i].result.v[RESULT_RCODE], 5);
	}
	assert_int_equal(failure(cycle_step(c, KIND_HTTP, 0)), FAIL_NONE);
}

static void this_device_and_its_guards(void **state)
{
	struct cycle *c = *state;
	cycle_target(c, "tcp://127.0.0.1:%u", badnet_nobody(c->net));
	cycle_start(c, true);
	cycle_finish(c);
	assert_int_equal(c->n_seen, 4);
	assert_string_equal(cycle_step(c, KIND_LINK, 0)->url, "");
	assert_non_null(cycle_step(c, KIND_TCP, 0));
	const struct seen *guard = cycle_step(c, KIND_GUARD, 0);
	assert_string_equal(guard->addr, "192.0.2.1");
	assert_non_null(cycle_step(c, KIND_GUARD, (size_t)(guard - c->seen) + 1));
	size_t last = 0;
	for (size_t i = 0; i < c->n_seen; i++)
		last += !*c->seen[i].url && c->seen[i].last;
	assert_int_equal(last, 1);

	/* and may come alone, or not even that */
	targets_clear(&c->targets);
	cycle_start(c, true);
	cycle_finish(c);
	assert_int_equal(c->n_seen, 3);
	cycle_start(c, false);
	cycle_finish(c);
	assert_int_equal(c->n_seen, 0);
}

static void many_at_a_time_and_never_more(void **state)
{
	struct cycle *c = *state;
	c->config.concurrency = 7;
	cycle_dns(c, truth);
	unsigned int port = badnet_listen(c->net, &good);
	cycle_one(c, "https://127.0.0.1:%u/", port); /* what stays open from now on is open */
	size_t before = cycle_files(c);
	targets_clear(&c->targets);
	for (unsigned int i = 0; i < 100; i++)
		cycle_target(c, "https://good.test:%u/%u", port, i);
	cycle_start(c, false);
	cycle_finish(c);
	assert_int_equal(c->n_seen, 500);
	assert_in_range(badnet_most_open(c->net), 2, 7 + 7); /* the server's side closes later */
	cycle_wait_files(c, before);
	size_t last = 0;
	for (size_t i = 0; i < c->n_seen; i++)
		if (c->seen[i].last) {
			assert_int_equal(c->seen[i].result.kind, KIND_HTTP);
			assert_int_equal(failure(&c->seen[i]), FAIL_NONE);
			last++;
		}
	assert_int_equal(last, 100);
}

static void handshakes_are_capped(void **state)
{
	struct cycle *c = *state;
	unsigned int tls = badnet_listen(c->net, &stall);
	c->config.concurrency = 200;
	c->config.check_timeout_ms = 60000;
	for (unsigned int i = 0; i < 100; i++)
		cycle_target(c, "https://127.0.0.1:%u/%u", tls, i);
	cycle_start(c, false);
	while (badnet_most_open(c->net) < 64)
		event_base_loop(c->base, EVLOOP_ONCE);
	for (int i = 0; i < 100; i++)
		event_base_loop(c->base, EVLOOP_NONBLOCK);
	assert_int_equal(badnet_most_open(c->net), 64);
	runner_cancel(c->runner);
	cycle_finish(c);
}

static void one_cycle_at_a_time(void **state)
{
	const struct runner_observer nobody = {0};
	struct cycle *c = *state;
	cycle_target(c, "https://127.0.0.1:%u/", badnet_listen(c->net, &good));
	cycle_start(c, false);
	assert_int_equal(runner_start(c->runner, &c->targets, NULL, 0, false, &nobody), -1);
	cycle_finish(c);
	cycle_start(c, false);
	cycle_finish(c);
	assert_int_equal(c->n_seen, 3);
}

/* Targets that are stuck in every kind of step, and some that wait for their turn. */
static void get_stuck(struct cycle *c)
{
	static const struct bad_server stuck_http = {.fault = BAD_STALL, .spare = 1};
	static const struct bad_server stuck_https = {
		.fault = BAD_STALL, .spare = 1, .cert = CERT_GOOD};
	cycle_dns(c, truth);
	cycle_target(c, "https://silent.test/");
	cycle_target(c, "dns://127.0.0.1:%u/silent.test", baddns_serve(c->dns, truth, 0));
	cycle_target(c, "tcp://127.0.0.1:%u", badnet_full(c->net));
	cycle_target(c, "https://127.0.0.1:%u/", badnet_full(c->net));
	cycle_target(c, "https://good.test:%u/", badnet_listen(c->net, &stall));
	cycle_target(c, "http://good.test:%u/", badnet_listen(c->net, &stuck_http));
	cycle_target(c, "https://good.test:%u/", badnet_listen(c->net, &stuck_https));
	for (unsigned int i = 0; i < 20; i++)
		cycle_target(c, "https://silent.test/%u", i);
	c->config.concurrency = 10;
	c->config.check_timeout_ms = 60000;
}

static void cancelled_in_mid_flight(void **state)
{
	struct cycle *c = *state;
	get_stuck(c);
	cycle_start(c, true);
	runner_cancel(c->runner);
	cycle_finish(c);
	size_t before = cycle_files(c);
	/* The last of the steps that can succeed is tls; before it the link, the guards, A and AAAA
	 * three times, tcp three times. */
	c->cancel_after = 10;
	for (int i = 0; i < 2; i++) {
		cycle_start(c, true);
		cycle_finish(c);
		assert_int_equal(c->n_seen, c->cancel_after);
		cycle_wait_files(c, before);
	}
	/* afterwards the runner works as before */
	c->cancel_after = 0;
	assert_int_equal(failure(cycle_one(c, "tcp://127.0.0.1:%u", badnet_nobody(c->net))),
			 FAIL_CONNECTION_REFUSED);
}

static void cancelled_before_it_began(void **state)
{
	struct cycle *c = *state;
	get_stuck(c);
	cycle_start(c, true);
	runner_cancel(c->runner);
	cycle_finish(c);
	assert_int_equal(c->n_seen, 0);
	runner_cancel(c->runner); /* of nothing */
}

static void freed_in_mid_flight(void **state)
{
	struct cycle *c = *state;
	get_stuck(c);
	cycle_start(c, true);
	while (c->n_seen < 10)
		assert_int_equal(event_base_loop(c->base, EVLOOP_ONCE), 0);
	runner_free(c->runner);
	c->runner = NULL;
	assert_int_equal(c->done, 0);
}

static void freed_from_inside_done(void **state)
{
	struct cycle *c = *state;
	c->free_when_done = true;
	cycle_one(c, "https://127.0.0.1:%u/", badnet_listen(c->net, &good));
	assert_int_equal(c->n_seen, 3);
	assert_null(c->runner);
}

static void no_resolver(void **state)
{
	struct cycle *c = *state;
	char conf[128];
	c->resolvers[0] = "system";
	snprintf(conf, sizeof(conf), "%s", cycle_file(c, "resolv.conf", "# empty\n"));
	c->config.resolv_conf = conf;
	c->config.check_timeout_ms = 300;
	const struct seen *s = cycle_one(c, "https://good.test/");
	assert_int_equal(c->n_seen, 2);
	assert_int_equal(failure(s), FAIL_DNS_NO_RESOLVER);
	assert_string_equal(s->resolver, "system");

	/* Read again in every cycle. Whether anybody listens there depends on the machine. */
	cycle_file(c, "resolv.conf", "search test\nnameserver 127.99.99.99\n");
	s = cycle_one(c, "https://good.test/");
	assert_int_not_equal(failure(s), FAIL_DNS_NO_RESOLVER);
	unlink(conf);
	s = cycle_one(c, "https://good.test/");
	assert_int_equal(failure(s), FAIL_DNS_NO_RESOLVER);
}

static void bring_loopback_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo"};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(ioctl(fd, SIOCGIFFLAGS, &ifr), 0);
	ifr.ifr_flags |= IFF_UP;
	assert_int_equal(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

/* In a network namespace of its own: first nothing at all, then the loopback interface and a
 * resolver on it. */
static void measure_without_network(void)
{
	static struct cycle c;
	char conf[128];
	cycle_open(&c);
	c.resolvers[0] = "system";
	snprintf(conf, sizeof(conf), "%s", cycle_file(&c, "resolv.conf", "nameserver 192.0.2.1\n"));
	c.config.resolv_conf = conf;
	cycle_target(&c, "https://good.test/");
	cycle_target(&c, "https://192.0.2.2/");
	cycle_target(&c, "http://[2001:db8::2]/");
	cycle_target(&c, "dns://192.0.2.3/good.test");
	int64_t begin = clock_mono_ms();
	cycle_start(&c, true);
	cycle_finish(&c);
	assert_in_range(clock_mono_ms() - begin, 0, c.config.check_timeout_ms - 1);
	assert_int_equal(c.n_seen, 8);
	assert_int_equal(failure(&c.seen[0]), FAIL_NO_CARRIER);
	assert_int_equal(c.seen[0].result.v[RESULT_NS], 1);
	for (size_t i = 1; i < c.n_seen; i++)
		assert_int_equal(failure(&c.seen[i]), FAIL_NETWORK_UNREACHABLE);

	bring_loopback_up();
	baddns_serve(c.dns, truth, 53);
	cycle_file(&c, "resolv.conf", "nameserver 127.0.0.1\n");
	const struct seen *s = cycle_one(&c, "http://good.test:%u/", badnet_nobody(c.net));
	assert_int_equal(c.n_seen, 3);
	assert_string_equal(c.seen[0].resolver, "system");
	assert_int_equal(failure(s), FAIL_CONNECTION_REFUSED);
	cycle_close(&c);
}

static void in_a_namespace(void (*test)(void))
{
	int status;
	fflush(stdout);
	pid_t child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET) < 0)
			_exit(77);
		test(); /* an assertion that fails ends in a status other than 0, too */
		exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip(); /* this system does not give namespaces to its users */
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_device_without_network(void **state)
{
	(void)state;
	in_a_namespace(measure_without_network);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_CYCLE(f) cmocka_unit_test_setup_teardown(f, open_cycle, close_cycle)
		WITH_CYCLE(a_chain_in_order),
		WITH_CYCLE(first_resolver_decides_and_the_rest_is_not_waited_for),
		WITH_CYCLE(this_device_and_its_guards),
		WITH_CYCLE(many_at_a_time_and_never_more),
		WITH_CYCLE(handshakes_are_capped),
		WITH_CYCLE(one_cycle_at_a_time),
		WITH_CYCLE(cancelled_in_mid_flight),
		WITH_CYCLE(cancelled_before_it_began),
		WITH_CYCLE(freed_in_mid_flight),
		WITH_CYCLE(freed_from_inside_done),
		WITH_CYCLE(no_resolver),
		cmocka_unit_test(a_device_without_network),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
