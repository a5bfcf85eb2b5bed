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
#include "tests/collector/records.h"
#include "tests/collector/scratch.h"

static void test_round_trip(void **state)
{
	char *dir = scratch_new();
	struct records *s = records_new();
	struct archive *a = records_open(dir);
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
	pos[1] = records_append(a, -5, NULL);
	assert_int_equal(records_replay(s, a, NULL), 0);
	assert_int_equal(s->n, 0); /* nothing is durable before the sync */
	assert_int_equal(archive_sync(a), 0);
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);

	a = records_open(dir);
	assert_int_equal(archive_bytes(a), pos[1].offset);
	assert_int_equal(records_replay(s, a, NULL), 0);
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
	struct records *s = records_new();
	struct archive *a = records_open(dir);
	struct archive_pos end[20];
	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "batch %d", i);
		end[i] = records_append(a, i, text);
	}
	assert_int_equal(archive_sync(a), 0);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(records_replay(s, a, &end[i]), 0);
		assert_int_equal(s->n, 19 - i);
		assert_true(!s->n || s->record[0].received_ms == i + 1);
	}
	const struct archive_pos start = {0, 0};
	assert_int_equal(records_replay(s, a, &start), 0);
	assert_int_equal(s->n, 20);

	s->stop_at = 3;
	assert_int_equal(records_replay(s, a, NULL), 7);
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
	char *dir = scratch_new();
	struct records *s = records_new();
	struct archive *a = records_open(dir);
	(void)state;
	records_append(a, 1, "one");
	assert_int_equal(archive_sync(a), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(records_replay(s, a, &ahead[i]), -1);
		if (!strstr(s->err, why[i]))
			fail_msg("%zu: %s", i, s->err);
	}
	assert_int_equal(s->n, 0);
	archive_close(a);
	free(s);
	scratch_remove(dir);
}

static void test_one_owner(void **state)
{
	char *dir = scratch_new(), err[512];
	struct archive *a = records_open(dir);
	(void)state;
	assert_null(archive_open(dir, true, err, sizeof(err)));
	assert_non_null(strstr(err, "another collector is using this archive"));
	archive_close(a);
	a = records_open(dir);
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
	char *dir = scratch_new();
	struct records *s = records_new();
	struct archive *a = records_open(dir);
	size_t n;
	struct archive_pos first = fill(a, &n);
	(void)state;
	assert_true(first.offset >= 64 << 20 && first.offset < 80 << 20);
	uint64_t bytes = archive_bytes(a);
	archive_close(a);

	a = records_open(dir);
	assert_int_equal(archive_bytes(a), bytes);
	assert_int_equal(records_replay(s, a, NULL), 0);
	assert_int_equal(s->n, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(s->record[i].received_ms, i);
		assert_int_equal(s->record[i].inner_len, BATCH_SEALED_MAX);
	}
	assert_int_equal(records_replay(s, a, &first), 0); /* goes on in the next segment */
	assert_int_equal(s->end[0].segment, 2);

	/* Damage in a closed segment is found by whoever reads it. */
	char *path = scratch_path(dir, "00000002.seg");
	FILE *f = fopen(path, "r+b");
	assert_true(f && fseek(f, ARCHIVE_RECORD_MAX + 50, SEEK_SET) == 0);
	assert_true(fputc('y', f) == 'y' && fclose(f) == 0);
	assert_int_equal(records_replay(s, a, &first), -1);
	snprintf(path, strlen(path), "offset %d: damaged", ARCHIVE_RECORD_MAX);
	assert_non_null(strstr(s->err, "00000002.seg: "));
	assert_non_null(strstr(s->err, path));
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
	struct records *s = records_new();
	struct archive *a = records_open(dir);
	struct archive_pos pos;
	size_t n = 0;
	(void)state;
	assert_int_equal(archive_append(a, &r, &pos), -1);
	r.inner_len = BATCH_SEALED_MAX;
	while (archive_append(a, &r, &pos) == 0)
		n++;
	assert_in_range(n, 32, 64);
	assert_int_equal(archive_sync(a), 0);
	assert_int_equal(records_replay(s, a, NULL), 0);
	assert_int_equal(s->n, n);
	archive_close(a);
	free(inner);
	free(s);
	scratch_remove(dir);
}

/* A whole record of a kind that a later version may write is neither torn nor skipped. */
static void test_unknown_type(void **state)
{
	char *dir = scratch_new();
	struct archive_record r = {.type = 9};
	struct records *s = records_new();
	struct archive *a = records_open(dir);
	struct archive_pos pos;
	(void)state;
	assert_int_equal(archive_append(a, &r, &pos), 0);
	records_append(a, 1, "after");
	assert_int_equal(archive_sync(a), 0);
	archive_close(a);
	a = records_open(dir);
	assert_int_equal(records_replay(s, a, NULL), -1);
	assert_non_null(strstr(s->err, "this version can't read"));
	archive_close(a);
	free(s);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_positions),
		cmocka_unit_test(test_views_ahead),  cmocka_unit_test(test_one_owner),
		cmocka_unit_test(test_folder),	     cmocka_unit_test(test_missing_segment),
		cmocka_unit_test(test_segments),     cmocka_unit_test(test_group_is_bounded),
		cmocka_unit_test(test_unknown_type),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
