/* boxed.c: the fork, the box, and the folder around it. */
#include "tests/probe/boxed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/sandbox.h"
#include "tests/probe/tempdir.h"

static char *dir;

const char *boxed_dir(void)
{
	return dir;
}

int boxed_set_up(void **state)
{
	(void)state;
	dir = tempdir_new();
	mkdir(tempdir_path(dir, "state"), 0700);
	mkdir(tempdir_path(dir, "state/spool"), 0700);
	mkdir(tempdir_path(dir, "net"), 0700);
	tempdir_put(dir, "net/resolv.conf", "nameserver 127.0.0.1\n");
	tempdir_put(dir, "mine", "a diary");
	tempdir_put(dir, "export", "");
	tempdir_put(dir, "ca.pem", "no certificates");
	return 0;
}

int boxed_tear_down(void **state)
{
	(void)state;
	tempdir_free(dir);
	return 0;
}

int boxed_status(int (*what)(void))
{
	char *state = xstrdup(tempdir_path(dir, "state")),
	     *ca = xstrdup(tempdir_path(dir, "ca.pem"));
	char *names = xstrdup(tempdir_path(dir, "net/resolv.conf"));
	char *file = xstrdup(tempdir_path(dir, "export"));
	unsigned int want = sandbox_available();
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct sandbox_config config = {.state_dir = state,
						.write_file = file,
						.ca_file = ca,
						.resolv_conf = names};
		_exit(sandbox_enter(&config) == want ? what() : 99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(state);
	free(ca);
	free(names);
	free(file);
	return status;
}

void boxed_works(int (*what)(void))
{
	int status = boxed_status(what);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("status %x", (unsigned int)status);
}

void boxed_deadly(int (*what)(void))
{
	int status = boxed_status(what);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fail_msg("status %x", (unsigned int)status);
}
