/* test_votes.c: what the results of a batch say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/collector/ballot.h"

#define T0     BALLOT_T0
#define BUCKET BALLOT_BUCKET

static void test_chain(void **state)
{
	struct ballot *b = *state;
	const char *one = "https://open0.example/", *two = "https://open1.example/";
	ballot_add(b, KIND_DNS, one, T0, FAIL_NONE);
	ballot_add(b, KIND_TCP, one, T0 + 1, FAIL_NONE);
	ballot_add(b, KIND_TLS, one, T0 + 2, FAIL_NONE);
	ballot_add(b, KIND_HTTP, one, T0 + 3, FAIL_NONE);
	ballot_add(b, KIND_DNS, two, T0, FAIL_NONE);
	ballot_add(b, KIND_TCP, two, T0 + 1, FAIL_NONE);
	ballot_add(b, KIND_TLS, two, T0 + 2, FAIL_TLS_TIMEOUT);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->probe, 77);
	assert_int_equal(v->tried, 3);
	assert_int_equal(v->ok, 1); /* a connection is not access */
	assert_int_equal(v->step_tried[KIND_TLS], 3);
	assert_int_equal(v->step_ok[KIND_TLS], 1);
	assert_int_equal(v->step_ok[KIND_TCP], 3);
	assert_int_equal(v->step_tried[KIND_HTTP], 1);
	assert_false(v->late);
}

static void test_schemes(void **state)
{
	struct ballot *b = *state;
	ballot_add(b, KIND_DNS, "tcp://canary0.example/", T0, FAIL_NONE);
	assert_int_equal(ballot_collect(b, 0, CLASS_CANARY)->ok, 0);
	ballot_add(b, KIND_TCP, "tcp://canary0.example/", T0, FAIL_NONE);
	ballot_add(b, KIND_DNS, "dns://resolver0.example/", T0, FAIL_NONE);
	assert_int_equal(ballot_collect(b, 0, CLASS_CANARY)->ok, 1);
	assert_int_equal(ballot_collect(b, 0, CLASS_RESOLVER)->ok, 1);
}

/* One success among attempts is enough; a fingerprint is remembered beside it. */
static void test_any_success(void **state)
{
	struct ballot *b = *state;
	ballot_add(b, KIND_HTTP, "https://filtered2.example/", T0, FAIL_HTTP_BLOCKPAGE)
		->v[RESULT_FP] = 0;
	ballot_add(b, KIND_HTTP, "https://filtered2.example/", T0 + 9, FAIL_NONE);
	ballot_add(b, KIND_HTTP, "https://filtered2.example/", T0 + 20, FAIL_HTTP_TIMEOUT);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_FILTERED);
	assert_int_equal(v->tried, 4);
	assert_int_equal(v->ok, 4);
	assert_int_equal(v->fp, 4);
}

static void test_buckets(void **state)
{
	struct ballot *b = *state;
	ballot_add(b, KIND_HTTP, "https://open0.example/", T0 + BUCKET - 2000, FAIL_NONE);
	ballot_add(b, KIND_HTTP, "https://open0.example/", T0 + BUCKET, FAIL_HTTP_TIMEOUT);
	ballot_add(b, KIND_HTTP, "https://open1.example/", T0, FAIL_NONE);
	assert_int_equal(ballot_collect(b, 0, CLASS_OPEN)->ok, 3);
	assert_int_equal(b->votes.n, 2);
	assert_int_equal(b->votes.buckets[1].start_ms, T0 + BUCKET);
	assert_int_equal(ballot_collect(b, 1, CLASS_OPEN)->ok, 0);
	assert_int_equal(ballot_collect(b, 1, CLASS_OPEN)->tried, 1);
}

/* A URL that is not on the collector's list has no say, whatever the probe calls it. */
static void test_unknown_target(void **state)
{
	struct ballot *b = *state;
	ballot_add(b, KIND_HTTP, "https://elsewhere.example/", T0, FAIL_NONE);
	const struct evidence e = ballot_evidence(b);
	votes_collect(&b->votes, &e, BUCKET);
	assert_int_equal(b->votes.n, 0);
}

/* A measurement that goes on past the end of a bucket belongs to the one it began in. */
static void test_across_a_boundary(void **state)
{
	struct ballot *b = *state;
	const char *one = "https://open0.example/", *two = "https://open1.example/";
	ballot_add(b, KIND_HTTP, one, T0 + 60700, FAIL_NONE);
	ballot_add(b, KIND_DNS, one, T0 + 59900, FAIL_NONE)->v[RESULT_US] = 20000;
	ballot_add(b, KIND_TCP, one, T0 + 60430, FAIL_NONE)->v[RESULT_US] = 100000;
	ballot_add(b, KIND_DNS, two, T0 + 40000, FAIL_NONE);
	ballot_add(b, KIND_TCP, two, T0 + 40500, FAIL_TCP_TIMEOUT)->v[RESULT_US] = 30000000;
	ballot_add(b, KIND_HTTP, two, T0 + 71000, FAIL_NONE);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->tried, 3);
	assert_int_equal(v->ok, 3);
	assert_int_equal(b->votes.n, 1);

	/* and the next measurement of the same target to its own */
	ballot_add(b, KIND_DNS, one, T0 + 80000, FAIL_DNS_TIMEOUT);
	v = ballot_collect(b, 1, CLASS_OPEN);
	assert_int_equal(v->tried, 1);
	assert_int_equal(v->ok, 0);
	assert_int_equal(v->step_tried[KIND_HTTP], 0);
}

