/* test_handover.c: a collector that comes back with other tables, another step or another version: what it published
 * before is still to be read, whenever it died on the way, and a rebuild comes to the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/handover.h"
#include "collector/options.h"
#include "collector/rig.h"
#include "collector/store.h"
#include "common/clock.h"
#include "common/log.h"
#include "tests/collector/handed.h"
#include "tests/collector/scratch.h"

static void test_same(void **state)
{
	struct handed *w = *state;
	char *before = handed_said(w, 0);
	assert_non_null(strstr(before, "XX-01.AS200.mobile"));
	handed_close(w);
	handed_start(w);
	handed_expect_there(w, "published-1.db", false);
	handed_expect_said(w, 0, before);
	free(before);
}

/* By the present version of the method. */
static void expect_judged(const char *said, const char *how)
{
	char judged[64];
	snprintf(judged, sizeof(judged), "%s %d ", how, METHOD_VERSION);
	if (!strstr(said, judged))
		fail_msg("'%s' is not in\n%s", judged, said);
}

static void test_other_tables(void **state)
{
	struct handed *w = *state;
	char *before = handed_said(w, 0);
	handed_close(w);
	handed_one_network(w);
	handed_start(w);
	handed_expect_there(w, "published-1.db", true);
	char *after = handed_said(w, 0);
	expect_judged(after, " withdrawn n=0 r2 correction");
	assert_non_null(strstr(after, "XX-01.AS0.mobile"));
	assert_null(strstr(after, " r2 method "));
	handed_expect_said(w, handed_last_moment(w), before);

	handed_rebuild(w);
	handed_expect_said(w, 0, after);
	handed_expect_said(w, handed_last_moment(w), before);

	/* And back: what was said in between is kept, too. */
	handed_close(w);
	handed_two_networks(w);
	handed_start(w);
	handed_expect_there(w, "published-2.db", true);
	char *again = handed_said(w, 0);
	expect_judged(again, " r3 correction");
	handed_expect_said(w, handed_last_moment(w), before);
	handed_rebuild(w);
	handed_expect_said(w, 0, again);
	handed_expect_said(w, handed_last_moment(w), before);
	free(before);
	free(after);
	free(again);
}

/* Killed behind the record, behind the new name, and before the commit. */
static void test_killed(void **state)
{
	struct handed *w = *state;
	char err[512] = "", *before = handed_said(w, 0);
	handed_append(w, ARCHIVE_METHOD, clock_wall_ms(), NULL);
	handed_close(w);
	handed_one_network(w);
	handed_open(w, "5"); /* and nothing is made anew */
	handed_expect_there(w, "published-1.db", false);
	handed_expect_there(w, "published-2.db", true);
	handed_close(w);
	handed_open(w, "5");
	const struct handover h = {w->o.conf, w->rig.archive, w->rig.country, &w->rig.config};
	struct handover_mark mark;
	assert_int_equal(handover_last(&h, &mark, err, sizeof(err)), 1);
	assert_int_equal(mark.number, 2);
	assert_int_equal(ingest_catch_up_to(w->rig.ingest, mark.pos, err, sizeof(err)), 0);
	handed_close(w);
	handed_start(w);
	handed_expect_there(w, "published-3.db", false);
	char *after = handed_said(w, 0);
	assert_non_null(strstr(after, " r2 correction "));
	handed_expect_said(w, handed_last_moment(w), before);
	handed_rebuild(w);
	handed_expect_said(w, 0, after);
	free(before);
	free(after);
}

/* As if another version had made the views. */
static void pretend(struct handed *w, const char *method)
{
	assert_int_equal(store_put_meta(w->rig.store, "method", method), 0);
	assert_int_equal(store_commit(w->rig.store, store_position(w->rig.store)), 0);
	handed_close(w);
}

static void test_other_version(void **state)
{
	struct handed *w = *state;
	char *before = handed_said(w, 0);
	pretend(w, "1 XX whatever it was");
	handed_one_network(w);
	handed_start(w);
	char *after = handed_said(w, 0);
	expect_judged(after, " r2 method");
	handed_expect_said(w, handed_last_moment(w), before);
	free(before);
	free(after);
}

static void set_schema(struct store *s, const char *schema)
{
	assert_int_equal(store_put_meta(s, "schema", schema), 0);
	assert_int_equal(store_commit(s, store_position(s)), 0);
}

