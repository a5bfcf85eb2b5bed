/* test_archive.c: what was acknowledged is there after any crash, what was not is gone, and damage
 * is found and named. Failing system calls are in test_archive_faults.c. */
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
#include "tests/collector/scratch.h"

#define RECORDS_MAX 1024

/* What a replay saw, with the inner bytes as text. */
struct seen {
	struct archive_record record[RECORDS_MAX];
	char inner[RECORDS_MAX][64];
	struct archive_pos end[RECORDS_MAX];
	size_t n, stop_at; /* stop_at: return 7 when that many were seen, 0 never */
};

static int see(void *arg, const struct archive_record *r, struct archive_pos end)
{
	struct seen *s = arg;
	assert_true(s->n < RECORDS_MAX);
	s->record[s->n] = *r;
	size_t n = r->inner_len < 63 ? r->inner_len : 63;
	if (n)
		memcpy(s->inner[s->n], r->inner, n);
	s->inner[s->n][n] = '\0';
	s->end[s->n++] = end;
	return s->n == s->stop_at ? 7 : 0;
}

static int replay(struct archive *a, const struct archive_pos *from, struct seen *s)
{
	char err[512] = "";
	memset(s, 0, sizeof(*s));
	return archive_replay(a, from, see, s, err, sizeof(err));
}

static struct archive *open_archive(const char *dir)
{
	char err[512] = "";
	struct archive *a = archive_open(dir, true, err, sizeof(err));
	if (!a)
		fail_msg("%s", err);
	return a;
}

static struct archive_pos append(struct archive *a, int64_t received, const char *inner)
{
	struct archive_record r = {.type = inner ? ARCHIVE_BATCH : ARCHIVE_ALIVE,
				   .received_ms = received,
				   .inner = inner,
				   .inner_len = inner ? strlen(inner) : 0};
	struct archive_pos pos;
	assert_int_equal(archive_append(a, &r, &pos), 0);
	return pos;
}

static struct seen *new_seen(void)
{
	return xcalloc(1, sizeof(struct seen));
}

static void test_round_trip(void **state)
{
	char *dir = scratch_new();
	struct seen *s = new_seen();
	struct archive *a = open_archive(dir);
	struct archive_record r = {
		.type = ARCHIVE_BATCH,
		.received_ms = 1767889800123,
		.seen = {.country = "IR",
			 .region = "IR-23",
			 .isp = 4200000000,
			 .access = ACCESS_FIXED,
			 .region_source = PLACE_MMDB,
			 .isp_source = PLACE_DECLARED},
		.inner = "FNB1 some bytes",
		.inner_len = 15,
	};
	struct archive_pos pos[2];
	(void)state;
	assert_int_equal(archive_bytes(a), 0);
	assert_int_equal(archive_append(a, &r, &pos[0]), 0);
	pos[1] = append(a, -5, NULL);
	assert_int_equal(replay(a, NULL, s), 0);
	assert_int_equal(s->n, 0); /* nothing is durable before the sync */
	assert_int_equal(archive_sync(a), 0);
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);

	a = open_archive(dir);
	assert_int_equal(archive_bytes(a), pos[1].offset);
	assert_int_equal(replay(a, NULL, s), 0);
	assert_int_equal(s->n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(s->end[i].segment, 1);
		assert_int_equal(s->end[i].offset, pos[i].offset);
	}
	assert_int_equal(s->record[0].type, ARCHIVE_BATCH);
	assert_int_equal(s->record[0].received_ms, r.received_ms);
	assert_string_equal(s->record[0].seen.country, "IR");
	assert_string_equal(s->record[0].seen.region, "IR-23");
	assert_int_equal(s->record[0].seen.isp, 4200000000);
	assert_int_equal(s->record[0].seen.access, ACCESS_FIXED);
	assert_int_equal(s->record[0].seen.region_source, PLACE_MMDB);
	assert_int_equal(s->record[0].seen.isp_source, PLACE_DECLARED);
	assert_string_equal(s->inner[0], "FNB1 some bytes");
	assert_int_equal(s->record[1].type, ARCHIVE_ALIVE);
	assert_int_equal(s->record[1].received_ms, -5);
	assert_null(s->record[1].inner);
	archive_close(a);
	free(s);
	scratch_remove(dir);
}

