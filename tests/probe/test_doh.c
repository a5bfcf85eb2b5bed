/* test_doh.c: DNS over HTTPS, from a server that does it well and from those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "tests/probe/baddoh.h"
#include "tests/probe/cycle.h"

/* A deadline that is waited for. */
#define SHORT_MS 1400

static const struct bad_reply aliases[] = {
	{.what = BAD_DNS_ANSWER, .a = "10.10.34.36", .aliases = {"Cdn.example"}}, {0}};
static const struct bad_reply loop[] = {{.what = BAD_DNS_LOOP}, {0}};
static const struct bad_reply wrong_id[] = {{.what = BAD_DNS_WRONG_ID, .a = "192.0.2.1"}, {0}};

static const struct bad_name names[] = {
	{.name = "good.test", .a = "192.0.2.1", .aaaa = "2001:db8::1"},
	{.name = "servfail.test", .rcode = 2},
	{.name = "poison.test", .replies = aliases},
	{.name = "loop.test", .replies = loop},
	{.name = "wrongid.test", .replies = wrong_id},
	{.name = NULL},
};

static int open_cycle(void **state)
{
	static struct cycle c;
	cycle_open(&c);
	cycle_fingerprints(&c, "name,scope,location_found,pattern_type,pattern\n"
			       "t.dns,nat,dns,prefix,10.10.34.\n");
	*state = &c;
	return 0;
}

static int close_cycle(void **state)
{
	cycle_close(*state);
	return 0;
}

static int64_t column(const struct seen *s, enum result_field f)
{
	return s->result.v[f];
}

static const struct seen *of_type(const struct cycle *c, int qtype)
{
	return column(&c->seen[0], RESULT_QTYPE) == qtype ? &c->seen[0] : &c->seen[1];
}

static const struct seen *ask_https(struct cycle *c, const struct bad_https *what,
				    struct baddoh **server)
{
	static char text[64];
	*server = baddoh_new(c->certs, what);
	snprintf(text, sizeof(text), "https://127.0.0.1:%u/dns-query", baddoh_port(*server));
	c->resolvers[0] = text;
	/* Port 9 is never connected to: there is no address, or nobody. */
	cycle_one(c, "tcp://good.test:9");
	return &c->seen[0];
}

static void https_faults_have_their_names(void **state)
{
	static const struct {
		struct bad_https server;
		enum failure failure;
	} faults[] = {
		{{.cert = CERT_GOOD, .status = 500}, FAIL_DNS_MISBEHAVING},
		{{.cert = CERT_GOOD, .type = "text/html"}, FAIL_DNS_MISBEHAVING},
		{{.cert = CERT_GOOD, .type = "application/dns-messages"}, FAIL_DNS_MISBEHAVING},
		{{.cert = CERT_GOOD, .padding = 70000}, FAIL_DNS_MISBEHAVING},
		{{.cert = CERT_GOOD, .status = 302, .location = "/other"}, FAIL_DNS_MISBEHAVING},
		{{.cert = CERT_WRONG_NAME}, FAIL_SSL_INVALID_HOSTNAME},
		{{.cert = CERT_EXPIRED}, FAIL_SSL_INVALID_CERTIFICATE},
		{{.cert = CERT_SELF_SIGNED}, FAIL_SSL_UNKNOWN_AUTHORITY},
		{{.cert = CERT_GOOD, .mute = 1}, FAIL_HTTP_TIMEOUT},
	};
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct bad_https what = faults[i].server;
		struct baddoh *server;
		what.names = names;
		const struct seen *s = ask_https(c, &what, &server);
		if (column(s, RESULT_FAILURE) != (int64_t)faults[i].failure)
			fail_msg("%zu: '%s' instead of '%s'", i,
				 failure_str((enum failure)column(s, RESULT_FAILURE)),
				 failure_str(faults[i].failure));
		assert_int_equal(c->n_seen, 2);
		assert_int_equal(s->n_answers, 0);
		baddoh_free(server);
	}
}

