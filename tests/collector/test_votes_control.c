/* test_votes_control.c: votes of probes outside the country, and what they change for those inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/control.h"
#include "tests/collector/ballot.h"
#include "tests/collector/nation.h"

#define T0 BALLOT_T0

#define OPEN   "https://open0.example/"
#define CANARY "https://canary9.example/"
#define HOME   "https://domestic1.example/"
#define HOME2  "https://domestic2.example/"
#define INSIDE "https://inside.example/"
#define ASKED  "dns://192.0.2.53/open0.example"
#define PLAIN  "http://plain.example/"

/* Addresses of the batch by number, and their networks. */
static const char *const addrs[] = {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"};
static const uint32_t networks[] = {64501, 64502, 0, 64501};

static int set_up(void **state)
{
	int rc = ballot_setup(state);
	struct ballot *b = *state;
	nation_target(b->country, CANARY, CLASS_CANARY, KIND_HTTP, 2);
	nation_target(b->country, ASKED, CLASS_RESOLVER, KIND_DNS, 1);
	nation_target(b->country, PLAIN, CLASS_OPEN, KIND_HTTP, 4);
	nation_target(b->country, "quic://domestic1.example", CLASS_DOMESTIC, KIND_QUIC, 0);
	nation_target(b->country, INSIDE, CLASS_OTHER, KIND_HTTP, 4);
	for (size_t i = 0; i < b->country->n_targets; i++)
		b->country->targets[i].inside = !strcmp(b->country->targets[i].url, INSIDE);
	b->country->abroad = 2;
	b->networks = networks;
	for (size_t i = 0; i < 4; i++)
		batch_addr(&b->batch, addrs[i]);
	return rc;
}

static const struct votes_bucket *find(const struct ballot *b, enum votes_series series,
				       uint32_t network, int64_t start_ms)
{
	const struct votes_bucket *found = NULL;
	for (size_t i = 0; i < b->votes.n; i++) {
		const struct votes_bucket *v = &b->votes.buckets[i];
		if (v->series != series || v->network != network || v->start_ms != start_ms)
			continue;
		assert_null(found); /* each once */
		found = v;
	}
	return found;
}

static void collect(struct ballot *b)
{
	const struct evidence e = ballot_evidence(b);
	votes_collect(&b->votes, &e, BALLOT_BUCKET);
}

static void add_way(struct ballot *b, const char *url, int addr, enum failure tcp,
		    enum failure http)
{
	ballot_add_at(b, KIND_TCP, url, T0 + 10, tcp, addrs[addr]);
	if (tcp == FAIL_NONE)
		ballot_add_at(b, KIND_HTTP, url, T0 + 20, http, addrs[addr]);
}

/* Nothing of a control is a vote of the country. */
static void test_control(void **state)
{
	struct ballot *b = *state;
	strcpy(b->batch.country, "DE");
	ballot_add_link(b, T0, true);
	add_way(b, OPEN, 2, FAIL_NONE, FAIL_NONE);
	add_way(b, CANARY, 2, FAIL_TCP_TIMEOUT, 0);
	ballot_add(b, KIND_HTTP, OPEN, T0 + BALLOT_BUCKET, FAIL_NONE);
	collect(b);
	assert_int_equal(b->votes.n, 2); /* in this network is nothing of the country */
	const struct votes_bucket *v = find(b, VOTES_CONTROL, 0, T0);
	assert_non_null(v);
	assert_true(v->has[CLASS_LINK] && v->has[CLASS_OPEN] && !v->has[CLASS_DOMESTIC]);
	assert_int_equal(v->vote[CLASS_OPEN].ok, 1);
	assert_int_equal(v->vote[CLASS_OPEN].probe, BALLOT_PROBE);
	assert_int_equal(v->vote[CLASS_CANARY].tried, 4);
	assert_int_equal(v->vote[CLASS_CANARY].ok, 0);
	assert_non_null(find(b, VOTES_CONTROL, 0, T0 + BALLOT_BUCKET));
}

/* Each network has a cell of its own, of the hosts that were gone to in it. */
static void test_outside_in(void **state)
{
	struct ballot *b = *state;
	strcpy(b->batch.country, "DE");
	ballot_add(b, KIND_DNS, HOME, T0, FAIL_NONE);
	add_way(b, HOME, 0, FAIL_NONE, FAIL_NONE);
	add_way(b, HOME2, 0, FAIL_TCP_TIMEOUT, 0);
	add_way(b, HOME2, 1, FAIL_NONE, FAIL_NONE);
	add_way(b, INSIDE, 3, FAIL_TCP_TIMEOUT, 0);
	add_way(b, OPEN, 0, FAIL_NONE, FAIL_NONE);
	ballot_add_at(b, KIND_QUIC, "quic://domestic1.example", T0, FAIL_NONE, addrs[0]);
	collect(b);
	assert_int_equal(b->votes.n, 3);
	const struct votes_bucket *one = find(b, VOTES_OUTSIDE_IN, 64501, T0);
	const struct votes_bucket *two = find(b, VOTES_OUTSIDE_IN, 64502, T0);
	assert_true(one && two);
	for (enum target_class c = 0; c < CLASSES; c++)
		assert_int_equal(one->has[c], c == CLASS_DOMESTIC);
	const struct cell_vote *v = &one->vote[CLASS_DOMESTIC];
	assert_int_equal(v->probe, BALLOT_PROBE);
	assert_int_equal(v->tried, 1 << 1 | 1 << 2 | 1 << 4);
	assert_int_equal(v->ok, 1 << 1);
	assert_int_equal(v->step_tried[KIND_TCP], v->tried);
	assert_int_equal(v->step_ok[KIND_TCP], 1 << 1);
	assert_int_equal(v->step_tried[KIND_DNS], 0);
	assert_int_equal(v->six_tried, 1 << 4);
	v = &two->vote[CLASS_DOMESTIC];
	assert_int_equal(v->tried, 1 << 2);
	assert_int_equal(v->ok, 1 << 2);
}

/* A host whose name can't be looked up any more is missed where it was the day before. */
static void test_lost_name(void **state)
{
	struct ballot *b = *state;
	strcpy(b->batch.country, "DE");
	b->control = control_new();
	for (int day = 0; day < 3; day++) {
		b->batch.n_results = 0;
		int64_t t = T0 + day * 24 * 3600 * 1000LL;
		struct result *r = ballot_add(b, KIND_DNS, INSIDE, t, FAIL_NONE);
		if (!day) {
			r->list[r->n_list++] = 0;
			r->list[r->n_list++] = 1;
			r->list[r->n_list++] = 3; /* of the network of the first */
		} else {
			r->v[RESULT_FAILURE] = FAIL_DNS_SERVFAIL;
			ballot_add(b, KIND_DNS, OPEN, t, FAIL_DNS_SERVFAIL);
		}
		votes_clear(&b->votes);
		collect(b);
		const struct evidence e = ballot_evidence(b);
		control_learn(b->control, &e);
		for (size_t i = 0; i < 2; i++) {
			const struct votes_bucket *v = find(b, VOTES_OUTSIDE_IN, networks[i], t);
			assert_int_equal(v != NULL, day == 1);
			if (!v)
				continue;
			assert_int_equal(v->vote[CLASS_DOMESTIC].tried, 1 << 4);
			assert_int_equal(v->vote[CLASS_DOMESTIC].ok, 0);
			assert_int_equal(v->vote[CLASS_DOMESTIC].step_tried[KIND_DNS], 1 << 4);
		}
	}
	control_free(b->control);
}

/* A site that turns foreigners away is there; a block page is not the site. */
static void test_turned_away(void **state)
{
	struct ballot *b = *state;
	strcpy(b->batch.country, "DE");
	ballot_add_at(b, KIND_HTTP, HOME, T0, FAIL_HTTP_STATUS, addrs[0])->v[RESULT_STATUS] = 403;
	struct result *page = ballot_add_at(b, KIND_HTTP, HOME2, T0, FAIL_HTTP_BLOCKPAGE, addrs[0]);
	page->v[RESULT_STATUS] = 200;
	page->v[RESULT_FP] = batch_fp(&b->batch, "page");
	collect(b);
	const struct votes_bucket *v = find(b, VOTES_OUTSIDE_IN, 64501, T0);
	assert_int_equal(v->vote[CLASS_DOMESTIC].tried, 1 << 1 | 1 << 2);
	assert_int_equal(v->vote[CLASS_DOMESTIC].ok, 1 << 1);
	v = find(b, VOTES_CONTROL, 0, T0);
	assert_int_equal(v->vote[CLASS_DOMESTIC].ok, 0);
}

/* Inside, such hosts are nobody's. */
static void test_inside_from_inside(void **state)
{
	struct ballot *b = *state;
	add_way(b, INSIDE, 0, FAIL_NONE, FAIL_NONE);
	add_way(b, HOME, 0, FAIL_NONE, FAIL_NONE);
	collect(b);
	assert_int_equal(b->votes.n, 1);
	assert_int_equal(b->votes.buckets[0].series, VOTES_HERE);
	for (enum target_class c = 0; c < CLASSES; c++)
		assert_int_equal(b->votes.buckets[0].has[c], c == CLASS_DOMESTIC);
}

/* What controls contradict is not reached, and a lie where it is a name. */
static void test_contradicted(void **state)
{
	struct ballot *b = *state, control = {.country = b->country};
	b->control = control_new();
	batch_init(&control.batch);
	strcpy(control.batch.country, "DE");
	for (size_t i = 0; i < 4; i++)
		batch_addr(&control.batch, addrs[i]);
	struct result *r = ballot_add(&control, KIND_DNS, ASKED, T0, FAIL_NONE);
	r->list[r->n_list++] = 0;
	r = ballot_add(&control, KIND_HTTP, PLAIN, T0, FAIL_NONE);
	r->v[RESULT_STATUS] = 200;
	r->v[RESULT_BYTES] = 1000;
	control.networks = networks;
	const struct evidence e = ballot_evidence(&control);
	control_learn(b->control, &e);

	r = ballot_add(b, KIND_DNS, ASKED, T0, FAIL_NONE);
	r->list[r->n_list++] = 1;
	r = ballot_add_at(b, KIND_HTTP, PLAIN, T0, FAIL_NONE, addrs[0]);
	r->v[RESULT_STATUS] = 200;
	r->v[RESULT_BYTES] = 100;
	const struct cell_vote *v = ballot_collect(b, 0, CLASS_RESOLVER);
	assert_int_equal(v->tried, 2);
	assert_int_equal(v->ok, 0);
	assert_int_equal(v->step_ok[KIND_DNS], 0);
	assert_int_equal(v->mech[MECH_DNS_LIE], 2);
	v = ballot_collect(b, 0, CLASS_OPEN);
	assert_int_equal(v->tried, 1 << 4);
	assert_int_equal(v->ok | v->step_ok[KIND_HTTP], 0);

	r = &b->batch.results[0];
	r->list[0] = 3; /* of the same network */
	b->batch.results[1].v[RESULT_BYTES] = 900;
	v = ballot_collect(b, 0, CLASS_RESOLVER);
	assert_int_equal(v->ok, 2);
	assert_int_equal(v->mech[MECH_DNS_LIE], 0);
	assert_int_equal(ballot_collect(b, 0, CLASS_OPEN)->ok, 1 << 4);
	control_free(b->control);
	batch_clear(&control.batch);
}

/* Two answers out of one network are those of a site that is in many places. */
static void test_second_answer(void **state)
{
	struct ballot *b = *state;
	for (int second = 1; second <= 3; second++) {
		b->batch.n_results = 0;
		struct result *r = ballot_add(b, KIND_DNS, ASKED, T0, FAIL_NONE);
		r->list[r->n_list++] = 0;
		r = ballot_add(b, KIND_DNS, ASKED, T0, FAIL_NONE);
		r->list[r->n_list++] = (uint16_t)second;
		r->v[RESULT_NTH] = 1;
		const struct cell_vote *v = ballot_collect(b, 0, CLASS_RESOLVER);
		assert_int_equal(v->mech[MECH_DNS_LIE], networks[second] == networks[0] ? 0 : 2);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, ballot_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_control),       T(test_outside_in),	   T(test_lost_name),
		T(test_turned_away),   T(test_inside_from_inside), T(test_contradicted),
		T(test_second_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
