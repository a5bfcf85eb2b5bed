/* test_spool.c: a batch is in the spool whole or not at all, leaves only when dropped, and what is
 * thinned out is never the onset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/spool.h"
#include "tests/probe/tempdir.h"

#define T0 1767889800000LL

static char err[512];

static struct spool *reopen(const char *dir, uint64_t cap)
{
	struct spool *s = spool_open(tempdir_path(dir, "spool"), cap, err, sizeof(err));
	assert_non_null(s);
	return s;
}

/* A batch whose id and bytes tell its number. */
static int put(struct spool *s, unsigned int n, size_t len, int64_t t)
{
	uint8_t id[BATCH_ID] = {(uint8_t)(n >> 8), (uint8_t)n};
	char *bytes = xcalloc(1, len);
	memset(bytes, (int)(n & 0xff), len);
	int rc = spool_put(s, id, bytes, len, t);
	free(bytes);
	return rc;
}

static unsigned int number(const struct spool_batch *b)
{
	return (unsigned int)b->id[0] << 8 | b->id[1];
}

static void order_and_content(void **state)
{
	char *dir = tempdir_new();
	struct spool *s = reopen(dir, 1 << 20);
	struct spool_batch b;
	struct buf content;
	(void)state;
	assert_int_equal(spool_next(s, NULL, &b), 0);
	assert_int_equal(put(s, 2, 2048, T0 + 2000), 0);
	assert_int_equal(put(s, 1, 1024, T0 + 1000), 0); /* a clock that was set back */
	assert_int_equal(put(s, 3, 4096, T0 + 3000), 0);
	assert_int_equal(put(s, 3, 4096, T0 + 3000), 0); /* the same again is no second batch */
	spool_close(s);

	s = reopen(dir, 1 << 20);
	struct spool_info info;
	spool_info(s, &info);
	assert_int_equal(info.batches, 3);
	assert_int_equal(info.bytes, 1024 + 2048 + 4096);
	assert_int_equal(info.oldest_ms, T0 + 1000);
	assert_int_equal(info.newest_ms, T0 + 3000);
	const char *after = NULL;
	for (unsigned int n = 1; n <= 3; n++) {
		assert_int_equal(spool_next(s, after, &b), 1);
		assert_int_equal(number(&b), n);
		assert_int_equal(b.time_ms, T0 + 1000 * (int)n);
		assert_int_equal(spool_read(s, b.name, &content), 0);
		assert_int_equal(content.len, 512u << n);
		assert_int_equal(content.data[content.len - 1], n);
		buf_clear(&content);
		after = b.name;
	}
	assert_int_equal(spool_next(s, after, &b), 0);
	spool_close(s);
	tempdir_free(dir);
}