static void https_answers(void **state)
{
	const struct bad_https good = {.cert = CERT_GOOD, .names = names};
	struct baddoh *server;
	struct cycle *c = *state;
	ask_https(c, &good, &server);
	const struct seen *a = of_type(c, 1), *aaaa = of_type(c, 28);
	assert_int_equal(baddoh_requests(server), 2);
	assert_string_equal(a->resolver, c->resolvers[0]);
	assert_int_equal(column(a, RESULT_FAILURE), FAIL_NONE);
	assert_string_equal(a->answer, "192.0.2.1");
	assert_string_equal(aaaa->answer, "2001:db8::1");
	assert_int_equal(column(a, RESULT_RCODE), 0);
	assert_int_equal(column(a, RESULT_TTL), 60);
	assert_int_equal(column(a, RESULT_IPTTL), -1);
	assert_true(column(a, RESULT_US) > 0);
	assert_int_equal(column(a, RESULT_CNAMES), 0);

	cycle_one(c, "tcp://servfail.test:9");
	assert_int_equal(column(&c->seen[0], RESULT_FAILURE), FAIL_DNS_SERVFAIL);
	cycle_one(c, "tcp://poison.test:9");
	a = of_type(c, 1);
	assert_int_equal(column(a, RESULT_FAILURE), FAIL_DNS_BOGON);
	assert_string_equal(a->fp, "t.dns");
	assert_string_equal(a->cname, "cdn.example");
	cycle_one(c, "tcp://loop.test:9");
	assert_int_equal(column(&c->seen[0], RESULT_FAILURE), FAIL_DNS_MISBEHAVING);
	cycle_one(c, "tcp://wrongid.test:9");
	assert_int_equal(column(&c->seen[0], RESULT_FAILURE), FAIL_DNS_MISBEHAVING);
	assert_int_equal(baddoh_requests(server), 10);
	baddoh_free(server);
}

/* A handshake is paid for once in a cycle, however many names there are. */
static void connections_are_shared(void **state)
{
	const struct bad_https good = {.cert = CERT_GOOD, .names = names};
	struct baddoh *server;
	struct cycle *c = *state;
	c->config.concurrency = 1;
	ask_https(c, &good, &server);
	unsigned int before = baddoh_connections(server);
	targets_clear(&c->targets);
	for (int i = 0; i < 20; i++)
		cycle_target(c, "tcp://missing%d.test:9", i);
	cycle_start(c, false);
	cycle_finish(c);
	assert_int_equal(c->n_seen, 40);
	for (size_t i = 0; i < c->n_seen; i++)
		assert_int_equal(column(&c->seen[i], RESULT_FAILURE), FAIL_DNS_NXDOMAIN);
	assert_in_range(baddoh_connections(server) - before, 1, 2); /* A and AAAA at once */
	baddoh_free(server);
}

static void nobody_is_there(void **state)
{
	struct cycle *c = *state;
	char text[64];
	snprintf(text, sizeof(text), "https://127.0.0.1:%u/dns-query", badnet_nobody(c->net));
	c->resolvers[0] = text;
	const struct seen *s = cycle_one(c, "tcp://good.test:9");
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_CONNECTION_REFUSED);
	assert_int_equal(c->n_seen, 2);

	/* In mid-handshake. */
	static const struct bad_server reset = {.fault = BAD_RESET}, stall = {.fault = BAD_STALL};
	runner_free(c->runner);
	c->runner = NULL;
	c->config.check_timeout_ms = SHORT_MS;
	snprintf(text, sizeof(text), "https://127.0.0.1:%u/dns-query",
		 badnet_listen(c->net, &reset));
	s = cycle_one(c, "tcp://good.test:9");
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_TLS_RESET);
	snprintf(text, sizeof(text), "https://127.0.0.1:%u/dns-query",
		 badnet_listen(c->net, &stall));
	s = cycle_one(c, "tcp://good.test:9");
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_TLS_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_CYCLE(f) cmocka_unit_test_setup_teardown(f, open_cycle, close_cycle)
		WITH_CYCLE(https_faults_have_their_names),
		WITH_CYCLE(https_answers),
		WITH_CYCLE(connections_are_shared),
		WITH_CYCLE(nobody_is_there),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
