/* test_checks.c: every way in which a network can fail a check, done by real servers on the
 * loopback interface, must come out as the failure that names it. The table is the one of faults:
 * what the server does, at which step it shows, and as what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/probe/cycle.h"

static const struct bad_name names[] = {
	{.name = "good.test", .a = "127.0.0.1"},
	{.name = "both.test", .a = "127.0.0.1", .aaaa = "::1"},
	{.name = "poison.test", .a = "10.10.34.36", .aaaa = "d0::11"},
	{.name = "loop.example", .a = "127.0.0.1", .aaaa = "::"},
	{.name = "private.example", .a = "10.1.2.3"},
	{.name = "empty.test"},
	{.name = "servfail.test", .rcode = 2},
	{.name = "refused.test", .rcode = 5},
	{.name = "notauth.test", .rcode = 9},
	{.name = "formerr.test", .rcode = 1},
	{.name = "silent.test", .silent = 1},
	{.name = NULL},
};

static const char fingerprints[] = "name,scope,location_found,pattern_type,pattern\n"
				   "t.dns,nat,dns,prefix,10.10.34.\n"
				   "t.six,nat,dns,full,D0::0011\n"
				   "t.body,nat,body,contains,<iframe src=http://10.10.34.36\n"
				   "t.location,nat,header.location,prefix,http://10.10.34.3\n";

static int open_cycle(void **state)
{
	static struct cycle c;
	cycle_open(&c);
	cycle_dns(&c, names);
	cycle_fingerprints(&c, fingerprints);
	*state = &c;
	return 0;
}

static int close_cycle(void **state)
{
	cycle_close(*state);
	return 0;
}

/* A deadline that is waited for. Long enough for what has to go well before it, on a busy machine
 * too. */
#define SHORT_MS 800

#define TLS   "https://good.test"
#define PLAIN "http://good.test"
#define PAGE  "<html><iframe src=http://10.10.34.36></iframe></html>"
#define OK    "HTTP/1.1 200 OK\r\n"
#define PART  OK "Content-Length: 9\r\n\r\nabc"
#define NO    "HTTP/1.1 403 No\r\n"
#define GO    "HTTP/1.1 302 Go\r\nContent-Length: 0\r\n"

struct fault {
	const char *what;
	const char *url;   /* without port and path */
	const char *shows; /* first step that fails, or the last: kind, failure, fingerprint */
	struct bad_server server;
};

