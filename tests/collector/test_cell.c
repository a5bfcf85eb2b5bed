/* test_cell.c: a cell is a set: the order, number and grouping of votes must not matter; stored and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/cell.h"
#include "collector/varint.h"

/* xorshift64*, Vigna 2016: the same on every machine */
static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 2685821657736338717ULL;
}

static struct cell_vote random_vote(uint64_t *seed, uint64_t probes)
{
	struct cell_vote v = {.probe = (next(seed) % probes) * 0x9e3779b97f4a7c15ULL};
	v.tried = next(seed) & next(seed);
	v.ok = v.tried & next(seed);
	v.fp = next(seed) % 3 ? 0 : v.tried & next(seed);
	for (size_t k = 0; k < KINDS; k++) {
		v.step_tried[k] = next(seed) % 2 ? 0 : v.tried & next(seed);
		v.step_ok[k] = v.step_tried[k] & next(seed);
	}
	v.step_tried[KIND_QUIC] = next(seed) % 2 ? 0 : next(seed) & next(seed);
	v.step_ok[KIND_QUIC] &= v.step_tried[KIND_QUIC];
	for (size_t m = 0; m < MECHANISMS; m++)
		v.mech[m] = next(seed) % 4 ? 0 : v.tried & next(seed);
	v.six_tried = next(seed) % 2 ? 0 : v.tried & next(seed);
	v.six_ok = v.six_tried & next(seed);
	v.rate = next(seed) % 2 ? 0 : (uint8_t)next(seed);
	v.late = next(seed) % 4 == 0;
	return v;
}

static void random_cell(struct cell *c, uint64_t *seed)
{
	cell_init(c);
	for (uint64_t n = next(seed) % 40; n > 0; n--) {
		struct cell_vote v = random_vote(seed, 50);
		cell_add(c, &v);
	}
}

static void copy(struct cell *dst, const struct cell *src)
{
	cell_init(dst);
	cell_merge(dst, src);
}

static void expect_equal(const struct cell *a, const struct cell *b)
{
	struct buf x, y;
	buf_init(&x, 1 << 20);
	buf_init(&y, 1 << 20);
	cell_encode(a, &x);
	cell_encode(b, &y);
	assert_int_equal(x.len, y.len);
	assert_memory_equal(x.data, y.data, x.len);
	buf_clear(&x);
	buf_clear(&y);
}

static void expect_sorted(const struct cell *c)
{
	for (size_t i = 1; i < c->n; i++)
		assert_true(c->votes[i - 1].probe < c->votes[i].probe);
}

static void test_union(void **state)
{
	(void)state;
	struct cell c;
	cell_init(&c);
	struct cell_vote a = {.probe = 7, .tried = 3, .ok = 1},
			 b = {.probe = 7, .tried = 6, .ok = 4}, other = {.probe = 2, .tried = 1};
	assert_true(cell_add(&c, &a));
	assert_false(cell_add(&c, &a));
	assert_true(cell_add(&c, &b));
	assert_true(cell_add(&c, &other));
	assert_int_equal(c.n, 2);
	assert_int_equal(c.votes[0].probe, 2);
	assert_int_equal(c.votes[1].tried, 7);
	assert_int_equal(c.votes[1].ok, 5);
	b.late = true;
	assert_true(cell_add(&c, &b));
	assert_false(cell_add(&c, &b));
	assert_true(c.votes[1].late);
	cell_clear(&c);
}

static void test_merge_laws(void **state)
{
	(void)state;
	uint64_t seed = 20260108;
	for (int round = 0; round < 500; round++) {
		struct cell a, b, c, ab, ba, left, right;
		random_cell(&a, &seed);
		random_cell(&b, &seed);
		random_cell(&c, &seed);
		copy(&ab, &a);
		cell_merge(&ab, &b);
		expect_sorted(&ab);
		copy(&ba, &b);
		cell_merge(&ba, &a);
		expect_equal(&ab, &ba); /* commutative */
		copy(&left, &ab);
		cell_merge(&left, &c);
		copy(&right, &b);
		cell_merge(&right, &c);
		cell_merge(&right, &a);
		expect_equal(&left, &right);	      /* associative */
		assert_false(cell_merge(&left, &ab)); /* idempotent: nothing new in a part */
		expect_equal(&left, &right);
		struct cell *all[] = {&a, &b, &c, &ab, &ba, &left, &right};
		for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
			cell_clear(all[i]);
	}
}

/* Any order, with repeats, gives the same cell as one vote at a time in order. */
static void test_order(void **state)
{
	(void)state;
	uint64_t seed = 99;
	struct cell_vote votes[200];
	struct cell first, other;
	for (size_t i = 0; i < 200; i++)
		votes[i] = random_vote(&seed, 60);
	cell_init(&first);
	for (size_t i = 0; i < 200; i++)
		cell_add(&first, &votes[i]);
	for (int round = 0; round < 50; round++) {
		cell_init(&other);
		for (size_t i = 200; i > 0; i--) {
			size_t k = next(&seed) % i;
			struct cell_vote v = votes[k];
			votes[k] = votes[i - 1];
			votes[i - 1] = v;
			cell_add(&other, &v);
			if (next(&seed) % 3 == 0)
				assert_false(cell_add(&other, &v));
		}
		expect_equal(&first, &other);
		cell_clear(&other);
	}
	cell_clear(&first);
}

