/* test_votes_marks.c: what a vote holds besides tried and reached. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/collector/ballot.h"
#include "tests/collector/nation.h"

#define T0 BALLOT_T0

/* A gateway that is configured and dead is none: nor is the line up then. Where a link has no such thing,
 * nothing is said. */
static void test_gateway(void **state)
{
	struct ballot *b = *state;
	for (int gwup = -1; gwup <= 1; gwup++) {
		b->batch.n_results = 0;
		ballot_add_link(b, T0, true);
		b->batch.results[0].v[RESULT_GWUP] = gwup;
		ballot_add(b, KIND_TCP, "https://open0.example/", T0 + 1, FAIL_NETWORK_UNREACHABLE);
		const struct cell_vote *v = ballot_collect(b, 0, CLASS_LINK);
		assert_int_equal(v->tried, 15);
		assert_int_equal(v->ok >> CELL_LINK_GATEWAY & 1, gwup != 0);
		assert_int_equal(b->votes.buckets[0].has[CLASS_OPEN], gwup == 0);
	}
}

static void test_ipv6(void **state)
{
	struct ballot *b = *state;
	const char *url[] = {"https://open0.example/", "https://open1.example/",
			     "https://open2.example/", "https://open3.example/"};
	const char *four = "192.0.2.7", *six = "2001:db8::7";
	ballot_add_link(b, T0, true);
	ballot_add_at(b, KIND_TCP, url[0], T0, FAIL_NONE, four);
	ballot_add_at(b, KIND_TCP, url[1], T0, FAIL_NONE, six);
	ballot_add_at(b, KIND_TCP, url[2], T0, FAIL_TCP_TIMEOUT, six);
	ballot_add_at(b, KIND_TLS, url[2], T0, FAIL_NONE, six);
	ballot_add_at(b, KIND_TCP, url[3], T0, FAIL_NONE, four);
	ballot_add_at(b, KIND_TCP, url[3], T0 + 1, FAIL_NETWORK_UNREACHABLE, six);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->tried, 15);
	assert_int_equal(v->six_tried, 2 | 4);
	assert_int_equal(v->six_ok, 2);
}

/* A line that is down fails at IPv6 as at everything else, and has not lost it. */
static void test_ipv6_link_down(void **state)
{
	struct ballot *b = *state;
	ballot_add_link(b, T0, false);
	ballot_add_at(b, KIND_TCP, "https://open0.example/", T0, FAIL_NETWORK_UNREACHABLE,
		      "2001:db8::7");
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->tried, 1);
	assert_int_equal(v->six_tried, 0);
}

/* What is cut over IPv6 alone is IPv6; what is dropped everywhere is dropped. */
static void test_mechanisms(void **state)
{
	struct ballot *b = *state;
	const char *one = "https://filtered0.example/", *two = "https://filtered1.example/";
	const char *three = "https://filtered2.example/";
	ballot_add_at(b, KIND_TCP, one, T0, FAIL_NONE, "192.0.2.7");
	ballot_add_at(b, KIND_TCP, one, T0 + 1, FAIL_TCP_TIMEOUT, "2001:db8::7");
	ballot_add_at(b, KIND_TCP, two, T0, FAIL_TCP_TIMEOUT, "192.0.2.8");
	ballot_add(b, KIND_DNS, three, T0, FAIL_DNS_NXDOMAIN);
	/* Only a try with a harmless name: nothing was tried that could fail. */
	ballot_add_at(b, KIND_TLS, "https://filtered3.example/", T0, FAIL_TLS_PLAINTEXT,
		      "192.0.2.9")
		->v[RESULT_SNI] = 1;
	b->batch.results[4].v[RESULT_FP] = batch_fp(&b->batch, "page");
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_FILTERED);
	assert_int_equal(v->tried, 7);
	for (enum mechanism m = 0; m < MECHANISMS; m++) {
		uint64_t want = m == MECH_IPV6_LOSS   ? 1
				: m == MECH_TCP_DROP  ? 2
				: m == MECH_DNS_BLOCK ? 4
						      : 0;
		assert_int_equal(v->mech[m], want);
		assert_int_equal(v->mech[m] & ~v->tried, 0);
	}
}

static void test_quic(void **state)
{
	struct ballot *b = *state;
	nation_target(b->country, "quic://open0.example", CLASS_OPEN, KIND_QUIC, 0);
	nation_target(b->country, "quic://open1.example", CLASS_OPEN, KIND_QUIC, 1);
	nation_target(b->country, "quic://open2.example", CLASS_OPEN, KIND_QUIC, 2);
	ballot_add(b, KIND_DNS, "quic://open0.example", T0, FAIL_NONE);
	ballot_add_at(b, KIND_QUIC, "quic://open0.example", T0 + 1, FAIL_NONE, "192.0.2.7");
	ballot_add_at(b, KIND_QUIC, "quic://open0.example", T0 + 2, FAIL_QUIC_TIMEOUT,
		      "2001:db8::7");
	ballot_add_at(b, KIND_QUIC, "quic://open1.example", T0, FAIL_QUIC_TIMEOUT, "192.0.2.7");
	ballot_add(b, KIND_DNS, "quic://open2.example", T0, FAIL_DNS_TIMEOUT);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	struct cell_vote want = {.probe = 77};
	want.step_tried[KIND_QUIC] = 3;
	want.step_ok[KIND_QUIC] = 1;
	assert_memory_equal(v, &want, sizeof(want));
}

