/* test_archive_faults.c: disks that fill up and system calls that fail, each in turn. archive.c is
 * compiled into this program with those calls replaced; a limit on the size of files stands in for
 * a full disk. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/collector/scratch.h"

/* Which calls fail: the next `n` of that name, after `skip` that don't. */
struct fault {
	const char *name;
	int skip, n;
	int calls; /* of that name so far */
};
static struct fault fault;

static int fails(const char *name)
{
	if (!fault.name || strcmp(name, fault.name) || fault.calls++ < fault.skip || !fault.n)
		return 0;
	fault.n--;
	errno = EIO;
	return 1;
}

static int faulty_fsync(int fd)
{
	return fails("fsync") ? -1 : fsync(fd);
}

static int faulty_fdatasync(int fd)
{
	return fails("fdatasync") ? -1 : fdatasync(fd);
}

static int faulty_ftruncate(int fd, off_t size)
{
	return fails("ftruncate") ? -1 : ftruncate(fd, size);
}

/* One byte at a time, interrupted between: a write may always be shorter than asked. */
static ssize_t faulty_pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (fails("pwrite"))
		return -1;
	if (fails("interrupt")) {
		errno = EINTR;
		return -1;
	}
	return pwrite(fd, p, n > 1 && fault.name && !strcmp(fault.name, "interrupt") ? 1 : n, at);
}

#define fsync(fd)	     faulty_fsync(fd)
#define fdatasync(fd)	     faulty_fdatasync(fd)
#define ftruncate(fd, size)  faulty_ftruncate(fd, size)
#define pwrite(fd, p, n, at) faulty_pwrite(fd, p, n, at)
#include "collector/archive.c"
#undef fsync
#undef fdatasync
#undef ftruncate
#undef pwrite

/* Only now: cmocka has a macro called fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct archive *open_archive(const char *dir)
{
	char err[512] = "";
	struct archive *a = archive_open(dir, true, err, sizeof(err));
	if (!a)
		fail_msg("%s", err);
	return a;
}

static int append(struct archive *a, int64_t received)
{
	static const char inner[100] = "a batch";
	const struct archive_record r = {ARCHIVE_BATCH, received, {.isp = 1}, inner, sizeof(inner)};
	struct archive_pos pos;
	return archive_append(a, &r, &pos);
}

static int on_record(void *arg, const struct archive_record *r, struct archive_pos end)
{
	int64_t **next = arg;
	(void)end;
	assert_int_equal(r->received_ms, **next);
	++*next;
	return 0;
}

/* These records, in this order and no others, both in the open archive and after a restart. */
static void expect_records(struct archive **a, const char *dir, int64_t *received, size_t n)
{
	char err[512] = "";
	for (int restarted = 0; restarted < 2; restarted++) {
		int64_t *next = received;
		assert_int_equal(archive_replay(*a, NULL, on_record, &next, err, sizeof(err)), 0);
		assert_int_equal(next - received, n);
		if (restarted)
			break;
		archive_close(*a);
		*a = open_archive(dir);
	}
}

static off_t size_of(const char *dir, const char *name)
{
	char *path = scratch_path(dir, name);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	free(path);
	return st.st_size;
}

static void limit_files(rlim_t bytes)
{
	struct rlimit l;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}

/* The disk is full somewhere inside the second group: the whole group fails, wherever it is. */
static void test_disk_full(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t room = 0; room < 2 * 146; room++) {
		char *dir = scratch_new();
		struct archive *a = open_archive(dir);
		int64_t expected[] = {1, 4, 5};
		assert_int_equal(append(a, 1), 0);
		assert_int_equal(archive_sync(a), 0);
		off_t end = size_of(dir, "00000001.seg");
		assert_int_equal(end, 146);

		assert_int_equal(append(a, 2), 0);
		assert_int_equal(append(a, 3), 0);
		limit_files((rlim_t)end + room);
		assert_int_equal(archive_sync(a), -1);
		limit_files(RLIM_INFINITY);
		assert_int_equal(size_of(dir, "00000001.seg"), end);
		assert_int_equal(archive_bytes(a), end);

		assert_int_equal(append(a, 4), 0);
		assert_int_equal(append(a, 5), 0);
		assert_int_equal(archive_sync(a), 0);
		expect_records(&a, dir, expected, 3);
		archive_close(a);
		scratch_remove(dir);
	}
}

