/* test_ingest_views.c: the whole line with the real store and views: what a collector has after living through some
 * minutes, after a crash in the middle, and after a rebuild from the archive alone, is the same, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/ingest.h"
#include "common/clock.h"
#include "common/log.h"
#include "tests/collector/scratch.h"
#include "tests/collector/sender.h"

#define SENDERS 6

struct world {
	char *dir;
	int64_t now_ms;
	struct event_base *base;
	struct sender sender[SENDERS];
	struct country *country;
	struct place *place;
	struct archive *archive;
	struct store *store;
	struct views *views;
	struct ingest *ingest;
	size_t answers[INGEST_TROUBLE + 1];
};

static void start(struct world *w)
{
	const struct views_config config = {.bucket_ms = 5000, .step_ms = 5000, .min_probes = 2};
	char err[512] = "", *archive = scratch_path(w->dir, "archive");
	char *db = scratch_path(w->dir, "views.sqlite");
	w->archive = archive_open(archive, true, err, sizeof(err));
	w->store = store_open("sqlite", db, err, sizeof(err));
	if (!w->archive || !w->store)
		fail_msg("%s", err);
	w->views = views_new(w->store, w->country, &config);
	assert_non_null(w->views);
	w->ingest = ingest_new(&(struct ingest_config){w->base, &w->sender[0].box, w->archive,
						       w->store, w->views, w->country, w->place});
	free(archive);
	free(db);
}

static void rebuild(struct world *w)
{
	char err[512] = "";
	assert_int_equal(store_reset(w->store), 0);
	ingest_free(w->ingest);
	w->ingest = ingest_new(&(struct ingest_config){w->base, &w->sender[0].box, w->archive,
						       w->store, w->views, w->country, w->place});
	assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), 0);
}

/* Without a commit, as kill -9 would: what was not committed is lost. */
static void stop(struct world *w)
{
	ingest_free(w->ingest);
	views_free(w->views);
	store_close(w->store);
	archive_close(w->archive);
}

static int set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	char err[512];
	w->dir = scratch_new();
	w->now_ms = clock_wall_ms() / 5000 * 5000; /* so that no batch is in two steps */
	w->base = event_base_new();
	for (uint8_t i = 0; i < SENDERS; i++)
		sender_init(&w->sender[i], i);
	w->country = country_load("tests/country/countries", "IR", err, sizeof(err));
	assert_non_null(w->country);
	w->place = place_open(NULL, NULL, w->country, err, sizeof(err));
	start(w);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;
	stop(w);
	place_close(w->place);
	country_free(w->country);
	event_base_free(w->base);
	scratch_remove(w->dir);
	free(w);
	return 0;
}

static void on_answer(void *arg, const struct ingest_receipt *r)
{
	struct world *w = arg;
	w->answers[r->status]++;
}

/* Probe i measured all international targets at t_ms and reached them, or not. */
static void submit(struct world *w, int i, int64_t t_ms, bool up)
{
	static const char *const urls[] = {"https://cdn-good.example/", "https://gov.example/",
					   "https://portal.example/"};
	struct buf sealed;
	struct batch b;
	uint8_t id[BATCH_ID];
	sender_batch(&b, t_ms, 0);
	strcpy(b.region, i % 2 ? "IR-23" : "IR-10");
	b.isp = 64497 + (uint32_t)i % 3;
	for (size_t u = 0; u < 3; u++) {
		struct result r;
		result_init(&r, KIND_HTTP);
		r.v[RESULT_T] = t_ms + (int64_t)u;
		r.v[RESULT_TARGET] = batch_target(&b, urls[u], CLASS_OPEN);
		r.v[RESULT_FAILURE] = up ? FAIL_NONE : FAIL_HTTP_TIMEOUT;
		batch_add(&b, &r);
	}
	sender_seal(&w->sender[i], &b, &sealed, id);
	ingest_start(w->ingest, w->now_ms);
	ingest_submit(w->ingest, sealed.data, sealed.len, NULL, on_answer, w);
	buf_clear(&sealed);
}

static void run(struct world *w)
{
	assert_in_range(event_base_loop(w->base, EVLOOP_NONBLOCK), 0, 1);
}

static int put_row(void *arg, const struct row *r)
{
	char text[SERIES_TEXT_LEN];
	struct buf *out = arg;
	buf_printf(out, "%s %lld: ", series_text(text, &r->series),
		   (long long)(r->start_ms / 1000));
	row_encode(r, out);
	return buf_putc(out, '\n');
}

