/* test_state.c: one owner at a time, one seed for ever, and a wipe that works while the probe runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/state.h"
#include "tests/probe/tempdir.h"

static char err[512];

static void making(void **state)
{
	char *dir = tempdir_new(), *deep = xasprintf("%s/a/b/state", dir);
	struct stat st;
	(void)state;
	assert_int_equal(state_make(deep, err, sizeof(err)), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	chmod(deep, 0755);
	assert_int_equal(state_make(deep, err, sizeof(err)), 0); /* an empty folder is taken */
	stat(deep, &st);
	assert_int_equal(st.st_mode & 0777, 0700);

	/* a folder with other things in it is not: wipe would destroy them */
	tempdir_put(deep, "thesis.odt", "years of work");
	assert_int_equal(state_make(deep, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "--state-dir"));
	tempdir_put(deep, "seed", "but this was ours before");
	assert_int_equal(state_make(deep, err, sizeof(err)), 0);
	free(deep);
	tempdir_free(dir);
}

static void one_seed(void **state)
{
	char *dir = tempdir_new();
	uint8_t a[KEYS_SEED], b[KEYS_SEED];
	struct stat st;
	(void)state;
	assert_int_equal(state_seed(dir, a), 0);
	assert_int_equal(state_seed(dir, b), 0);
	assert_memory_equal(a, b, sizeof(a));
	stat(tempdir_path(dir, "seed"), &st);
	assert_int_equal(st.st_mode & 0777, 0600);
	tempdir_put(dir, "seed", "too short");
	assert_int_equal(state_seed(dir, a), -1); /* a damaged seed is not silently replaced */
	tempdir_free(dir);
}

/* Another process that holds the lock until it is told to end, or killed. */
static pid_t start_holder(const char *dir, void (*on_term)(int))
{
	int ready[2];
	char byte = 0;
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		signal(SIGTERM, on_term);
		byte = state_lock(dir) >= 0 ? 'y' : 'n';
		if (write(ready[1], &byte, 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	assert_int_equal(byte, 'y');
	return child;
}

static void end_holder(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void locking(void **state)
{
	char *dir = tempdir_new();
	(void)state;
	assert_int_equal(state_holder(dir), 0);
	pid_t child = start_holder(dir, SIG_DFL);
	assert_int_equal(state_lock(dir), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(state_holder(dir), child);
	end_holder(child); /* the lock goes with the process, however it ends */
	assert_int_equal(state_holder(dir), 0);
	int lock = state_lock(dir);
	assert_true(lock >= 0);
	assert_false(state_is_wiped(lock));
	unlink(tempdir_path(dir, "lock"));
	assert_true(state_is_wiped(lock));
	close(lock);
	tempdir_free(dir);
}

static void fill(const char *dir, unsigned int files)
{
	uint8_t seed[KEYS_SEED];
	assert_int_equal(state_seed(dir, seed), 0);
	mkdir(tempdir_path(dir, "spool"), 0700);
	for (unsigned int i = 0; i < files; i++) {
		char *path = xasprintf("%s/spool/%u", dir, i);
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fclose(f);
		free(path);
	}
	assert_int_equal(symlink("/etc", tempdir_path(dir, "spool/link")), 0);
}

static void wiping(void **state)
{
	char *dir = tempdir_new();
	struct state_wiped w;
	(void)state;
	fill(dir, 5000);
	int64_t begun = clock_mono_ms();
	assert_int_equal(state_wipe(dir, &w, err, sizeof(err)), 0);
	assert_true(clock_mono_ms() - begun < 1000);
	assert_true(w.had_seed);
	assert_int_equal(w.files, 5002);
	assert_int_equal(w.left, 0);
	assert_int_equal(w.holder, 0);
	assert_int_equal(access(dir, F_OK), -1);
	assert_int_equal(access("/etc/passwd", F_OK), 0);	    /* links are not followed */
	assert_int_equal(state_wipe(dir, &w, err, sizeof(err)), 0); /* nothing is left to do */
	assert_false(w.had_seed);
	assert_int_equal(w.files, 0);
	free(dir);
}

static void wiping_what_is_not_ours(void **state)
{
	char *dir = tempdir_new();
	struct state_wiped w;
	(void)state;
	tempdir_put(dir, "thesis.odt", "years of work");
	assert_int_equal(state_wipe(dir, &w, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "nothing was removed"));
	assert_int_equal(access(tempdir_path(dir, "thesis.odt"), F_OK), 0);
	tempdir_free(dir);
}

static void wiping_under_a_running_probe(void **state)
{
	char *dir = tempdir_new();
	struct state_wiped w;
	(void)state;
	fill(dir, 10);
	pid_t child = start_holder(dir, SIG_DFL);
	assert_int_equal(state_wipe(dir, &w, err, sizeof(err)), 0);
	assert_int_equal(w.holder, child);
	assert_true(w.holder_gone);
	assert_int_equal(access(dir, F_OK), -1);
	end_holder(child);
	free(dir);
}

/* A probe that does not listen: the files are gone all the same, and not after minutes. */
static void wiping_under_a_deaf_probe(void **state)
{
	char *dir = tempdir_new();
	struct state_wiped w;
	(void)state;
	fill(dir, 10);
	pid_t child = start_holder(dir, SIG_IGN);
	int64_t begun = clock_mono_ms();
	assert_int_equal(state_wipe(dir, &w, err, sizeof(err)), 0);
	assert_true(clock_mono_ms() - begun < 1000);
	assert_int_equal(w.holder, child);
	assert_false(w.holder_gone);
	assert_int_equal(access(dir, F_OK), -1);
	end_holder(child);
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(making),
		cmocka_unit_test(one_seed),
		cmocka_unit_test(locking),
		cmocka_unit_test(wiping),
		cmocka_unit_test(wiping_what_is_not_ours),
		cmocka_unit_test(wiping_under_a_running_probe),
		cmocka_unit_test(wiping_under_a_deaf_probe),
	};
	return keys_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
