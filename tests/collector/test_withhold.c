/* test_withhold.c: small numbers are not shown, and can't be computed from what is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "collector/withhold.h"

#define MIN    5
#define PARTS  16
#define PROBES (1u << WITHHOLD_PROBES)

static struct row row(enum state state, uint32_t probes)
{
	struct row r = {.revision = 2, .revised_ms = 9, .why = WHY_LATE, .method = 2};
	verdict_clear(&r.v);
	r.v.state = state;
	r.v.probes = probes;
	r.v.expected = probes + 1;
	r.v.up = r.v.lo = r.v.hi = r.v.part_lo = r.v.part_hi = 0.5;
	r.v.fragile = 3;
	strcpy(r.v.rule, "rule");
	for (size_t c = 0; c < CLASSES; c++)
		r.v.share[c] = (struct verdict_share){probes, 1, 1, 1};
	for (size_t k = 0; k < SIGNS; k++)
		r.v.sign[k] = (struct verdict_count){probes, 1};
	for (size_t k = 0; k < MECHANISMS; k++)
		r.v.mech[k] = (struct verdict_count){probes, 1};
	return r;
}

static void expect_no_counts(const struct verdict *v)
{
	const struct verdict none = {0};
	assert_int_equal(v->probes, 0);
	assert_memory_equal(v->share, none.share, sizeof(none.share));
	assert_memory_equal(v->sign, none.sign, sizeof(none.sign));
	assert_memory_equal(v->mech, none.mech, sizeof(none.mech));
	assert_int_equal(v->fragile, 0);
	assert_true(isnan(v->up) && isnan(v->lo) && isnan(v->hi) && isnan(v->part_lo));
}

static void test_rows(void **state)
{
	struct row r = row(STATE_CUT, 5);
	(void)state;
	r.v.share[CLASS_CANARY].n = 4;
	r.v.sign[SIGN_QUIC].n = 4;
	r.v.mech[MECH_TCP_DROP].n = 4;
	withhold_row(&r, 0, MIN);
	assert_int_equal(r.v.probes, 5);
	assert_int_equal(r.v.expected, 6);
	assert_int_equal(r.v.share[CLASS_CANARY].n + r.v.share[CLASS_CANARY].up, 0);
	assert_int_equal(r.v.share[CLASS_OPEN].n, 5);
	assert_int_equal(r.v.sign[SIGN_QUIC].n + r.v.sign[SIGN_QUIC].hit, 0);
	assert_int_equal(r.v.sign[SIGN_LOSS].n, 5);
	assert_int_equal(r.v.mech[MECH_TCP_DROP].n + r.v.mech[MECH_TCP_DROP].hit, 0);
	assert_int_equal(r.v.mech[MECH_DNS_LIE].n, 5);
	assert_false(isnan(r.v.up));
	r = row(STATE_CUT, 5);
	r.v.share[CLASS_OPEN].n = 4;
	withhold_row(&r, 0, MIN);
	assert_true(isnan(r.v.up) && isnan(r.v.lo));
	r = row(STATE_CUT, 4);
	withhold_row(&r, 0, MIN);
	expect_no_counts(&r.v);
	assert_int_equal(r.v.state, STATE_INSUFFICIENT);
	assert_int_equal(r.revision + r.method, 0);
	assert_int_equal(r.v.expected, 5);
	assert_false(withhold_gives_away(&r.v));
	r = row(STATE_SILENT, 4);
	withhold_row(&r, 1u << WITHHOLD_EXPECTED, MIN);
	expect_no_counts(&r.v);
	assert_int_equal(r.v.state, STATE_SILENT);
	assert_int_equal(r.revision, 2);
	assert_int_equal(r.v.expected, 0);
	r = row(STATE_CUT, 1);
	withhold_row(&r, 0, 1); /* nobody is withheld */
	assert_int_equal(r.v.probes, 1);
	assert_int_equal(r.v.mech[0].n, 1);
}

static void test_mask(void **state)
{
	struct row r = row(STATE_CUT, 20);
	(void)state;
	withhold_row(&r, PROBES, MIN);
	expect_no_counts(&r.v);
	assert_int_equal(r.v.state, STATE_CUT);
	assert_string_equal(r.v.rule, "rule");
	assert_int_equal(r.revision, 2);
	assert_int_equal(r.v.expected, 21);
	assert_true(withhold_gives_away(&r.v));
	r = row(STATE_CUT, 20);
	withhold_row(&r, 1u << (WITHHOLD_SIGN + SIGN_DNS), MIN);
	assert_int_equal(r.v.probes, 20);
	assert_int_equal(r.v.sign[SIGN_DNS].n, 0);
	assert_int_equal(r.v.sign[SIGN_IPV6].n, 20);
}

