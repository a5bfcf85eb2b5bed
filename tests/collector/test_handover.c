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
#include "tests/collector/scratch.h"
#include "tests/collector/sender.h"

#define SENDERS 6
#define STEP_MS 5000
#define STEPS	16

struct world {
	char *dir;
	int64_t t0_ms;
	struct sender sender[SENDERS];
	struct options o;
	struct rig rig;
};

static const char conf[] = "[country]\ncode = XX\nname_en = X\nname_fa = X\ntimezone = UTC\n"
			   "utc_offset_min = 0\n";
static const char regions[] = "# iso\tiso_pre2020\thasc\tname_en\tname_fa\tpopulation\n"
			      "XX-01\t-\t-\tNorth\tN\t100\nXX-02\t-\t-\tSouth\tS\t200\n";
#define ISPS                                                                                       \
	"# asn\tname_en\tname_fa\taccess\tsubscribers_million\tnote\n100\tOne\tI\tmobile\t3\t-\n"
static const char targets[] = "url,class,level,notes\nhttps://open.example/0,open,0,\n"
			      "https://open.example/1,open,0,\nhttps://open.example/2,open,0,\n";

static void write_tables(const struct world *w, const char *isps)
{
	scratch_write(w->dir, "XX/country.conf", conf, strlen(conf));
	scratch_write(w->dir, "XX/regions.tsv", regions, strlen(regions));
	scratch_write(w->dir, "XX/isps.tsv", isps, strlen(isps));
	scratch_write(w->dir, "XX/targets.csv", targets, strlen(targets));
}

static void two_networks(const struct world *w)
{
	write_tables(w, ISPS "200\tTwo\tII\tmobile\t2\t-\n");
}

/* There is no network 200: it was a mistake. */
static void one_network(const struct world *w)
{
	write_tables(w, ISPS);
}

/* --- the collector --- */

/* 0, or what rig_open says. */
static int try_open(struct world *w, const char *step_s, char *err, size_t errlen)
{
	char *file = scratch_path(w->dir, "collector.conf");
	char *argv[] = {"collector",	   "serve",	   "-c",	   file,
			"--data-dir",	   w->dir,	   "--country",	   "XX",
			"--countries-dir", w->dir,	   "--bucket-s",   "5",
			"--step-s",	   (char *)step_s, "--min-probes", "2"};
	scratch_write(w->dir, "collector.conf", "", 0);
	int rc = options_read(&w->o, sizeof(argv) / sizeof(*argv), argv, err, errlen);
	free(file);
	return rc ? rc : rig_open(&w->rig, w->o.conf, NULL, err, errlen);
}

static void open_rig(struct world *w, const char *step_s)
{
	char err[512] = "";
	if (try_open(w, step_s, err, sizeof(err)) != 0)
		fail_msg("%s", err);
}

static void close_rig(struct world *w)
{
	rig_close(&w->rig);
	options_clear(&w->o);
}

static void catch_up(struct world *w)
{
	char err[512] = "";
	if (rig_catch_up(&w->rig, w->o.conf, err, sizeof(err)) < 0)
		fail_msg("%s", err);
}

static void rebuild(struct world *w)
{
	char err[512] = "";
	if (rig_rebuild(&w->rig, w->o.conf, err, sizeof(err)) < 0)
		fail_msg("%s", err);
}

/* With the tables as they are by now. */
static void start(struct world *w)
{
	open_rig(w, "5");
	catch_up(w);
}

static void append(struct world *w, enum archive_type type, int64_t t_ms, const struct buf *inner)
{
	const struct archive_record r = {.type = type,
					 .received_ms = t_ms,
					 .inner = inner ? inner->data : NULL,
					 .inner_len = inner ? inner->len : 0};
	struct archive_pos pos;
	assert_int_equal(archive_append(w->rig.archive, &r, &pos), 0);
	assert_int_equal(archive_sync(w->rig.archive), 0);
}

/* Probe i measures at t and is heard a second later. */
static void measure(struct world *w, int i, int64_t t_ms)
{
	struct buf sealed, inner;
	struct batch b;
	uint8_t id[BATCH_ID];
	sender_batch(&b, t_ms, 3);
	strcpy(b.country, "XX");
	strcpy(b.region, i % 2 ? "XX-01" : "XX-02");
	b.isp = i < SENDERS / 2 ? 100 : 200;
	w->sender[i].box = w->rig.box;
	sender_seal(&w->sender[i], &b, &sealed, id);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &w->rig.box), BATCH_OK);
	append(w, ARCHIVE_BATCH, t_ms + 1000, &inner);
	buf_clear(&inner);
	buf_clear(&sealed);
}