static void test_positions(void **state)
{
	char *dir = scratch_new(), text[24];
	struct seen *s = new_seen();
	struct archive *a = open_archive(dir);
	struct archive_pos end[20];
	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "batch %d", i);
		end[i] = append(a, i, text);
	}
	assert_int_equal(archive_sync(a), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(replay(a, &end[i], s), 0);
		assert_int_equal(s->n, 19 - i);
		assert_true(!s->n || s->record[0].received_ms == i + 1);
	}
	const struct archive_pos start = {0, 0};
	assert_int_equal(replay(a, &start, s), 0);
	assert_int_equal(s->n, 20);

	char err[512] = "";
	memset(s, 0, sizeof(*s));
	s->stop_at = 3;
	assert_int_equal(archive_replay(a, NULL, see, s, err, sizeof(err)), 7);
	assert_int_equal(s->n, 3);
	archive_close(a);
	free(s);
	scratch_remove(dir);
}

/* The views have seen more than there is: a lost disk must not pass for a quiet day. */
static void test_views_ahead(void **state)
{
	static const struct archive_pos ahead[] = {{1, 100000}, {2, 0}, {1, 3}};
	static const char *const why[] = {"00000001.seg: offset 100000: missing",
					  "00000002.seg: missing",
					  "00000001.seg: offset 3: damaged"};
	char *dir = scratch_new(), err[512];
	struct seen *s = new_seen();
	struct archive *a = open_archive(dir);
	(void)state;
	append(a, 1, "one");
	assert_int_equal(archive_sync(a), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(archive_replay(a, &ahead[i], see, s, err, sizeof(err)), -1);
		if (!strstr(err, why[i]))
			fail_msg("%zu: %s", i, err);
	}
	assert_int_equal(s->n, 0);
	archive_close(a);
	free(s);
	scratch_remove(dir);
}

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
	struct archive *a = open_archive(dir);
	for (size_t i = 0; i < 3; i++) {
		struct archive_pos end = append(a, (int64_t)i, inner[i]);
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
static void expect_cut(const void *bytes, size_t len, size_t left, size_t end, struct seen *s)
{
	char *dir = scratch_new(), *path = scratch_path(dir, "00000001.seg");
	struct stat st;
	scratch_write(dir, "00000001.seg", bytes, len);
	struct archive *a = open_archive(dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, end);
	append(a, 99, "more");
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);

	a = open_archive(dir);
	assert_int_equal(replay(a, NULL, s), 0);
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
	struct seen *s = new_seen();
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
	struct seen *s = new_seen();
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
	struct seen *s = new_seen();
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
	struct seen *s = new_seen();
	struct archive *a = open_archive(dir);
	struct buf bytes, forged;
	struct archive_record r = {.type = ARCHIVE_BATCH, .inner = "forged", .inner_len = 6};
	struct archive_pos first = append(a, 0, "first"), pos;
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

static void test_one_owner(void **state)
{
	char *dir = scratch_new(), err[512];
	struct archive *a = open_archive(dir);
	(void)state;
	assert_null(archive_open(dir, true, err, sizeof(err)));
	assert_non_null(strstr(err, "another collector is using this archive"));
	archive_close(a);
	a = open_archive(dir);
	archive_close(a);
	archive_close(NULL);
	scratch_remove(dir);
}

static void test_folder(void **state)
{
	char *dir = scratch_new(), *sub = scratch_path(dir, "archive"), err[512];
	(void)state;
	assert_null(archive_open(sub, false, err, sizeof(err)));
	assert_non_null(strstr(err, "archive: No such file"));
	struct archive *a = archive_open(sub, true, err, sizeof(err));
	assert_non_null(a);
	archive_close(a);
	free(sub);

	scratch_write(dir, "file", "x", 1);
	sub = scratch_path(dir, "file");
	assert_null(archive_open(sub, true, err, sizeof(err)));
	assert_non_null(strstr(err, "Not a directory"));
	free(sub);
	scratch_remove(dir);
}

static void test_missing_segment(void **state)
{
	char *dir = scratch_new(), err[512];
	(void)state;
	scratch_write(dir, "00000001.seg", "", 0);
	scratch_write(dir, "00000003.seg", "", 0);
	scratch_write(dir, "00000009.seg.old", "", 0);
	assert_null(archive_open(dir, true, err, sizeof(err)));
	assert_non_null(strstr(err, "00000002.seg: No such file"));
	scratch_remove(dir);
}

/* Records of the largest size, until there are three segments. */
static struct archive_pos fill(struct archive *a, size_t *n)
{
	char *inner = xmalloc(BATCH_SEALED_MAX);
	struct archive_record r = {
		.type = ARCHIVE_BATCH, .inner = inner, .inner_len = BATCH_SEALED_MAX};
	struct archive_pos pos = {1, 0}, last_of_first = {0};
	memset(inner, 'x', BATCH_SEALED_MAX);
	for (*n = 0; pos.segment < 3; ++*n) {
		r.received_ms = (int64_t)*n;
		if (pos.segment == 1)
			last_of_first = pos;
		assert_int_equal(archive_append(a, &r, &pos), 0);
		if (*n % 16 == 15 || pos.segment == 3)
			assert_int_equal(archive_sync(a), 0);
	}
	free(inner);
	return last_of_first;
}

static void test_segments(void **state)
{
	char *dir = scratch_new(), err[512];
	struct seen *s = new_seen();
	struct archive *a = open_archive(dir);
	size_t n;
	struct archive_pos first = fill(a, &n);
	(void)state;
	assert_true(first.offset >= 64 << 20 && first.offset < 80 << 20);
	uint64_t bytes = archive_bytes(a);
	archive_close(a);

	a = open_archive(dir);
	assert_int_equal(archive_bytes(a), bytes);
	assert_int_equal(replay(a, NULL, s), 0);
	assert_int_equal(s->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(s->record[i].received_ms, i);
		assert_int_equal(s->record[i].inner_len, BATCH_SEALED_MAX);
	}
	assert_int_equal(replay(a, &first, s), 0); /* goes on in the next segment */
	assert_int_equal(s->end[0].segment, 2);

	/* Damage in a closed segment is found by whoever reads it. */
	char *path = scratch_path(dir, "00000002.seg");
	FILE *f = fopen(path, "r+b");
	assert_true(f && fseek(f, ARCHIVE_RECORD_MAX + 50, SEEK_SET) == 0);
	assert_true(fputc('y', f) == 'y' && fclose(f) == 0);
	assert_int_equal(archive_replay(a, &first, see, s, err, sizeof(err)), -1);
	snprintf(path, strlen(path), "offset %d: damaged", ARCHIVE_RECORD_MAX);
	assert_non_null(strstr(err, "00000002.seg: "));
	assert_non_null(strstr(err, path));
	free(path);
	archive_close(a);
	free(s);
	scratch_remove(dir);
}

static void test_group_is_bounded(void **state)
{
	char *dir = scratch_new(), *inner = xcalloc(1, BATCH_SEALED_MAX + 1);
	struct archive_record r = {
		.type = ARCHIVE_BATCH, .inner = inner, .inner_len = BATCH_SEALED_MAX + 1};
	struct seen *s = new_seen();
	struct archive *a = open_archive(dir);
	struct archive_pos pos;
	size_t n = 0;
	(void)state;
	assert_int_equal(archive_append(a, &r, &pos), -1);
	r.inner_len = BATCH_SEALED_MAX;
	while (archive_append(a, &r, &pos) == 0)
		n++;
	assert_in_range(n, 32, 64);
	assert_int_equal(archive_sync(a), 0);
	assert_int_equal(replay(a, NULL, s), 0);
	assert_int_equal(s->n, n);
	archive_close(a);
	free(inner);
	free(s);
	scratch_remove(dir);
}

/* A whole record of a kind that a later version may write is neither torn nor skipped. */
static void test_unknown_type(void **state)
{
	char *dir = scratch_new(), err[512];
	struct archive_record r = {.type = 9};
	struct seen *s = new_seen();
	struct archive *a = open_archive(dir);
	struct archive_pos pos;
	(void)state;
	assert_int_equal(archive_append(a, &r, &pos), 0);
	append(a, 1, "after");
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);
	a = open_archive(dir);
	assert_int_equal(archive_replay(a, NULL, see, s, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "this version can't read"));
	archive_close(a);
	free(s);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_views_ahead),
		cmocka_unit_test(test_cut_short),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_record_in_record),
		cmocka_unit_test(test_one_owner),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_missing_segment),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_group_is_bounded),
		cmocka_unit_test(test_unknown_type),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
