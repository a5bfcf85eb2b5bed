/* test_options.c: flags, switches and words; the paths that follow from settings; and the sample
 * file, held together with the table. */
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

#include "probe/options.h"
#include "tests/probe/tempdir.h"

#define SAMPLE	   "configs/probe.conf"
#define SWITCH_ALL 0xffffU

static char err[512];

/* Arguments separated by blanks. */
static int parse(struct options *o, unsigned int allowed, const char *text)
{
	static char copy[512];
	char *argv[32], *rest = copy, *word;
	int argc = 0;
	snprintf(copy, sizeof(copy), "%s", text);
	while ((word = strsep(&rest, " ")))
		if (*word)
			argv[argc++] = word;
	return options_parse(o, argc, argv, allowed, err, sizeof(err));
}

static void refuses(unsigned int allowed, const char *text, const char *want)
{
	struct options o;
	assert_int_equal(parse(&o, allowed, text), -1);
	if (!strstr(err, want))
		fail_msg("want '%s' in '%s'", want, err);
	options_free(&o);
}

static void arguments(void **state)
{
	struct options o;
	(void)state;
	assert_int_equal(
		parse(&o, SWITCH_ALL,
		      "--json a -c x.conf --interval-s=60 --collector http://a/ --collector "
		      "http://b/ b -- --yes"),
		0);
	assert_int_equal(o.switches, SWITCH_JSON);
	assert_int_equal(o.n_words, 3);
	assert_string_equal(o.words[1], "b");
	assert_string_equal(o.words[2], "--yes");
	assert_true(o.file_named);
	assert_int_equal(o.file[0], '/'); /* made absolute */
	assert_int_equal(conf_int(o.conf, "schedule", "interval_s"), 60);
	assert_int_equal(conf_count(o.conf, "collector", "url"), 2);
	options_free(&o);

	/* a key of a collector may look like a flag */
	assert_int_equal(parse(&o, SWITCH_ALL, "--key --Zq3_x --yes"), 0);
	assert_string_equal(conf_str(o.conf, "collector", "key"), "--Zq3_x");
	assert_int_equal(o.switches, SWITCH_YES);
	options_free(&o);

	assert_int_equal(parse(&o, 0, "-h"), 0);
	assert_int_equal(o.switches, SWITCH_HELP);
	assert_false(o.file_named);
	options_free(&o);
}

static void mistakes(void **state)
{
	(void)state;
	refuses(SWITCH_ALL, "--jsno", "--json");
	refuses(SWITCH_ALL, "--intervall-s 5", "--interval-s");
	refuses(SWITCH_ALL, "--confg x", "--config");
	refuses(SWITCH_YES, "--once", "does not take --once");
	refuses(SWITCH_ALL, "--json=yes", "takes no value");
	refuses(SWITCH_ALL, "--country", "needs a value");
	refuses(SWITCH_ALL, "--country --region IR-23", "--country needs a value");
	refuses(SWITCH_ALL, "-c", "needs a value");
	refuses(SWITCH_ALL, "-x", "-x");
	refuses(SWITCH_ALL, "--level 4", "0 to 3");
	refuses(SWITCH_ALL, "--access dialup", "mobile|fixed");
}

/* A path on the command line stays right when it is read back from a file elsewhere. */
static void paths_are_absolute(void **state)
{
	struct options o;
	char cwd[512], *want;
	(void)state;
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(parse(&o, SWITCH_ALL, "--state-dir run/state --targets /t.csv"), 0);
	want = xasprintf("%s/run/state", cwd);
	char *dir = options_state_dir(&o), *targets = options_targets(&o);
	assert_string_equal(dir, want);
	assert_string_equal(targets, "/t.csv");
	free(want);
	free(dir);
	free(targets);
	options_free(&o);
}

