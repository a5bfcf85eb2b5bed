/* test_control.c: what controls saw, and what becomes of an answer inside by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/control.h"
#include "common/clock.h"
#include "common/limits.h"
#include "tests/collector/nation.h"

#define T0  1767225600000 /* midnight */
#define DAY CLOCK_DAY_MS

#define SITE	"https://open0.example/"
#define PLAIN	"http://plain.example/"
#define ASKED	"dns://192.0.2.53/open0.example"
#define HOME	"http://home.example/"
#define AT_HOME "dns://192.0.2.54/home.example"

/* Networks of the addresses below. */
#define TRUE_AS	 65001
#define OTHER_AS 65002
static const struct {
	const char *addr;
	uint32_t network;
} hosts[] = {
	{"192.0.2.10", TRUE_AS},     {"192.0.2.11", TRUE_AS}, {"198.51.100.1", TRUE_AS},
	{"203.0.113.1", OTHER_AS},   {"203.0.114.1", 0},      {"2001:db8:1::1", TRUE_AS},
	{"2001:db8:2::1", OTHER_AS}, {"2001:db8:1::2", 0},
};
enum host { TRUE, NEIGHBOUR, SAME_AS, OTHER, UNKNOWN, TRUE6, OTHER6, UNKNOWN_NEIGHBOUR6, HOSTS };

struct world {
	struct country *country;
	struct control *control;
	struct batch batch;
	uint32_t networks[HOSTS];
};

static int set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	w->country = nation_new();
	nation_target(w->country, PLAIN, CLASS_OPEN, KIND_HTTP, 4);
	nation_target(w->country, ASKED, CLASS_RESOLVER, KIND_DNS, 1);
	nation_target(w->country, HOME, CLASS_DOMESTIC, KIND_HTTP, 4);
	nation_target(w->country, AT_HOME, CLASS_RESOLVER, KIND_DNS, 2);
	w->country->abroad = 1 << 1;
	w->control = control_new();
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	control_free(w->control);
	country_free(w->country);
	free(w);
	return 0;
}

static void begin(struct world *w, const char *country)
{
	batch_init(&w->batch);
	strcpy(w->batch.country, country);
	for (size_t i = 0; i < HOSTS; i++) {
		assert_int_equal(batch_addr(&w->batch, hosts[i].addr), i);
		w->networks[i] = hosts[i].network;
	}
}

static struct result *add(struct world *w, enum kind kind, const char *url, int64_t t_ms)
{
	struct result r;
	result_init(&r, kind);
	r.v[RESULT_T] = t_ms;
	r.v[RESULT_TARGET] = batch_target(&w->batch, url, CLASS_OTHER);
	assert_int_equal(batch_add(&w->batch, &r), 0);
	return &w->batch.results[w->batch.n_results - 1];
}

static struct result *add_answer(struct world *w, const char *url, int64_t t_ms, enum host host)
{
	struct result *r = add(w, KIND_DNS, url, t_ms);
	r->list[r->n_list++] = (uint16_t)host;
	return r;
}

static struct result *add_page(struct world *w, const char *url, int64_t t_ms, int status,
			       int bytes)
{
	struct result *r = add(w, KIND_HTTP, url, t_ms);
	r->v[RESULT_STATUS] = status;
	r->v[RESULT_BYTES] = bytes;
	return r;
}

static struct evidence evidence_of(const struct world *w, uint64_t probe)
{
	return (struct evidence){.batch = &w->batch,
				 .probe = probe,
				 .country = w->country,
				 .networks = w->networks,
				 .control = w->control};
}

static void learn(struct world *w, uint64_t probe)
{
	const struct evidence e = evidence_of(w, probe);
	control_learn(w->control, &e);
	batch_clear(&w->batch);
}

/* Of the first result of the only visit of the batch, which it clears. */
static bool contradicts(struct world *w)
{
	const struct evidence e = evidence_of(w, 1);
	struct visits visits;
	visits_find(&visits, &e);
	assert_int_equal(visits.n, 1);
	bool so = control_contradicts(&visits.list[0], 0);
	visits_clear(&visits);
	batch_clear(&w->batch);
	return so;
}

