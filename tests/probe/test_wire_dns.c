/* test_wire_dns.c: messages, byte by byte. What servers do with them is in test_dns.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probe/wire_dns.h"
#include "tests/probe/baddns.h"

static const struct bad_name names[] = {
	{.name = "a.example", .a = "192.0.2.1,192.0.2.2", .aaaa = "2001:db8::1"},
	{.name = "b.example", .a = "192.0.2.2,192.0.2.1"},
	{.name = NULL},
};

static struct wire_dns_query query(const char *name, int qtype)
{
	struct wire_dns_query q;
	assert_int_equal(wire_dns_ask(&q, name, qtype, 0x1234), 0);
	return q;
}

static size_t answer(uint8_t out[static 1024], const struct wire_dns_query *q)
{
	return baddns_answer(out, q->bytes, q->len, names);
}

static void a_question(void **state)
{
	static const uint8_t expected[] = {0x12, 0x34, 1,   0,	 0,   1, 0,   0,   0,
					   0,	 0,    0,   1,	 'a', 7, 'e', 'x', 'a',
					   'm',	 'p',  'l', 'e', 0,   0, 1,   0,   1};
	char label[65], name[300] = "";
	struct wire_dns_query q = query("a.example", WIRE_DNS_A);
	(void)state;
	assert_int_equal(q.len, sizeof(expected));
	assert_memory_equal(q.bytes, expected, sizeof(expected));
	assert_int_equal(q.id, 0x1234);
	wire_dns_number(&q, 0xfffe);
	assert_int_equal(q.bytes[0], 0xff);
	assert_int_equal(q.bytes[1], 0xfe);
	assert_int_equal(q.id, 0xfffe);
	q = query(".", WIRE_DNS_NS);
	assert_int_equal(q.len, WIRE_DNS_HEADER + 5);

	memset(label, 'x', 64);
	label[64] = '\0';
	assert_int_equal(wire_dns_ask(&q, label, WIRE_DNS_A, 1), -1);
	label[63] = '\0';
	assert_int_equal(wire_dns_ask(&q, label, WIRE_DNS_A, 1), 0);
	for (int i = 0; i < 4; i++)
		strcat(strcat(name, label), i < 3 ? "." : "");
	name[253] = '\0'; /* the longest there is */
	assert_int_equal(wire_dns_ask(&q, name, WIRE_DNS_A, 1), 0);
	assert_int_equal(q.len, WIRE_DNS_QUERY_MAX);
}

static void an_answer(void **state)
{
	uint8_t p[1024];
	struct wire_dns d;
	struct wire_dns_query q = query("a.example", WIRE_DNS_A);
	size_t len = answer(p, &q);
	(void)state;
	assert_true(wire_dns_read(&d, p, len, &q));
	assert_int_equal(d.id, 0x1234);
	assert_int_equal(d.rcode, 0);
	assert_true(d.whole);
	assert_false(d.tc);
	assert_int_equal(d.n_addrs, 2);
	assert_int_equal(d.total, 2);
	assert_string_equal(d.addrs[0], "192.0.2.1");
	assert_string_equal(d.addrs[1], "192.0.2.2");
	assert_int_equal(d.ttl, 60);
	assert_string_equal(d.cname, "");
	q = query("a.example", WIRE_DNS_AAAA);
	assert_true(wire_dns_read(&d, p, answer(p, &q), &q));
	assert_string_equal(d.addrs[0], "2001:db8::1");
	q = query("c.example", WIRE_DNS_A);
	assert_true(wire_dns_read(&d, p, answer(p, &q), &q));
	assert_int_equal(d.rcode, 3);
	assert_int_equal(d.n_addrs, 0);
	assert_int_equal(d.ttl, -1);
}

/* A forger's bytes may end anywhere. Cut off, an answer is never whole, and never anything else. */
static void cut_anywhere(void **state)
{
	uint8_t p[1024];
	struct wire_dns d;
	struct wire_dns_query q = query("a.example", WIRE_DNS_A);
	size_t len = answer(p, &q);
	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t part[1024];
		memcpy(part, p, cut);
		assert_int_equal(wire_dns_read(&d, part, cut, &q), cut >= q.len);
		if (cut < q.len)
			continue;
		assert_false(d.whole);
		part[2] |= 0x02; /* TC: what is there counts */
		assert_true(wire_dns_read(&d, part, cut, &q));
		assert_true(d.whole && d.tc);
		assert_int_equal(d.n_addrs, cut >= q.len + 16);
	}
}

