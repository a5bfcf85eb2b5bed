/* test_pace.c: multiples of one interval, and the words that change them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "probe/pace.h"
#include "probe/targets.h"

static int64_t seconds(const struct pace *p, enum target_class class, enum target_scheme scheme)
{
	struct target t = {.class = class, .scheme = scheme};
	return pace_ms(p, &t) / 1000;
}

static void from_one_interval(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, 300);
	assert_int_equal(seconds(&p, CLASS_DOMESTIC, TARGET_HTTPS), 300);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_HTTP), 300);
	assert_int_equal(seconds(&p, CLASS_CANARY, TARGET_TCP), 300);
	assert_int_equal(seconds(&p, CLASS_RESOLVER, TARGET_DNS), 300);
	assert_int_equal(seconds(&p, CLASS_FILTERED, TARGET_HTTPS), 600);
	assert_int_equal(seconds(&p, CLASS_OTHER, TARGET_HTTPS), 1200);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_QUIC), 600);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_SPEED), 1800);
	pace_init(&p, 7200);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_SPEED), 7200);
}

static void by_word(void **state)
{
	struct pace p;
	char err[256];
	(void)state;
	pace_init(&p, 300);
	assert_int_equal(pace_set(&p, "open:60", err, sizeof(err)), 0);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_HTTPS), 60);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_QUIC), 120);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_SPEED), 1800);
	assert_int_equal(seconds(&p, CLASS_CANARY, TARGET_HTTPS), 300);
	assert_int_equal(pace_set(&p, "quic:86400", err, sizeof(err)), 0);
	assert_int_equal(pace_set(&p, "speed:1", err, sizeof(err)), 0);
	assert_int_equal(seconds(&p, CLASS_OPEN, TARGET_QUIC), 86400);
	assert_int_equal(seconds(&p, CLASS_DOMESTIC, TARGET_SPEED), 1);
}

static void mistakes(void **state)
{
	static const char *const bad[] = {
		"",
		"open",
		"open:",
		"open:0",
		"open:-5",
		"open:86401",
		"opne:60",
		"open:6x",
		"link:60",
		"open=60",
		":60",
		"open:60:60",
		"openopenopenopenopenopenopenopenopenopen:60",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct pace p, before;
		char err[256] = "";
		pace_init(&p, 300);
		before = p;
		assert_int_equal(pace_set(&p, bad[i], err, sizeof(err)), -1);
		assert_non_null(strstr(err, "class_interval_s"));
		assert_memory_equal(&p, &before, sizeof(p));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_one_interval),
		cmocka_unit_test(by_word),
		cmocka_unit_test(mistakes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