/* Two guards at different times: the nearer one tells of a connection. */
static void test_interception(void **state)
{
	struct ballot *b = *state;
	const char *one = "https://open0.example/", *two = "https://open1.example/";
	ballot_add(b, KIND_GUARD, NULL, T0, FAIL_INTERCEPTED);
	ballot_add(b, KIND_GUARD, NULL, T0 + 40000, FAIL_NONE);
	ballot_add(b, KIND_TCP, one, T0 + 100, FAIL_NONE);
	ballot_add(b, KIND_HTTP, one, T0 + 200, FAIL_NONE); /* its certificate was verified */
	ballot_add(b, KIND_TCP, two, T0 + 30000, FAIL_NONE);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->step_tried[KIND_TCP], 2);
	assert_int_equal(v->step_ok[KIND_TCP], 2);
	assert_int_equal(v->ok, 1);
}

static void test_side_evidence(void **state)
{
	struct ballot *b = *state;
	const char *one = "https://open0.example/", *two = "https://open1.example/";
	ballot_add(b, KIND_TLS, one, T0, FAIL_TLS_RESET);
	ballot_add(b, KIND_TLS, one, T0 + 1, FAIL_NONE)->v[RESULT_SNI] = 1;
	ballot_add(b, KIND_DNS, two, T0, FAIL_DNS_BOGON);
	ballot_add(b, KIND_DNS, two, T0 + 1, FAIL_NONE)->v[RESULT_NTH] = 1;
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->step_tried[KIND_TLS], 1);
	assert_int_equal(v->step_ok[KIND_TLS], 0);
	assert_int_equal(v->step_tried[KIND_DNS], 2);
	assert_int_equal(v->step_ok[KIND_DNS], 0);
}

static void test_redirect_that_was_followed(void **state)
{
	struct ballot *b = *state;
	const char *one = "https://open0.example/", *two = "https://open1.example/";
	ballot_add(b, KIND_HTTP, one, T0, FAIL_NONE)->v[RESULT_NEXT] = 1;
	ballot_add(b, KIND_HTTP, two, T0, FAIL_NONE)->v[RESULT_NEXT] = 1;
	ballot_add(b, KIND_HTTP, two, T0 + 1, FAIL_NONE)->v[RESULT_HOP] = 1;
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->tried, 3);
	assert_int_equal(v->ok, 2);
}

static void test_link(void **state)
{
	struct ballot *b = *state;
	ballot_add_link(b, T0, true);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_LINK);
	assert_int_equal(v->tried, 15);
	assert_int_equal(v->ok, 1 << CELL_LINK_V4 | 1 << CELL_LINK_GATEWAY | 1 << CELL_LINK_NS);
}

/* No route for IPv6 is this device's business while the line is up ... */
static void test_local_link_up(void **state)
{
	struct ballot *b = *state;
	ballot_add_link(b, T0, true);
	ballot_add(b, KIND_TCP, "https://open0.example/", T0 + 1, FAIL_NETWORK_UNREACHABLE);
	ballot_add(b, KIND_DNS, "https://open1.example/", T0 + 1, FAIL_NONE);
	ballot_add(b, KIND_TCP, "https://open1.example/", T0 + 1, FAIL_NETWORK_UNREACHABLE);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->tried, 2);
	assert_int_equal(v->step_tried[KIND_TCP], 0);
}

/* ... and what a cut line looks like when it is down. The nearest look at the line decides. */
static void test_local_link_down(void **state)
{
	struct ballot *b = *state;
	ballot_add_link(b, T0, true);
	ballot_add_link(b, T0 + 10000, false);
	ballot_add(b, KIND_TCP, "https://open0.example/", T0 + 1000, FAIL_NETWORK_UNREACHABLE);
	ballot_add(b, KIND_TCP, "https://open1.example/", T0 + 9000, FAIL_NETWORK_UNREACHABLE);
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->tried, 2);
	assert_int_equal(v->ok, 0);
}

static void test_local_no_link_result(void **state)
{
	struct ballot *b = *state;
	ballot_add(b, KIND_TCP, "https://open0.example/", T0, FAIL_NETWORK_DOWN);
	ballot_add(b, KIND_HTTP, "https://domestic0.example/", T0, FAIL_HTTP_TIMEOUT);
	assert_null(ballot_collect(b, 0, CLASS_OPEN));
	assert_non_null(ballot_collect(b, 0, CLASS_DOMESTIC));
}

#define T(f) cmocka_unit_test_setup_teardown(f, ballot_setup, ballot_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_chain),
		T(test_schemes),
		T(test_any_success),
		T(test_buckets),
		T(test_unknown_target),
		T(test_link),
		T(test_local_link_up),
		T(test_local_link_down),
		T(test_local_no_link_result),
		T(test_interception),
		T(test_side_evidence),
		T(test_redirect_that_was_followed),
		T(test_across_a_boundary),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
