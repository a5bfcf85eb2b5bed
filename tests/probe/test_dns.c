/* test_dns.c: what comes back for one question, from servers that answer late, twice, wrongly or not
 * at all. Every result is looked at as the batch would get it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/probe/cycle.h"

/* A deadline that is waited for: seven parts of it are the schedule of the repetitions. */
#define SHORT_MS 1400

#define FAKE                                                                                       \
	{                                                                                          \
		.what = BAD_DNS_ANSWER, .a = "10.10.34.36", .aaaa = "d0::11", .ip_ttl = 47,        \
		.ttl = 9                                                                           \
	}
#define TRUE_LATER                                                                                 \
	{                                                                                          \
		.what = BAD_DNS_ANSWER, .after_ms = 30, .a = "192.0.2.1", .aaaa = "2001:db8::1",   \
		.ip_ttl = 61                                                                       \
	}

static const struct bad_reply twice[] = {FAKE, TRUE_LATER, {0}};
static const struct bad_reply copies[] = {
	{.what = BAD_DNS_ANSWER, .a = "192.0.2.1,192.0.2.2", .copies = 2},
	{.what = BAD_DNS_ANSWER, .after_ms = 20, .a = "192.0.2.2,192.0.2.1"},
	{0}};
static const struct bad_reply flood[] = {{.what = BAD_DNS_ANSWER, .a = "192.0.2.1"},
					 {.what = BAD_DNS_ANSWER, .a = "192.0.2.2"},
					 {.what = BAD_DNS_ANSWER, .rcode = 3},
					 {.what = BAD_DNS_CUT, .a = "192.0.2.3"},
					 {.what = BAD_DNS_ANSWER, .a = "192.0.2.4"},
					 {.what = BAD_DNS_ANSWER, .a = "192.0.2.5", .copies = 40},
					 {.what = BAD_DNS_ANSWER, .a = "192.0.2.1", .copies = 99},
					 {0}};
static const struct bad_reply error_then_truth[] = {
	{.what = BAD_DNS_ANSWER, .rcode = 2}, TRUE_LATER, {0}};
static const struct bad_reply aliases[] = {{.what = BAD_DNS_ANSWER,
					    .a = "192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,192.0.2."
						 "5,192.0.2.6,192.0.2.7,192.0.2.8,192.0.2.9",
					    .ttl = 300,
					    .aliases = {"www.cdn.example", "EDGE-7.CDN.example"}},
					   {0}};
static const struct bad_reply wrong_id[] = {
	{.what = BAD_DNS_WRONG_ID, .a = "192.0.2.1", .copies = 3}, {0}};
static const struct bad_reply wrong_then_right[] = {
	{.what = BAD_DNS_WRONG_ID, .a = "192.0.2.9"},
	{.what = BAD_DNS_WRONG_QUESTION, .a = "192.0.2.9"},
	{.what = BAD_DNS_GARBAGE},
	TRUE_LATER,
	{0}};
static const struct bad_reply wrong_question[] = {
	{.what = BAD_DNS_WRONG_QUESTION, .a = "192.0.2.1"}, {0}};
static const struct bad_reply garbage[] = {{.what = BAD_DNS_GARBAGE}, {0}};
static const struct bad_reply loop[] = {{.what = BAD_DNS_LOOP}, {0}};
static const struct bad_reply huge[] = {{.what = BAD_DNS_HUGE, .a = "192.0.2.1"}, {0}};
static const struct bad_reply cut[] = {{.what = BAD_DNS_CUT, .a = "192.0.2.1"}, {0}};
static const struct bad_reply bare[] = {{.what = BAD_DNS_NO_QUESTION}, {0}};
static const struct bad_reply bare_error[] = {{.what = BAD_DNS_NO_QUESTION, .rcode = 1}, {0}};
static const struct bad_reply truncated[] = {
	{.what = BAD_DNS_TRUNCATED, .a = "192.0.2.1,192.0.2.2"}, {0}};
static const struct bad_reply empty_tc[] = {{.what = BAD_DNS_EMPTY_TC, .a = "192.0.2.1"}, {0}};
static const struct bad_reply whole = {.what = BAD_DNS_ANSWER, .a = "192.0.2.1,192.0.2.2"};

