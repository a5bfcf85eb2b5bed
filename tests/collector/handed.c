/* handed.c: six probes over sixteen steps, on a real archive. */
#include "tests/collector/handed.h"

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

#include "collector/store.h"
#include "common/clock.h"
#include "tests/collector/scratch.h"

static const char conf[] = "[country]\ncode = XX\nname_en = X\nname_fa = X\ntimezone = UTC\n"
			   "utc_offset_min = 0\n";
static const char regions[] = "# iso\tiso_pre2020\thasc\tname_en\tname_fa\tpopulation\n"
			      "XX-01\t-\t-\tNorth\tN\t100\nXX-02\t-\t-\tSouth\tS\t200\n";
#define ISPS                                                                                       \
	"# asn\tname_en\tname_fa\taccess\tsubscribers_million\tnote\n100\tOne\tI\tmobile\t3\t-\n"
static const char targets[] = "url,class,level,notes\nhttps://open.example/0,open,0,\n"
			      "https://open.example/1,open,0,\nhttps://open.example/2,open,0,\n";

static void write_tables(const struct handed *w, const char *isps)
{
	scratch_write(w->dir, "XX/country.conf", conf, strlen(conf));
	scratch_write(w->dir, "XX/regions.tsv", regions, strlen(regions));
	scratch_write(w->dir, "XX/isps.tsv", isps, strlen(isps));
	scratch_write(w->dir, "XX/targets.csv", targets, strlen(targets));
}

void handed_two_networks(const struct handed *w)
{
	write_tables(w, ISPS "200\tTwo\tII\tmobile\t2\t-\n");
}

/* There is no network 200: it was a mistake. */
void handed_one_network(const struct handed *w)
{
	write_tables(w, ISPS);
}

/* --- the collector --- */

/* 0, or what rig_open says. */
int handed_try_open(struct handed *w, const char *step_s, char *err, size_t errlen)
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

void handed_open(struct handed *w, const char *step_s)
{
	char err[512] = "";
	if (handed_try_open(w, step_s, err, sizeof(err)) != 0)
		fail_msg("%s", err);
}

void handed_close(struct handed *w)
{
	rig_close(&w->rig);
	options_clear(&w->o);
}

void handed_catch_up(struct handed *w)
{
	char err[512] = "";
	if (rig_catch_up(&w->rig, w->o.conf, err, sizeof(err)) < 0)
		fail_msg("%s", err);
}

void handed_rebuild(struct handed *w)
{
	char err[512] = "";
	if (rig_rebuild(&w->rig, w->o.conf, err, sizeof(err)) < 0)
		fail_msg("%s", err);
}

/* With the tables as they are by now. */
void handed_start(struct handed *w)
{
	handed_open(w, "5");
	handed_catch_up(w);
}

void handed_append(struct handed *w, enum archive_type type, int64_t t_ms, const struct buf *inner)
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
static void measure(struct handed *w, int i, int64_t t_ms)
{
	struct buf sealed, inner;
	struct batch b;
	uint8_t id[BATCH_ID];
	sender_batch(&b, t_ms, 3);
	strcpy(b.country, "XX");
	strcpy(b.region, i % 2 ? "XX-01" : "XX-02");
	b.isp = i < HANDED_SENDERS / 2 ? 100 : 200;
	w->sender[i].box = w->rig.box;
	sender_seal(&w->sender[i], &b, &sealed, id);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &w->rig.box), BATCH_OK);
	handed_append(w, ARCHIVE_BATCH, t_ms + 1000, &inner);
	buf_clear(&inner);
	buf_clear(&sealed);
}

static void live(struct handed *w, int from, int until)
{
	for (int step = from; step < until; step++) {
		int64_t t = w->t0_ms + step * HANDED_STEP_MS;
		handed_append(w, step ? ARCHIVE_ALIVE : ARCHIVE_START, t, NULL);
		for (int i = 0; i < HANDED_SENDERS; i++)
			measure(w, i, t + 1000);
		handed_catch_up(w);
	}
}

int handed_setup(void **state)
{
	struct handed *w = xcalloc(1, sizeof(*w));
	struct keys_box box;
	w->dir = scratch_new();
	w->t0_ms = (clock_wall_ms() / HANDED_STEP_MS - HANDED_STEPS - 1) * HANDED_STEP_MS;
	for (uint8_t i = 0; i < HANDED_SENDERS; i++)
		sender_init(&w->sender[i], i);
	char *key = scratch_path(w->dir, DATA_BOX_KEY),
	     *archive = scratch_path(w->dir, DATA_ARCHIVE);
	assert_int_equal(keys_box_create(&box, key), 0);
	assert_int_equal(mkdir(archive, 0700), 0);
	free(key);
	free(archive);
	handed_two_networks(w);
	handed_start(w);
	live(w, 0, HANDED_STEPS);
	*state = w;
	return 0;
}

int handed_teardown(void **state)
{
	struct handed *w = *state;
	handed_close(w);
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
char *handed_said(struct handed *w, int64_t asof_ms)
{
	struct buf out;
	buf_init(&out, 16 << 20);
	for (int shape = 0; shape < 8; shape++) {
		const struct series_query q = {.by_region = shape & 1,
					       .by_isp = shape & 2,
					       .by_access = shape & 4,
					       .access = -1,
					       .until_ms = w->t0_ms +
							   (HANDED_STEPS - 6) * HANDED_STEP_MS,
					       .asof_ms = asof_ms};
		assert_int_equal(store_rows(w->rig.store, &q, put_row, &out), 0);
	}
	return out.data;
}

int64_t handed_last_moment(const struct handed *w)
{
	return w->t0_ms + HANDED_STEPS * HANDED_STEP_MS;
}

void handed_expect_said(struct handed *w, int64_t asof_ms, const char *wanted)
{
	char *now = handed_said(w, asof_ms);
	assert_string_equal(now, wanted);
	free(now);
}

void handed_expect_there(const struct handed *w, const char *name, bool there)
{
	char *path = scratch_path(w->dir, name);
	assert_int_equal(access(path, F_OK) == 0, there);
	free(path);
}