static const struct fault faults[] = {
	{"plain", PLAIN, "http  ", {0}},
	{"plain, address", "http://127.0.0.1", "http  ", {0}},
	{"tls", TLS, "http  ", {.cert = CERT_GOOD}},
	{"tls, address", "https://127.0.0.1", "http  ", {.cert = CERT_GOOD}},
	{"tcp", "tcp://good.test", "tcp  ", {0}},

	/* the handshake */
	{"hello, RST", TLS, "tls x_tls_reset ", {.fault = BAD_RESET}},
	{"hello, FIN", TLS, "tls x_tls_eof ", {.fault = BAD_CLOSE}},
	{"hello, alert", TLS, "tls ssl_failed_handshake ", {.fault = BAD_ALERT}},
	{"hello, page",
	 TLS,
	 "tls x_tls_plaintext t.body",
	 {.fault = BAD_PLAIN, .reply = NO "\r\n" PAGE}},
	{"hello, text", TLS, "tls x_tls_plaintext ", {.fault = BAD_PLAIN, .reply = "no\n"}},
	{"page before hello, RST",
	 TLS,
	 "tls x_tls_plaintext t.body",
	 {.fault = BAD_PLAIN_AT_ACCEPT, .reply = NO "\r\n" PAGE}},
	{"another name", TLS, "tls ssl_invalid_hostname ", {.cert = CERT_WRONG_NAME}},
	{"another address",
	 "https://127.0.0.1",
	 "tls ssl_invalid_hostname ",
	 {.cert = CERT_WRONG_NAME}},
	{"expired", TLS, "tls ssl_invalid_certificate ", {.cert = CERT_EXPIRED}},
	{"self-signed", TLS, "tls ssl_unknown_authority ", {.cert = CERT_SELF_SIGNED}},

	/* the exchange */
	{"request, RST", PLAIN, "http x_http_reset ", {.fault = BAD_RESET}},
	{"request, FIN", PLAIN, "http x_http_eof ", {.fault = BAD_CLOSE}},
	{"page before request, RST",
	 PLAIN,
	 "http x_http_blockpage t.body",
	 {.fault = BAD_PLAIN_AT_ACCEPT, .reply = NO "\r\n" PAGE}},
	{"headers, RST", PLAIN, "http x_http_body_reset ", {.reply = OK, .end = BAD_END_RESET}},
	{"headers, FIN", PLAIN, "http x_http_body_eof ", {.reply = OK}},
	{"tls, request, RST",
	 TLS,
	 "http x_http_reset ",
	 {.cert = CERT_GOOD, .reply = "", .end = BAD_END_RESET}},
	{"tls, request, FIN", TLS, "http x_http_eof ", {.cert = CERT_GOOD, .reply = ""}},
	{"tls, no length, FIN alone",
	 TLS,
	 "http  ",
	 {.cert = CERT_GOOD, .reply = OK "\r\nabc", .end = BAD_END_FIN}},
	{"tls, length, FIN alone",
	 TLS,
	 "http x_http_body_eof ",
	 {.cert = CERT_GOOD, .reply = PART, .end = BAD_END_FIN}},
	{"chunks, FIN",
	 PLAIN,
	 "http x_http_body_eof ",
	 {.reply = OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}},
	{"not HTTP", PLAIN, "http http_request_failed ", {.reply = "SSH-2.0-OpenSSH_9.2\r\n"}},
	{"body, RST", PLAIN, "http x_http_body_reset ", {.reply = PART, .end = BAD_END_RESET}},
	{"body, FIN", PLAIN, "http x_http_body_eof ", {.reply = PART}},
	{"tls, body, RST",
	 TLS,
	 "http x_http_body_reset ",
	 {.cert = CERT_GOOD, .reply = PART, .end = BAD_END_RESET}},
	{"tls, body, FIN", TLS, "http x_http_body_eof ", {.cert = CERT_GOOD, .reply = PART}},
	{"403", PLAIN, "http http_unexpected_status_code ", {.reply = NO "\r\n"}},
	{"redirect", PLAIN, "http  ", {.reply = GO "Location: https://elsewhere.test/\r\n\r\n"}},
	{"endless body", PLAIN, "http  ", {.reply = OK "\r\n", .forever = "0123456789abcdef"}},
	{"endless headers",
	 PLAIN,
	 "http http_request_failed ",
	 {.reply = OK, .forever = "X-Again: and again\r\n"}},

	/* the censor's page */
	{"page", PLAIN, "http x_http_blockpage t.body", {.reply = NO "\r\n" PAGE}},
	{"page as 200",
	 TLS,
	 "http x_http_blockpage t.body",
	 {.cert = CERT_GOOD, .reply = OK "\r\n" PAGE}},
	{"page, RST",
	 PLAIN,
	 "http x_http_blockpage t.body",
	 {.reply = NO "Content-Length: 999\r\n\r\n" PAGE, .end = BAD_END_RESET}},
	{"redirect to it",
	 PLAIN,
	 "http x_http_blockpage t.location",
	 {.reply = GO "location: http://10.10.34.34?x\r\n\r\n"}},
};

