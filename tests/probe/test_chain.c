/* test_chain.c: the order of steps, walked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "probe/chain.h"

static struct target target(const char *url)
{
	struct target t;
	char err[256];
	assert_int_equal(targets_parse_one(&t, url, err, sizeof(err)), 0);
	return t;
}

static struct chain_step expect(struct chain *c, enum kind kind, const char *addr)
{
	struct chain_step s;
	assert_false(chain_is_over(c));
	assert_true(chain_next(c, &s));
	assert_int_equal(s.kind, kind);
	assert_string_equal(s.addr, addr);
	return s;
}

static void expect_nothing(struct chain *c, bool over)
{
	struct chain_step s;
	assert_false(chain_next(c, &s));
	assert_int_equal(chain_is_over(c), over);
}

static void end(struct chain *c, const struct chain_step *s, enum failure failure)
{
	const struct chain_outcome outcome = {.failure = failure};
	chain_ended(c, s, &outcome);
}

static void answer(struct chain *c, const struct chain_step *s, const char *const *addrs)
{
	char copy[8][INET6_ADDRSTRLEN];
	struct chain_outcome outcome = {.addrs = copy};
	while (addrs[outcome.n_addrs]) {
		snprintf(copy[outcome.n_addrs], sizeof(*copy), "%s", addrs[outcome.n_addrs]);
		outcome.n_addrs++;
	}
	chain_ended(c, s, &outcome);
}
#define ADDRS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* One address: steps that succeed, and the last of them perhaps not. */
static void walk(struct chain *c, const char *addr, const enum kind *kinds, size_t n,
		 enum failure last)
{
	for (size_t i = 0; i < n; i++) {
		struct chain_step s = expect(c, kinds[i], addr);
		assert_int_equal(s.port, c->place.port);
		expect_nothing(c, false);
		end(c, &s, i + 1 < n ? FAIL_NONE : last);
	}
}

static const enum kind https[] = {KIND_TCP, KIND_TLS, KIND_HTTP};
static const enum kind http[] = {KIND_TCP, KIND_HTTP};

static void name_with_addresses(void **state)
{
	struct target t = target("https://example.org/");
	struct chain_step dns[4];
	struct chain c;
	(void)state;
	chain_begin(&c, &t, 2);
	for (size_t i = 0; i < 4; i++) {
		dns[i] = expect(&c, KIND_DNS, "");
		assert_int_equal(dns[i].resolver, i / 2);
		assert_int_equal(dns[i].qtype, i % 2 ? 28 : 1);
	}
	expect_nothing(&c, false);
	/* of the second resolver: for comparison only */
	answer(&c, &dns[2], ADDRS("192.0.2.9"));
	answer(&c, &dns[1], ADDRS("2001:db8::1"));
	expect_nothing(&c, false);
	/* one of them twice, and one more than are tried */
	answer(&c, &dns[0], ADDRS("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.3"));
	walk(&c, "192.0.2.1", https, 1, FAIL_TCP_TIMEOUT);
	walk(&c, "192.0.2.2", https, 3, FAIL_HTTP_RESET);
	walk(&c, "2001:db8::1", https, 3, FAIL_NONE);
	expect_nothing(&c, false);
	end(&c, &dns[3], FAIL_DNS_NXDOMAIN);
	expect_nothing(&c, true);
}

static void name_without_addresses(void **state)
{
	struct target t = target("https://example.org/");
	struct chain_step a, aaaa;
	struct chain c;
	(void)state;
	chain_begin(&c, &t, 1);
	a = expect(&c, KIND_DNS, "");
	aaaa = expect(&c, KIND_DNS, "");
	end(&c, &a, FAIL_DNS_BOGON);
	end(&c, &aaaa, FAIL_DNS_NO_ANSWER);
	expect_nothing(&c, true);
}