static void live(struct world *w, int from, int until)
{
	for (int step = from; step < until; step++) {
		int64_t t = w->t0_ms + step * STEP_MS;
		append(w, step ? ARCHIVE_ALIVE : ARCHIVE_START, t, NULL);
		for (int i = 0; i < SENDERS; i++)
			measure(w, i, t + 1000);
		catch_up(w);
	}
}

static int set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct keys_box box;
	w->dir = scratch_new();
	w->t0_ms = (clock_wall_ms() / STEP_MS - STEPS - 1) * STEP_MS;
	for (uint8_t i = 0; i < SENDERS; i++)
		sender_init(&w->sender[i], i);
	char *key = scratch_path(w->dir, DATA_BOX_KEY),
	     *archive = scratch_path(w->dir, DATA_ARCHIVE);
	assert_int_equal(keys_box_create(&box, key), 0);
	assert_int_equal(mkdir(archive, 0700), 0);
	free(key);
	free(archive);
	two_networks(w);
	start(w);
	live(w, 0, STEPS);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	close_rig(w);
	scratch_remove(w->dir);
	free(w);
	return 0;
}

/* --- what it says --- */

static int put_row(void *arg, const struct row *r)
{
	char name[SERIES_TEXT_LEN];
	return buf_printf(arg, "%s %" PRId64 " %s %s n=%u r%u %s %u %" PRId64 "\n",
			  series_text(name, &r->series), r->start_ms, state_str(r->v.state),
			  r->v.rule, r->v.probes, r->revision, why_str(r->why), r->method,
			  r->revised_ms);
}

/* All rows of steps that were final long before the change; asof 0: as they stand. To be freed. */
static char *said(struct world *w, int64_t asof_ms)
{
	struct buf out;
	buf_init(&out, 16 << 20);
	for (int shape = 0; shape < 8; shape++) {
		const struct series_query q = {.by_region = shape & 1,
					       .by_isp = shape & 2,
					       .by_access = shape & 4,
					       .access = -1,
					       .until_ms = w->t0_ms + (STEPS - 6) * STEP_MS,
					       .asof_ms = asof_ms};
		assert_int_equal(store_rows(w->rig.store, &q, put_row, &out), 0);
	}
	return out.data;
}

static int64_t last_moment(const struct world *w)
{
	return w->t0_ms + STEPS * STEP_MS;
}

static void expect_said(struct world *w, int64_t asof_ms, const char *wanted)
{
	char *now = said(w, asof_ms);
	assert_string_equal(now, wanted);
	free(now);
}

static void expect_there(const struct world *w, const char *name, bool there)
{
	char *path = scratch_path(w->dir, name);
	assert_int_equal(access(path, F_OK) == 0, there);
	free(path);
}

/* --- tests --- */

static void test_same(void **state)
{
	struct world *w = *state;
	char *before = said(w, 0);
	assert_non_null(strstr(before, "XX-01.AS200.mobile"));
	close_rig(w);
	start(w);
	expect_there(w, "published-1.db", false);
	expect_said(w, 0, before);
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
	struct world *w = *state;
	char *before = said(w, 0);
	close_rig(w);
	one_network(w);
	start(w);
	expect_there(w, "published-1.db", true);
	char *after = said(w, 0);
	expect_judged(after, " withdrawn n=0 r2 correction");
	assert_non_null(strstr(after, "XX-01.AS0.mobile"));
	assert_null(strstr(after, " r2 method "));
	expect_said(w, last_moment(w), before);

	rebuild(w);
	expect_said(w, 0, after);
	expect_said(w, last_moment(w), before);

	/* And back: what was said in between is kept, too. */
	close_rig(w);
	two_networks(w);
	start(w);
	expect_there(w, "published-2.db", true);
	char *again = said(w, 0);
	expect_judged(again, " r3 correction");
	expect_said(w, last_moment(w), before);
	rebuild(w);
	expect_said(w, 0, again);
	expect_said(w, last_moment(w), before);
	free(before);
	free(after);
	free(again);
}

