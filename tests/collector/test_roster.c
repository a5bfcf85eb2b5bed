/* test_roster.c: one probe is one probe, however often it reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/roster.h"

#define BUCKET 60000
#define T0     1767225600000 /* 2026-01-01T00:00:00Z */

struct said {
	uint64_t probe;
	char word; /* '.' fine, 'x' lost, '-' heard, and nothing said of it */
};

static struct pulse take(struct roster *r, int64_t bucket, const struct said *said, size_t n)
{
	struct tally_probe probes[64];
	const struct tally votes = {.probes = probes, .n = n};
	struct pulse p = {.expected_c = 7, .flags = PULSE_ALIVE};
	for (size_t i = 0; i < n; i++)
		probes[i] = (struct tally_probe){.id = said[i].probe,
						 .sign = said[i].word == '-' ? 0
							 : said[i].word == '.'
								 ? TALLY_COULD
								 : TALLY_COULD | TALLY_DID};
	roster_take(r, T0 + bucket * BUCKET, &votes, 0, &p);
	assert_int_equal(p.expected_c, 7); /* not its own */
	return p;
}

static void expect_counts(const struct verdict_count *c, uint32_t n, uint32_t hit)
{
	assert_int_equal(c->n, n);
	assert_int_equal(c->hit, hit);
}

static void test_words(void **state)
{
	(void)state;
	struct roster r;
	roster_init(&r, BUCKET);
	struct pulse p = take(&r, 0, (struct said[]){{3, '.'}, {5, 'x'}, {9, '-'}}, 3);
	assert_int_equal(p.heard, 3);
	assert_int_equal(p.reports_c, 300);
	expect_counts(&p.sign[SIGN_LOSS], 2, 1);
	expect_counts(&p.said[SIGN_LOSS], 200, 100);
	p = take(&r, 1, NULL, 0); /* what was said still stands */
	expect_counts(&p.sign[SIGN_LOSS], 2, 1);
	expect_counts(&p.said[SIGN_LOSS], 0, 0);
	assert_int_equal(p.heard, 0);
	p = take(&r, 2, (struct said[]){{1, 'x'}, {3, 'x'}}, 2); /* a new one; another word */
	expect_counts(&p.sign[SIGN_LOSS], 3, 3);
	expect_counts(&p.said[SIGN_LOSS], 200, 200);
	p = take(&r, 2 + ROSTER_BUCKETS - 1, NULL, 0); /* those of bucket 0 have lapsed */
	expect_counts(&p.sign[SIGN_LOSS], 2, 2);
	p = take(&r, 2 + ROSTER_BUCKETS, NULL, 0);
	expect_counts(&p.sign[SIGN_LOSS], 0, 0);
	assert_int_equal(r.n, 0);
	roster_clear(&r);
}

/* Of a probe that reports every minute among those that report every five, and says the opposite. */
static void test_weight(void **state)
{
	(void)state;
	struct roster r;
	uint64_t fast = 0, all = 0;
	roster_init(&r, BUCKET);
	for (int b = 0; b < 100; b++) {
		struct said said[] = {{1, 'x'}, {(uint64_t)(2 + b % 5), '.'}};
		struct pulse p = take(&r, b, said, 2);
		if (b < ROSTER_BUCKETS)
			continue;
		expect_counts(&p.sign[SIGN_LOSS], 6, 1);
		fast += p.said[SIGN_LOSS].hit;
		all += p.said[SIGN_LOSS].n;
		assert_int_equal(p.reports_c, p.said[SIGN_LOSS].n);
	}
	assert_in_range(fast * 100 / all, 14, 19); /* a sixth */
	assert_in_range(roster_times(&r), 6, 7);
	roster_clear(&r);
}

/* When the others fall silent, those who go on are not the measure of what is usual. */
static void test_usual(void **state)
{
	(void)state;
	struct roster r;
	struct tally_probe probe = {.id = 1, .sign = TALLY_COULD};
	struct tally votes = {.probes = &probe, .n = 1};
	struct pulse p = {0};
	roster_init(&r, BUCKET);
	for (int b = 0; b < ROSTER_BUCKETS; b++)
		roster_take(&r, T0 + b * BUCKET, &votes, 8, &p);
	assert_int_equal(p.reports_c, 25);
	for (int b = 0; b < ROSTER_BUCKETS; b++)
		roster_take(&r, T0 + (b + ROSTER_BUCKETS) * BUCKET, &votes, 0, &p);
	assert_int_equal(p.reports_c, 100);
	roster_clear(&r);
}

/* A change counts in full, however often the probe has spoken. */
static void test_change(void **state)
{
	(void)state;
	struct roster r;
	struct pulse p = {0};
	roster_init(&r, BUCKET);
	for (int b = 0; b < 40; b++) {
		struct said said[] = {{1, b < 39 ? '.' : 'x'}, {2, '.'}, {3, '.'}, {4, '.'}};
		p = take(&r, b, said, b % 8 == 0 ? 4 : 1);
	}
	expect_counts(&p.said[SIGN_LOSS], 100, 100);
	assert_in_range(p.reports_c, 10, 15);
	roster_clear(&r);
}

/* Names change at midnight: those of yesterday are not counted beside those of today. */
static void test_midnight(void **state)
{
	(void)state;
	struct roster r;
	roster_init(&r, BUCKET);
	take(&r, 1439, (struct said[]){{1, '.'}, {2, '.'}}, 2);
	struct pulse p = take(&r, 1440, (struct said[]){{7, 'x'}}, 1);
	expect_counts(&p.sign[SIGN_LOSS], 1, 1);
	assert_int_equal(roster_from(T0 + 1440 * BUCKET, BUCKET), T0 + 1440 * BUCKET);
	assert_int_equal(roster_from(T0 + 1450 * BUCKET, BUCKET), T0 + 1440 * BUCKET);
	assert_int_equal(roster_from(T0 + 1500 * BUCKET, BUCKET),
			 T0 + (1500 - ROSTER_BUCKETS + 1) * BUCKET);
	roster_clear(&r);
}

/* It is a function of the last buckets: made again from those, it goes on in the same way. */
static void test_again(void **state)
{
	(void)state;
	struct roster a, b;
	uint64_t seed = 42;
	struct said said[200][64];
	size_t n[200] = {0};
	roster_init(&a, BUCKET);
	for (int t = 0; t < 200; t++)
		for (uint64_t i = 0; i < 30; i++) {
			seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
			if (seed >> 60 < 3)
				said[t][n[t]++] = (struct said){i, ".x-"[(seed >> 40) % 3]};
		}
	for (int t = 0; t < 200; t++) {
		struct pulse p = take(&a, t + 1380, said[t], n[t]), q;
		int64_t from = (roster_from(T0 + (t + 1380) * BUCKET, BUCKET) - T0) / BUCKET - 1380;
		if (t % 7)
			continue;
		roster_init(&b, BUCKET);
		for (int64_t u = from < 0 ? 0 : from; u <= t; u++)
			q = take(&b, u + 1380, said[u], n[u]);
		assert_memory_equal(&p, &q, sizeof(p));
		roster_clear(&b);
	}
	roster_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),	 cmocka_unit_test(test_weight),
		cmocka_unit_test(test_usual),	 cmocka_unit_test(test_change),
		cmocka_unit_test(test_midnight), cmocka_unit_test(test_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