static int put_event(void *arg, const struct event *e)
{
	struct buf *out = arg;
	buf_printf(out, "%s: ", e->id);
	event_encode(e, out);
	return buf_putc(out, '\n');
}

/* Every row and every event of all eight shapes of series. */
static void dump(const struct world *w, struct buf *out)
{
	buf_init(out, 64 << 20);
	for (int shape = 0; shape < 8; shape++) {
		const struct series_query q = {.by_region = shape & 1,
					       .by_isp = shape & 2,
					       .by_access = shape & 4,
					       .access = -1,
					       .until_ms = INT64_MAX};
		assert_int_equal(store_rows(w->store, &q, put_row, out), 0);
		assert_int_equal(store_events(w->store, &q, put_event, out), 0);
	}
	assert_false(out->overflow);
}

static void expect_same(const struct world *w, const struct buf *wanted)
{
	struct buf got;
	dump(w, &got);
	assert_int_equal(got.len, wanted->len);
	assert_memory_equal(got.data, wanted->data, wanted->len);
	buf_clear(&got);
}

/* Lives through ten minutes of one tick each; crashes after `crash_at` of them. */
static void live(struct world *w, int crash_at)
{
	char err[512];
	for (int i = 0; i < SENDERS; i++) {
		submit(w, i, w->now_ms - 3 * CLOCK_DAY_MS, true); /* from a spool */
		for (int k = 0; k < 4; k++)
			submit(w, i, w->now_ms - 20000 + 5000 * k, k < 2 || i % 2);
	}
	run(w);
	for (int minute = 0; minute < 10; minute++) {
		assert_int_equal(ingest_tick(w->ingest, w->now_ms + 60000 * minute), 0);
		if (minute != crash_at)
			continue;
		submit(w, 0, w->now_ms - 2 * CLOCK_DAY_MS, false);
		run(w);
		stop(w);
		start(w);
		assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), 0);
	}
	assert_int_equal(w->answers[INGEST_NEW], 5 * SENDERS + (crash_at < 10));
}

static void test_rebuild_is_the_same(void **state)
{
	struct world *w = *state;
	struct buf lived;
	live(w, 10);
	dump(w, &lived);
	assert_true(lived.len > 1000);
	struct archive_pos pos = store_position(w->store);
	assert_int_equal(pos.offset, archive_bytes(w->archive));

	stop(w);
	start(w);
	expect_same(w, &lived);
	rebuild(w);
	expect_same(w, &lived);
	stop(w);
	start(w);
	assert_int_equal(store_position(w->store).offset, pos.offset);
	expect_same(w, &lived);
	buf_clear(&lived);
}

/* Views that are gone altogether are one catch-up away, and the ledger with them. */
static void test_lost_views(void **state)
{
	struct world *w = *state;
	struct buf lived;
	char err[512];
	live(w, 10);
	dump(w, &lived);
	stop(w);
	static const char *const files[] = {"views.sqlite", "views.sqlite-wal", "views.sqlite-shm"};
	for (size_t i = 0; i < 3; i++) {
		char *path = scratch_path(w->dir, files[i]);
		remove(path);
		free(path);
	}
	start(w);
	assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), 0);
	expect_same(w, &lived);
	submit(w, 1, w->now_ms - 20000, true);
	run(w);
	assert_int_equal(w->answers[INGEST_DUPLICATE], 1);
	buf_clear(&lived);
}

static int count_row(void *arg, const struct row *r)
{
	size_t *n = arg;
	*n += r->v.probes > 0;
	return 0;
}

/* Rows of the country, at most an hour from t_ms on, in which a probe was heard. */
static size_t heard_at(const struct world *w, int64_t t_ms)
{
	const struct series_query q = {
		.access = -1, .from_ms = t_ms - 5000, .until_ms = t_ms + 3600000};
	size_t n = 0;
	assert_int_equal(store_rows(w->store, &q, count_row, &n), 0);
	return n;
}

/* A crash between a receipt and the commit: the batch is in the views after the next start. */
static void test_crash(void **state)
{
	struct world *w = *state;
	int64_t t_ms = w->now_ms - 2 * CLOCK_DAY_MS;
	live(w, 4);
	assert_int_equal(heard_at(w, t_ms), 1);
	submit(w, 0, t_ms, false);
	run(w);
	assert_int_equal(w->answers[INGEST_DUPLICATE], 1);
	rebuild(w);
	assert_int_equal(heard_at(w, t_ms), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rebuild_is_the_same),
		TEST(test_lost_views),
		TEST(test_crash),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
