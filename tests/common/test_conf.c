/* test_conf.c: flags over environment over file, errors that say what, where and what instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"

static const struct conf_option table[] = {
	{"probe", "state_dir", "state-dir", CONF_PATH, "/var/lib/x", 0, 0, NULL,
	 "where state lives"},
	{"probe", "access", "access", CONF_STR, NULL, 0, 0, "mobile|fixed|datacentre", "line"},
	{"probe", "level", "level", CONF_INT, "1", 0, 3, NULL, "target level"},
	{"probe", "quiet", "quiet", CONF_BOOL, "no", 0, 0, NULL, "say less"},
	{"collector", "url", "collector", CONF_LIST, NULL, 0, 0, NULL, "collector address"},
	{NULL},
};

static char path[] = "/tmp/test_conf_XXXXXX";
static char err[512];

static void put_file(const char *text)
{
	assert_int_equal(buf_write_file(path, text, strlen(text), 0600), 0);
}

static void refuses(const char *text, const char *want)
{
	struct conf *c = conf_new(table, "TCONF_");
	put_file(text);
	assert_int_equal(conf_load_file(c, path, err, sizeof(err)), -1);
	if (!strstr(err, want))
		fail_msg("want '%s' in '%s'", want, err);
	conf_free(c);
}

static void file_values(void **state)
{
	struct conf *c = conf_new(table, "TCONF_");
	(void)state;
	put_file("# comment\n[probe]\n  access = mobile   ; inline\n  level = 3\nstate_dir = st\n"
		 "[collector]\nurl = http://a/\nurl = https://b/\n");
	assert_int_equal(conf_load_file(c, path, err, sizeof(err)), 0);
	assert_string_equal(conf_str(c, "probe", "access"), "mobile");
	assert_int_equal(conf_int(c, "probe", "level"), 3);
	assert_string_equal(conf_str(c, "probe", "state_dir"), "/tmp/st");
	assert_int_equal(conf_count(c, "collector", "url"), 2);
	assert_string_equal(conf_at(c, "collector", "url", 1), "https://b/");
	assert_false(conf_bool(c, "probe", "quiet"));
	assert_true(conf_is_set(c, "probe", "level"));
	assert_false(conf_is_set(c, "probe", "quiet"));
	conf_free(c);
}

static void errors_name_place_and_nearest(void **state)
{
	char want[128];
	(void)state;
	refuses("[probe]\n\nacess = mobile\n",
		":3: unknown key 'acess' in [probe]; the nearest is 'access' in [probe]");
	refuses("[probe]\nurl = x\n", "the nearest is 'url' in [collector]");
	refuses("[probe]\nlevel = 4\n", ":2: level must be a whole number from 0 to 3, not '4'");
	refuses("[probe]\nlevel = 1x\n", "level must be a whole number");
	refuses("[probe]\naccess = satellite\n", "one of mobile|fixed|datacentre, not 'satellite'");
	refuses("[probe]\naccess = mob\n", "one of mobile|fixed|datacentre");
	refuses("[probe]\nlevel = 1\nlevel = 2\n", ":3: level is given twice");
	refuses("[probe]\nquiet = maybe\n", "quiet must be yes or no");
	refuses("[probe]\nnonsense\n", ":2: neither [section] nor key = value");
	refuses("[probe]\naccess =\n", "access must be one of");
	snprintf(want, sizeof(want), "%s:", path);
	refuses("x = 1\n", want);
	char *line = xasprintf("[collector]\nurl = http://%0*d/\n", 300, 0);
	refuses(line, ":2: the line is longer than");
	free(line);
}

static void rank(void **state)
{
	struct conf *c = conf_new(table, "TCONF_");
	(void)state;
	put_file("[probe]\nlevel = 0\n[collector]\nurl = http://file/\n");
	setenv("TCONF_LEVEL", "2", 1);
	setenv("TCONF_COLLECTOR", "http://e1/,http://e2/", 1);
	assert_int_equal(conf_set_flag(c, "level", "3", err, sizeof(err)), 0);
	assert_int_equal(conf_load_env(c, err, sizeof(err)), 0);
	assert_int_equal(conf_load_file(c, path, err, sizeof(err)), 0);
	assert_int_equal(conf_int(c, "probe", "level"), 3);
	assert_int_equal(conf_count(c, "collector", "url"), 2);
	assert_string_equal(conf_at(c, "collector", "url", 0), "http://e1/");
	assert_int_equal(conf_set_flag(c, "levl", "3", err, sizeof(err)), -1);
	assert_string_equal(err, "unknown option --levl; the nearest is --level");
	setenv("TCONF_LEVEL", "9", 1);
	assert_int_equal(conf_load_env(c, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "environment variable TCONF_LEVEL: level must be"));
	unsetenv("TCONF_LEVEL");
	unsetenv("TCONF_COLLECTOR");
	conf_free(c);
}

static void flags_are_written_and_the_rest_stays(void **state)
{
	struct conf *c = conf_new(table, "TCONF_");
	struct buf b;
	(void)state;
	put_file("# mine\n[probe]\nlevel = 0\n# note\nquiet = yes\n");
	conf_set_flag(c, "level", "2", err, sizeof(err));
	conf_set_flag(c, "access", "fixed", err, sizeof(err));
	conf_set_flag(c, "collector", "http://a/", err, sizeof(err));
	conf_set_flag(c, "collector", "http://b/", err, sizeof(err));
	assert_int_equal(conf_write_flags(c, path, err, sizeof(err)), 0);
	assert_int_equal(buf_read_file(&b, path, 4096), 0);
	assert_string_equal(b.data,
			    "# mine\n[probe]\nlevel = 2\n# note\nquiet = yes\naccess = fixed\n"
			    "\n[collector]\nurl = http://a/\nurl = http://b/\n");
	buf_clear(&b);
	conf_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_values),
		cmocka_unit_test(errors_name_place_and_nearest),
		cmocka_unit_test(rank),
		cmocka_unit_test(flags_are_written_and_the_rest_stays),
	};
	int fd = mkstemp(path);
	close(fd);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return rc;
}