/* These end at the deadline. */
static const struct fault silences[] = {
	{"hello", TLS, "tls x_tls_timeout ", {.fault = BAD_STALL}},
	{"request", PLAIN, "http x_http_timeout ", {.fault = BAD_STALL}},
	{"tls, request",
	 TLS,
	 "http x_http_timeout ",
	 {.cert = CERT_GOOD, .reply = "", .end = BAD_END_STALL}},
	{"headers", PLAIN, "http x_http_body_timeout ", {.reply = OK, .end = BAD_END_STALL}},
	{"body", PLAIN, "http x_http_body_timeout ", {.reply = PART, .end = BAD_END_STALL}},
	{"page",
	 PLAIN,
	 "http x_http_blockpage t.body",
	 {.reply = NO "Content-Length: 999\r\n\r\n" PAGE, .end = BAD_END_STALL}},
};

/* The first step after dns that failed; what is tried after it is for comparison. */
static const struct seen *telling_step(const struct cycle *c)
{
	for (size_t i = 0; i < c->n_seen; i++)
		if (c->seen[i].result.kind != KIND_DNS && c->seen[i].result.v[RESULT_FAILURE])
			return &c->seen[i];
	return &c->seen[c->n_seen - 1];
}

static void measure(struct cycle *c, const struct fault *list, size_t n)
{
	char shows[256];
	for (size_t i = 0; i < n; i++) {
		cycle_one(c, "%s:%u", list[i].url, badnet_listen(c->net, &list[i].server));
		const struct seen *s = telling_step(c);
		snprintf(shows, sizeof(shows), "%s %s %s", kind_str(s->result.kind),
			 failure_str((enum failure)s->result.v[RESULT_FAILURE]), s->fp);
		if (strcmp(shows, list[i].shows))
			fail_msg("%s: '%s' instead of '%s'", list[i].what, shows, list[i].shows);
		assert_true(s->result.v[RESULT_US] >= 0);
		assert_string_equal(s->addr, "127.0.0.1");
	}
}

static void each_fault_has_its_name(void **state)
{
	measure(*state, faults, sizeof(faults) / sizeof(*faults));
}

static void each_silence_has_its_name(void **state)
{
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	measure(c, silences, sizeof(silences) / sizeof(*silences));
}

static void what_was_negotiated_is_kept(void **state)
{
	const struct bad_server good = {.cert = CERT_GOOD}, expired = {.cert = CERT_EXPIRED};
	struct cycle *c = *state;
	const struct seen *s = cycle_one(c, "https://good.test:%u/", badnet_listen(c->net, &good));
	assert_int_equal(s->result.v[RESULT_STATUS], 200);
	assert_int_equal(s->result.v[RESULT_BYTES], 3);
	s = cycle_step(c, KIND_TLS, 0);
	assert_int_equal(s->result.v[RESULT_TLSVER], 0x0304);
	s = cycle_one(c, "https://good.test:%u/", badnet_listen(c->net, &expired));
	assert_int_equal(s->result.kind, KIND_TLS);
	assert_int_equal(s->result.v[RESULT_TLSVER], 0x0304);
}

static void caps_hold(void **state)
{
	const struct bad_server endless = {.reply = OK "\r\n", .forever = "0123456789abcdef"};
	struct cycle *c = *state;
	const struct seen *s =
		cycle_one(c, "http://good.test:%u/", badnet_listen(c->net, &endless));
	assert_int_equal(s->result.v[RESULT_BYTES], CHECK_READ_MAX - strlen(OK "\r\n"));
}

static void expected_status_is_the_only_one(void **state)
{
	const struct bad_server nothing = {.reply = "HTTP/1.1 204 Nothing\r\n\r\n"}, page = {0};
	struct cycle *c = *state;
	for (int i = 0; i < 2; i++) {
		targets_clear(&c->targets);
		cycle_target(c, "http://127.0.0.1:%u/generate_204",
			     badnet_listen(c->net, i ? &page : &nothing));
		c->targets.list[0].expect_status = 204;
		cycle_start(c, false);
		cycle_finish(c);
		assert_int_equal(cycle_step(c, KIND_HTTP, 0)->result.v[RESULT_FAILURE],
				 i ? FAIL_HTTP_STATUS : FAIL_NONE);
	}
}