static void files_are_closed_to_others(void **state)
{
	char *dir = tempdir_new();
	struct spool *s = reopen(dir, 1 << 20);
	struct spool_batch b;
	struct stat st;
	(void)state;
	put(s, 1, 1024, T0);
	spool_next(s, NULL, &b);
	assert_int_equal(stat(tempdir_path(dir, "spool"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	char *path = xasprintf("%s/spool/%s", dir, b.name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	free(path);
	spool_close(s);
	tempdir_free(dir);
}

static void dropping(void **state)
{
	char *dir = tempdir_new();
	struct spool *s = reopen(dir, 1 << 20), *other = reopen(dir, 1 << 20);
	struct spool_batch b;
	struct buf content;
	struct spool_info info;
	(void)state;
	put(s, 1, 1024, T0);
	put(s, 2, 1024, T0 + 1);
	spool_close(other);
	other = reopen(dir, 1 << 20);
	spool_next(s, NULL, &b);
	assert_int_equal(spool_drop(s, b.name), 0);
	assert_int_equal(spool_drop(s, b.name), 0);
	assert_int_equal(spool_drop(s, "../../etc/passwd"), 0);
	spool_info(s, &info);
	assert_int_equal(info.batches, 1);

	/* another process finds it gone, which is no trouble */
	assert_int_equal(spool_next(other, NULL, &b), 1);
	assert_int_equal(number(&b), 1);
	assert_int_equal(spool_read(other, b.name, &content), -1);
	assert_int_equal(errno, ENOENT);
	buf_clear(&content);
	assert_int_equal(spool_next(other, NULL, &b), 1);
	assert_int_equal(number(&b), 2);
	spool_close(other);
	spool_close(s);
	tempdir_free(dir);
}

/* At the cap the first and the last stay, and what is left is spread evenly. */
static void thinning(void **state)
{
	char *dir = tempdir_new();
	struct spool *s = reopen(dir, 64 * 1024);
	struct spool_batch b;
	struct spool_info info;
	(void)state;
	for (unsigned int n = 0; n < 1000; n++)
		assert_int_equal(put(s, n, 1024, T0 + 300000LL * n), 0);
	spool_info(s, &info);
	assert_int_equal(info.batches, 64);
	assert_int_equal(info.bytes, 64 * 1024);
	assert_int_equal(info.oldest_ms, T0);
	assert_int_equal(info.newest_ms, T0 + 300000LL * 999);

	int64_t before = T0, widest = 0;
	*b.name = '\0';
	while (spool_next(s, *b.name ? b.name : NULL, &b)) {
		if (b.time_ms - before > widest)
			widest = b.time_ms - before;
		before = b.time_ms;
	}
	/* even spacing would be 999 / 63 = 16 intervals; halving the density leaves twice that */
	assert_true(widest <= 33 * 300000LL);
	spool_close(s);
	assert_int_equal(tempdir_count(tempdir_path(dir, "spool")), 64);
	tempdir_free(dir);
}

static void no_room(void **state)
{
	char *dir = tempdir_new();
	struct spool *s = reopen(dir, 2 * 1024);
	struct spool_info info;
	(void)state;
	assert_int_equal(put(s, 1, 1024, T0), 0);
	assert_int_equal(put(s, 2, 1024, T0 + 1), 0);
	assert_int_equal(put(s, 3, 1024, T0 + 2), -1); /* neither the first nor the last may go */
	assert_int_equal(errno, ENOSPC);
	spool_info(s, &info);
	assert_int_equal(info.batches, 2);
	spool_close(s);
	tempdir_free(dir);
}

/* What a crash leaves is invisible, and goes when the owner tidies up; what is none of ours is never a batch. */
static void torn_files(void **state)
{
	char *dir = tempdir_new();
	struct spool *s = reopen(dir, 1 << 20);
	struct spool_batch b;
	(void)state;
	put(s, 1, 1024, T0);
	spool_next(s, NULL, &b);
	char *torn = xasprintf("spool/%s.a1B2c3", b.name);
	tempdir_put(dir, torn, "half");
	free(torn);
	tempdir_put(dir, "spool/1767889800000-zz", "");
	tempdir_put(dir,
		    "spool/1767889800000-"
		    "0100000000000000000000000000000000000000000000000000000000000000 ",
		    "");
	spool_close(s);
	s = reopen(dir, 1 << 20);
	struct spool_info info;
	spool_info(s, &info);
	assert_int_equal(info.batches, 1);
	assert_int_equal(tempdir_count(tempdir_path(dir, "spool")), 4);
	spool_tidy(s);
	assert_int_equal(tempdir_count(tempdir_path(dir, "spool")), 1);
	assert_int_equal(spool_next(s, NULL, &b), 1);
	spool_close(s);
	tempdir_free(dir);
}

static void cannot_open(void **state)
{
	char *dir = tempdir_new();
	(void)state;
	assert_null(spool_open(tempdir_path(dir, "no/such"), 1 << 20, err, sizeof(err)));
	assert_non_null(strstr(err, "no/such"));
	tempdir_put(dir, "spool", "a file");
	assert_null(spool_open(tempdir_path(dir, "spool"), 1 << 20, err, sizeof(err)));
	tempdir_free(dir);
}

/* A writer is killed over and over; afterwards there is no file that is not whole. */
static void killed_in_flight(void **state)
{
	char *dir = tempdir_new();
	struct spool *s = reopen(dir, 64 << 20);
	struct spool_batch b;
	(void)state;
	spool_close(s);
	for (unsigned int round = 0; round < 20; round++) {
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			struct spool *mine = reopen(dir, 64 << 20);
			for (unsigned int n = 0;; n++)
				put(mine, round << 8 | (n & 0xff), 8192, T0 + 1000 * round + n);
		}
		usleep(3000 + 700 * round);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	s = reopen(dir, 64 << 20);
	spool_tidy(s);
	size_t batches = 0;
	for (*b.name = '\0'; spool_next(s, *b.name ? b.name : NULL, &b); batches++) {
		struct buf content;
		assert_int_equal(spool_read(s, b.name, &content), 0);
		assert_int_equal(content.len, 8192);
		buf_clear(&content);
	}
	assert_true(batches > 0);
	assert_int_equal(tempdir_count(tempdir_path(dir, "spool")), batches);
	spool_close(s);
	tempdir_free(dir);
}

/* A file system of 64 KiB on dir, in a mount namespace of our own. */
static int mount_small(const char *dir)
{
	char map[64];
	uid_t uid = geteuid();
	if (unshare(CLONE_NEWNS | (uid ? CLONE_NEWUSER : 0)) < 0)
		return -1;
	int fd = uid ? open("/proc/self/uid_map", O_WRONLY) : -1;
	int len = snprintf(map, sizeof(map), "0 %u 1", (unsigned int)uid);
	if (uid && (fd < 0 || write(fd, map, (size_t)len) != len))
		return -1;
	if (fd >= 0)
		close(fd);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -1;
	return mount("fanous", dir, "tmpfs", 0, "size=64k,mode=700");
}

/* 0 passed, 77 not possible on this machine. */
static int on_a_full_disk(const char *dir)
{
	if (mount_small(dir) < 0)
		return 77;
	struct spool *s = spool_open(tempdir_path(dir, "spool"), 1 << 20, err, sizeof(err));
	if (!s)
		return 1;
	for (unsigned int n = 0; n < 100; n++)
		if (put(s, n, 4096, T0 + 1000 * n) < 0)
			return 2;
	struct spool_info info;
	spool_info(s, &info);
	if (info.oldest_ms != T0 || info.newest_ms != T0 + 99000 || info.batches < 8)
		return 3;

	/* somebody else takes all the rest: our first, last and most others stay */
	int fd = open(tempdir_path(dir, "hog"), O_WRONLY | O_CREAT, 0600);
	char block[4096] = {0};
	while (write(fd, block, sizeof(block)) > 0)
		;
	close(fd);
	size_t before = info.batches;
	if (put(s, 200, 4096, T0 + 200000) < 0)
		return 4;
	spool_info(s, &info);
	spool_close(s);
	return info.oldest_ms == T0 && info.batches + 2 >= before ? 0 : 5;
}

static void full_disk(void **state)
{
	char *dir = tempdir_new();
	int status;
	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(on_a_full_disk(dir));
	waitpid(child, &status, 0);
	tempdir_free(dir);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_content), cmocka_unit_test(files_are_closed_to_others),
		cmocka_unit_test(dropping),	     cmocka_unit_test(thinning),
		cmocka_unit_test(no_room),	     cmocka_unit_test(torn_files),
		cmocka_unit_test(cannot_open),	     cmocka_unit_test(killed_in_flight),
		cmocka_unit_test(full_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
