/* test_shelf.c: which packages are due, what they are called, what is served of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/month.h"
#include "collector/package.h"
#include "collector/shelf.h"
#include "common/clock.h"
#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

static int64_t at(const char *text)
{
	int64_t ms;
	assert_int_equal(clock_parse(text, 0, &ms), 0);
	return ms;
}

static void test_names(void **state)
{
	static const char *const bad[] = {"",	      "2026-01.1", "2026-01.0",	 "2026-01.4",
					  "2026-1",   "2026-01.",  "2026-01.02", "2026-01.2x",
					  "2026-01x", "..",	   "2026-01/2",	 "2026-01.-2"};
	char name[SHELF_NAME_LEN];
	struct shelf_item i;
	(void)state;
	assert_int_equal(shelf_parse("2026-01", &i), 0);
	assert_int_equal(i.version, 1);
	assert_int_equal(shelf_asof_ms(&i), at("2026-02-02T00:00:00Z"));
	assert_string_equal(shelf_name(name, &i), "2026-01");
	assert_int_equal(shelf_parse("2026-01.3", &i), 0);
	assert_int_equal(i.version, 3);
	assert_int_equal(shelf_asof_ms(&i), at("2026-05-04T00:00:00Z"));
	assert_string_equal(shelf_name(name, &i), "2026-01.3");
	for (size_t b = 0; b < sizeof(bad) / sizeof(bad[0]); b++)
		if (shelf_parse(bad[b], &i) == 0)
			fail_msg("%s", bad[b]);
}

/* What is due at a moment, or "". Makes it. */
static const char *make_due(char out[static SHELF_NAME_LEN], const char *dir, const char *began,
			    const char *now)
{
	struct shelf_item i;
	*out = '\0';
	if (shelf_due(dir, at(began), at(now), &i)) {
		char *path = scratch_path(dir, shelf_name(out, &i));
		assert_int_equal(mkdir(path, 0700), 0);
		free(path);
	}
	return out;
}

static void add_name(void *arg, const struct shelf_item *i)
{
	char name[SHELF_NAME_LEN];
	buf_printf(arg, "%s ", shelf_name(name, i));
}

static void test_due(void **state)
{
	static const struct {
		const char *now, *due;
	} table[] = {
		{"2026-01-31T23:59:59Z", ""},	       {"2026-02-01T12:00:00Z", ""},
		{"2026-02-02T00:09:00Z", ""}, /* what was known then is not yet in the views */
		{"2026-02-02T00:10:00Z", "2026-01"},   {"2026-02-02T00:10:00Z", ""},
		{"2026-03-05T00:00:00Z", "2026-01.2"}, /* 31 days after the end of January */
		{"2026-03-05T00:00:00Z", "2026-02"},   {"2026-03-05T00:00:00Z", ""},
		{"2026-05-05T00:00:00Z", "2026-01.3"}, {"2026-05-05T00:00:00Z", "2026-02.2"},
		{"2026-05-05T00:00:00Z", "2026-03"},   {"2026-05-05T00:00:00Z", "2026-03.2"},
		{"2026-05-05T00:00:00Z", "2026-04"},   {"2026-05-05T00:00:00Z", ""},
	};
	char *dir = scratch_new(), name[SHELF_NAME_LEN];
	struct shelf_item i;
	struct buf names;
	(void)state;
	for (size_t t = 0; t < sizeof(table) / sizeof(table[0]); t++)
		assert_string_equal(make_due(name, dir, "2026-01-20", table[t].now), table[t].due);
	assert_false(shelf_due(dir, 0, at("2026-05-05"), &i)); /* nothing is known */
	buf_init(&names, 4096);
	shelf_list(dir, at("2026-01-20"), at("2026-05-05"), add_name, &names);
	assert_string_equal(names.data,
			    "2026-04 2026-03.2 2026-03 2026-02.2 2026-02 2026-01.3 2026-01.2 "
			    "2026-01 ");
	buf_clear(&names);
	scratch_remove(dir);
}

/* --- what is served --- */

static void expect_file(struct web *w, const char *head, const char *file, const char *coding)
{
	char *path = scratch_path(w->dir, file), value[128];
	struct web_answer a;
	struct buf text;
	assert_int_equal(buf_read_file(&text, path, 64 * 1024 * 1024), 0);
	web_ask(w, &a, "GET", head, NULL, 0);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, text.len);
	assert_memory_equal(a.body, text.data, text.len);
	assert_string_equal(web_header(&a, "Content-Encoding", value, sizeof(value)), coding);
	web_header(&a, "Cache-Control", value, sizeof(value));
	assert_non_null(strstr(value, "immutable"));
	web_answer_clear(&a);
	buf_clear(&text);
	free(path);
}

static void expect_listed(struct web *w, const char *path, bool listed)
{
	struct web_answer a;
	web_get(w, &a, path);
	assert_int_equal(a.status, 200);
	assert_int_equal(strstr(a.body, "\"/data/2026-01/datapackage.json\"") != NULL, listed);
	web_answer_clear(&a);
}

#define GZIP "HTTP/1.1\r\nAccept-Encoding: zstd, gzip\r\n"

static void test_served(void **state)
{
	static const char *const missing[] = {"/data/2026-02/timeline.csv",
					      "/data/2026-01/box.key",
					      "/data/2026-01/",
					      "/data/2026-01",
					      "/data/../box.key",
					      "/data/2026-01/../../box.key",
					      "/data/2026-01/timeline.csv.csv",
					      "/data/2026-01.new/timeline.csv"};
	struct web w;
	char err[256];
	(void)state;
	web_start(&w, "IR", NULL);
	web_fill(&w, true);
	web_serve(&w, 100, 10);
	char *shelf = scratch_path(w.dir, "packages"), *folder = scratch_path(shelf, "2026-01");
	w.api.packages = shelf;
	w.api.synthetic_now_ms = at("2026-02-03");
	expect_listed(&w, "/fa/data", false); /* and kept for those who ask again at once */
	assert_int_equal(mkdir(shelf, 0700), 0);
	const struct package p = {.publish = &w.rig.publish,
				  .month = month_of(WEB_NOW_MS),
				  .asof_ms = at("2026-02-02")};
	assert_int_equal(package_write(&p, folder, err, sizeof(err)), 0);
	expect_listed(&w, "/data", true);
	expect_file(&w, "/data/2026-01/country.csv HTTP/1.1\r\n", "packages/2026-01/country.csv",
		    "");
	expect_file(&w, "/data/2026-01/country.csv " GZIP, "packages/2026-01/country.csv.gz",
		    "gzip");
	expect_file(&w, "/data/2026-01/country.csv.gz " GZIP, "packages/2026-01/country.csv.gz",
		    "");
	expect_file(&w, "/data/2026-01/SHA256SUMS HTTP/1.1\r\n", "packages/2026-01/SHA256SUMS", "");
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		struct web_answer a;
		web_get(&w, &a, missing[i]);
		if (a.status != 404)
			fail_msg("%s: %d", missing[i], a.status);
		web_answer_clear(&a);
	}
	web_stop(&w);
	free(shelf);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_served),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