static void literals(void **state)
{
	struct target four = target("http://192.0.2.1/"), six = target("https://[2001:db8::1]/");
	struct target tcp = target("tcp://192.0.2.1:22"), quic = target("quic://192.0.2.1");
	struct target speed = target("speed+https://192.0.2.1/big");
	const enum kind by_quic[] = {KIND_QUIC}, by_speed[] = {KIND_TCP, KIND_TLS, KIND_SPEED};
	struct chain c;
	(void)state;
	chain_begin(&c, &four, 3);
	walk(&c, "192.0.2.1", http, 2, FAIL_NONE);
	expect_nothing(&c, true);
	chain_begin(&c, &six, 3);
	walk(&c, "2001:db8::1", https, 3, FAIL_HTTP_STATUS);
	expect_nothing(&c, true);
	chain_begin(&c, &tcp, 3);
	walk(&c, "192.0.2.1", https, 1, FAIL_NONE);
	expect_nothing(&c, true);
	chain_begin(&c, &quic, 3);
	walk(&c, "192.0.2.1", by_quic, 1, FAIL_NONE);
	expect_nothing(&c, true);
	chain_begin(&c, &speed, 3);
	walk(&c, "192.0.2.1", by_speed, 3, FAIL_NONE);
	expect_nothing(&c, true);
}

/* A chain that stands before its first address, 192.0.2.1. */
static void resolve(struct chain *c, const struct target *t)
{
	struct chain_step a, aaaa;
	chain_begin(c, t, 1);
	a = expect(c, KIND_DNS, "");
	aaaa = expect(c, KIND_DNS, "");
	answer(c, &a, ADDRS("192.0.2.1", "192.0.2.2"));
	end(c, &aaaa, FAIL_DNS_NO_ANSWER);
}

static void harmless_name_after_a_broken_handshake(void **state)
{
	struct target t = target("https://example.org/"), literal = target("https://192.0.2.1/");
	struct chain_step s;
	struct chain c;
	(void)state;
	resolve(&c, &t);
	walk(&c, "192.0.2.1", https, 2, FAIL_TLS_RESET);
	s = expect(&c, KIND_TCP, "192.0.2.1");
	assert_true(s.harmless);
	end(&c, &s, FAIL_NONE);
	s = expect(&c, KIND_TLS, "192.0.2.1");
	assert_true(s.harmless);
	end(&c, &s, FAIL_NONE); /* and no http with it */
	s = expect(&c, KIND_TCP, "192.0.2.2");
	assert_false(s.harmless);
	end(&c, &s, FAIL_NONE);
	s = expect(&c, KIND_TLS, "192.0.2.2");
	end(&c, &s, FAIL_TLS_TIMEOUT);
	s = expect(&c, KIND_TCP, "192.0.2.2");
	end(&c, &s, FAIL_NONE);
	s = expect(&c, KIND_TLS, "192.0.2.2");
	end(&c, &s, FAIL_TLS_TIMEOUT); /* once is enough */
	expect_nothing(&c, true);

	/* A certificate was shown: nobody broke this one. An address has no name to hide. */
	resolve(&c, &t);
	walk(&c, "192.0.2.1", https, 2, FAIL_SSL_UNKNOWN_AUTHORITY);
	s = expect(&c, KIND_TCP, "192.0.2.2");
	assert_false(s.harmless);
	chain_begin(&c, &literal, 1);
	walk(&c, "192.0.2.1", https, 2, FAIL_TLS_RESET);
	expect_nothing(&c, true);
}

/* Takes the http step at hand, which redirects to url. */
static enum chain_redirect redirect(struct chain *c, const char *url)
{
	struct target to = target(url);
	struct chain_step s = expect(c, KIND_HTTP, "192.0.2.1");
	enum chain_redirect r = chain_redirect(c, &to);
	const struct chain_outcome outcome = {
		.failure = r == CHAIN_LOOP ? FAIL_HTTP_REDIRECT_LOOP : FAIL_NONE,
		.follow = r == CHAIN_FOLLOW,
	};
	chain_ended(c, &s, &outcome);
	return r;
}