static const struct bad_name names[] = {
	{.name = "good.test", .a = "192.0.2.1", .aaaa = "2001:db8::1"},
	{.name = "empty.test"},
	{.name = "servfail.test", .rcode = 2},
	{.name = "refused.test", .rcode = 5},
	{.name = "notimp.test", .rcode = 4},
	{.name = "silent.test", .silent = 1},
	{.name = "late.test", .a = "192.0.2.1", .only_nth = 3},
	{.name = "twice.test", .replies = twice},
	{.name = "copies.test", .replies = copies},
	{.name = "flood.test", .replies = flood},
	{.name = "error.test", .replies = error_then_truth},
	{.name = "aliases.test", .replies = aliases},
	{.name = "wrongid.test", .replies = wrong_id},
	{.name = "mixed.test", .replies = wrong_then_right},
	{.name = "wrongname.test", .replies = wrong_question},
	{.name = "garbage.test", .replies = garbage},
	{.name = "loop.test", .replies = loop},
	{.name = "huge.test", .replies = huge},
	{.name = "cut.test", .replies = cut},
	{.name = "bare.test", .replies = bare},
	{.name = "bareerror.test", .replies = bare_error},
	{.name = "big.test", .replies = truncated, .tcp = &whole},
	{.name = "bigempty.test", .replies = empty_tc, .tcp = &whole},
	{.name = "bigcut.test", .replies = truncated},
	{.name = "bigmute.test", .replies = truncated, .tcp_stall = 1},
	{.name = "bigsame.test", .replies = empty_tc, .tcp = &empty_tc[0]},
	{.name = NULL},
};

static const char fingerprints[] = "name,scope,location_found,pattern_type,pattern\n"
				   "t.dns,nat,dns,prefix,10.10.34.\n";