static void a_connection_that_does_not_come_about(void **state)
{
	struct cycle *c = *state;
	const struct seen *s = cycle_one(c, "https://127.0.0.1:%u/", badnet_nobody(c->net));
	assert_int_equal(s->result.kind, KIND_TCP);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_CONNECTION_REFUSED);
}

/* Established, then reset, whatever is said or not: it is the connection that somebody resets, not
 * the handshake or the request that it happened to meet. */
static void everybody_is_reset(void **state)
{
	static const struct bad_server servers[] = {{.fault = BAD_RESET_AT_ACCEPT},
						    {.fault = BAD_RESET_LATE}};
	struct cycle *c = *state;
	for (int i = 0; i < 4; i++) {
		const struct seen *s = cycle_one(c, "%s://127.0.0.1:%u/", i % 2 ? "http" : "https",
						 badnet_listen(c->net, &servers[i / 2]));
		assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_CONNECTION_RESET);
		if (i / 2)
			assert_int_equal(s->result.kind, i % 2 ? KIND_HTTP : KIND_TLS);
	}
}

static void tcp_tls_and_http_share_one_connection(void **state)
{
	const struct bad_server good = {.cert = CERT_GOOD};
	struct cycle *c = *state;
	cycle_one(c, "https://127.0.0.1:%u/", badnet_listen(c->net, &good));
	assert_int_equal(c->n_seen, 3);
	assert_int_equal(badnet_accepted(c->net), 1);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(c->seen[i].result.v[RESULT_FAILURE], FAIL_NONE);
}

/* The address that follows begins with a connection of its own, and the one before is given back. */
static void no_connection_is_left(void **state)
{
	static const struct bad_server plain = {0}, blocked = {.fault = BAD_CLOSE,
							       .word = "both.test",
							       .cert = CERT_GOOD};
	struct cycle *c = *state;
	uint16_t tcp = badnet_listen(c->net, &plain), tls = badnet_listen(c->net, &blocked);
	cycle_one(c, "tcp://127.0.0.1:%u", tcp); /* what stays open from now on is open */
	size_t before = cycle_files(c);
	for (int i = 0; i < 10; i++) {
		cycle_one(c, "tcp://both.test:%u", tcp);
		assert_non_null(cycle_step(c, KIND_TCP, 3));
		cycle_one(c, "https://both.test:%u", tls);
	}
	cycle_wait_files(c, before);
}

/* The second connection is not reset, so it was because of what the first one said; its silence is
 * not counted. */
static void a_second_connection_tells_why(void **state)
{
	const struct bad_server reset = {.fault = BAD_RESET};
	struct cycle *c = *state;
	const struct seen *s = cycle_one(c, "http://127.0.0.1:%u/", badnet_listen(c->net, &reset));
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_HTTP_RESET);
	assert_in_range(s->result.v[RESULT_US], 0, 90 * 1000);
	assert_int_equal(badnet_accepted(c->net), 2);
}

