/* test_fragile.c: against all removals that there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/fragile.h"

#define PROBES 12

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint32_t roll(uint32_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 33) % n;
}

static uint32_t share(enum target_class class, uint32_t bits)
{
	return bits << TALLY_BITS * class;
}

/* Up, some, none or untried. */
static uint32_t any_share(void)
{
	static const uint32_t shares[] = {TALLY_TRIED | TALLY_SOME | TALLY_UP,
					  TALLY_TRIED | TALLY_SOME, TALLY_TRIED,
					  TALLY_TRIED | TALLY_FP, 0};
	return shares[roll(5)];
}

static uint32_t any_pair(void)
{
	static const uint32_t pairs[] = {0, TALLY_COULD, TALLY_COULD | TALLY_DID};
	return pairs[roll(3)];
}

static struct tally_probe any_probe(void)
{
	struct tally_probe p = {.id = roll(UINT32_MAX)};
	for (int c = CLASS_DOMESTIC; c <= CLASS_CANARY; c++)
		p.class |= share((enum target_class)c, any_share());
	p.class |= share(CLASS_LINK, roll(3) ? TALLY_TRIED | TALLY_UP : TALLY_TRIED);
	for (int s = 0; s < SIGNS; s++)
		p.sign |= any_pair() << 2 * s;
	return p;
}

/* A crowd of n probes that look like one of a few. */
static void crowd(struct tally *t, uint32_t n, uint32_t kinds)
{
	struct tally_probe like[PROBES];
	for (uint32_t i = 0; i < kinds; i++)
		like[i] = any_probe();
	t->n = n;
	for (uint32_t i = 0; i < n; i++)
		t->probes[i] = like[roll(kinds)];
}

static struct verdict_input any_input(void)
{
	struct verdict_input in = {.min_probes = 1 + roll(5),
				   .collector_alive = roll(8) != 0,
				   .silent = roll(8) == 0,
				   .expected = roll(40)};
	if (roll(2))
		in.slow_before = (struct verdict_count){4, roll(5)};
	return in;
}

static enum state state_without(const struct tally *t, const struct verdict_input *in, uint32_t out)
{
	struct verdict v;
	tally_count(&v, t);
	for (size_t i = 0; i < t->n; i++)
		if (out >> i & 1)
			tally_add(&v, &t->probes[i], -1);
	verdict_decide(&v, in);
	return v.state;
}

static uint32_t by_force(const struct tally *t, const struct verdict_input *in, enum state state)
{
	uint32_t best = 0;
	for (uint32_t out = 1; out < 1u << t->n; out++) {
		uint32_t size = (uint32_t)__builtin_popcount(out);
		if ((!best || size < best) && state_without(t, in, out) != state)
			best = size;
	}
	return best;
}

static struct verdict judge(const struct tally *t, const struct verdict_input *in, uint32_t *margin)
{
	struct verdict v;
	tally_count(&v, t);
	*margin = verdict_judge(&v, in);
	v.fragile = fragile_votes(t, &v, in, *margin);
	return v;
}

static void test_by_force(void **state)
{
	(void)state;
	struct tally_probe probes[PROBES];
	struct tally t = {.probes = probes};
	uint32_t found[STATES] = {0}, exact = 0;
	for (int round = 0; round < 3000; round++) {
		uint32_t margin;
		struct verdict_input in = any_input();
		crowd(&t, roll(round % 20 ? 9 : PROBES + 1), 1 + roll(PROBES));
		struct verdict v = judge(&t, &in, &margin);
		uint32_t truth = by_force(&t, &in, v.state);
		assert_int_equal(v.fragile, truth);
		assert_true(!truth || margin <= truth);
		found[v.state]++;
		exact += margin == truth;
	}
	for (int s = 0; s < STATES; s++)
		assert_true(found[s] > 5);
	assert_true(exact > 1000 && exact < 2950); /* the margin alone does not do */
}