static void test_stored(void **state)
{
	(void)state;
	uint64_t seed = 4;
	for (int round = 0; round < 300; round++) {
		struct cell c, back;
		struct buf out;
		random_cell(&c, &seed);
		buf_init(&out, 1 << 20);
		cell_encode(&c, &out);
		assert_int_equal(cell_decode(&back, out.data, out.len), 0);
		expect_equal(&c, &back);
		cell_clear(&back);
		for (size_t cut = 0; cut < out.len; cut++) { /* no prefix is a cell */
			assert_int_equal(cell_decode(&back, out.data, cut), -1);
			assert_int_equal(back.n, 0);
		}
		buf_putc(&out, 0);
		assert_int_equal(cell_decode(&back, out.data, out.len), -1);
		buf_clear(&out);
		cell_clear(&c);
	}
}

/* Five targets, all reached over all steps: what nearly every vote of an ordinary day looks like. */
static void test_stored_size(void **state)
{
	(void)state;
	struct cell c;
	struct buf out;
	cell_init(&c);
	buf_init(&out, 1 << 20);
	for (uint64_t i = 0; i < 100; i++) {
		struct cell_vote v = {.probe = i * 0x9e3779b97f4a7c15ULL, .tried = 31, .ok = 31};
		for (size_t k = KIND_DNS; k <= KIND_HTTP; k++)
			v.step_tried[k] = v.step_ok[k] = 31;
		cell_add(&c, &v);
	}
	cell_encode(&c, &out);
	assert_int_equal(out.len, 1 + 100 * 18);
	buf_clear(&out);
	cell_clear(&c);
}

static void expect_refused(const char *bytes, size_t len)
{
	struct cell c;
	assert_int_equal(cell_decode(&c, bytes, len), -1);
	assert_null(c.votes);
}

#define PROBE	      "\0\0\0\0\0\0\0\7"
#define REFUSE(bytes) expect_refused(bytes, sizeof(bytes) - 1)

static void test_hostile(void **state)
{
	(void)state;
	struct cell c;
	assert_int_equal(cell_decode(&c, "\0", 1), 0);
	assert_int_equal(c.n, 0);
	expect_refused(NULL, 0);
	REFUSE("\x80\0");				      /* overlong count */
	REFUSE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1");     /* more votes than bytes */
	REFUSE("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"); /* more than 64 bits */
	REFUSE("\1" PROBE "\4\3\0");			      /* misses nothing */
	REFUSE("\1" PROBE "\4\3\4");			      /* misses what it did not try */
	REFUSE("\1" PROBE "\2\3\0");			      /* empty fingerprints */
	REFUSE("\1" PROBE "\2\3\4");			      /* fingerprint not tried */
	REFUSE("\1" PROBE "\x08\3\3\0");		      /* a step that tried nothing */
	REFUSE("\1" PROBE "\x08\3\0\4");		      /* a step not tried failed */
	REFUSE("\1" PROBE "\x80\x20\3");		      /* a flag that does not exist */
	REFUSE("\1" PROBE "\x80\x10\3\0\0");		      /* more, and nothing of it */
	REFUSE("\1" PROBE "\x80\x10\3\0\1\4");	       /* a mechanism at what was not tried */
	REFUSE("\1" PROBE "\x80\x10\3\0\x80\x10\1");   /* a mechanism that does not exist */
	REFUSE("\2" PROBE "\0\3" PROBE "\0\3");	       /* the same probe twice */
	REFUSE("\2" PROBE "\0\3\0\0\0\0\0\0\0\6\0\3"); /* not sorted */
	assert_int_equal(cell_decode(&c, "\1" PROBE "\5\3\2", 12), 0); /* late, missed one */
	assert_int_equal(c.votes[0].probe, 7);
	assert_int_equal(c.votes[0].tried, 3);
	assert_int_equal(c.votes[0].ok, 1);
	assert_true(c.votes[0].late);
	cell_clear(&c);
}

static void test_varint(void **state)
{
	(void)state;
	const uint64_t values[] = {0, 1, 127, 128, 300, UINT32_MAX, INT64_MAX, UINT64_MAX};
	struct buf out;
	buf_init(&out, 1 << 10);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		varint_put(&out, values[i]);
	struct varint_in in = varint_from(out.data, out.len);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_true(varint_get(&in) == values[i]);
	assert_true(varint_done(&in));
	assert_int_equal(varint_get(&in), 0);
	assert_true(in.bad);
	in = varint_from(out.data, out.len);
	varint_get_max(&in, 0);
	assert_int_equal(varint_get_max(&in, 0), 0);
	assert_true(in.bad);
	assert_null(varint_bytes(&in, 1));
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_union),	    cmocka_unit_test(test_merge_laws),
		cmocka_unit_test(test_order),	    cmocka_unit_test(test_stored),
		cmocka_unit_test(test_stored_size), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_varint),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
