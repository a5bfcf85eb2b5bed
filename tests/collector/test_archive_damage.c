/* test_archive_damage.c: what was acknowledged is there after any crash, what was not is gone, and
 * damage is found and named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/archive.h"
#include "collector/archive_record.h"
#include "common/log.h"
#include "tests/collector/records.h"
#include "tests/collector/scratch.h"

/* Three records, each of the last two as an attacker would have them: full of what looks like
 * records. */
struct image {
	struct buf bytes;
	size_t start[3];
};

static void make_image(struct image *im)
{
	static const char *const inner[] = {"first", "FNR1FNR1FNR1 second", "FNR1 third FNR1"};
	char *dir = scratch_new();
	struct archive *a = records_open(dir);
	for (size_t i = 0; i < 3; i++) {
		struct archive_pos end = records_append(a, (int64_t)i, inner[i]);
		if (i < 2)
			im->start[i + 1] = end.offset;
	}
	im->start[0] = 0;
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);
	char *path = scratch_path(dir, "00000001.seg");
	assert_int_equal(buf_read_file(&im->bytes, path, 1 << 20), 0);
	free(path);
	scratch_remove(dir);
}

/* Opens these bytes as the only segment: `left` records must be there, the file must end behind
 * them, and the archive must take more. */
static void expect_cut(const void *bytes, size_t len, size_t left, size_t end, struct records *s)
{
	char *dir = scratch_new(), *path = scratch_path(dir, "00000001.seg");
	struct stat st;
	scratch_write(dir, "00000001.seg", bytes, len);
	struct archive *a = records_open(dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, end);
	records_append(a, 99, "more");
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);

	a = records_open(dir);
	assert_int_equal(records_replay(s, a, NULL), 0);
	assert_int_equal(s->n, left + 1);
	for (size_t i = 0; i < left; i++)
		assert_int_equal(s->record[i].received_ms, i);
	assert_string_equal(s->inner[left], "more");
	archive_close(a);
	free(path);
	scratch_remove(dir);
}

static void expect_refused(const void *bytes, size_t len, size_t offset)
{
	char *dir = scratch_new(), *path = scratch_path(dir, "00000001.seg");
	char err[512] = "", wanted[64];
	struct stat st;
	scratch_write(dir, "00000001.seg", bytes, len);
	assert_null(archive_open(dir, false, err, sizeof(err)));
	snprintf(wanted, sizeof(wanted), "00000001.seg: offset %zu: damaged", offset);
	if (!strstr(err, wanted))
		fail_msg("expected '%s', got '%s'", wanted, err);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, len); /* nothing was touched */
	free(path);
	scratch_remove(dir);
}

/* A crash at every byte of the last write. */
static void test_cut_short(void **state)
{
	struct image im;
	struct records *s = records_new();
	(void)state;
	make_image(&im);
	for (size_t len = 0; len < im.bytes.len; len++) {
		size_t left = len < im.start[1] ? 0 : len < im.start[2] ? 1 : 2;
		expect_cut(im.bytes.data, len, left, im.start[left], s);
	}
	expect_cut(im.bytes.data, im.bytes.len, 3, im.bytes.len, s);
	buf_clear(&im.bytes);
	free(s);
}

/* A crash that left the size of the write, and only some of its bytes or none: zeros, or what was
 * there. */
static void test_torn(void **state)
{
	struct image im;
	struct records *s = records_new();
	(void)state;
	make_image(&im);
	for (size_t from = im.start[2]; from < im.bytes.len; from++) {
		char *copy = xmalloc(im.bytes.len);
		memcpy(copy, im.bytes.data, im.bytes.len);
		memset(copy + from, 0, im.bytes.len - from);
		expect_cut(copy, im.bytes.len, 2, im.start[2], s);
		memset(copy + im.start[2], 0xe5, from - im.start[2] + 1);
		expect_cut(copy, im.bytes.len, 2, im.start[2], s);
		free(copy);
	}
	buf_clear(&im.bytes);
	free(s);
}

/* A flipped bit with whole records behind it can't be a torn write. */
static void test_bit_flips(void **state)
{
	struct image im;
	struct records *s = records_new();
	(void)state;
	make_image(&im);
	for (size_t bit = 0; bit < 8 * im.bytes.len; bit++) {
		im.bytes.data[bit / 8] ^= (char)(1 << bit % 8);
		if (bit / 8 < im.start[2])
			expect_refused(im.bytes.data, im.bytes.len,
				       bit / 8 < im.start[1] ? 0 : im.start[1]);
		else
			expect_cut(im.bytes.data, im.bytes.len, 2, im.start[2], s);
		im.bytes.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	buf_clear(&im.bytes);
	free(s);
}

/* A batch may hold the bytes of a whole record. They are in the wrong place, so they don't stop a
 * torn tail from being cut off. */
static void test_record_in_record(void **state)
{
	char *dir = scratch_new(), *path = scratch_path(dir, "00000001.seg");
	struct records *s = records_new();
	struct archive *a = records_open(dir);
	struct buf bytes, forged;
	struct archive_record r = {.type = ARCHIVE_BATCH, .inner = "forged", .inner_len = 6};
	struct archive_pos first = records_append(a, 0, "first"), pos;
	(void)state;

	buf_init(&forged, 4096);
	for (uint64_t guess = 0; guess < 10; guess++)
		archive_encode(&forged, &r, (struct archive_pos){1, guess});
	r = (struct archive_record){
		.type = ARCHIVE_BATCH, .inner = forged.data, .inner_len = forged.len};
	assert_int_equal(archive_append(a, &r, &pos), 0);
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);
	assert_int_equal(buf_read_file(&bytes, path, 1 << 20), 0);

	bytes.data[first.offset] ^= 1; /* the header can't say any more what is inside */
	expect_cut(bytes.data, bytes.len, 1, first.offset, s);
	buf_clear(&bytes);
	buf_clear(&forged);
	free(path);
	free(s);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_record_in_record),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