static int open_cycle(void **state)
{
	static struct cycle c;
	cycle_open(&c);
	cycle_fingerprints(&c, fingerprints);
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

/* Asks a server for these names, all at once. */
static void ask(struct cycle *c, const char *const *list, size_t n)
{
	unsigned int port = baddns_serve(c->dns, names, 0);
	targets_clear(&c->targets);
	for (size_t i = 0; i < n; i++)
		cycle_target(c, "dns://127.0.0.1:%u/%s", port, list[i]);
	c->config.concurrency = n;
	cycle_start(c, false);
	cycle_finish(c);
}

/* The nth answer for a name, or NULL. */
static const struct seen *answer(const struct cycle *c, const char *name, int nth)
{
	size_t len = strlen(name);
	for (size_t i = 0; i < c->n_seen; i++) {
		const struct seen *s = &c->seen[i];
		size_t url = strlen(s->url);
		if (s->url[url - len - 1] == '/' && !strcmp(s->url + url - len, name) &&
		    column(s, RESULT_NTH) == nth)
			return s;
	}
	return NULL;
}

static void expect(const struct cycle *c, const char *name, int nth, enum failure failure,
		   int rcode, const char *addr)
{
	const struct seen *s = answer(c, name, nth);
	if (!s)
		fail_msg("%s has no answer %d", name, nth);
	if (column(s, RESULT_FAILURE) != (int64_t)failure)
		fail_msg("%s, answer %d: '%s' instead of '%s'", name, nth,
			 failure_str((enum failure)column(s, RESULT_FAILURE)),
			 failure_str(failure));
	assert_int_equal(column(s, RESULT_RCODE), rcode);
	assert_string_equal(s->answer, addr);
	assert_int_equal(column(s, RESULT_QTYPE), 1);
	assert_true(column(s, RESULT_US) >= 0);
	assert_true(column(s, RESULT_US) < 60 * 1000000);
	assert_true(column(s, RESULT_T) > 0);
}

static void each_answer_has_its_name(void **state)
{
	static const struct {
		const char *name;
		enum failure failure;
		int rcode;
		const char *addr;
	} expected[] = {
		{"good.test", FAIL_NONE, 0, "192.0.2.1"},
		{"empty.test", FAIL_DNS_NO_ANSWER, 0, ""},
		{"missing.test", FAIL_DNS_NXDOMAIN, 3, ""},
		{"servfail.test", FAIL_DNS_SERVFAIL, 2, ""},
		{"refused.test", FAIL_DNS_REFUSED, 5, ""},
		{"notimp.test", FAIL_DNS_MISBEHAVING, 4, ""},
		{"loop.test", FAIL_DNS_MISBEHAVING, 0, ""},
		{"huge.test", FAIL_DNS_MISBEHAVING, 0, "192.0.2.1"},
		{"cut.test", FAIL_DNS_MISBEHAVING, 0, ""},
		{"bare.test", FAIL_DNS_MISBEHAVING, 0, ""},
		{"bareerror.test", FAIL_DNS_MISBEHAVING, 1, ""},
		{"mixed.test", FAIL_NONE, 0, "192.0.2.1"},
	};
	const char *list[16];
	struct cycle *c = *state;
	size_t n = sizeof(expected) / sizeof(*expected);
	for (size_t i = 0; i < n; i++)
		list[i] = expected[i].name;
	ask(c, list, n);
	assert_int_equal(c->n_seen, n); /* and no second answer to any of them */
	for (size_t i = 0; i < n; i++) {
		const struct seen *s = answer(c, list[i], 0);
		expect(c, list[i], 0, expected[i].failure, expected[i].rcode, expected[i].addr);
		assert_int_equal(column(s, RESULT_COPIES), 0);
		assert_int_equal(column(s, RESULT_TC), 0);
		assert_true(s->last);
	}
	const struct seen *s = answer(c, "good.test", 0);
	assert_int_equal(column(s, RESULT_TTL), 60);
	assert_int_equal(column(s, RESULT_CNAMES), 0);
	assert_int_equal(column(s, RESULT_CNAME), -1);
	assert_int_equal(column(answer(c, "empty.test", 0), RESULT_TTL), -1);
}

/* The forger is quicker, but can't hide the truth: in 100 of 100 runs. */
static void both_answers_are_seen(void **state)
{
	enum { RUNS = 100 };
	const char *list[RUNS];
	struct cycle *c = *state;
	size_t seen[2] = {0};
	for (size_t i = 0; i < RUNS; i++)
		list[i] = "twice.test";
	ask(c, list, RUNS);
	assert_int_equal(c->n_seen, 2 * RUNS);
	for (size_t i = 0; i < c->n_seen; i += 2) {
		const struct seen *fake = &c->seen[i], *true_one = &c->seen[i + 1];
		assert_int_equal(column(fake, RESULT_NTH), 0);
		assert_int_equal(column(fake, RESULT_FAILURE), FAIL_DNS_BOGON);
		assert_string_equal(fake->fp, "t.dns");
		assert_string_equal(fake->answer, "10.10.34.36");
		assert_string_equal(fake->fp_addr, "10.10.34.36");
		assert_int_equal(column(fake, RESULT_IPTTL), 47);
		assert_int_equal(column(fake, RESULT_TTL), 9);
		assert_false(fake->last);
		assert_int_equal(column(true_one, RESULT_NTH), 1);
		assert_int_equal(column(true_one, RESULT_FAILURE), FAIL_NONE);
		assert_string_equal(true_one->fp, "");
		assert_string_equal(true_one->fp_addr, "");
		assert_string_equal(true_one->answer, "192.0.2.1");
		assert_int_equal(column(true_one, RESULT_IPTTL), 61);
		assert_int_equal(column(true_one, RESULT_TTL), 60);
		assert_true(true_one->last);
		assert_true(column(true_one, RESULT_US) > column(fake, RESULT_US));
		seen[0]++;
		seen[1]++;
	}
	assert_int_equal(seen[0], RUNS);
}

static void a_lie_does_not_hide_the_address(void **state)
{
	struct cycle *c = *state;
	cycle_dns(c, names);
	/* Refused there: it was gone to, although the first answer was a lie. */
	cycle_one(c, "tcp://error.test:%u", 1);
	const struct seen *s = cycle_step(c, KIND_TCP, 0);
	assert_non_null(s);
	assert_string_equal(s->addr, "192.0.2.1");
}

static void copies_are_counted_and_floods_end(void **state)
{
	static const char *const list[] = {"copies.test", "flood.test", "error.test"};
	struct cycle *c = *state;
	ask(c, list, 3);
	expect(c, "copies.test", 0, FAIL_NONE, 0, "192.0.2.1");
	assert_null(answer(c, "copies.test", 1));
	assert_int_equal(column(answer(c, "copies.test", 0), RESULT_COPIES), 3);
	assert_int_equal(answer(c, "copies.test", 0)->n_answers, 2);

	expect(c, "flood.test", 0, FAIL_NONE, 0, "192.0.2.1");
	expect(c, "flood.test", 1, FAIL_NONE, 0, "192.0.2.2");
	expect(c, "flood.test", 2, FAIL_DNS_NXDOMAIN, 3, "");
	expect(c, "flood.test", 3, FAIL_DNS_MISBEHAVING, 0, "");
	assert_null(answer(c, "flood.test", 4));
	assert_int_equal(column(answer(c, "flood.test", 0), RESULT_COPIES), 100);

	expect(c, "error.test", 0, FAIL_DNS_SERVFAIL, 2, "");
	expect(c, "error.test", 1, FAIL_NONE, 0, "192.0.2.1");
}

static void aliases_are_kept(void **state)
{
	static const char *const list[] = {"aliases.test"};
	const char *alias = "edge-7.cdn.example";
	uint8_t h[crypto_hash_sha256_BYTES];
	struct cycle *c = *state;
	ask(c, list, 1);
	const struct seen *s = answer(c, "aliases.test", 0);
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_NONE);
	assert_int_equal(column(s, RESULT_CNAMES), 2);
	assert_string_equal(s->cname, alias);
	crypto_hash_sha256(h, (const uint8_t *)alias, strlen(alias));
	assert_int_equal(column(s, RESULT_CNAME), h[0] << 16 | h[1] << 8 | h[2]);
	assert_int_equal(column(s, RESULT_TTL), 300);
	assert_int_equal(s->n_answers, RESULT_ANSWERS_MAX);
}