static void learn_answer(struct world *w, const char *url, int64_t t_ms, enum host host)
{
	begin(w, "DE");
	add_answer(w, url, t_ms, host);
	learn(w, 100);
}

static bool answer_is_wrong(struct world *w, const char *url, int64_t t_ms, enum host host)
{
	begin(w, "XX");
	add_answer(w, url, t_ms, host);
	return contradicts(w);
}

static void learn_page(struct world *w, const char *url, uint64_t probe, int status, int bytes)
{
	begin(w, "DE");
	add_page(w, url, T0, status, bytes);
	learn(w, probe);
}

static bool page_is_wrong(struct world *w, const char *url, int64_t t_ms, int status, int bytes)
{
	begin(w, "XX");
	add_page(w, url, t_ms, status, bytes);
	return contradicts(w);
}

/* --- answers --- */

static void test_answers(void **state)
{
	struct world *w = *state;
	assert_false(answer_is_wrong(w, ASKED, T0, OTHER)); /* nothing is known */
	learn_answer(w, ASKED, T0, TRUE);
	assert_false(answer_is_wrong(w, ASKED, T0, TRUE));
	assert_false(answer_is_wrong(w, ASKED, T0, NEIGHBOUR)); /* of the same /24 */
	assert_false(answer_is_wrong(w, ASKED, T0, SAME_AS));
	assert_false(answer_is_wrong(w, ASKED, T0, TRUE6));
	assert_false(answer_is_wrong(w, ASKED, T0, UNKNOWN));
	assert_true(answer_is_wrong(w, ASKED, T0, OTHER));
	assert_true(answer_is_wrong(w, ASKED, T0, OTHER6));
	learn_answer(w, ASKED, T0, UNKNOWN_NEIGHBOUR6);
	learn_answer(w, ASKED, T0, OTHER);
	assert_false(answer_is_wrong(w, ASKED, T0, OTHER));
	assert_false(answer_is_wrong(w, ASKED, T0, OTHER6));
}

/* One true address among others is enough. */
static void test_some_address(void **state)
{
	struct world *w = *state;
	learn_answer(w, ASKED, T0, TRUE);
	begin(w, "XX");
	struct result *r = add_answer(w, ASKED, T0, OTHER);
	r->list[r->n_list++] = TRUE;
	assert_false(contradicts(w));
	begin(w, "XX");
	r = add_answer(w, ASKED, T0, OTHER);
	r->list[r->n_list++] = OTHER6;
	assert_true(contradicts(w));
	begin(w, "XX");
	add(w, KIND_DNS, ASKED, T0); /* no public address */
	assert_false(contradicts(w));
}

static void test_days(void **state)
{
	struct world *w = *state;
	learn_answer(w, ASKED, T0 + 5 * DAY + DAY / 2, TRUE);
	assert_false(answer_is_wrong(w, ASKED, T0 + 4 * DAY - 1, OTHER));
	assert_true(answer_is_wrong(w, ASKED, T0 + 4 * DAY, OTHER));
	assert_true(answer_is_wrong(w, ASKED, T0 + 7 * DAY - 1, OTHER));
	assert_false(answer_is_wrong(w, ASKED, T0 + 7 * DAY, OTHER));
	/* an older day that is learned of later has its place */
	learn_answer(w, ASKED, T0 + 3 * DAY, OTHER);
	assert_false(answer_is_wrong(w, ASKED, T0 + 4 * DAY, OTHER));
	assert_true(answer_is_wrong(w, ASKED, T0 + 6 * DAY, OTHER));
}

/* Where the networks are not known, prefixes are all there is, and say too little. */
static void test_no_networks(void **state)
{
	struct world *w = *state;
	learn_answer(w, ASKED, T0, UNKNOWN);
	assert_false(answer_is_wrong(w, ASKED, T0, OTHER));
	begin(w, "XX");
	add_answer(w, ASKED, T0, OTHER);
	memset(w->networks, 0, sizeof(w->networks));
	assert_false(contradicts(w));
}

