/* test_validate.c: which well-formed batches are believed, at the edges of every rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/place.h"
#include "collector/validate.h"
#include "common/clock.h"
#include "common/limits.h"
#include "tests/collector/sender.h"

#define DAY   20461LL		   /* 2026-01-08 */
#define START (DAY * CLOCK_DAY_MS) /* its midnight */
#define NOON  (START + CLOCK_DAY_MS / 2)

static int set_up(void **state)
{
	char err[256];
	*state = country_load("tests/country/countries", "IR", err, sizeof(err));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	country_free(*state);
	return 0;
}

/* Judges b at now, and clears it. why NULL: it must be accepted; otherwise the reason must contain it. */
static void expect_from(struct country *c, struct batch *b, const struct placement *from,
			int64_t now_ms, const char *why)
{
	char reason[256] = "";
	int rc = validate_batch(b, c, from, now_ms, reason, sizeof(reason));
	batch_clear(b);
	if (rc != (why ? -1 : 0) || (why && !strstr(reason, why)))
		fail_msg("expected '%s', got %d '%s'", why ? why : "accepted", rc, reason);
}

static const struct placement nowhere = {0};

static void expect(struct country *c, struct batch *b, int64_t now_ms, const char *why)
{
	expect_from(c, b, &nowhere, now_ms, why);
}

static void test_vantage(void **state)
{
	struct batch b;
	sender_batch(&b, NOON, 3);
	expect(*state, &b, NOON, NULL);
	sender_batch(&b, NOON, 3);
	*b.region = '\0';
	b.isp = 0;
	expect(*state, &b, NOON, NULL);
	sender_batch(&b, NOON, 3);
	b.isp = 4200000000; /* a network that is not in the list is still a network */
	expect(*state, &b, NOON, NULL);
	sender_batch(&b, NOON, 3);
	strcpy(b.region, "IR-99");
	expect(*state, &b, NOON, "IR-99 is not a region of IR");
	sender_batch(&b, NOON, 3);
	strcpy(b.region, "IR-32"); /* Alborz until 2020 */
	expect(*state, &b, NOON, "IR-32 is not a region of IR");
}

/* Another country is a control, wherever in it. */
static void test_control(void **state)
{
	static const struct {
		const char *country, *region;
		struct placement from;
		const char *why;
	} rows[] = {
		{"DE", "", {.country = "DE"}, NULL},
		{"DE", "DE-BE", {.country = "DE"}, NULL},
		{"DE", "DE-BE", {.country = ""}, NULL},
		{"DE",
		 "",
		 {.country = "FR", .isp = 64497},
		 NULL}, /* the address wins over the network */
		{"DE", "DE-be", {.country = "DE"}, "DE-be is not an ISO 3166-2 code of DE"},
		{"DE", "IR-23", {.country = "DE"}, "IR-23 is not an ISO 3166-2 code of DE"},
		{"DE", "DE-", {.country = "DE"}, "DE- is not an ISO 3166-2 code of DE"},
		{"DE", "DE-BERLIN", {.country = "DE"}, "DE-BERLIN is not an ISO 3166-2 code of DE"},
		{"ir", "", {.country = ""}, "not a code of two capital letters"},
		{"D1", "", {.country = ""}, "not a code of two capital letters"},
		{"DE",
		 "",
		 {.country = "IR"},
		 "says that it was measured in DE, but it comes from a network in IR"},
		{"DE", "", {.country = "", .isp = 64497}, "but it comes from a network in IR"},
		{"DE", "", {.country = "", .isp = 3320}, NULL},
		{"IR", "IR-23", {.country = "DE", .isp = 3320}, NULL}, /* through a tunnel */
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct batch b;
		sender_batch(&b, NOON, 3);
		strcpy(b.country, rows[i].country);
		strcpy(b.region, rows[i].region);
		expect_from(*state, &b, &rows[i].from, NOON, rows[i].why);
	}
}

/* One result at t, judged at now. */
static void expect_time(struct country *c, int64_t t_ms, int64_t epoch, int64_t now_ms,
			const char *why)
{
	struct batch b;
	sender_batch(&b, t_ms, 1);
	b.epoch = epoch;
	expect(c, &b, now_ms, why);
}

static void test_age(void **state)
{
	const char *future = "2026-01-08T12:00:00Z is from the future",
		   *old = "older than 400 days";
	expect_time(*state, NOON, DAY, NOON - RESULT_FUTURE_MAX_MS, NULL);
	expect_time(*state, NOON, DAY, NOON - RESULT_FUTURE_MAX_MS - 1, future);
	expect_time(*state, NOON, DAY, NOON + RESULT_AGE_MAX_MS, NULL);
	expect_time(*state, NOON, DAY, NOON + RESULT_AGE_MAX_MS + 1, old);
}

