/* test_off.c: a silence that nobody has anything to tell of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/off.h"
#include "common/clock.h"

#define BUCKET 60000LL
#define HOUR   (60 * BUCKET)
#define T0     1767247200000

static struct event silence(int64_t hours)
{
	return (struct event){.basis = EVENT_SILENCE,
			      .onset_ms = T0,
			      .onset_lo_ms = T0 - BUCKET,
			      .onset_hi_ms = T0 + BUCKET,
			      .end_ms = T0 + hours * HOUR,
			      .end_lo_ms = T0 + hours * HOUR - BUCKET,
			      .end_hi_ms = T0 + hours * HOUR + BUCKET};
}

/* Of ten usual reports a bucket, so many came late for the silence, and so many came after it. */
static struct off fed(const struct event *e, uint32_t late, uint32_t after)
{
	struct off o = {0};
	for (int64_t t = T0 - HOUR; t < off_until_ms(e) + HOUR; t += BUCKET) {
		bool silent = t >= e->onset_ms && t < e->end_ms;
		struct pulse p = {.reports_c = 100 * (silent ? late : after), .expected_c = 1000};
		off_add(&o, e, &p, t);
	}
	return o;
}

static enum off_answer judge(const struct event *e, uint32_t late, uint32_t after, int64_t now_ms)
{
	struct off o = fed(e, late, after);
	return off_judge(&o, e, now_ms);
}

static void test_off(void **state)
{
	(void)state;
	struct event e = silence(6);
	int64_t due = off_due_ms(&e);
	assert_int_equal(due, e.end_hi_ms + CLOCK_DAY_MS);
	assert_int_equal(judge(&e, 0, 10, due - 1), OFF_WAIT); /* they may still send */
	assert_int_equal(judge(&e, 0, 10, due), OFF_YES);
	assert_int_equal(judge(&e, 1, 10, due), OFF_YES);
	assert_int_equal(judge(&e, 2, 10, due), OFF_NO); /* some were on */
	assert_int_equal(judge(&e, 10, 10, due), OFF_NO);
	assert_int_equal(judge(&e, 0, 5, due), OFF_YES); /* half of them left for good */
	assert_int_equal(judge(&e, 1, 5, due), OFF_NO);
}

static void test_nobody_back(void **state)
{
	(void)state;
	struct event e = silence(6);
	assert_int_equal(judge(&e, 0, 4, off_due_ms(&e)), OFF_WAIT);
	assert_int_equal(judge(&e, 0, 4, e.end_ms + 28 * CLOCK_DAY_MS), OFF_NO);
}

/* A long one has much to send; but nobody waits for months. */
static void test_wait(void **state)
{
	(void)state;
	struct event e = silence(5 * 24);
	assert_int_equal(off_due_ms(&e), e.end_hi_ms + 5 * CLOCK_DAY_MS);
	e = silence(90 * 24);
	assert_int_equal(off_due_ms(&e), e.end_hi_ms + 14 * CLOCK_DAY_MS);
}

static void test_not_asked(void **state)
{
	(void)state;
	struct event e = silence(6);
	int64_t due = off_due_ms(&e);
	struct off o = fed(&e, 0, 10);
	e.basis |= EVENT_VOTES; /* it was measured */
	assert_int_equal(off_judge(&o, &e, due), OFF_NO);
	e = silence(6);
	o.silent_usual_c = 299; /* too little is missing to say anything */
	assert_int_equal(off_judge(&o, &e, due), OFF_NO);
	e.end_ms = 0;
	assert_int_equal(off_judge(&o, &e, due), OFF_WAIT);
	assert_string_equal(off_str(OFF_YES), "yes");
	assert_string_equal(off_str((enum off_answer)9), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_nobody_back),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_not_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