/* An encrypted site shows by itself whether the answer led to it. */
static void test_encrypted(void **state)
{
	static const struct {
		enum kind kind;
		enum failure failure;
		enum host at;
		int64_t sni;
		bool wrong;
	} rows[] = {
		{KIND_TLS, FAIL_NONE, OTHER, 0, false},
		{KIND_TLS, FAIL_SSL_UNKNOWN_AUTHORITY, OTHER, 0, true},
		{KIND_TLS, FAIL_TLS_TIMEOUT, OTHER, 0, true},
		{KIND_TLS, FAIL_NONE, OTHER, 1, true}, /* with another name */
		{KIND_TCP, FAIL_TCP_TIMEOUT, OTHER, 0, true},
		{KIND_TLS, FAIL_TLS_TIMEOUT, TRUE, 0, false}, /* nobody went to this answer */
	};
	struct world *w = *state;
	learn_answer(w, SITE, T0, TRUE);
	assert_false(answer_is_wrong(w, SITE, T0, OTHER));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin(w, "XX");
		add_answer(w, SITE, T0, OTHER);
		struct result *r = add(w, rows[i].kind, SITE, T0 + 1);
		r->v[RESULT_FAILURE] = rows[i].failure;
		r->v[RESULT_ADDR] = rows[i].at;
		r->v[RESULT_SNI] = rows[i].sni;
		assert_int_equal(contradicts(w), rows[i].wrong);
	}
}

/* A site of the country may answer a foreigner otherwise. */
static void test_at_home(void **state)
{
	struct world *w = *state;
	learn_answer(w, AT_HOME, T0, TRUE);
	learn_answer(w, HOME, T0, TRUE);
	learn_page(w, HOME, 100, 200, 1000);
	assert_false(answer_is_wrong(w, AT_HOME, T0, OTHER));
	assert_false(answer_is_wrong(w, HOME, T0, OTHER));
	assert_false(page_is_wrong(w, HOME, T0, 403, 10));
}

/* Only answers that were a success teach anything. */
static void test_failures_teach_nothing(void **state)
{
	struct world *w = *state;
	begin(w, "DE");
	add_answer(w, ASKED, T0, TRUE)->v[RESULT_FAILURE] = FAIL_DNS_BOGON;
	add_answer(w, ASKED, T0, TRUE)->v[RESULT_NTH] = 1;
	add_page(w, PLAIN, T0, 503, 10)->v[RESULT_FAILURE] = FAIL_HTTP_STATUS;
	learn(w, 100);
	assert_false(answer_is_wrong(w, ASKED, T0, OTHER));
	assert_false(page_is_wrong(w, PLAIN, T0, 200, 1000));
}

/* Who fills the list with noise must not make true answers wrong. */
static void test_full(void **state)
{
	struct world *w = *state;
	learn_answer(w, ASKED, T0, TRUE);
	for (int i = 0; i < KNOWN_PREFIXES_MAX; i++) {
		char addr[32];
		batch_init(&w->batch);
		snprintf(addr, sizeof(addr), "8.8.%d.1", i);
		batch_addr(&w->batch, addr);
		w->networks[0] = 64000;
		add_answer(w, ASKED, T0, 0);
		learn(w, 100);
		if (i == KNOWN_PREFIXES_MAX - 3)
			assert_true(answer_is_wrong(w, ASKED, T0, OTHER));
	}
	assert_false(answer_is_wrong(w, ASKED, T0, OTHER));
}

/* --- pages --- */

