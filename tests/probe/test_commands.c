/* test_commands.c: the commands as a person or a script calls them: what consent allows, what is
 * written, which exit code comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/keys.h"
#include "probe/commands.h"
#include "probe/sandbox.h"
#include "probe/targets.h"
#include "tests/probe/fakecollector.h"
#include "tests/probe/tempdir.h"

#define KEY   "7ZcQ3rWwBvY5f0JX1m4kO2sTnLhDgAiPUeRq6yV8dEQ" /* any 32 bytes */
#define PLACE "--country IR --region IR-23 --collector http://127.0.0.1:1/ --key " KEY " "

static char *dir;

static int set_up(void **state)
{
	(void)state;
	dir = tempdir_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tempdir_free(dir);
	return 0;
}

/* A command with its arguments, on the state and the configuration of this test. */
static int call(int (*command)(const struct options *o), const char *arguments)
{
	char *text = xasprintf("-c %s/conf/probe.conf --state-dir %s/state --sandbox no "
			       "--countries-dir configs/countries %s",
			       dir, dir, arguments);
	char *argv[64], *rest = text, *word, err[512];
	int argc = 0;
	while ((word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;
	struct options o;
	assert_int_equal(options_parse(&o, argc, argv, ~0U, err, sizeof(err)), 0);
	if (options_load(&o, true, err, sizeof(err)) < 0)
		fail_msg("%s", err);
	int code = command(&o);
	options_free(&o);
	free(text);
	return code;
}

static bool exists(const char *name)
{
	return access(tempdir_path(dir, name), F_OK) == 0;
}

static void nothing_without_consent(void **state)
{
	(void)state;
	assert_int_equal(call(cmd_init, PLACE), EXIT_NO_CONSENT);
	assert_int_equal(tempdir_count(dir), 0);
	assert_int_equal(call(cmd_run, PLACE "--once"), EXIT_NO_CONSENT);
	assert_int_equal(call(cmd_upload, PLACE), EXIT_NO_CONSENT);
	assert_int_equal(call(cmd_status, PLACE), EXIT_DONE);
	assert_int_equal(call(cmd_queue, PLACE), EXIT_DONE);
	assert_int_equal(tempdir_count(dir), 0); /* looking makes nothing */
}

static void init_needs(void **state)
{
	(void)state;
	assert_int_equal(call(cmd_init, "--yes"), EXIT_USAGE_ERROR);
	assert_int_equal(call(cmd_init, "--yes --country IR --collector http://a --key " KEY),
			 EXIT_USAGE_ERROR);
	assert_int_equal(call(cmd_init, "--yes " PLACE "--region IR-77"), EXIT_USAGE_ERROR);
	assert_int_equal(call(cmd_init, "--yes --country IR --region IR-23 --collector http://a"),
			 EXIT_USAGE_ERROR);
	assert_int_equal(call(cmd_init, "--yes " PLACE "--key short"), EXIT_USAGE_ERROR);
	assert_int_equal(call(cmd_init, "--yes " PLACE "--isp Irancell"), EXIT_USAGE_ERROR);
	assert_int_equal(call(cmd_init, "--yes " PLACE "--proxy http://p:1"), EXIT_USAGE_ERROR);
	assert_int_equal(tempdir_count(dir), 0);
}

/* A control needs no province, and its list has the hosts inside. */
static void init_control(void **state)
{
	struct buf text;
	struct options o;
	struct targets own, more;
	char err[512], *argv[] = {"--countries-dir", "configs/countries",
				  "--country",	     "IR",
				  "--watch",	     "IR",
				  "--level",	     "0"};
	(void)state;
	assert_int_equal(call(cmd_init, "--yes --country DE --watch IR --access datacentre "
					"--collector http://127.0.0.1:1/ --key " KEY),
			 EXIT_DONE);
	assert_int_equal(buf_read_file(&text, tempdir_path(dir, "conf/probe.conf"), 4096), 0);
	assert_non_null(strstr(text.data, "country = DE\n"));
	assert_non_null(strstr(text.data, "watch = IR\n"));
	buf_clear(&text);
	assert_int_equal(call(cmd_status, ""), EXIT_DONE);

	assert_int_equal(options_parse(&o, 8, argv, ~0U, err, sizeof(err)), 0);
	assert_int_equal(command_targets(&own, &o, err, sizeof(err)), 0);
	options_free(&o);
	argv[3] = "DE";
	assert_int_equal(options_parse(&o, 8, argv, ~0U, err, sizeof(err)), 0);
	assert_int_equal(command_targets(&more, &o, err, sizeof(err)), 0);
	options_free(&o);
	assert_true(more.n > own.n);
	for (size_t i = 0; i < more.n; i++) {
		assert_int_equal(more.list[i].level, 0);
		assert_int_equal(more.list[i].class == CLASS_OTHER, i >= own.n);
	}
	targets_clear(&own);
	targets_clear(&more);
}

static void init_twice(void **state)
{
	struct buf before, after;
	(void)state;
	char *folder = xstrdup(tempdir_path(dir, "conf"));
	assert_int_equal(mkdir(folder, 0700), 0);
	free(folder);
	tempdir_put(dir, "conf/probe.conf", "# mine\n[schedule]\ninterval_s = 77\n");
	assert_int_equal(call(cmd_init, PLACE "--yes"), EXIT_DONE);
	assert_int_equal(buf_read_file(&before, tempdir_path(dir, "state/seed"), 64), 0);
	assert_int_equal(call(cmd_init, PLACE "--region IR-10"),
			 EXIT_DONE); /* the yes is recorded */
	assert_int_equal(buf_read_file(&after, tempdir_path(dir, "state/seed"), 64), 0);
	assert_memory_equal(before.data, after.data, 32);
	buf_clear(&before);
	buf_clear(&after);
	assert_int_equal(buf_read_file(&after, tempdir_path(dir, "conf/probe.conf"), 4096), 0);
	assert_non_null(strstr(after.data, "# mine\n"));
	assert_non_null(strstr(after.data, "interval_s = 77\n"));
	assert_non_null(strstr(after.data, "region = IR-10\n"));
	assert_null(strstr(after.data, "IR-23"));
	buf_clear(&after);
}

/* A collector in another process. */
struct other {
	pid_t pid;
	int pipe; /* its port, and in the end the number of requests */
	uint16_t port;
};

static void on_term(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(arg);
}

static int be_collector(const enum fake_answer *script, int out)
{
	struct event_base *base = event_base_new();
	struct event *term = evsignal_new(base, SIGTERM, on_term, base);
	struct fake *f = fake_new(base, script, NULL);
	uint16_t port = fake_port(f);
	event_add(term, NULL);
	if (write(out, &port, sizeof(port)) != sizeof(port))
		return 1;
	event_base_dispatch(base);
	size_t requests = fake_requests(f);
	return write(out, &requests, sizeof(requests)) != sizeof(requests);
}

static struct other start_collector(const enum fake_answer *script)
{
	struct other o;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	o.pid = fork();
	assert_true(o.pid >= 0);
	if (o.pid == 0)
		_exit(be_collector(script, ends[1]));
	close(ends[1]);
	o.pipe = ends[0];
	assert_int_equal(read(o.pipe, &o.port, sizeof(o.port)), sizeof(o.port));
	return o;
}

/* Number of batches that were sent to it. */
static size_t stop_collector(const struct other *o)
{
	size_t requests;
	kill(o->pid, SIGTERM);
	assert_int_equal(read(o->pipe, &requests, sizeof(requests)), sizeof(requests));
	waitpid(o->pid, NULL, 0);
	close(o->pipe);
	return requests;
}

static int init_for(const struct other *o, const char *answer)
{
	char *args = xasprintf("--country IR --region IR-23 --collector http://127.0.0.1:%u/ "
			       "--key " KEY " %s",
			       o->port, answer);
	int code = call(cmd_init, args);
	free(args);
	return code;
}

/* `run --once` over one target that is there: the collector's own port. */
static int run_once(const struct other *o, const char *more)
{
	char *list = xasprintf("url,class,level,notes\ntcp://127.0.0.1:%u,open,0,\n", o->port);
	tempdir_put(dir, "targets.csv", list);
	char *args = xasprintf("--once --targets %s/targets.csv %s", dir, more);
	int code = call(cmd_run, args);
	free(args);
	free(list);
	return code;
}

static void measuring(void **state)
{
	static const enum fake_answer script[] = {FAKE_PORTAL, FAKE_END};
	struct other o = start_collector(script);
	(void)state;
	assert_int_equal(init_for(&o, "--yes"), EXIT_DONE);
	assert_int_equal(run_once(&o, "--no-upload"), EXIT_DONE);
	assert_int_equal(tempdir_count(tempdir_path(dir, "state/spool")), 1);
	/* an answer that is no receipt: measured, but only queued (or, without a network, 4) */
	int code = run_once(&o, "");
	assert_true(code == EXIT_QUEUED || code == EXIT_NO_NETWORK);
	assert_int_equal(tempdir_count(tempdir_path(dir, "state/spool")), 2);
	assert_int_equal(call(cmd_upload, ""), EXIT_UNREACHABLE);
	assert_int_equal(tempdir_count(tempdir_path(dir, "state/spool")), 2);
	assert_int_equal(stop_collector(&o), 2);
}

static void measure_only(void **state)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_END};
	struct other o = start_collector(script);
	(void)state;
	assert_int_equal(init_for(&o, "--measure-only"), EXIT_DONE);
	assert_int_equal(run_once(&o, ""), EXIT_DONE);
	assert_int_equal(tempdir_count(tempdir_path(dir, "state/spool")), 1);
	assert_int_equal(call(cmd_upload, ""), EXIT_NO_CONSENT);
	assert_int_equal(stop_collector(&o), 0);
}

