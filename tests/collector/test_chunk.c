/* test_chunk.c: entries by time in one value; what was replaced does not pile up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/chunk.h"

#define STEP  1000
#define START (CHUNK_ENTRIES * (int64_t)STEP * 7)

static void expect(const struct chunk *c, size_t index, const char *want, size_t len)
{
	struct chunk_item item;
	assert_true(chunk_get(c, START + (int64_t)index * STEP, &item));
	assert_int_equal(item.time_ms, START + (int64_t)index * STEP);
	assert_int_equal(item.len, len);
	assert_memory_equal(item.data, want, len);
}

static void test_entries(void **state)
{
	struct chunk c, back;
	struct chunk_item item;
	struct buf out;
	(void)state;
	assert_int_equal(chunk_start(START + 5 * STEP, STEP), START);
	chunk_init(&c, START, STEP);
	assert_false(chunk_at(&c, 0, &item));
	assert_int_equal(chunk_put(&c, START + 287 * STEP, "last", 4), 0);
	assert_int_equal(chunk_put(&c, START, "first", 5), 0);
	assert_int_equal(chunk_put(&c, START + 9 * STEP, "", 0), 0);
	assert_false(chunk_get(&c, START + STEP, &item));
	assert_int_equal(chunk_find(&c, START + STEP), 1);
	buf_init(&out, 4096);
	assert_int_equal(chunk_encode(&c, &out), 0);
	chunk_init(&back, START, STEP);
	assert_int_equal(chunk_decode(&back, out.data, out.len), 0);
	assert_int_equal(back.n, 3);
	expect(&back, 0, "first", 5);
	expect(&back, 9, "", 0);
	expect(&back, 287, "last", 4);
	chunk_clear(&back);
	assert_int_equal(chunk_decode(&back, out.data, out.len - 3), -1);
	chunk_clear(&back);
	chunk_clear(&c);
	buf_clear(&out);
}

static void test_too_long(void **state)
{
	char long_one[CHUNK_ENTRY_MAX + 1];
	struct chunk c;
	(void)state;
	memset(long_one, 'x', sizeof(long_one));
	chunk_init(&c, START, STEP);
	assert_int_equal(chunk_put(&c, START, long_one, sizeof(long_one)), -1);
	assert_int_equal(c.n, 0);
	for (size_t i = 0; i < CHUNK_ENTRIES; i++)
		assert_int_equal(
			chunk_put(&c, START + (int64_t)i * STEP, long_one, CHUNK_ENTRY_MAX), 0);
	expect(&c, 287, long_one, CHUNK_ENTRY_MAX);
	chunk_clear(&c);
}

/* Replaced far more often than there is room for. */
static void test_replaced(void **state)
{
	char entry[CHUNK_ENTRY_MAX];
	struct chunk c;
	(void)state;
	chunk_init(&c, START, STEP);
	for (int i = 0; i < 20000; i++) {
		memset(entry, i, sizeof(entry));
		assert_int_equal(chunk_put(&c, START + (i % 3) * STEP, entry, sizeof(entry)), 0);
	}
	assert_int_equal(c.n, 3);
	for (int i = 19997; i < 20000; i++) {
		memset(entry, i, sizeof(entry));
		expect(&c, (size_t)i % 3, entry, sizeof(entry));
	}
	chunk_clear(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
