/* test_store_pulses.c: pulses by series and time, and what is remembered from one to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/store.h"
#include "common/log.h"
#include "tests/collector/stored.h"

#define T0     1767225600000
#define BUCKET 60000

static int64_t at(uint32_t i)
{
	return T0 + (int64_t)i * BUCKET;
}

static struct pulse pulse(uint32_t heard)
{
	struct pulse p = {.heard = heard, .expected_c = heard * 100 + 50, .flags = PULSE_ALIVE};
	p.sign[SIGN_LOSS] = (struct verdict_count){heard + 1, heard / 2};
	return p;
}

static void put(struct stored *w, const struct series *s, uint32_t i, uint32_t heard)
{
	struct pulse p = pulse(heard);
	assert_int_equal(store_put_pulse(w->store, s, at(i), BUCKET, &p), 0);
}

static void same(const struct pulse *p, uint32_t heard)
{
	struct pulse want = pulse(heard);
	assert_int_equal(p->heard, want.heard);
	assert_int_equal(p->expected_c, want.expected_c);
	assert_int_equal(p->flags, want.flags);
	assert_memory_equal(p->sign, want.sign, sizeof(want.sign));
}

struct list {
	uint32_t next, stop_at; /* the bucket that has to come, and the last */
};

static int take(void *arg, int64_t start_ms, const struct pulse *p)
{
	struct list *l = arg;
	assert_int_equal(start_ms, at(l->next));
	same(p, l->next);
	return l->next++ == l->stop_at ? 42 : 0;
}

/* A day and a half, in any order and twice; beside it another series and rows of the same times. */
static void test_pulses(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-23", 44244, ACCESS_MOBILE), other = s;
	struct pulse p;
	other.access = ACCESS_FIXED;
	assert_int_equal(store_get_pulse(w->store, &s, T0, &p), 0);
	for (uint32_t i = 0; i < 2000; i++) {
		put(w, &s, i * 7 % 2000, 5);
		put(w, &s, i * 7 % 2000, i * 7 % 2000);
		put(w, &other, i, 9);
	}
	stored_put(w, s, T0, 77);
	for (int round = 0; round < 2; round++) {
		struct list l = {.next = 100, .stop_at = UINT32_MAX};
		assert_int_equal(store_pulses(w->store, &s, at(100), at(1900), take, &l), 0);
		assert_int_equal(l.next, 1900);
		assert_int_equal(store_get_pulse(w->store, &s, at(1234), &p), 1);
		same(&p, 1234);
		assert_int_equal(store_get_pulse(w->store, &other, at(1234), &p), 1);
		same(&p, 9);
		stored_commit(w, 2);
		stored_reopen(w);
	}
	struct list l = {.next = 0, .stop_at = 300};
	assert_int_equal(store_pulses(w->store, &s, 0, INT64_MAX, take, &l), 42);
	assert_int_equal(store_get_pulse(w->store, &s, at(2000), &p), 0);
	assert_int_equal(store_pulses(w->store, &s, at(9), at(9), take, &l), 0);
}

/* All pulses of a store have one length, which a restart does not forget and a reset does. */
static void test_one_length(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-23", 44244, ACCESS_MOBILE);
	struct pulse p = pulse(3);
	put(w, &s, 0, 3);
	stored_commit(w, 1);
	stored_reopen(w);
	assert_int_equal(store_put_pulse(w->store, &s, T0, 2 * BUCKET, &p), -1);
	put(w, &s, 1, 4);
	assert_int_equal(store_reset(w->store), 0);
	assert_int_equal(store_get_pulse(w->store, &s, T0, &p), 0);
	assert_int_equal(store_put_pulse(w->store, &s, T0, 2 * BUCKET, &p), 0);
}

static int take_day(void *arg, int64_t day, const void *data, size_t len)
{
	char *text = arg;
	sprintf(text + strlen(text), "%d:%.*s ", (int)day, (int)len, (const char *)data);
	return 0;
}

static void days(struct stored *w, const struct series *s, int64_t from, int64_t until,
		 const char *want)
{
	char text[256] = "";
	assert_int_equal(store_usual(w->store, s, from, until, take_day, text), 0);
	assert_string_equal(text, want);
}

static void test_usual(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_FIXED),
		      other = stored_series("IR-02", 7, ACCESS_FIXED);
	days(w, &s, 0, INT64_MAX, "");
	assert_int_equal(store_put_usual(w->store, &s, 20460, "c", 1), 0);
	assert_int_equal(store_put_usual(w->store, &s, 20458, "a", 1), 0);
	assert_int_equal(store_put_usual(w->store, &s, 20459, "x", 1), 0);
	assert_int_equal(store_put_usual(w->store, &s, 20459, "b", 1), 0);
	assert_int_equal(store_put_usual(w->store, &other, 20459, "z", 1), 0);
	stored_commit(w, 1);
	stored_reopen(w);
	days(w, &s, 0, INT64_MAX, "20458:a 20459:b 20460:c ");
	days(w, &s, 20459, 20460, "20459:b ");
	assert_int_equal(store_put_usual(w->store, &s, 20459, NULL, 0), 0);
	days(w, &s, -5, INT64_MAX, "20458:a 20460:c ");
	days(w, &other, 0, INT64_MAX, "20459:z ");
}

static void test_machine(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_FIXED),
		      other = stored_series("", ISP_ANY, ACCESS_ANY);
	struct buf out;
	assert_int_equal(store_get_machine(w->store, &s, 20459, &out), 0);
	assert_int_equal(store_put_machine(w->store, &s, 20459, "one", 3), 0);
	assert_int_equal(store_put_machine(w->store, &s, 20459, "second", 6), 0);
	assert_int_equal(store_put_machine(w->store, &other, 20459, "third", 5), 0);
	stored_commit(w, 1);
	stored_reopen(w);
	assert_int_equal(store_get_machine(w->store, &s, 20459, &out), 1);
	assert_int_equal(out.len, 6);
	assert_memory_equal(out.data, "second", 6);
	buf_clear(&out);
	assert_int_equal(store_put_machine(w->store, &s, 20459, NULL, 0), 0);
	assert_int_equal(store_get_machine(w->store, &s, 20459, &out), 0);
	buf_clear(&out);
	assert_int_equal(store_get_machine(w->store, &other, 20459, &out), 1);
	buf_clear(&out);
}

#define T(f) cmocka_unit_test_setup_teardown(f, stored_setup, stored_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		T(test_pulses),
		T(test_one_length),
		T(test_usual),
		T(test_machine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