/* One call of a sync fails: nothing of the group stays, and the next one works. */
static void test_failing_calls(void **state)
{
	static const char *const names[] = {"pwrite", "fdatasync"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *dir = scratch_new();
		struct archive *a = open_archive(dir);
		int64_t expected[] = {1, 3};
		assert_int_equal(append(a, 1), 0);
		assert_int_equal(archive_sync(a), 0);
		assert_int_equal(append(a, 2), 0);
		fault = (struct fault){.name = names[i], .n = 1};
		assert_int_equal(archive_sync(a), -1);
		assert_int_equal(fault.n, 0);
		assert_int_equal(size_of(dir, "00000001.seg"), 146);
		assert_int_equal(append(a, 3), 0);
		assert_int_equal(archive_sync(a), 0);
		expect_records(&a, dir, expected, 2);
		archive_close(a);
		scratch_remove(dir);
	}
	fault = (struct fault){0};
}

/* Not even cutting back works: nothing is taken until it does. */
static void test_cannot_cut_back(void **state)
{
	static const char *const names[] = {"ftruncate", "fsync"};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char *dir = scratch_new();
		struct archive *a = open_archive(dir);
		int64_t expected[] = {1, 5};
		assert_int_equal(append(a, 1), 0);
		assert_int_equal(archive_sync(a), 0);
		assert_int_equal(append(a, 2), 0);
		limit_files(200);
		fault = (struct fault){.name = names[i], .n = 3};
		assert_int_equal(archive_sync(a), -1);
		limit_files(RLIM_INFINITY);
		assert_int_equal(append(a, 3), -1);
		assert_int_equal(append(a, 4), -1);
		assert_int_equal(fault.n, 0);
		assert_int_equal(archive_sync(a), 0); /* of nothing */
		assert_int_equal(append(a, 5), 0);
		assert_int_equal(archive_sync(a), 0);
		expect_records(&a, dir, expected, 2);
		archive_close(a);
		scratch_remove(dir);
	}
	fault = (struct fault){0};
}

static void test_short_writes(void **state)
{
	char *dir = scratch_new();
	struct archive *a = open_archive(dir);
	int64_t expected[] = {1, 2};
	(void)state;
	fault = (struct fault){.name = "interrupt", .skip = 5, .n = 7};
	assert_int_equal(append(a, 1), 0);
	assert_int_equal(append(a, 2), 0);
	assert_int_equal(archive_sync(a), 0);
	assert_int_equal(fault.n, 0);
	fault = (struct fault){0};
	expect_records(&a, dir, expected, 2);
	archive_close(a);
	scratch_remove(dir);
}

/* A new segment counts only when it and its name are durable: the file and its folder are both synced. */
static void test_new_segment(void **state)
{
	char *dir = scratch_new(), err[512];
	(void)state;
	for (int skip = 0; skip < 2; skip++) {
		fault = (struct fault){.name = "fsync", .skip = skip, .n = 1};
		assert_null(archive_open(dir, true, err, sizeof(err)));
		assert_non_null(strstr(err, "Input/output error"));
		assert_int_equal(fault.n, 0);
		char *path = scratch_path(dir, "00000001.seg");
		assert_int_equal(access(path, F_OK), -1);
		free(path);
	}
	fault = (struct fault){0};
	archive_close(open_archive(dir));
	scratch_remove(dir);
}

/* The same when a running collector needs the next segment: it stays with the old one and tries again. */
static void test_next_segment(void **state)
{
	char *dir = scratch_new();
	int64_t expected[] = {2, 3};
	(void)state;
	scratch_write(dir, "00000001.seg", "", 0);
	struct archive *a = open_archive(dir);
	a->end.offset = SEGMENT_BYTES; /* as if it were full; nothing reads it below */
	fault = (struct fault){.name = "fsync", .n = 1};
	assert_int_equal(append(a, 1), -1);
	fault = (struct fault){0};
	assert_int_equal(append(a, 2), 0);
	assert_int_equal(append(a, 3), 0);
	assert_int_equal(archive_sync(a), 0);
	assert_int_equal(size_of(dir, "00000002.seg"), 2 * 146);
	expect_records(&a, dir, expected, 2);
	archive_close(a);
	scratch_remove(dir);
}

/* The tail of a crash can't be cut off: better not to start. */
static void test_cannot_recover(void **state)
{
	static const char *const names[] = {"ftruncate", "fsync"};
	char *dir = scratch_new(), err[512];
	(void)state;
	scratch_write(dir, "00000001.seg", "torn", 4);
	for (size_t i = 0; i < 2; i++) {
		fault = (struct fault){.name = names[i], .n = 1};
		assert_null(archive_open(dir, true, err, sizeof(err)));
		assert_non_null(strstr(err, "00000001.seg: Input/output error"));
		assert_int_equal(fault.n, 0);
	}
	fault = (struct fault){0};
	archive_close(open_archive(dir));
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_disk_full),	cmocka_unit_test(test_failing_calls),
		cmocka_unit_test(test_cannot_cut_back), cmocka_unit_test(test_short_writes),
		cmocka_unit_test(test_new_segment),	cmocka_unit_test(test_next_segment),
		cmocka_unit_test(test_cannot_recover),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