/* How many came late, and how many did not, are two groups. */
static void test_late(void **state)
{
	static const struct {
		uint32_t probes, late, shown;
	} table[] = {
		{20, 0, 0},   {20, 1, WITHHOLD_LATE},  {20, 5, 5},
		{20, 15, 15}, {20, 16, WITHHOLD_LATE}, {20, 20, 20},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct row r = row(STATE_OPEN, table[i].probes);
		r.v.late = table[i].late;
		withhold_row(&r, 0, MIN);
		assert_int_equal(r.v.late, table[i].shown);
		assert_int_equal(r.v.probes, 20);
	}
}

/* Probes of the parts -> the parts that are withheld, as bits. */
static uint32_t hidden(const uint32_t *probes, size_t n)
{
	struct withhold_figures parts[PARTS] = {0}, whole = {0};
	uint32_t masks[PARTS] = {0}, out = 0;
	for (size_t i = 0; i < n; i++) {
		parts[i].n[WITHHOLD_PROBES] = probes[i];
		whole.n[WITHHOLD_PROBES] += probes[i];
	}
	withhold_parts(masks, parts, n, &whole, MIN);
	for (size_t i = 0; i < n; i++) {
		bool small = probes[i] && probes[i] < MIN && whole.n[0] >= MIN;
		assert_int_equal(masks[i] & ~PROBES, 0);
		out |= masks[i] || small ? 1u << i : 0;
	}
	return out;
}

static void test_parts(void **state)
{
	(void)state;
	assert_int_equal(hidden((uint32_t[]){9, 20, 6}, 3), 0); /* nothing is small */
	assert_int_equal(hidden((uint32_t[]){9, 20, 2}, 3),
			 5); /* one is, so the next smallest too */
	assert_int_equal(hidden((uint32_t[]){9, 20, 2, 0, 0}, 5), 5);
	assert_int_equal(hidden((uint32_t[]){9, 9, 2}, 3), 5);	    /* of equals the first */
	assert_int_equal(hidden((uint32_t[]){9, 20, 2, 4}, 4), 12); /* two, who are six */
	assert_int_equal(hidden((uint32_t[]){9, 20, 1, 1}, 4), 13); /* two, who are two */
	assert_int_equal(hidden((uint32_t[]){2, 2}, 2), 0); /* the whole is not shown either */
	assert_int_equal(hidden((uint32_t[]){3, 3}, 2), 3);
	assert_int_equal(hidden((uint32_t[]){0, 0}, 2), 0);
}

/* Whatever the numbers: what a whole is short of is nothing, or min_probes at least of several parts. */
static void test_any_parts(void **state)
{
	uint64_t seed = 1;
	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint32_t probes[PARTS], missing = 0, sum = 0, n_missing = 0;
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		size_t n = 1 + (seed >> 60);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			probes[i] = (uint32_t)(seed >> 33) % 12;
			sum += probes[i];
		}
		uint32_t bits = hidden(probes, n);
		for (size_t i = 0; i < n; i++)
			if (bits & 1u << i) {
				missing += probes[i];
				n_missing++;
			}
		if (sum < MIN)
			continue;
		assert_true(n_missing == 0 || (n_missing > 1 && missing >= MIN));
	}
}

/* Counts that do not add up to the whole can't be subtracted from it. */
static void test_no_sum(void **state)
{
	struct withhold_figures parts[2] = {0}, whole = {0};
	const size_t f = WITHHOLD_CLASS + CLASS_OPEN;
	uint32_t masks[2] = {0};
	(void)state;
	parts[0].n[f] = whole.n[f] = 20;
	parts[1].n[f] = 3;
	withhold_parts(masks, parts, 2, &whole, MIN);
	assert_int_equal(masks[0], 0);
	whole.n[f] = 23;
	withhold_parts(masks, parts, 2, &whole, MIN);
	assert_int_equal(masks[0], 1u << f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),	  cmocka_unit_test(test_mask),
		cmocka_unit_test(test_late),	  cmocka_unit_test(test_parts),
		cmocka_unit_test(test_any_parts), cmocka_unit_test(test_no_sum),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