/* The program writes its views in another form: what the older one published goes on, also from its file. */
static void test_other_form(void **state)
{
	struct handed *w = *state;
	char *before = handed_said(w, 0), err[512] = "";
	set_schema(w->rig.store, "5");
	handed_close(w);
	handed_start(w);
	handed_expect_there(w, "published-1.db", true);
	handed_expect_said(w, 0, before);
	handed_expect_said(w, handed_last_moment(w), before);
	handed_rebuild(w);
	handed_expect_said(w, 0, before);

	/* A form that nobody knows any more says what to do. */
	char *path = scratch_path(w->dir, "published-1.db");
	struct store *old = store_open("sqlite", path, err, sizeof(err));
	assert_non_null(old);
	set_schema(old, "1");
	store_close(old);
	assert_int_equal(rig_rebuild(&w->rig, w->o.conf, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "published-1.db"));
	assert_non_null(strstr(err, "without that file"));
	handed_close(w);
	assert_int_equal(remove(path), 0);
	handed_start(w);
	free(path);
	free(before);
}

/* What can't be gone on from is kept as a file, and told of no more. */
static void test_nothing_to_go_on_from(void **state)
{
	struct handed *w = *state;
	handed_close(w);
	handed_open(w, "10");
	handed_catch_up(w);
	handed_expect_there(w, "published-1.db", true);
	char *rows = handed_said(w, 0);
	assert_non_null(strstr(rows, " r1 first "));
	assert_null(strstr(rows, " correction "));
	free(rows);

	pretend(w, "2 YY whatever it was");
	handed_start(w);
	handed_expect_there(w, "published-2.db", true);
	rows = handed_said(w, 0);
	assert_non_null(strstr(rows, " r1 first "));
	assert_null(strstr(rows, " correction "));
	free(rows);
}

/* Without its file the moment says nothing any more. */
static void test_lost_file(void **state)
{
	struct handed *w = *state;
	handed_close(w);
	handed_one_network(w);
	handed_start(w);
	char *path = scratch_path(w->dir, "published-1.db");
	assert_int_equal(remove(path), 0);
	handed_rebuild(w);
	char *rows = handed_said(w, 0);
	assert_null(strstr(rows, " correction "));
	free(rows);
	free(path);
}

/* A file in the way is not overwritten, and nothing is changed. */
static void test_in_the_way(void **state)
{
	struct handed *w = *state;
	char err[512] = "", *before = handed_said(w, 0);
	handed_close(w);
	scratch_write(w->dir, "published-1.db", "precious", 8);
	handed_one_network(w);
	assert_int_equal(handed_try_open(w, "5", err, sizeof(err)), 1);
	handed_close(w);
	assert_non_null(strstr(err, "published-1.db belongs to another archive"));
	handed_two_networks(w);
	handed_start(w);
	handed_expect_said(w, 0, before);
	free(before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, handed_setup, handed_teardown)

/* Nothing is behind synthetic views, so those of another form are left as they are. */
static void test_synthetic(void **state)
{
	struct handed *w = *state;
	char err[512] = "", schema[16];
	assert_int_equal(store_put_meta(w->rig.store, "synthetic", "1"), 0);
	set_schema(w->rig.store, "5");
	handed_close(w);
	assert_int_equal(handed_try_open(w, "5", err, sizeof(err)), 1);
	assert_non_null(strstr(err, "synthetic"));
	handed_close(w);
	char *path = scratch_path(w->dir, "views.db");
	struct store *s = store_open("sqlite", path, err, sizeof(err));
	assert_non_null(s);
	assert_int_equal(store_get_meta(s, "schema", schema, sizeof(schema)), 0);
	assert_string_equal(schema, "5");
	set_schema(s, "6");
	store_close(s);
	free(path);
	handed_open(w, "5");
}

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	assert_int_equal(keys_init(), 0);
	const struct CMUnitTest tests[] = {
		TEST(test_same),
		TEST(test_other_tables),
		TEST(test_killed),
		TEST(test_other_version),
		TEST(test_nothing_to_go_on_from),
		TEST(test_lost_file),
		TEST(test_in_the_way),
		TEST(test_other_form),
		TEST(test_synthetic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