static void paths_of_the_country(void **state)
{
	struct options o;
	char *tmp = tempdir_new(), *path;
	(void)state;
	char *args = xasprintf("--countries-dir %s --country QQ", tmp);
	assert_int_equal(parse(&o, SWITCH_ALL, args), 0);
	path = options_targets(&o);
	assert_string_equal(path, tempdir_path(tmp, "QQ/targets.csv"));
	free(path);
	assert_null(options_fingerprints(&o)); /* there is no such file */
	options_free(&o);
	free(args);
	tempdir_free(tmp);
}

/* A control measures another country, and hosts inside it besides, unless it has a list of its own. */
static void paths_of_a_control(void **state)
{
	static const struct {
		const char *args, *watched;
		bool control, inside;
	} rows[] = {
		{"--country DE --watch QQ", "QQ", true, true},
		{"--country DE --watch QQ --targets /t.csv", "QQ", true, false},
		{"--country DE --watch RR", "RR", true, false}, /* has no such list */
		{"--country QQ --watch QQ", "QQ", false, false},
		{"--country QQ", "QQ", false, false},
		{"--watch QQ", "QQ", false, false},
		{"", NULL, false, false},
	};
	char *tmp = tempdir_new(), *folder = xasprintf("%s/QQ", tmp);
	(void)state;
	assert_int_equal(mkdir(folder, 0700), 0);
	tempdir_put(tmp, "QQ/inside.csv", "url,notes\n");
	tempdir_put(tmp, "QQ/fingerprints.csv", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct options o;
		char *args = xasprintf("--countries-dir %s %s", tmp, rows[i].args);
		assert_int_equal(parse(&o, SWITCH_ALL, args), 0);
		if (rows[i].watched)
			assert_string_equal(options_watched(&o), rows[i].watched);
		else
			assert_null(options_watched(&o));
		assert_int_equal(options_is_control(&o), rows[i].control);
		char *inside = options_inside(&o), *fingerprints = options_fingerprints(&o);
		assert_int_equal(inside != NULL, rows[i].inside);
		if (inside)
			assert_string_equal(inside, tempdir_path(tmp, "QQ/inside.csv"));
		bool known = rows[i].watched && !strcmp(rows[i].watched, "QQ");
		assert_int_equal(fingerprints != NULL, known);
		free(inside);
		free(fingerprints);
		options_free(&o);
		free(args);
	}
	free(folder);
	tempdir_free(tmp);
}

static void loading(void **state)
{
	struct options o;
	char *tmp = tempdir_new();
	(void)state;
	char *args = xasprintf("-c %s/probe.conf --level 0", tmp);
	assert_int_equal(parse(&o, SWITCH_ALL, args), 0);
	assert_int_equal(options_load(&o, false, err, sizeof(err)), -1); /* named, but missing */
	assert_int_equal(options_load(&o, true, err, sizeof(err)), 0);
	tempdir_put(tmp, "probe.conf", "[probe]\ncountry = IR\nlevel = 2\nstate_dir = st\n");
	assert_int_equal(options_load(&o, false, err, sizeof(err)), 0);
	assert_string_equal(conf_str(o.conf, "probe", "country"), "IR");
	assert_int_equal(conf_int(o.conf, "probe", "level"), 0); /* the flag wins */
	char *dir = options_state_dir(&o);
	assert_string_equal(dir, tempdir_path(tmp, "st"));
	free(dir);
	options_free(&o);
	free(args);
	tempdir_free(tmp);
}

static void help_names_everything(void **state)
{
	struct options o;
	struct buf text;
	(void)state;
	assert_int_equal(parse(&o, SWITCH_JSON, ""), 0);
	buf_init(&text, 1 << 16);
	options_help(&o, SWITCH_JSON, &text);
	for (const struct conf_option *row = options_table; row->section; row++)
		assert_non_null(strstr(text.data, row->flag));
	assert_non_null(strstr(text.data, "--json"));
	assert_null(strstr(text.data, "--once"));
	buf_clear(&text);
	options_free(&o);
}

