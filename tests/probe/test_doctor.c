/* test_doctor.c: each thing that the doctor looks at, sound and broken, and what comes of it. The
 * command runs in a process of its own, as a script would call it, and its JSON is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/keys.h"
#include "probe/commands.h"
#include "probe/consent.h"
#include "probe/doctor.h"
#include "probe/sandbox.h"
#include "probe/spool.h"
#include "probe/state.h"
#include "tests/probe/elsewhere.h"
#include "tests/probe/tempdir.h"

#define KEY "7ZcQ3rWwBvY5f0JX1m4kO2sTnLhDgAiPUeRq6yV8dEQ" /* any 32 bytes */

static char *dir;
static struct elsewhere world;
static json_t *answer; /* of the last call */

static int set_up(void **state)
{
	(void)state;
	dir = tempdir_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	json_decref(answer);
	answer = NULL;
	tempdir_free(dir);
	return 0;
}

/* --- calling --- */

static int call(int (*command)(const struct options *o), const char *arguments)
{
	char *text = xasprintf("-c %s/probe.conf --state-dir %s/state "
			       "--countries-dir configs/countries --resolver udp://127.0.0.1:%u %s",
			       dir, dir, world.dns ? world.dns : 1, arguments);
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

/* Standard output of `probe doctor`, and its exit code. */
static int capture(const char *arguments, struct buf *out)
{
	const char *file = tempdir_path(dir, "out");
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		if (!freopen(file, "w", stdout))
			_exit(98);
		status = call(cmd_doctor, arguments);
		fflush(stdout);
		_exit(status);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(buf_read_file(out, tempdir_path(dir, "out"), 65536), 0);
	unlink(tempdir_path(dir, "out"));
	return WEXITSTATUS(status);
}

static void doctor(const char *arguments)
{
	struct buf out;
	char *all = xasprintf("--json %s", arguments);
	int code = capture(all, &out);
	json_decref(answer);
	answer = json_loads(out.data, 0, NULL);
	assert_non_null(answer);
	bool problem = json_integer_value(json_object_get(answer, "problems")) > 0;
	assert_int_equal(code, problem ? EXIT_INTERNAL : EXIT_DONE);
	buf_clear(&out);
	free(all);
}

/* The nth line about something, or NULL. */
static json_t *line(const char *check, size_t n)
{
	size_t i;
	json_t *each;
	json_array_foreach(
		json_object_get(answer, "checks"), i,
		each) if (!strcmp(json_string_value(json_object_get(each, "check")), check) &&
			  n-- == 0) return each;
	return NULL;
}

static void says_nth(const char *check, size_t n, const char *grade, const char *text)
{
	json_t *one = line(check, n);
	if (!one)
		fail_msg("nothing about %s", check);
	const char *got = json_string_value(json_object_get(one, "text"));
	assert_string_equal(json_string_value(json_object_get(one, "grade")), grade);
	if (!strstr(got, text))
		fail_msg("want '%s' in '%s'", text, got);
}

static void says(const char *check, const char *grade, const char *text)
{
	says_nth(check, 0, grade, text);
}

static void init(const char *url, const char *consent)
{
	char *args = xasprintf("--country IR --region IR-23 --key " KEY " --collector %s %s", url,
			       consent);
	assert_int_equal(call(cmd_init, args), EXIT_DONE);
	free(args);
}

/* --- tests --- */

static void before_init(void **state)
{
	(void)state;
	doctor("");
	says("configuration", "warning", "is not there");
	says("place", "problem", "country");
	says("consent", "problem", "nobody has agreed");
	says("key", "problem", "missing");
	says("seed", "problem", "No such file");
	says("collector", "warning", "none is set");
	assert_null(line("targets", 0));
	assert_int_equal(tempdir_count(dir), 0); /* looking makes nothing */
}

static void sound(void **state)
{
	(void)state;
	elsewhere_begin(&world);
	char *url = xasprintf("http://127.0.0.1:%u/", world.collector);
	init(url, "--yes");
	doctor("");
	says("configuration", "ok", "private");
	says("place", "ok", "IR-23");
	says("consent", "ok", "yes, on 20");
	says("key", "ok", "well-formed");
	says("targets", "ok", " domestic");
	says("budget", "ok", "5 MB a day");
	says("fingerprints", "ok", "known block pages");
	says("seed", "ok", "private");
	says("spool", "ok", "0 waiting; 0.0 of 64 MiB");
	says("probe", "ok", "is not running");
	says("resolver", "ok", "not asked");
	says("collector", "ok", "lets us in");
	assert_non_null(line("clock", 0));
	assert_non_null(line("link", 0));
	struct elsewhere_seen seen = elsewhere_end(&world);
	assert_int_equal(seen.requests, 0);
	assert_int_equal(seen.queries, 0);
	assert_false(access(tempdir_path(dir, "state/spool"), F_OK) == 0);
	free(url);
}

/* The collector behind a proxy, by a name that the name server denies. */
static void by_name_and_proxy(void **state)
{
	(void)state;
	elsewhere_begin(&world);
	init("http://localhost:1/", "--yes");
	char *args = xasprintf("--proxy socks5h://me:secret@127.0.0.1:%u", world.collector);
	doctor(args);
	says("resolver", "ok", "answers");
	says_nth("collector", 1, "ok", "localhost:1 through 127.0.0.1:");
	assert_null(
		strstr(json_string_value(json_object_get(line("collector", 1), "text")), "secret"));
	struct elsewhere_seen seen = elsewhere_end(&world);
	assert_int_equal(seen.requests, 0);
	assert_true(seen.queries >= 2);
	free(args);
}

static void dead_ends(void **state)
{
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	doctor("");
	says("collector", "problem", "127.0.0.1:1: Couldn't connect");
	doctor("--collector http://localhost:1/");
	says("resolver", "problem", "udp://127.0.0.1:1: ");
	elsewhere_begin(&world);
	char *args = xasprintf("--collector http://127.0.0.1:%u --collector http://127.0.0.1:1",
			       world.collector);
	doctor(args);
	says_nth("collector", 0, "ok", "lets us in");
	says_nth("collector", 1, "warning", "Couldn't connect"); /* one way is enough */
	doctor("--collector nowhere");
	says("network", "problem", "nowhere");
	elsewhere_end(&world);
	free(args);
}

static void nothing_goes_out_without_consent(void **state)
{
	(void)state;
	elsewhere_begin(&world);
	char *url = xasprintf("http://127.0.0.1:%u/", world.collector);
	init(url, "--measure-only");
	doctor("");
	says("consent", "ok", "measuring alone");
	says("collector", "ok", "not gone to");
	char *named = xasprintf("--collector http://localhost:%u/", world.collector);
	doctor(named);
	says("resolver", "ok", "not asked");
	char *place = xstrdup(tempdir_path(dir, "state"));
	assert_int_equal(consent_save(place, CONSENT_NO, clock_wall_ms()), 0);
	doctor("");
	says("consent", "problem", "you said no");
	says("collector", "ok", "not gone to");
	struct elsewhere_seen seen = elsewhere_end(&world);
	assert_int_equal(seen.requests + seen.queries, 0);
	free(place);
	free(named);
	free(url);
}

static void settings(void **state)
{
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	assert_int_equal(chmod(tempdir_path(dir, "probe.conf"), 0644), 0);
	doctor("--key short --region IR-77 --sandbox no");
	says("configuration", "warning", "others on this device may read");
	says("place", "problem", "IR-77");
	says("key", "problem", "not a collector's key");
	says("sandbox", "warning", "switched off");
	assert_int_equal(chmod(tempdir_path(dir, "probe.conf"), 0622), 0);
	doctor("");
	says("configuration", "problem", "others may write");
	char text[SANDBOX_TEXT];
	unsigned int has = sandbox_available();
	says("sandbox", has == SANDBOX_ALL ? "ok" : "warning",
	     has == SANDBOX_ALL ? sandbox_str(text, has) : "no way to close in");
}

static void lists(void **state)
{
	struct buf list;
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	buf_init(&list, 65536);
	buf_puts(&list, "url,class,level,notes\n");
	for (int i = 0; i < 100; i++)
		buf_printf(&list, "https://host%d.example/,open,1,\n", i);
	tempdir_put(dir, "list.csv", list.data);
	tempdir_put(dir, "bad.csv",
		    "url,class,level,notes\nhttps://a.example/,open,1,\nnonsense\n");
	char *args = xasprintf("--targets %s/list.csv --budget-mb-per-day 1", dir);
	doctor(args);
	says("targets", "ok", "100 of level 1 or less: 100 open");
	says("budget", "warning", "less than one whole cycle");
	free(args);
	args = xasprintf("--targets %s/list.csv --level 0", dir);
	doctor(args);
	says("targets", "problem", "none of level 0");
	free(args);
	args = xasprintf("--targets %s/bad.csv --fingerprints %s/none.csv", dir, dir);
	doctor(args);
	says("targets", "problem", "bad.csv");
	says("fingerprints", "problem", "none.csv");
	free(args);
	doctor("--budget-mb-per-day 0");
	says("budget", "ok", "no limit");
	buf_clear(&list);
}

static void seed(void **state)
{
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	assert_int_equal(chmod(tempdir_path(dir, "state/seed"), 0640), 0);
	doctor("");
	says("seed", "problem", "others on this device may read");
	assert_int_equal(truncate(tempdir_path(dir, "state/seed"), 31), 0);
	doctor("");
	says("seed", "problem", "31 bytes");
}

static void spool(void **state)
{
	static const uint8_t id[BATCH_ID] = {1};
	char err[512], *place, *bytes = xcalloc(1, 1000000);
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	place = xstrdup(tempdir_path(dir, "state/spool"));
	struct spool *s = spool_open(place, 64 << 20, err, sizeof(err));
	assert_int_equal(spool_put(s, id, bytes, 1000000, 1767889800000), 0);
	spool_close(s);
	doctor("");
	says("spool", "ok", "1 waiting, the oldest of 2026-01-08T16:30:00Z; 1.0 of 64 MiB");
	doctor("--spool-cap-mb 1");
	says("spool", "warning", "thins out");
	free(place);
	free(bytes);
}

static void beside_a_probe(void **state)
{
	char text[64];
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	int lock = state_lock(tempdir_path(dir, "state"));
	assert_true(lock >= 0);
	doctor("");
	snprintf(text, sizeof(text), "measures now (process %d)", (int)getpid());
	says("probe", "ok", text);
	close(lock);
}

static void authorities(void **state)
{
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	doctor("");
	says("authorities", "problem", "No such file");
	tempdir_put(dir, "ca.pem", "-----BEGIN NOTHING-----\n");
	setenv("SSL_CERT_FILE", tempdir_path(dir, "ca.pem"), 1);
	doctor("");
	says("authorities", "problem", "no certificate");
	unsetenv("SSL_CERT_FILE");
	doctor("");
	says("authorities", "ok", " certificates in ");
}

static void lines_for_a_person(void **state)
{
	struct buf out;
	(void)state;
	world = (struct elsewhere){0};
	init("http://127.0.0.1:1/", "--yes");
	assert_int_equal(capture("", &out), EXIT_INTERNAL);
	assert_non_null(strstr(out.data, "+ consent        yes, on "));
	assert_non_null(strstr(out.data, "x collector      127.0.0.1:1: Couldn't connect"));
	assert_non_null(strstr(out.data, "\n    results wait in the spool"));
	assert_non_null(strstr(out.data, " problem"));
	assert_null(strchr(out.data, '\033'));
	buf_clear(&out);
}

static int end_with(enum doctor_grade worst)
{
	struct doctor d;
	struct options o = {.conf = conf_new(options_table, "PROBE_")};
	doctor_begin(&d, &o);
	for (int grade = 0; grade <= (int)worst; grade++)
		doctor_say(&d, (enum doctor_grade)grade, "thing", "do something", "it is so");
	int code = doctor_end(&d);
	options_free(&o);
	return code;
}

static void exit_codes(void **state)
{
	(void)state;
	assert_int_equal(end_with(DOCTOR_OK), EXIT_DONE);
	assert_int_equal(end_with(DOCTOR_WARNING), EXIT_DONE);
	assert_int_equal(end_with(DOCTOR_PROBLEM), EXIT_INTERNAL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(before_init),
		TEST(sound),
		TEST(by_name_and_proxy),
		TEST(dead_ends),
		TEST(nothing_goes_out_without_consent),
		TEST(settings),
		TEST(lists),
		TEST(seed),
		TEST(spool),
		TEST(beside_a_probe),
		TEST(authorities),
		TEST(lines_for_a_person),
		TEST(exit_codes),
	};
	int null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || keys_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
