/* test_detector_run.c: how much is enough: where the evidence is just too little, and one probe more is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/collector/watch.h"

/* In how many buckets a loss of n probes is found. */
static int buckets_needed(uint32_t n, bool parent)
{
	struct run r;
	int needed = 0;
	start(&r, SIGN_LOSS);
	r.usual = n;
	feed(&r, 100, n, 0);
	while (!r.n_began) {
		struct pulse p = pulse_of(&r, n, n);
		p.flags |= parent ? PULSE_PARENT : 0;
		note(&r, detector_next(&r.d, &p, r.now_ms));
		r.now_ms += BUCKET;
		needed++;
	}
	return needed;
}

/* A cell of a lost network needs less. */
static void test_parent(void **state)
{
	(void)state;
	assert_int_equal(buckets_needed(3, false), 3);
	assert_int_equal(buckets_needed(3, true), 1);
}

struct word { /* of one bucket: hundredths said, of them lost; probes whose word is loss */
	uint32_t said, hit, lost;
};

/* Thirteen probes that report every five minutes. */
static void feed_words(struct run *r, const struct word *words, size_t n, bool parent)
{
	for (size_t i = 0; i < n; i++) {
		struct pulse p = pulse_of(r, 13, words[i].lost);
		p.heard = (words[i].said + 50) / 100;
		p.reports_c = words[i].said;
		p.expected_c = 244;
		p.said[SIGN_LOSS] = (struct verdict_count){words[i].said, words[i].hit};
		p.flags |= parent ? PULSE_PARENT : 0;
		note(r, detector_next(&r->d, &p, r->now_ms));
		r->now_ms += BUCKET;
	}
}

/* A cut of five minutes of the whole country, as such a cell measured it (the simulator, seed 1): when six had said so, it was over.
 * By itself the cell can't be told from one with liars; where the whole is lost, six of thirteen are more than those. */
static void test_short_and_parent(void **state)
{
	(void)state;
	static const struct word cut[] = {{277, 200, 2}, {287, 287, 4}, {487, 387, 6},
					  {400, 200, 6}, {354, 0, 5},	{177, 0, 1}},
				 liars[] = {{277, 200, 2}, {287, 287, 4}, {487, 387, 4},
					    {400, 200, 4}, {354, 0, 4},	  {177, 0, 1}};
	for (int k = 0; k < 3; k++) {
		struct run r;
		start(&r, SIGN_LOSS);
		r.usual = 12;
		for (int i = 0; i < 30; i++)
			feed_words(&r, &(struct word){244, 0, 0}, 1, false);
		feed_words(&r, k == 2 ? liars : cut, 6, k > 0);
		assert_int_equal(r.n_began, k == 1);
	}
}

/* Seven of twenty have the loss as their word whenever they like, and the others go on as they do; when these say nothing good any
 * more, one more is enough, long before the votes of a few add up to as much. */
static void test_beyond_liars(void **state)
{
	(void)state;
	static const struct {
		uint32_t good_c, lost;
		bool found;
	} cases[] = {{280, 7, false}, {280, 8, false}, {0, 7, false}, {0, 8, true}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run r;
		start(&r, SIGN_LOSS);
		r.usual = 20;
		for (int b = 0; b < 37; b++) {
			struct pulse p = pulse_of(&r, 20, b < 33 ? 0 : cases[i].lost);
			p.expected_c = p.reports_c = 400;
			p.said[SIGN_LOSS] = (struct verdict_count){400, 0};
			if (b >= 33)
				p.said[SIGN_LOSS] =
					(struct verdict_count){cases[i].good_c + 120, 120};
			note(&r, detector_next(&r.d, &p, r.now_ms));
			r.now_ms += BUCKET;
		}
		assert_int_equal(r.n_began, cases[i].found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parent),
		cmocka_unit_test(test_short_and_parent),
		cmocka_unit_test(test_beyond_liars),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