static void mistakes_in_settings(void **state)
{
	(void)state;
	assert_int_equal(call(cmd_init, PLACE "--yes"), EXIT_DONE);
	assert_int_equal(call(cmd_run, "--once --region IR-77"), EXIT_CONFIG);
	assert_int_equal(call(cmd_run, "--once --key no"), EXIT_CONFIG);
	assert_int_equal(call(cmd_run, "--once --collector nowhere"), EXIT_CONFIG);
	assert_int_equal(call(cmd_run, "--once --resolver 9.9.9.9"), EXIT_CONFIG);
	assert_int_equal(call(cmd_run, "--once --targets /no/such/file"), EXIT_CONFIG);
	assert_int_equal(call(cmd_upload, "--collector nowhere"), EXIT_CONFIG);
	assert_false(exists("state/lock"));
}

static void wiping(void **state)
{
	(void)state;
	assert_int_equal(call(cmd_wipe, ""), EXIT_USAGE_ERROR);
	assert_int_equal(call(cmd_init, PLACE "--yes"), EXIT_DONE);
	assert_int_equal(call(cmd_wipe, ""), EXIT_USAGE_ERROR);
	assert_true(exists("state/seed"));
	assert_int_equal(call(cmd_wipe, "--yes"), EXIT_DONE);
	assert_false(exists("state"));
	assert_true(exists("conf/probe.conf"));
	assert_int_equal(call(cmd_wipe, "--yes"), EXIT_DONE);
	assert_int_equal(call(cmd_run, "--once"), EXIT_NO_CONSENT);
}

