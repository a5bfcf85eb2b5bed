/* test_usual.c: what is expected, on which day, and when no longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/usual.h"
#include "common/clock.h"

#define STEP_MS	  300000
#define BUCKET_MS 60000
#define HOUR_MS	  (60LL * BUCKET_MS)
#define T0	  (20000 * CLOCK_DAY_MS)

static int setup(void **state)
{
	struct usual *u = xcalloc(1, sizeof(*u));
	usual_init(u);
	*state = u;
	return 0;
}

static int teardown(void **state)
{
	usual_clear(*state);
	free(*state);
	return 0;
}

static int64_t at(int day, int hour)
{
	return T0 + day * CLOCK_DAY_MS + hour * HOUR_MS;
}

/* From one moment to another so many probes report in each step, a fifth of them in each bucket. */
static void live(struct usual *u, int64_t from_ms, int64_t until_ms, uint32_t probes)
{
	for (int64_t t = from_ms; t < until_ms; t += BUCKET_MS) {
		usual_note_bucket(u, t, 20 * probes, probes, 60);
		if (t % STEP_MS == 0)
			usual_note_step(u, t, probes);
		if (probes)
			usual_heard(u, t);
	}
}

static struct usual_now now(const struct usual *u, int64_t t_ms)
{
	struct usual_now out;
	memset(&out, 0xff, sizeof(out));
	usual_at(u, t_ms, &out);
	return out;
}

static void expect(const struct usual *u, int64_t t_ms, uint32_t probes)
{
	struct usual_now out = now(u, t_ms);
	assert_int_equal(out.expected, probes);
	assert_int_equal(out.expected_c, 20 * probes);
	assert_int_equal(out.words_c, 100 * probes);
}

static void test_nothing(void **state)
{
	expect(*state, T0, 0);
	assert_int_equal(now(*state, T0).open_rate, 0);
	assert_int_equal(now(*state, T0).times, 0);
}

/* The first days know the last hour alone; no day is known well enough to compare with. */
static void test_young(void **state)
{
	live(*state, at(0, 0), at(0, 12), 10);
	expect(*state, at(0, 12), 10);
	live(*state, at(0, 12), at(0, 18), 4);
	expect(*state, at(0, 18), 4);
	assert_int_equal(now(*state, at(0, 18)).times, 0);
}

/* Nights are nights, whatever the evening was like. */
static void test_clock(void **state)
{
	for (int day = 0; day < 4; day++) {
		live(*state, at(day, 0), at(day, 8), 3);
		live(*state, at(day, 8), at(day + 1, 0), 12);
	}
	expect(*state, at(4, 4), 3);
	expect(*state, at(4, 14), 12);
	assert_int_equal(now(*state, at(4, 14)).times, 60);
}

/* A weekday that is quiet every week counts with the last three days. */
static void test_weekday(void **state)
{
	for (int day = 0; day < 28; day++)
		live(*state, at(day, 0), at(day + 1, 0), day % 7 == 0 ? 5 : 20);
	expect(*state, at(28, 12), 5);	/* four such days, and three others */
	expect(*state, at(29, 12), 20); /* six of seven */
}

/* One strange day of the last week moves nothing. */
static void test_median(void **state)
{
	for (int day = 0; day < 5; day++)
		live(*state, at(day, 0), at(day + 1, 0), day == 4 ? 90 : 20);
	expect(*state, at(5, 12), 20);
}

/* The longest shutdown is not forgotten, unless there were few; the ring holds five weeks. */
static void test_forget(void **state)
{
	for (int day = 0; day < 7; day++)
		live(*state, at(day, 0), at(day + 1, 0), 20);
	/* what was lost is noted as it was expected */
	for (int day = 7; day < 120; day++)
		for (int64_t t = at(day, 0); t < at(day + 1, 0); t += STEP_MS) {
			usual_note_bucket(*state, t, 400, 20, 60);
			usual_note_step(*state, t, 20);
		}
	expect(*state, at(7, 0) + 99 * CLOCK_DAY_MS, 20);
	expect(*state, at(7, 0) + 101 * CLOCK_DAY_MS, 0);
	usual_clear(*state);
	for (int day = 0; day < 40; day++)
		for (int64_t t = at(day, 0); t < at(day + 1, 0); t += STEP_MS) {
			usual_note_bucket(*state, t, 80, 4, 60);
			usual_note_step(*state, t, 4);
			if (day < 7)
				usual_heard(*state, t);
		}
	expect(*state, at(7, 0) + 29 * CLOCK_DAY_MS, 4);
	expect(*state, at(7, 0) + 31 * CLOCK_DAY_MS, 0);
}

static void test_rates(void **state)
{
	for (int day = 0; day < 4; day++)
		for (int i = 0; i < 10; i++) {
			usual_note_rate(*state, at(day, 12), false, (uint8_t)(70 + day));
			usual_note_rate(*state, at(day, 12), true, 80);
			usual_note_bucket(*state, at(day, 12), 20, 1, 1);
			usual_heard(*state, at(day, 12));
		}
	struct usual_now out = now(*state, at(4, 12));
	assert_int_equal(out.open_rate, 72); /* of the last three days */
	assert_int_equal(out.home_rate, 80);
}

static void test_stored(void **state)
{
	struct usual *u = *state, back;
	usual_init(&back);
	for (int day = 0; day < 9; day++)
		live(u, at(day, 0), at(day + 1, 0) - HOUR_MS, (uint32_t)(5 + day));
	usual_note_rate(u, at(8, 5), true, 77);
	for (size_t i = 0; i < USUAL_DAYS; i++) {
		struct buf b;
		if (!u->days[i])
			continue;
		buf_init(&b, 65536);
		usual_encode(u, u->days[i], &b);
		assert_int_equal(usual_decode(&back, u->days[i]->day, b.data, b.len), 0);
		for (size_t len = 0; len < b.len; len++) { /* cut short: refused, or less */
			struct usual part;
			usual_init(&part);
			usual_decode(&part, u->days[i]->day, b.data, len);
			usual_clear(&part);
		}
		buf_clear(&b);
	}
	assert_int_equal(back.heard_ms, u->heard_ms);
	for (int hour = 0; hour < 24; hour++) {
		struct usual_now x = now(u, at(9, hour)), y = now(&back, at(9, hour));
		assert_memory_equal(&x, &y, sizeof(x));
	}
	const uint8_t bad[] = {1, 48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	assert_int_equal(usual_decode(&back, 20000, bad, sizeof(bad)), -1);
	usual_clear(&back);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_nothing), T(test_young),	 T(test_clock), T(test_weekday),
		T(test_median),	 T(test_forget), T(test_rates), T(test_stored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
