/* test_options.c: the option table, its sample file and manual, the command line, init. */
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

#include "collector/options.h"
#include "collector/params.h"
#include "collector/verbs.h"
#include "common/keys.h"
#include "tests/collector/scratch.h"

#define ARGS_MAX 16

/* Reads a command line given as words separated by spaces. */
static int read_line(struct options *o, const char *line, char *err, size_t errlen)
{
	char *argv[ARGS_MAX] = {"collector"}, *copy = xstrdup(line), *rest = copy, *word;
	int argc = 1;
	while ((word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;
	argv[argc] = NULL;
	int rc = options_read(o, argc, argv, err, errlen);
	free(copy);
	return rc;
}

static void refuse(const char *line, int code, const char *why)
{
	struct options o;
	char err[512] = "";
	int rc = read_line(&o, line, err, sizeof(err));
	if (rc != code || !strstr(err, why))
		fail_msg("%s: %d, %s", line, rc, err);
	assert_null(o.conf);
}

/* The sample has every option, commented, with its default; and nothing else. */
static void test_sample(void **state)
{
	struct buf text;
	char err[512];
	(void)state;
	struct conf *c = conf_new(options_table, "COLLECTOR_");
	assert_int_equal(conf_load_file(c, "configs/collector.conf", err, sizeof(err)), 0);
	assert_int_equal(buf_read_file(&text, "configs/collector.conf", 65536), 0);
	for (const struct conf_option *o = options_table; o->section; o++) {
		char line[512], section[64];
		snprintf(section, sizeof(section), "[%s]\n", o->section);
		assert_non_null(strstr(text.data, section));
		snprintf(line, sizeof(line), "\n%s = %s\n", o->key, o->fallback ? o->fallback : "");
		char *unset = xasprintf("\n;%s = ", o->key);
		if (o->fallback ? !strstr(text.data, line)
				: !strstr(text.data, unset) && !conf_is_set(c, o->section, o->key))
			fail_msg("configs/collector.conf lacks %s", o->key);
		free(unset);
	}
	buf_clear(&text);
	conf_free(c);
}

static void test_manual(void **state)
{
	struct buf text;
	(void)state;
	assert_int_equal(buf_read_file(&text, "collector/collector.8", 65536), 0);
	for (const struct conf_option *o = options_table; o->section; o++)
		if (!strstr(text.data, o->key))
			fail_msg("collector.8 lacks %s", o->key);
	assert_non_null(strstr(text.data, ".Sh STANDARDS"));
	buf_clear(&text);
}

static void test_command_line(void **state)
{
	struct options o;
	char err[512];
	(void)state;
	assert_int_equal(read_line(&o, "serve --listen 127.0.0.1:1 --country=IR --step-s 600", err,
				   sizeof(err)),
			 0);
	assert_int_equal(o.verb, VERB_SERVE);
	assert_string_equal(conf_str(o.conf, "collector", "listen"), "127.0.0.1:1");
	assert_string_equal(conf_str(o.conf, "collector", "country"), "IR");
	assert_int_equal(conf_int(o.conf, "publish", "step_s"), 600);
	assert_int_equal(conf_int(o.conf, "limits", "max_connections"), 10000);
	options_clear(&o);
	assert_int_equal(read_line(&o, "serve --help", err, sizeof(err)), 0);
	assert_int_equal(o.verb, VERB_HELP);
	assert_int_equal(read_line(&o, "--version", err, sizeof(err)), 0);
	assert_int_equal(o.verb, VERB_VERSION);
	refuse("", 2, "init, serve, rebuild or export");
	refuse("sevre", 2, "nearest is 'serve'");
	refuse("serve --lisen 1:2", 2, "nearest is --listen");
	refuse("serve --listen", 2, "needs a value");
	refuse("serve listen", 2, "listen");
	refuse("serve --min-probes 0", 2, "from 1 to 1000");
	refuse("serve --store oracle", 2, "sqlite");
	refuse("serve -c /nonexistent/x.conf", 78, "/nonexistent/x.conf");
	refuse("serve --bucket-s 60 --step-s 90", 78, "multiple of bucket_s");
	refuse("serve --bucket-s 7 --step-s 7", 78, "divide a day");
}

/* Beside the settings, what the API's parameters are called. */
static void test_export(void **state)
{
	struct options o;
	char err[512];
	(void)state;
	assert_int_equal(read_line(&o,
				   "export --what cells --from=-7d --region IR-23 --region IR-07 "
				   "--country IR",
				   err, sizeof(err)),
			 0);
	assert_int_equal(o.verb, VERB_EXPORT);
	assert_string_equal(conf_str(o.conf, "collector", "country"), "IR");
	assert_int_equal(o.n_words, 4);
	assert_string_equal(options_word(&o, "what"), "cells");
	assert_string_equal(options_word(&o, "from"), "-7d");
	assert_string_equal(o.words[3].name, "region");
	assert_string_equal(o.words[3].value, "IR-07");
	assert_int_equal(o.words[3].param, PARAM_REGION);
	assert_null(options_word(&o, "until"));
	options_clear(&o);
	refuse("export --what cells --what events", 2, "given twice");
	refuse("export --fron -1d", 2, "nearest is --from");
	refuse("export --countri IR", 2, "nearest is --country");
	refuse("export --limit 5", 2, "--limit");
	refuse("serve --from -1d", 2, "--from");
}

/* What can't be exported, and what can instead; the data folder is not even looked for. */
static void test_export_refused(void **state)
{
	static const struct {
		const char *line;
		int code;
	} table[] = {
		{"export", 2},
		{"export --what results", 2},
		{"export --what cell", 2},
		{"export --what events --step 3600", 2},
		{"export --what cells --by isp", 2},
		{"export --what cells --format json", 2},
		{"export --what cells folder", 2},
		{"export --what cells --month 2026-01", 2},
		{"export --what package --month 2026-01", 2},
		{"export --what package --month January folder", 2},
		{"export --what package --month 2026-01 --by isp folder", 2},
		{"export --what cells", 78},
		{"export --what cells --country IR --countries-dir configs/countries "
		 "--data-dir /nonexistent",
		 1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct options o;
		char err[512];
		assert_int_equal(read_line(&o, table[i].line, err, sizeof(err)), 0);
		if (verb_export(&o) != table[i].code)
			fail_msg("%s", table[i].line);
		options_clear(&o);
	}
}

static void test_file(void **state)
{
	char *dir = scratch_new(), *line, err[512];
	struct options o;
	const char *text = "[publish]\nmin_probe = 3\n";
	(void)state;
	scratch_write(dir, "bad.conf", text, strlen(text));
	line = xasprintf("serve -c %s/bad.conf", dir);
	refuse(line, 78, "bad.conf:2: unknown key 'min_probe'");
	refuse(line, 78, "min_probes");
	free(line);
	text = "[collector]\ndata_dir = data\n[publish]\nmin_probes = 7\n";
	scratch_write(dir, "good.conf", text, strlen(text));
	line = xasprintf("serve --config=%s/good.conf", dir);
	assert_int_equal(setenv("COLLECTOR_MIN_PROBES", "8", 1), 0);
	assert_int_equal(read_line(&o, line, err, sizeof(err)), 0);
	assert_int_equal(conf_int(o.conf, "publish", "min_probes"), 8);
	unsetenv("COLLECTOR_MIN_PROBES");
	char *path = options_data_path(o.conf, DATA_BOX_KEY),
	     *expected = xasprintf("%s/data/box.key", dir);
	assert_string_equal(path, expected);
	options_clear(&o);
	free(path);
	free(expected);
	free(line);
	scratch_remove(dir);
}

static void test_help(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, 65536);
	options_help(&out);
	assert_non_null(strstr(out.data, "rebuild"));
	for (const struct conf_option *o = options_table; o->section; o++)
		assert_non_null(strstr(out.data, o->flag));
	buf_clear(&out);
}

/* What init wrote to standard output. */
static void run_init(const char *data_dir, int rc, char *out, size_t outlen)
{
	char *line = xasprintf("init --data-dir %s", data_dir), err[512];
	struct options o;
	int pipes[2], saved = dup(STDOUT_FILENO);
	assert_int_equal(read_line(&o, line, err, sizeof(err)), 0);
	assert_int_equal(pipe(pipes), 0);
	fflush(stdout);
	dup2(pipes[1], STDOUT_FILENO);
	assert_int_equal(verb_init(o.conf), rc);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(pipes[1]);
	ssize_t n = read(pipes[0], out, outlen - 1);
	out[n > 0 ? n : 0] = '\0';
	close(pipes[0]);
	close(saved);
	options_clear(&o);
	free(line);
}

static void test_init(void **state)
{
	char *dir = scratch_new(), *data = scratch_path(dir, "a/b"), first[128], again[128];
	char *key = scratch_path(dir, "a/b/box.key"), *archive = scratch_path(dir, "a/b/archive");
	uint8_t pk[KEYS_BOX_PK];
	struct stat st;
	(void)state;
	assert_int_equal(keys_init(), 0);
	run_init(data, 0, first, sizeof(first));
	assert_int_equal(strlen(first), KEYS_TEXT_LEN);
	assert_int_equal(first[KEYS_TEXT_LEN - 1], '\n');
	first[KEYS_TEXT_LEN - 1] = '\0';
	assert_int_equal(keys_parse(pk, first), 0);
	assert_int_equal(stat(data, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(archive, &st), 0);
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	run_init(data, 0, again, sizeof(again));
	assert_int_equal(strncmp(first, again, KEYS_TEXT_LEN - 1), 0);
	/* A damaged key is left alone, and nothing is printed. */
	assert_int_equal(truncate(key, 5), 0);
	run_init(data, 1, again, sizeof(again));
	assert_string_equal(again, "");
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_size, 5);
	free(data);
	free(key);
	free(archive);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),	     cmocka_unit_test(test_manual),
		cmocka_unit_test(test_command_line), cmocka_unit_test(test_file),
		cmocka_unit_test(test_export),	     cmocka_unit_test(test_export_refused),
		cmocka_unit_test(test_help),	     cmocka_unit_test(test_init),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
