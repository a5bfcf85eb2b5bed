/* test_chain.c: the order of steps, walked by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

/* One address: steps that succeed, and perhaps one that does not. */
static void walk(struct chain *c, const char *addr, const enum kind *kinds, size_t n, bool success)
{
	for (size_t i = 0; i < n; i++) {
		struct chain_step s = expect(c, kinds[i], addr);
		expect_nothing(c, false);
		chain_ended(c, &s, success || i + 1 < n, NULL);
	}
}

static const enum kind https[] = {KIND_TCP, KIND_TLS, KIND_HTTP};
static const enum kind http[] = {KIND_TCP, KIND_HTTP};

static void name_with_two_addresses(void **state)
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
	chain_ended(&c, &dns[2], true,
		    "192.0.2.9"); /* of the second resolver: for comparison only */
	chain_ended(&c, &dns[1], true, "2001:db8::1");
	expect_nothing(&c, false);
	chain_ended(&c, &dns[0], true, "192.0.2.1");
	walk(&c, "192.0.2.1", https, 2, false);
	walk(&c, "2001:db8::1", https, 3, true);
	expect_nothing(&c, false);
	chain_ended(&c, &dns[3], false, NULL);
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
	chain_ended(&c, &a, false, "10.10.34.36"); /* a lie is not connected to */
	chain_ended(&c, &aaaa, false, NULL);
	expect_nothing(&c, true);
}

static void literals(void **state)
{
	struct target four = target("http://192.0.2.1/"), six = target("https://[2001:db8::1]/");
	struct target tcp = target("tcp://192.0.2.1:22");
	struct chain c;
	(void)state;
	chain_begin(&c, &four, 3);
	walk(&c, "192.0.2.1", http, 2, true);
	expect_nothing(&c, true);
	chain_begin(&c, &six, 3);
	walk(&c, "2001:db8::1", https, 3, false);
	expect_nothing(&c, true);
	chain_begin(&c, &tcp, 3);
	walk(&c, "192.0.2.1", https, 1, true);
	expect_nothing(&c, true);
}

static void one_question_and_the_link(void **state)
{
	struct target t = target("dns://9.9.9.9/example.org");
	struct chain_step s;
	struct chain c;
	(void)state;
	chain_begin(&c, &t, 3);
	s = expect(&c, KIND_DNS, "");
	assert_int_equal(s.qtype, 1);
	chain_ended(&c, &s, true, "192.0.2.1");
	expect_nothing(&c, true);
	chain_begin(&c, NULL, 3);
	s = expect(&c, KIND_LINK, "");
	expect_nothing(&c, false);
	chain_ended(&c, &s, false, NULL);
	expect_nothing(&c, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_with_two_addresses),
		cmocka_unit_test(name_without_addresses),
		cmocka_unit_test(literals),
		cmocka_unit_test(one_question_and_the_link),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