static void test_pages(void **state)
{
	struct world *w = *state;
	assert_false(page_is_wrong(w, PLAIN, T0, 200, 10));
	learn_page(w, PLAIN, 100, 200, 1000);
	assert_false(page_is_wrong(w, PLAIN, T0, 200, 1000));
	assert_false(page_is_wrong(w, PLAIN, T0, 200, 5000));
	assert_false(page_is_wrong(w, PLAIN, T0, 200, 700));
	assert_true(page_is_wrong(w, PLAIN, T0, 200, 699));
	assert_true(page_is_wrong(w, PLAIN, T0, 200, -1));
	assert_true(page_is_wrong(w, PLAIN, T0, 302, 1000));
	assert_true(page_is_wrong(w, PLAIN, T0 + DAY, 302, 1000));
	assert_false(page_is_wrong(w, PLAIN, T0 + 2 * DAY, 302, 1000));
	/* the page behind a redirect is encrypted */
	begin(w, "XX");
	add_page(w, PLAIN, T0, 404, 1)->v[RESULT_HOP] = 1;
	assert_false(contradicts(w));
}

/* One vote for each control; most of them have to agree. */
static void test_most_pages(void **state)
{
	struct world *w = *state;
	for (uint64_t probe = 1; probe <= 3; probe++)
		learn_page(w, PLAIN, probe, 200, 1000 * (int)probe);
	for (int again = 0; again < 5; again++)
		learn_page(w, PLAIN, 4, 404, 10);
	assert_false(page_is_wrong(w, PLAIN, T0, 200, 1400)); /* 0.7 of the middle one */
	assert_true(page_is_wrong(w, PLAIN, T0, 200, 1399));
	assert_true(page_is_wrong(w, PLAIN, T0, 404, 10));
	learn_page(w, PLAIN, 5, 404, 10);
	learn_page(w, PLAIN, 6, 404, 10);
	assert_false(page_is_wrong(w, PLAIN, T0, 404, 10)); /* three to three: nobody knows */
	assert_false(page_is_wrong(w, PLAIN, T0, 500, 10));
}

/* --- the stored form --- */

static void test_stored(void **state)
{
	struct world *w = *state, copy = *w;
	struct buf out[2];
	int64_t day, first = T0 / DAY;
	size_t days = 0;
	assert_false(control_unsaved(w->control, &day));
	learn_answer(w, ASKED, T0 + DAY, TRUE);
	learn_answer(w, ASKED, T0, OTHER);
	learn_answer(w, ASKED, T0, TRUE6);
	learn_answer(w, SITE, T0, UNKNOWN);
	learn_page(w, PLAIN, UINT64_MAX - 5, 200, 1000);
	learn_page(w, PLAIN, 7, 404, 0);
	copy.control = control_new();
	for (; control_unsaved(w->control, &day); days++) {
		assert_int_equal(day, first + (int64_t)days);
		buf_init(&out[0], 4096);
		control_encode(w->control, day, &out[0]);
		assert_int_equal(control_decode(copy.control, day, out[0].data, out[0].len), 0);
		buf_init(&out[1], 4096);
		control_encode(copy.control, day, &out[1]);
		assert_int_equal(out[0].len, out[1].len);
		assert_memory_equal(out[0].data, out[1].data, out[0].len);
		/* shorter is nothing, and leaves nothing */
		for (size_t len = 0; len < out[0].len; len++)
			assert_int_equal(control_decode(copy.control, day, out[0].data, len), -1);
		assert_int_equal(control_decode(copy.control, day, out[0].data, out[0].len), 0);
		buf_clear(&out[0]);
		buf_clear(&out[1]);
	}
	assert_int_equal(days, 2);
	assert_false(control_unsaved(copy.control, &day));
	assert_true(answer_is_wrong(&copy, ASKED, T0 + 2 * DAY, OTHER));
	assert_false(answer_is_wrong(&copy, ASKED, T0 + DAY, OTHER));
	/* what is known already is no reason to write */
	learn_answer(w, ASKED, T0 + DAY, TRUE);
	learn_page(w, PLAIN, 7, 500, 1);
	assert_false(control_unsaved(w->control, &day));
	control_free(copy.control);
	control_reset(w->control);
	assert_false(answer_is_wrong(w, ASKED, T0 + DAY, OTHER6));
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_answers),
		T(test_some_address),
		T(test_days),
		T(test_no_networks),
		T(test_encrypted),
		T(test_at_home),
		T(test_failures_teach_nothing),
		T(test_full),
		T(test_pages),
		T(test_most_pages),
		T(test_stored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