/* --- configs/probe.conf: one commented line per row, in its section, with its default --- */

struct sample {
	char key[64], value[128], section[64];
};

static size_t read_sample(struct sample *list, size_t room, char *text)
{
	char section[64] = "", *rest = text, *line;
	size_t n = 0;
	while ((line = strsep(&rest, "\n"))) {
		sscanf(line, "[%63[^]]]", section);
		if (*line != ';')
			continue;
		assert_true(n < room);
		snprintf(list[n].section, sizeof(list[n].section), "%s", section);
		assert_int_equal(sscanf(line, ";%63s = %127[^\n]", list[n].key, list[n].value), 2);
		n++;
	}
	return n;
}

static void sample_file(void **state)
{
	struct sample list[64];
	struct buf text;
	(void)state;
	assert_int_equal(buf_read_file(&text, SAMPLE, 1 << 16), 0);
	size_t n = read_sample(list, 64, text.data), rows = 0;
	for (const struct conf_option *row = options_table; row->section; row++, rows++) {
		size_t i = 0;
		while (i < n &&
		       (strcmp(list[i].section, row->section) || strcmp(list[i].key, row->key)))
			i++;
		if (i == n)
			fail_msg("%s has no [%s] %s", SAMPLE, row->section, row->key);
		if (row->fallback)
			assert_string_equal(list[i].value, row->fallback);
	}
	assert_int_equal(n, rows); /* and nothing that the table doesn't have */
	buf_clear(&text);
}

static void sample_file_loads(void **state)
{
	struct conf *c = conf_new(options_table, "PROBE_");
	(void)state;
	assert_int_equal(conf_load_file(c, SAMPLE, err, sizeof(err)), 0);
	for (const struct conf_option *row = options_table; row->section; row++)
		assert_false(conf_is_set(c, row->section, row->key));
	conf_free(c);
}

static void manual(void **state)
{
	struct buf text;
	(void)state;
	assert_int_equal(buf_read_file(&text, "probe/probe.8", 1 << 16), 0);
	for (const struct conf_option *row = options_table; row->section; row++)
		if (!strstr(text.data, row->key))
			fail_msg("probe.8 has no %s", row->key);
	buf_clear(&text);
}

/* Two switches take a value, which belongs to the command and not to the configuration. */
static void switches_with_values(void **state)
{
	struct options o;
	(void)state;
	assert_int_equal(parse(&o, SWITCH_ALL, "a --ooni out.jsonl --lang=fa b"), 0);
	assert_int_equal(o.switches, SWITCH_OONI | SWITCH_LANG);
	assert_int_equal(o.n_words, 2);
	assert_int_equal(o.ooni[0], '/');
	assert_non_null(strstr(o.ooni, "/out.jsonl"));
	assert_string_equal(o.lang, "fa");
	options_free(&o);
	assert_int_equal(parse(&o, SWITCH_ALL, "--ooni=/x --ooni /y"), 0);
	assert_string_equal(o.ooni, "/y");
	assert_null(o.lang);
	options_free(&o);
	refuses(SWITCH_ALL, "--ooni", "--ooni needs a value");
	refuses(SWITCH_ALL, "--ooni --json", "--ooni needs a value");
	refuses(SWITCH_ALL, "--lang de", "--lang is en or fa");
	refuses(SWITCH_JSON, "--lang en", "this command does not take --lang");
	refuses(SWITCH_ALL, "--json=1", "--json takes no value");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments),
		cmocka_unit_test(switches_with_values),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(paths_are_absolute),
		cmocka_unit_test(paths_of_the_country),
		cmocka_unit_test(paths_of_a_control),
		cmocka_unit_test(loading),
		cmocka_unit_test(help_names_everything),
		cmocka_unit_test(sample_file),
		cmocka_unit_test(sample_file_loads),
		cmocka_unit_test(manual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