static void truncated_answers_are_fetched(void **state)
{
	static const char *const list[] = {"big.test", "bigempty.test", "bigcut.test",
					   "bigsame.test"};
	struct cycle *c = *state;
	ask(c, list, 4);
	expect(c, "big.test", 0, FAIL_NONE, 0, "192.0.2.1");
	assert_int_equal(column(answer(c, "big.test", 0), RESULT_TC), 1);
	assert_int_equal(answer(c, "big.test", 0)->n_answers, 1);
	expect(c, "big.test", 1, FAIL_NONE, 0, "192.0.2.1");
	assert_int_equal(column(answer(c, "big.test", 1), RESULT_TC), 0);
	assert_int_equal(column(answer(c, "big.test", 1), RESULT_IPTTL), -1);
	assert_int_equal(answer(c, "big.test", 1)->n_answers, 2);
	expect(c, "bigempty.test", 0, FAIL_DNS_NO_ANSWER, 0, "");
	expect(c, "bigempty.test", 1, FAIL_NONE, 0, "192.0.2.1");
	/* Nothing more came over TCP, or the same. */
	expect(c, "bigcut.test", 0, FAIL_NONE, 0, "192.0.2.1");
	assert_null(answer(c, "bigcut.test", 1));
	assert_null(answer(c, "bigsame.test", 1));
	assert_int_equal(column(answer(c, "bigsame.test", 0), RESULT_COPIES), 1);
	assert_int_equal(baddns_connections(c->dns), 4);
}

static void tcp_that_says_nothing_ends_too(void **state)
{
	static const char *const list[] = {"bigmute.test"};
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	ask(c, list, 1);
	assert_int_equal(c->n_seen, 1);
	expect(c, "bigmute.test", 0, FAIL_NONE, 0, "192.0.2.1");
	/* The time until the answer, and not until the end of it all. */
	assert_true(column(&c->seen[0], RESULT_US) < 1000 * SHORT_MS);
}

static void silence_and_what_is_no_answer(void **state)
{
	static const char *const list[] = {"silent.test", "wrongid.test", "wrongname.test",
					   "garbage.test"};
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	ask(c, list, 4);
	assert_int_equal(c->n_seen, 4);
	expect(c, "silent.test", 0, FAIL_DNS_TIMEOUT, -1, "");
	for (size_t i = 1; i < 4; i++)
		expect(c, list[i], 0, FAIL_DNS_WRONG_ID, -1, "");
	/* Each was asked three times. */
	assert_int_equal(baddns_queries(c->dns), 12);
}