/* Whether a process that has done so can still listen (sandbox.h), which the others need to. */
static bool can_listen_after(int (*doing)(const struct other *o), const struct other *o)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		if (doing(o) != EXIT_DONE)
			_exit(2);
		_exit(listen(socket(AF_INET, SOCK_STREAM, 0), 1) == 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_in_range(WEXITSTATUS(status), 0, 1);
	return WEXITSTATUS(status);
}

static int run_boxed(const struct other *o)
{
	return run_once(o, "--no-upload --sandbox yes");
}

static int run_free(const struct other *o)
{
	return run_once(o, "--no-upload");
}

static int check_boxed(const struct other *o)
{
	char *args = xasprintf("--sandbox yes tcp://127.0.0.1:%u", o->port);
	int code = call(cmd_check, args);
	free(args);
	return code;
}

static void closes_itself_in(void **state)
{
	const struct other o = {.port = 1}; /* nobody is there, and nobody need be */
	(void)state;
	if (!(sandbox_available() & SANDBOX_CALLS))
		skip();
	assert_int_equal(init_for(&o, "--yes"), EXIT_DONE);
	assert_false(can_listen_after(run_boxed, &o));
	assert_false(can_listen_after(check_boxed, &o));
	assert_true(can_listen_after(run_free, &o));
	assert_int_equal(tempdir_count(tempdir_path(dir, "state/spool")), 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_without_consent),
		TEST(init_needs),
		TEST(init_control),
		TEST(init_twice),
		TEST(measuring),
		TEST(measure_only),
		TEST(closes_itself_in),
		TEST(mistakes_in_settings),
		TEST(wiping),
	};
	/* nobody can be asked */
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || keys_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