/* Killed behind the record, behind the new name, and before the commit. */
static void test_killed(void **state)
{
	struct world *w = *state;
	char err[512] = "", *before = said(w, 0);
	append(w, ARCHIVE_METHOD, clock_wall_ms(), NULL);
	close_rig(w);
	one_network(w);
	open_rig(w, "5"); /* and nothing is made anew */
	expect_there(w, "published-1.db", false);
	expect_there(w, "published-2.db", true);
	close_rig(w);
	open_rig(w, "5");
	const struct handover h = {w->o.conf, w->rig.archive, w->rig.country, &w->rig.config};
	struct handover_mark mark;
	assert_int_equal(handover_last(&h, &mark, err, sizeof(err)), 1);
	assert_int_equal(mark.number, 2);
	assert_int_equal(ingest_catch_up_to(w->rig.ingest, mark.pos, err, sizeof(err)), 0);
	close_rig(w);
	start(w);
	expect_there(w, "published-3.db", false);
	char *after = said(w, 0);
	assert_non_null(strstr(after, " r2 correction "));
	expect_said(w, last_moment(w), before);
	rebuild(w);
	expect_said(w, 0, after);
	free(before);
	free(after);
}

/* As if another version had made the views. */
static void pretend(struct world *w, const char *method)
{
	assert_int_equal(store_put_meta(w->rig.store, "method", method), 0);
	assert_int_equal(store_commit(w->rig.store, store_position(w->rig.store)), 0);
	close_rig(w);
}

static void test_other_version(void **state)
{
	struct world *w = *state;
	char *before = said(w, 0);
	pretend(w, "1 XX whatever it was");
	one_network(w);
	start(w);
	char *after = said(w, 0);
	expect_judged(after, " r2 method");
	expect_said(w, last_moment(w), before);
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
	struct world *w = *state;
	char *before = said(w, 0), err[512] = "";
	set_schema(w->rig.store, "5");
	close_rig(w);
	start(w);
	expect_there(w, "published-1.db", true);
	expect_said(w, 0, before);
	expect_said(w, last_moment(w), before);
	rebuild(w);
	expect_said(w, 0, before);

	/* A form that nobody knows any more says what to do. */
	char *path = scratch_path(w->dir, "published-1.db");
	struct store *old = store_open("sqlite", path, err, sizeof(err));
	assert_non_null(old);
	set_schema(old, "1");
	store_close(old);
	assert_int_equal(rig_rebuild(&w->rig, w->o.conf, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "published-1.db"));
	assert_non_null(strstr(err, "without that file"));
	close_rig(w);
	assert_int_equal(remove(path), 0);
	start(w);
	free(path);
	free(before);
}

/* What can't be gone on from is kept as a file, and told of no more. */
static void test_nothing_to_go_on_from(void **state)
{
	struct world *w = *state;
	close_rig(w);
	open_rig(w, "10");
	catch_up(w);
	expect_there(w, "published-1.db", true);
	char *rows = said(w, 0);
	assert_non_null(strstr(rows, " r1 first "));
	assert_null(strstr(rows, " correction "));
	free(rows);

	pretend(w, "2 YY whatever it was");
	start(w);
	expect_there(w, "published-2.db", true);
	rows = said(w, 0);
	assert_non_null(strstr(rows, " r1 first "));
	assert_null(strstr(rows, " correction "));
	free(rows);
}

/* Without its file the moment says nothing any more. */
static void test_lost_file(void **state)
{
	struct world *w = *state;
	close_rig(w);
	one_network(w);
	start(w);
	char *path = scratch_path(w->dir, "published-1.db");
	assert_int_equal(remove(path), 0);
	rebuild(w);
	char *rows = said(w, 0);
	assert_null(strstr(rows, " correction "));
	free(rows);
	free(path);
}

/* A file in the way is not overwritten, and nothing is changed. */
static void test_in_the_way(void **state)
{
	struct world *w = *state;
	char err[512] = "", *before = said(w, 0);
	close_rig(w);
	scratch_write(w->dir, "published-1.db", "precious", 8);
	one_network(w);
	assert_int_equal(try_open(w, "5", err, sizeof(err)), 1);
	close_rig(w);
	assert_non_null(strstr(err, "published-1.db belongs to another archive"));
	two_networks(w);
	start(w);
	expect_said(w, 0, before);
	free(before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* Nothing is behind synthetic views, so those of another form are left as they are. */
static void test_synthetic(void **state)
{
	struct world *w = *state;
	char err[512] = "", schema[16];
	assert_int_equal(store_put_meta(w->rig.store, "synthetic", "1"), 0);
	set_schema(w->rig.store, "5");
	close_rig(w);
	assert_int_equal(try_open(w, "5", err, sizeof(err)), 1);
	assert_non_null(strstr(err, "synthetic"));
	close_rig(w);
	char *path = scratch_path(w->dir, "views.db");
	struct store *s = store_open("sqlite", path, err, sizeof(err));
	assert_non_null(s);
	assert_int_equal(store_get_meta(s, "schema", schema, sizeof(schema)), 0);
	assert_string_equal(schema, "5");
	set_schema(s, "6");
	store_close(s);
	free(path);
	open_rig(w, "5");
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