static void dns_answers(void **state)
{
	static const struct {
		const char *name;
		enum failure a, aaaa;
		int rcode;
		const char *fp_a, *fp_aaaa;
	} expected[] = {
		{"good.test", FAIL_NONE, FAIL_DNS_NO_ANSWER, 0, "", ""},
		{"poison.test", FAIL_DNS_BOGON, FAIL_DNS_BOGON, 0, "t.dns", "t.six"},
		{"loop.example", FAIL_DNS_BOGON, FAIL_DNS_BOGON, 0, "", ""},
		{"private.example", FAIL_NONE, FAIL_DNS_NO_ANSWER, 0, "", ""},
		{"empty.test", FAIL_DNS_NO_ANSWER, FAIL_DNS_NO_ANSWER, 0, "", ""},
		{"servfail.test", FAIL_DNS_SERVFAIL, FAIL_DNS_SERVFAIL, 2, "", ""},
		{"refused.test", FAIL_DNS_REFUSED, FAIL_DNS_REFUSED, 5, "", ""},
		{"notauth.test", FAIL_DNS_MISBEHAVING, FAIL_DNS_MISBEHAVING, 9, "", ""},
		{"formerr.test", FAIL_DNS_MISBEHAVING, FAIL_DNS_MISBEHAVING, 1, "", ""},
		{"missing.test", FAIL_DNS_NXDOMAIN, FAIL_DNS_NXDOMAIN, 3, "", ""},
	};
	struct cycle *c = *state;
	unsigned int port = badnet_nobody(c->net);
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		cycle_one(c, "tcp://%s:%u", expected[i].name, port);
		for (size_t k = 0; k < 2; k++) {
			const struct seen *s = &c->seen[k];
			bool a = s->result.v[RESULT_QTYPE] == 1;
			assert_int_equal(s->result.kind, KIND_DNS);
			assert_int_equal(s->result.v[RESULT_FAILURE],
					 a ? expected[i].a : expected[i].aaaa);
			assert_int_equal(s->result.v[RESULT_RCODE], expected[i].rcode);
			assert_string_equal(s->fp, a ? expected[i].fp_a : expected[i].fp_aaaa);
			assert_string_equal(s->resolver, c->resolver_text[0]);
		}
		/* Only an address that was not a lie is connected to. */
		if (expected[i].a == FAIL_NONE)
			assert_non_null(cycle_step(c, KIND_TCP, 2));
		else
			assert_int_equal(c->n_seen, 2);
	}
}

static void dropped_packets(void **state)
{
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	const struct seen *s = cycle_one(c, "https://127.0.0.1:%u/", badnet_full(c->net));
	assert_int_equal(s->result.kind, KIND_TCP);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_TCP_TIMEOUT);
	assert_in_range(s->result.v[RESULT_US], (SHORT_MS - 20) * 1000, 10 * SHORT_MS * 1000);

	s = cycle_one(c, "https://silent.test/");
	assert_int_equal(c->n_seen, 2);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_DNS_TIMEOUT);
	assert_int_equal(s->result.v[RESULT_RCODE], -1);
	/* A question is repeated before it is given up. */
	assert_int_equal(baddns_queries(c->dns), 6);
}

static void dns_target_asks_its_own_resolver(void **state)
{
	struct cycle *c = *state;
	unsigned int port = baddns_serve(c->dns, names, 0);
	char resolver[64];
	const struct seen *s = cycle_one(c, "dns://127.0.0.1:%u/good.test", port);
	snprintf(resolver, sizeof(resolver), "udp://127.0.0.1:%u", port);
	assert_int_equal(c->n_seen, 1);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_NONE);
	assert_string_equal(s->resolver, resolver);
	assert_string_equal(s->answer, "127.0.0.1");

	s = cycle_one(c, "dns://127.0.0.1:%u/good.test", badnet_nobody(c->net));
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_DNS_UNREACHABLE);
}

static void without_authorities_nothing_is_judged(void **state)
{
	const struct bad_server good = {.cert = CERT_GOOD};
	struct cycle *c = *state;
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	const struct seen *s = cycle_one(c, "https://127.0.0.1:%u/", badnet_listen(c->net, &good));
	assert_int_equal(s->result.kind, KIND_TLS);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_LOCAL_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_fault_has_its_name, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(each_silence_has_its_name, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(dropped_packets, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(what_was_negotiated_is_kept, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(caps_hold, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(expected_status_is_the_only_one, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(a_connection_that_does_not_come_about, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(everybody_is_reset, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(tcp_tls_and_http_share_one_connection, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(no_connection_is_left, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(a_second_connection_tells_why, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(dns_answers, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(dns_target_asks_its_own_resolver, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(without_authorities_nothing_is_judged, open_cycle,
						close_cycle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