/* Sixty volunteers who agree: only too few of them would be another state. */
static void test_agreement(void **state)
{
	(void)state;
	struct tally_probe probes[60];
	struct tally t = {.probes = probes, .n = 60};
	const struct verdict_input in = {.min_probes = 5, .collector_alive = true};
	uint32_t margin;
	const uint32_t up = TALLY_TRIED | TALLY_SOME | TALLY_UP;
	for (size_t i = 0; i < 60; i++)
		probes[i] = (struct tally_probe){
			.id = i,
			.class = share(CLASS_DOMESTIC, up) | share(CLASS_OPEN, up) |
				 share(CLASS_CANARY, up) | share(CLASS_FILTERED, TALLY_TRIED)};
	assert_int_equal(judge(&t, &in, &margin).fragile, 56);
	for (size_t i = 0; i < 20; i++)
		probes[i].class = share(CLASS_OPEN, TALLY_TRIED) | share(CLASS_CANARY, TALLY_TRIED);
	assert_int_equal(judge(&t, &in, &margin).fragile, 21);
	t.n = 4;
	assert_int_equal(judge(&t, &in, &margin).fragile, 0);
	t.n = 0;
	assert_int_equal(judge(&t, &in, &margin).fragile, 0);
}

/* A large crowd where nobody agrees: it ends, and what it says is a lower bound. */
static void test_cap(void **state)
{
	(void)state;
	static struct tally_probe probes[4000];
	struct tally t = {.probes = probes, .n = 4000};
	for (int round = 0; round < 20; round++) {
		struct verdict_input in = any_input();
		uint32_t margin;
		for (size_t i = 0; i < t.n; i++)
			probes[i] = any_probe();
		struct verdict v = judge(&t, &in, &margin);
		assert_true(v.fragile == 0 || v.fragile >= margin);
	}
}

/* --- wholes --- */

static uint32_t median(const struct fragile_part *parts, size_t n, enum state s)
{
	return fragile_median(parts, n, s, false);
}

static void test_median(void **state)
{
	(void)state;
	struct fragile_part p[] = {
		{10, STATE_OPEN, true, 4}, {10, STATE_OPEN, true, 3}, {10, STATE_OPEN, true, 5}};
	assert_int_equal(median(p, 1, STATE_OPEN), 4);
	assert_int_equal(median(p, 3, STATE_OPEN), 7);
	/* one that is worse already needs one more */
	p[0].state = STATE_CUT;
	assert_int_equal(median(p, 3, STATE_OPEN), 3);
	/* the weight of one decides */
	p[2].weight = 30;
	assert_int_equal(median(p, 3, STATE_OPEN), 5);
	/* silence can't be taken away */
	struct fragile_part silent = {10, STATE_SILENT, true, 0};
	assert_int_equal(median(&silent, 1, STATE_SILENT), 0);
	/* where parts that are judged barely speak for all */
	struct fragile_part barely[] = {{10, STATE_OPEN, true, 9},
					{10, STATE_OPEN, true, 2},
					{19, STATE_INSUFFICIENT, false, 0}};
	assert_int_equal(median(barely, 3, STATE_OPEN), 2);
	/* a part whose votes would be judged without some */
	barely[2].cost = 1;
	assert_int_equal(median(barely, 3, STATE_OPEN), 1);
	/* probes as weights: a network of ten against one of eight */
	struct fragile_part by_probes[] = {{10, STATE_CUT, true, 6}, {8, STATE_OPEN, true, 4}};
	assert_int_equal(fragile_median(by_probes, 2, STATE_CUT, true), 2);
	assert_int_equal(fragile_median(by_probes, 2, STATE_CUT, false), 6);
	struct fragile_part many[] = {{1, STATE_OPEN, true, 5000}};
	assert_int_equal(median(many, 1, STATE_OPEN), 1000);
}

static void test_pooled(void **state)
{
	(void)state;
	struct fragile_part p[] = {{10, STATE_OPEN, true, 4}, {30, STATE_INSUFFICIENT, false, 0}};
	assert_int_equal(fragile_pooled(p, 2, 7, false), 7);
	assert_int_equal(fragile_pooled(p, 2, 0, false), 0);
	p[1].cost = 2;
	assert_int_equal(fragile_pooled(p, 2, 7, false), 2);
	p[1].weight = 13;
	p[1].cost = 0;
	assert_int_equal(fragile_pooled(p, 2, 7, true), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_force), cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_cap),	 cmocka_unit_test(test_median),
		cmocka_unit_test(test_pooled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