static void hops(void **state)
{
	struct target t = target("http://example.org/");
	struct chain_step s;
	struct chain c;
	(void)state;
	resolve(&c, &t);
	walk(&c, "192.0.2.1", http, 1, FAIL_NONE);
	assert_int_equal(redirect(&c, "https://example.org/"), CHAIN_FOLLOW);
	s = expect(&c, KIND_TCP, "192.0.2.1");
	assert_int_equal(s.hop, 1);
	assert_int_equal(s.port, 443);
	end(&c, &s, FAIL_NONE);
	s = expect(&c, KIND_TLS, "192.0.2.1");
	end(&c, &s, FAIL_NONE);
	assert_string_equal(chain_path(&c), "/");
	assert_int_equal(redirect(&c, "https://example.org/fa?x"), CHAIN_FOLLOW);
	walk(&c, "192.0.2.1", https, 2, FAIL_NONE);
	assert_string_equal(chain_path(&c), "/fa?x");
	assert_int_equal(redirect(&c, "https://example.org/"), CHAIN_LOOP);
	/* the next address begins at the target itself */
	s = expect(&c, KIND_TCP, "192.0.2.2");
	assert_int_equal(s.hop, 0);
	assert_int_equal(s.port, 80);
	assert_string_equal(chain_path(&c), "/");
}

static void hops_that_are_not_followed(void **state)
{
	struct target t = target("https://example.org/a");
	struct chain c;
	char url[64];
	(void)state;
	resolve(&c, &t);
	walk(&c, "192.0.2.1", https, 2, FAIL_NONE);
	assert_int_equal(redirect(&c, "https://example.net/"), CHAIN_STAY);
	resolve(&c, &t);
	walk(&c, "192.0.2.1", https, 2, FAIL_NONE);
	assert_int_equal(redirect(&c, "http://example.org/"), CHAIN_STAY);
	resolve(&c, &t);
	walk(&c, "192.0.2.1", https, 2, FAIL_NONE);
	assert_int_equal(redirect(&c, "https://example.org/a"), CHAIN_LOOP);
	resolve(&c, &t);
	for (int i = 0; i <= CHAIN_HOPS_MAX; i++) {
		walk(&c, "192.0.2.1", https, 2, FAIL_NONE);
		snprintf(url, sizeof(url), "https://example.org/%d", i);
		assert_int_equal(redirect(&c, url), i < CHAIN_HOPS_MAX ? CHAIN_FOLLOW : CHAIN_LOOP);
	}
}

static void one_question_and_this_device(void **state)
{
	struct target t = target("dns://9.9.9.9/example.org");
	struct chain_step s, guards[2];
	struct chain c;
	(void)state;
	chain_begin(&c, &t, 3);
	s = expect(&c, KIND_DNS, "");
	assert_int_equal(s.qtype, 1);
	answer(&c, &s, ADDRS("192.0.2.1"));
	expect_nothing(&c, true);
	chain_begin(&c, NULL, 3);
	s = expect(&c, KIND_LINK, "");
	guards[0] = expect(&c, KIND_GUARD, "192.0.2.1");
	guards[1] = expect(&c, KIND_GUARD, "192.0.2.1");
	assert_int_equal(guards[0].port, 443);
	assert_int_equal(guards[1].port, 80);
	expect_nothing(&c, false);
	end(&c, &guards[1], FAIL_NONE);
	end(&c, &s, FAIL_NO_CARRIER);
	expect_nothing(&c, false);
	end(&c, &guards[0], FAIL_INTERCEPTED);
	expect_nothing(&c, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_with_addresses),
		cmocka_unit_test(name_without_addresses),
		cmocka_unit_test(literals),
		cmocka_unit_test(harmless_name_after_a_broken_handshake),
		cmocka_unit_test(hops),
		cmocka_unit_test(hops_that_are_not_followed),
		cmocka_unit_test(one_question_and_this_device),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