static void what_is_no_answer_to_it(void **state)
{
	uint8_t p[1024];
	struct wire_dns d;
	struct wire_dns_query q = query("a.example", WIRE_DNS_A);
	struct wire_dns_query other = query("b.example", WIRE_DNS_A);
	struct wire_dns_query upper = query("A.ExAmPlE", WIRE_DNS_A);
	struct wire_dns_query six = query("a.example", WIRE_DNS_AAAA);
	(void)state;
	assert_false(wire_dns_read(&d, q.bytes, q.len, &q)); /* an echo */
	assert_false(wire_dns_read(&d, p, answer(p, &other), &q));
	assert_false(wire_dns_read(&d, p, answer(p, &six), &q));
	assert_true(wire_dns_read(&d, p, answer(p, &upper), &q)); /* names have no case */
	p[5] = 2;						  /* questions */
	assert_false(wire_dns_read(&d, p, 200, &q));
	assert_false(wire_dns_read(&d, NULL, 0, &q));
}

static void the_same_in_another_order(void **state)
{
	uint8_t p[1024];
	struct wire_dns a, b, c;
	struct wire_dns_query q = query("a.example", WIRE_DNS_A);
	(void)state;
	size_t len = answer(p, &q);
	assert_true(wire_dns_read(&a, p, len, &q));
	q = query("b.example", WIRE_DNS_A);
	assert_true(wire_dns_read(&b, p, answer(p, &q), &q));
	struct wire_dns_gist x = wire_dns_gist(&a), y = wire_dns_gist(&b), z;
	assert_true(wire_dns_same(&x, &y));
	p[3] |= 5; /* rcode */
	assert_true(wire_dns_read(&c, p, len, &q));
	z = wire_dns_gist(&c);
	assert_false(wire_dns_same(&x, &z));
	p[3] &= 0xf0;
	p[len - 1] ^= 1;
	assert_true(wire_dns_read(&c, p, len, &q));
	z = wire_dns_gist(&c);
	assert_false(wire_dns_same(&x, &z));
}

/* Fields of the first record of an answer to a.example; its name is a pointer. */
#define RECORD(q) ((q).len)

static void odd_records(void **state)
{
	uint8_t p[1024];
	struct wire_dns d;
	struct wire_dns_query q = query("a.example", WIRE_DNS_A);
	size_t len = answer(p, &q), at = RECORD(q);
	(void)state;
	p[at + 6] = 0x80; /* a TTL that is negative is zero: RFC 2181 */
	assert_true(wire_dns_read(&d, p, len, &q));
	assert_int_equal(d.ttl, 0);
	p[at + 6] = 0x7f;
	p[at + 16 + 6] = 0x7f;
	assert_true(wire_dns_read(&d, p, len, &q));
	assert_int_equal(d.ttl, 0x7f00003c);
	p[at + 5] = 3; /* class CH: none of ours */
	assert_true(wire_dns_read(&d, p, len, &q));
	assert_int_equal(d.n_addrs, 1);
	p[at + 5] = 1;
	p[at + 3] = 16; /* TXT */
	assert_true(wire_dns_read(&d, p, len, &q));
	assert_int_equal(d.n_addrs, 1);
	assert_true(d.whole);
	p[at + 3] = 1;
	p[at + 11] = 5; /* an address of five bytes */
	assert_true(wire_dns_read(&d, p, len, &q));
	assert_false(d.whole);
	assert_int_equal(d.n_addrs, 0);
	p[at] = 0x80; /* labels of a kind that does not exist */
	p[at + 11] = 4;
	assert_true(wire_dns_read(&d, p, len, &q));
	assert_false(d.whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question),
		cmocka_unit_test(an_answer),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(what_is_no_answer_to_it),
		cmocka_unit_test(the_same_in_another_order),
		cmocka_unit_test(odd_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