static void a_lost_question_is_repeated(void **state)
{
	static const char *const list[] = {"late.test"};
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	ask(c, list, 1);
	assert_int_equal(c->n_seen, 1);
	expect(c, "late.test", 0, FAIL_NONE, 0, "192.0.2.1");
	assert_int_equal(baddns_queries(c->dns), 3);
	/* Since the question that was answered, not since the first: 3/7 earlier. */
	assert_true(column(&c->seen[0], RESULT_US) < 1000 * SHORT_MS * 3 / 7);
}

static void nobody_is_there(void **state)
{
	struct cycle *c = *state;
	const struct seen *s = cycle_one(c, "dns://127.0.0.1:%u/good.test", baddns_nobody(c->dns));
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_DNS_UNREACHABLE);
	/* A class E address is nowhere. */
	s = cycle_one(c, "dns://240.0.0.1/good.test");
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_NETWORK_UNREACHABLE);
}

static void ipv6_is_asked_as_well(void **state)
{
	struct cycle *c = *state;
	unsigned int port = baddns_serve_at(c->dns, "::1", names, 0);
	cycle_one(c, "dns://[::1]:%u/twice.test", port);
	assert_int_equal(c->n_seen, 2);
	expect(c, "twice.test", 0, FAIL_DNS_BOGON, 0, "10.10.34.36");
	expect(c, "twice.test", 1, FAIL_NONE, 0, "192.0.2.1");
	assert_int_equal(column(&c->seen[0], RESULT_IPTTL), 47);
	assert_int_equal(column(&c->seen[1], RESULT_IPTTL), 61);
}

/* As in resolv.conf: the first is not there, which ICMP says at once, the second does not answer. */
static void nameservers_are_asked_in_turn(void **state)
{
	static const struct bad_name silent[] = {{.name = "good.test", .silent = 1},
						 {.name = NULL}};
	static char conf[128];
	struct cycle *c = *state;
	c->resolvers[0] = "system";
	snprintf(conf, sizeof(conf), "%s",
		 cycle_file(c, "resolv.conf",
			    "nameserver 127.0.0.3\nnameserver 127.0.0.4\nnameserver 127.0.0.5\n"));
	c->config.resolv_conf = conf;
	c->config.check_timeout_ms = SHORT_MS;
	baddns_serve_at(c->dns, "127.0.0.4", silent, 53);
	const struct seen *s = cycle_one(c, "https://good.test/");
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_DNS_TIMEOUT);
	assert_int_equal(baddns_queries(c->dns), 2 * 3); /* A and AAAA; the last is dead too */

	baddns_serve_at(c->dns, "127.0.0.5", names, 53);
	cycle_one(c, "tcp://good.test:9");
	s = cycle_step(c, KIND_DNS, 0);
	assert_int_equal(column(s, RESULT_FAILURE), FAIL_NONE);
	assert_string_equal(s->resolver, "system");

	cycle_file(c, "resolv.conf", "nameserver 127.0.0.3\nnameserver 240.0.0.1\n");
	cycle_one(c, "tcp://good.test:9");
	assert_int_equal(c->n_seen, 2);
	assert_int_equal(column(&c->seen[0], RESULT_FAILURE), FAIL_DNS_UNREACHABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_CYCLE(f) cmocka_unit_test_setup_teardown(f, open_cycle, close_cycle)
		WITH_CYCLE(each_answer_has_its_name),
		WITH_CYCLE(both_answers_are_seen),
		WITH_CYCLE(a_lie_does_not_hide_the_address),
		WITH_CYCLE(copies_are_counted_and_floods_end),
		WITH_CYCLE(aliases_are_kept),
		WITH_CYCLE(truncated_answers_are_fetched),
		WITH_CYCLE(tcp_that_says_nothing_ends_too),
		WITH_CYCLE(silence_and_what_is_no_answer),
		WITH_CYCLE(a_lost_question_is_repeated),
		WITH_CYCLE(nobody_is_there),
		WITH_CYCLE(ipv6_is_asked_as_well),
		WITH_CYCLE(nameservers_are_asked_in_turn),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