static void test_rate(void **state)
{
	static const struct {
		int64_t bytes, us;
		enum failure failure;
		bool page;
	} loads[] = {{40000, 1000000, FAIL_NONE, false},
		     {65536, 500000, FAIL_NONE, false},
		     {65536, 100, FAIL_HTTP_BLOCKPAGE, true},
		     {-1, 100, FAIL_HTTP_EOF, false},
		     {9000, 20000000, FAIL_HTTP_BODY_TIMEOUT, false}};
	struct ballot *b = *state;
	const char *far = "speed+https://far.example/f", *home = "speed+https://home.example/f";
	nation_target(b->country, far, CLASS_OPEN, KIND_SPEED, -1);
	nation_target(b->country, home, CLASS_DOMESTIC, KIND_SPEED, -1);
	ballot_add_at(b, KIND_TCP, far, T0, FAIL_NONE, "2001:db8::7");
	for (size_t i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		struct result *r =
			ballot_add(b, KIND_SPEED, far, T0 + (int64_t)i, loads[i].failure);
		r->v[RESULT_BYTES] = loads[i].bytes;
		r->v[RESULT_US] = loads[i].us;
		r->v[RESULT_FP] = loads[i].page ? batch_fp(&b->batch, "page") : -1;
	}
	struct result *least = ballot_add(b, KIND_SPEED, home, T0, FAIL_HTTP_BODY_TIMEOUT);
	least->v[RESULT_BYTES] = 9000;
	least->v[RESULT_US] = 20000000;
	struct cell_vote want = {.probe = 77, .rate = cell_rate(65536, 500000)};
	assert_memory_equal(ballot_collect(b, 0, CLASS_OPEN), &want, sizeof(want));
	want.rate = cell_rate(9000, 20000000);
	assert_memory_equal(ballot_collect(b, 0, CLASS_DOMESTIC), &want, sizeof(want));
}

/* Whatever a batch says, a cell can be made of it and read again. */
static void test_any_batch(void **state)
{
	static const char *const urls[] = {"https://open0.example/", "tcp://canary0.example/",
					   "dns://resolver0.example/", "quic://open0.example",
					   "speed+https://far.example/f"};
	struct ballot *b = *state;
	uint64_t seed = 1;
	nation_target(b->country, urls[3], CLASS_OPEN, KIND_QUIC, 5);
	nation_target(b->country, urls[4], CLASS_OPEN, KIND_SPEED, -1);
	int addr[] = {batch_addr(&b->batch, "192.0.2.7"), batch_addr(&b->batch, "2001:db8::7"), -1};
	for (size_t i = 0; i < 3000; i++) {
		int64_t dice[12];
		for (size_t d = 0; d < 12; d++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			dice[d] = (int64_t)(seed >> 33);
		}
		struct result *r = ballot_add(
			b, (enum kind)(dice[0] % KINDS), urls[dice[1] % 5], T0 + dice[2] % 90000,
			dice[3] % 2 ? FAIL_NONE : (enum failure)(dice[4] % (FAILURES + 2)));
		r->v[RESULT_ADDR] = addr[dice[5] % 3];
		r->v[RESULT_FP] = dice[6] % 9 ? -1 : batch_fp(&b->batch, "page");
		r->v[RESULT_SNI] = dice[7] % 2;
		r->v[RESULT_NTH] = dice[8] % 3;
		r->v[RESULT_BYTES] = dice[9] % 3 ? dice[9] % 70000 : -1;
		r->v[RESULT_US] = dice[10] % 5 ? dice[10] % 900000 : -1;
		r->v[RESULT_IPV4] = r->v[RESULT_GATEWAY] = r->v[RESULT_GWUP] = dice[11] % 2;
	}
	const struct evidence e = ballot_evidence(b);
	votes_collect(&b->votes, &e, 5000);
	for (size_t i = 0; i < b->votes.n; i++)
		for (size_t k = 0; k < CLASSES; k++) {
			struct cell cell = {0}, again = {0};
			struct buf out;
			if (!b->votes.buckets[i].has[k])
				continue;
			buf_init(&out, 4096);
			cell_add(&cell, &b->votes.buckets[i].vote[k]);
			cell_encode(&cell, &out);
			assert_int_equal(cell_decode(&again, out.data, out.len), 0);
			assert_memory_equal(again.votes, cell.votes, sizeof(*cell.votes));
			cell_clear(&again);
			cell_clear(&cell);
			buf_clear(&out);
		}
	assert_true(b->votes.n > 10);
}

#define T(f) cmocka_unit_test_setup_teardown(f, ballot_setup, ballot_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_gateway), T(test_ipv6), T(test_ipv6_link_down), T(test_mechanisms),
		T(test_quic),	 T(test_rate), T(test_any_batch),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