static void test_epoch(void **state)
{
	const char *why = "not of the day whose key signed it";
	int64_t slack = RESULT_FUTURE_MAX_MS, end = START + CLOCK_DAY_MS, now = end + CLOCK_DAY_MS;
	expect_time(*state, START, DAY, now, NULL);
	expect_time(*state, START - slack, DAY, now, NULL);
	expect_time(*state, START - slack - 1, DAY, now, why);
	expect_time(*state, end + slack - 1, DAY, now, NULL);
	expect_time(*state, end + slack, DAY, now, why);
	expect_time(*state, NOON, DAY + 1, now, why);
	expect_time(*state, NOON, DAY - 1, now, why);
}

/* One bad result among good ones is enough. */
static void test_every_result(void **state)
{
	struct batch b;
	for (size_t i = 0; i < 3; i++) {
		sender_batch(&b, NOON, 3);
		b.results[i].v[RESULT_T] += CLOCK_DAY_MS;
		expect(*state, &b, NOON, "future");
		sender_batch(&b, NOON, 3);
		b.results[i].v[RESULT_TARGET] = -1;
		expect(*state, &b, NOON, "a http result names no target");
		sender_batch(&b, NOON, 3);
		result_init(&b.results[i], KIND_LINK);
		b.results[i].v[RESULT_T] = NOON;
		expect(*state, &b, NOON, NULL);
	}
}

/* The probe says what a target is; the collector's own list decides. */
static void test_classes(void **state)
{
	struct batch b;
	char reason[256];
	for (int replayed = 0; replayed < 2; replayed++) {
		sender_batch(&b, NOON, 1);
		int video = batch_target(&b, "https://video.example/", CLASS_OPEN);
		int canary = batch_target(&b, "https://canary1.example/", CLASS_CANARY);
		int other =
			batch_target(&b, "https://bank.nin.test", CLASS_DOMESTIC); /* no slash */
		if (replayed)
			validate_correct(&b, *state, NOON);
		else
			assert_int_equal(
				validate_batch(&b, *state, &nowhere, NOON, reason, sizeof(reason)),
				0);
		assert_int_equal(b.targets[0].class, CLASS_OTHER);
		assert_int_equal(b.targets[video].class, CLASS_FILTERED);
		assert_int_equal(b.targets[canary].class, CLASS_CANARY);
		assert_int_equal(b.targets[other].class, CLASS_OTHER);
		batch_clear(&b);
	}
}

/* From a device whose clock is so much ahead, and knows it, of what happened at t. */
static void ahead(struct batch *b, int64_t t_ms, int64_t by_ms)
{
	sender_batch(b, t_ms + by_ms, 3);
	b->epoch = clock_epoch_day(t_ms + by_ms);
	b->offset_known = true;
	b->offset_ms = -by_ms;
}

static void expect_corrected(struct country *c, struct batch *b, int64_t now_ms, int64_t t_ms)
{
	char reason[256];
	assert_int_equal(validate_batch(b, c, &nowhere, now_ms, reason, sizeof(reason)), 0);
	assert_int_equal(b->results[0].v[RESULT_T], t_ms);
	validate_correct(b, c, now_ms); /* once is enough */
	assert_int_equal(b->results[0].v[RESULT_T], t_ms);
	batch_clear(b);
}

/* What a probe knows of its wrong clock is put right, as far as that makes sense. */
static void test_offset(void **state)
{
	static const int64_t wrong[] = {-CLOCK_DAY_MS / 4, -600000, -3000, 3000, 600000,
					CLOCK_DAY_MS / 4};
	struct batch b;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ahead(&b, NOON, wrong[i]);
		expect_corrected(*state, &b, NOON + 60000, NOON);
	}
	ahead(&b, NOON, 2999); /* no more than a Date can be off */
	expect_corrected(*state, &b, NOON, NOON + 2999);
	/* Put right it is still from the future, or too old. */
	ahead(&b, NOON + RESULT_FUTURE_MAX_MS + 5000, 600000);
	expect(*state, &b, NOON, "future");
	ahead(&b, NOON - RESULT_AGE_MAX_MS - 5000, -600000);
	expect(*state, &b, NOON, "400 days");
	/* An offset that leads into the future is not believed. */
	ahead(&b, NOON, 0);
	b.offset_ms = 2 * RESULT_FUTURE_MAX_MS;
	expect_corrected(*state, &b, NOON, NOON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vantage),	     cmocka_unit_test(test_control),
		cmocka_unit_test(test_age),	     cmocka_unit_test(test_epoch),
		cmocka_unit_test(test_every_result), cmocka_unit_test(test_classes),
		cmocka_unit_test(test_offset),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
