/* test_fingerprints.c: which rows are used, and what matches them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/fingerprints.h"

#define HEADER                                                                                     \
	"name,scope,other_names,location_found,pattern_type,pattern,confidence_no_fp,"             \
	"expected_countries,source,exp_url,notes\n"

static struct fingerprints *load(const char *text, char err[static 256])
{
	char path[] = "/tmp/test_fingerprints_XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	struct fingerprints *f = fingerprints_load(path, err, 256);
	unlink(path);
	return f;
}

static void matches(void **state)
{
	char err[256];
	(void)state;
	struct fingerprints *f =
		load(HEADER "four,nat,,dns,full,10.10.34.36,,,,,\n"
			    "net,nat,,dns,prefix,10.10.34.,,,,,\n"
			    "six,isp,,dns,full,D0:0::11,,,,,\n"
			    "body,nat,,body,contains,\"<iframe src=\"\"http://10.10.34.3\",,,,,\n"
			    "start,prod,,body,prefix,<html>blocked,,,,,\n"
			    "whole,inst,,body,full,no,,,,,\n"
			    "go,nat,,header.location,prefix,http://10.10.34.3,,,,,\n",
		     err);
	assert_non_null(f);
	assert_int_equal(fingerprints_count(f), 7);
	assert_int_equal(fingerprints_skipped(f), 0);

	assert_string_equal(fingerprints_dns(f, "10.10.34.36"), "four");
	assert_string_equal(fingerprints_dns(f, "10.10.34.3"), "net");
	assert_null(fingerprints_dns(f, "10.10.3.4"));
	assert_null(fingerprints_dns(f, "110.10.34.36"));
	assert_string_equal(fingerprints_dns(f, "d0::11"), "six");
	assert_null(fingerprints_dns(f, "d0::111"));

	assert_string_equal(fingerprints_body(f, "x<iframe src=\"http://10.10.34.36?", 33), "body");
	assert_null(fingerprints_body(f, "x<iframe src=\"http://10.10.34.36?", 20));
	assert_string_equal(fingerprints_body(f, "<html>blocked", 13), "start");
	assert_null(fingerprints_body(f, " <html>blocked", 14));
	assert_string_equal(fingerprints_body(f, "no", 2), "whole");
	assert_null(fingerprints_body(f, "now", 3));
	assert_null(fingerprints_body(f, "", 0));

	assert_string_equal(fingerprints_location(f, "http://10.10.34.34/"), "go");
	assert_null(fingerprints_location(f, "https://10.10.34.34/"));
	fingerprints_free(f);
}

static void unusable_rows_are_counted(void **state)
{
	char err[256];
	(void)state;
	struct fingerprints *f = load(HEADER "re,nat,,body,regexp,^a.*b$,,,,,\n"
					     "title,nat,,header.server,full,x,,,,,\n"
					     "sub,nat,,dns,contains,10.10,,,,,\n"
					     "looks,fp,,body,contains,captcha,,,,,\n"
					     "vague,vbw,,body,contains,blocked,,,,,\n"
					     "real,nat,,body,contains,x,,,,,\n",
				      err);
	assert_non_null(f);
	assert_int_equal(fingerprints_count(f), 1);
	assert_int_equal(fingerprints_skipped(f), 5);
	assert_null(fingerprints_body(f, "captcha blocked", 15));
	fingerprints_free(f);
}

static void refused_files(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"", "the first line must name"},
		{"name,pattern\n", "the first line must name"},
		{HEADER "a,nat,,body,contains,,,,,,\n", "line 2: the pattern is empty"},
		{HEADER ",nat,,body,contains,x,,,,,\n", "line 2: the name is empty"},
		{HEADER "a,nat,,body\n", "line 2: not as many columns"},
		{HEADER "a,\"nat\n", "line 2: a quote is never closed"},
	};
	char err[256];
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(load(bad[i].text, err));
		assert_non_null(strstr(err, bad[i].why));
	}
	assert_null(fingerprints_load("/nonexistent", err, sizeof(err)));
	assert_string_equal(err, "/nonexistent: No such file or directory");
}

static void an_empty_set_matches_nothing(void **state)
{
	char err[256];
	(void)state;
	struct fingerprints *f = fingerprints_load(NULL, err, sizeof(err));
	assert_int_equal(fingerprints_count(f), 0);
	assert_null(fingerprints_dns(f, "10.10.34.36"));
	assert_null(fingerprints_body(NULL, "x", 1));
	fingerprints_free(f);
	fingerprints_free(NULL);
}

static void shipped_list_knows_its_country(void **state)
{
	static const char path[] = "configs/countries/IR/fingerprints.csv";
	char err[256];
	(void)state;
	if (access(path, R_OK) < 0)
		skip(); /* not run from the top of the source tree */
	struct fingerprints *f = fingerprints_load(path, err, sizeof(err));
	assert_non_null(f);
	assert_non_null(fingerprints_dns(f, "10.10.34.36"));
	assert_non_null(fingerprints_dns(f, "d0::11"));
	assert_null(fingerprints_dns(f, "10.10.35.36"));
	fingerprints_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(unusable_rows_are_counted),
		cmocka_unit_test(refused_files),
		cmocka_unit_test(an_empty_set_matches_nothing),
		cmocka_unit_test(shipped_list_knows_its_country),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
