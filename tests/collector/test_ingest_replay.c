/* test_ingest_replay.c: disks and views that fail, restarts and rebuilds: the archive decides, the views follow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "tests/collector/fakes/ingest_world.c"

/* No room: nobody of the group gets a receipt, not even a twin; and nothing of it is left. */
static void test_disk_full(void **state)
{
	struct world *w = *state;
	struct buf one, two;
	struct answer a[3];
	struct ingest_stats stats;
	uint8_t id[BATCH_ID];
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(send_one(w, 1).status, INGEST_NEW);
	make_sealed(w, 2, &one, id);
	make_sealed(w, 3, &two, id);
	submit(w, &one, &a[0]);
	submit(w, &two, &a[1]);
	submit(w, &one, &a[2]);
	limit_files(archive_bytes(w->archive) + 200);
	run(w);
	limit_files(RLIM_INFINITY);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(a[i].status, INGEST_TROUBLE);
		assert_non_null(strstr(a[i].reason, "cannot store"));
	}
	expect_archived(w, 1, 0);
	assert_int_equal(w->views.n, 1);

	submit(w, &one, &a[0]);
	submit(w, &one, &a[1]);
	submit(w, &two, &a[2]);
	run(w);
	assert_int_equal(a[0].status, INGEST_NEW);
	assert_int_equal(a[1].status, INGEST_DUPLICATE);
	assert_int_equal(a[2].status, INGEST_NEW);
	ingest_stats(w->ingest, &stats);
	assert_int_equal(stats.batches_trouble, 3);
	assert_int_equal(stats.batches_new, 3);
	buf_clear(&one);
	buf_clear(&two);
}

/* The views fail after the batch is on disk: the receipt stands, and the next start makes up for it. */
static void test_views_fail(void **state)
{
	struct world *w = *state;
	char err[512];
	for (int store = 0; store < 2; store++) {
		w->views.fails = !store;
		w->store.fails = store;
		struct answer a = send_one(w, store);
		assert_int_equal(a.status, INGEST_NEW);
		a = send_one(w, store + 10);
		assert_int_equal(a.status, INGEST_TROUBLE);
		assert_int_equal(ingest_tick(w->ingest, clock_wall_ms()), -1);
		crash(w);
		assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), 0);
		ingest_start(w->ingest, w->now_ms);
		assert_int_equal(w->views.n, 1);
		assert_int_equal(w->store.n_committed, store + 1);
		expect_archived(w, (size_t)store + 1, 0);
	}
	w->views.fails = true;
	assert_int_equal(ingest_tick(w->ingest, clock_wall_ms()), -1);
	w->views.fails = false;
	assert_int_equal(ingest_tick(w->ingest, clock_wall_ms()), -1); /* until the next start */
}

static void test_alive(void **state)
{
	struct world *w = *state;
	int64_t minute = clock_wall_ms() / 60000;
	for (int s = 0; s < 180; s++)
		assert_int_equal(ingest_tick(w->ingest, (minute + 10) * 60000 + 1000 * s), 0);
	expect_archived(w, 0, 3);
	assert_int_equal(w->views.alive, 3);
	assert_int_equal(w->store.pos.offset, archive_bytes(w->archive));
	assert_int_equal(w->views.tick_ms, (minute + 10) * 60000 + 179000);

	/* One more when something becomes final in between. */
	w->views.due_ms = (minute + 13) * 60000 + 500;
	for (int s = 0; s < 3; s++)
		assert_int_equal(ingest_tick(w->ingest, (minute + 13) * 60000 + 400 * s), 0);
	w->views.due_ms = 0;
	expect_archived(w, 0, 5);

	/* A batch is a sign of life as well. */
	send_one(w, 1);
	send_one(w, 2);
	assert_int_equal(ingest_tick(w->ingest, w->views.fold[1].received_ms), 0);
	expect_archived(w, 2, 5);
	assert_int_equal(w->store.pos.offset, archive_bytes(w->archive));
}

/* No room for the mark is no reason to stop: readers are still served. */
static void test_alive_disk_full(void **state)
{
	struct world *w = *state;
	signal(SIGXFSZ, SIG_IGN);
	limit_files(10);
	crash(w);
	ingest_start(w->ingest, 60000);
	assert_int_equal(send_one(w, 1).status, INGEST_TROUBLE); /* nor for a batch */
	assert_int_equal(ingest_tick(w->ingest, 60000), 0);
	limit_files(RLIM_INFINITY);
	expect_archived(w, 0, 0);
	assert_int_equal(ingest_tick(w->ingest, 61000), 0);
	assert_int_equal(w->views.starts, 1);
	assert_int_equal(send_one(w, 1).status, INGEST_NEW);
	expect_archived(w, 1, 0);
	limit_files(10);
	assert_int_equal(ingest_tick(w->ingest, 120000), 0);
	limit_files(RLIM_INFINITY);
	assert_int_equal(ingest_tick(w->ingest, 121000), 0);
	expect_archived(w, 1, 1);
}

static void test_catch_up(void **state)
{
	struct world *w = *state;
	char err[512];
	for (int i = 0; i < 5; i++)
		send_one(w, i);
	assert_int_equal(ingest_tick(w->ingest, w->views.fold[4].received_ms), 0);
	struct archive_pos pos = w->store.pos;
	for (int i = 5; i < 8; i++)
		send_one(w, i);
	assert_int_equal(ingest_tick(w->ingest, w->views.fold[7].received_ms + 120000), 0);
	struct archive_pos end = w->store.pos;

	w->store.n_committed = 5; /* as if the last commit had not come to pass */
	w->store.pos = pos;
	crash(w);
	assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), 0);
	assert_int_equal(w->views.n, 3);
	assert_int_equal(w->views.fold[0].results, 5 % 7 + 1);
	assert_int_equal(w->views.alive, 1);
	assert_int_equal(w->store.n_committed, 8);
	assert_int_equal(w->store.pos.offset, end.offset);
	assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), 0);
	assert_int_equal(w->views.n, 3);

	w->store.pos.offset++; /* an archive that ends before the views do */
	crash(w);
	assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "00000001.seg"));
	w->store.pos.offset--;
}

/* A record can come twice when a crash brought back what had been cut off: it counts once. */
static void test_archived_twice(void **state)
{
	struct world *w = *state;
	char err[512];
	for (int i = 0; i < 3; i++) {
		w->store.n = 0; /* the ledger forgets, so that the batch is taken again */
		assert_int_equal(send_one(w, 1).status, INGEST_NEW);
	}
	expect_archived(w, 3, 0);
	w->views.n = 0;
	assert_int_equal(rebuild(w, err, sizeof(err)), 0);
	assert_int_equal(w->views.n, 1);
}

static void test_rebuild(void **state)
{
	struct world *w = *state;
	char err[512];
	for (int i = 0; i < 10; i++)
		send_one(w, i);
	assert_int_equal(ingest_tick(w->ingest, clock_wall_ms() + 3600000), 0);
	struct views *live = xmalloc(sizeof(*live));
	*live = w->views;
	crash(w);
	assert_int_equal(rebuild(w, err, sizeof(err)), 0);
	assert_int_equal(w->views.n, live->n);
	for (size_t i = 0; i < live->n; i++) {
		assert_int_equal(w->views.fold[i].probe, live->fold[i].probe);
		assert_int_equal(w->views.fold[i].received_ms, live->fold[i].received_ms);
		assert_int_equal(w->views.fold[i].results, live->fold[i].results);
		assert_int_equal(w->views.fold[i].class, live->fold[i].class);
		assert_string_equal(w->views.fold[i].at.region, live->fold[i].at.region);
	}
	assert_int_equal(w->views.alive, live->alive);
	assert_int_equal(w->views.tick_ms, live->tick_ms);
	assert_int_equal(w->store.pos.offset, archive_bytes(w->archive));
	assert_int_equal(w->store.n_committed, 10);
	free(live);

	w->store.fails = true;
	assert_int_equal(rebuild(w, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "views"));
}

/* An archive whose checksums are right and whose signatures are not: somebody has been at it. */
static void test_rewritten_archive(void **state)
{
	struct world *w = *state;
	struct buf sealed, inner;
	struct archive_record r = {.type = ARCHIVE_BATCH, .received_ms = 1};
	struct archive_pos pos;
	char err[512];
	uint8_t id[BATCH_ID];
	make_sealed(w, 1, &sealed, id);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &w->sender.box), BATCH_OK);
	inner.data[inner.len - 1] ^= 1;
	r.inner = inner.data;
	r.inner_len = inner.len;
	assert_int_equal(archive_append(w->archive, &r, &pos), 0);
	assert_int_equal(archive_sync(w->archive), 0);
	assert_int_equal(ingest_catch_up(w->ingest, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "segment 00000001"));
	assert_non_null(strstr(err, "the signature does not verify"));
	assert_int_equal(w->store.n_committed, 0);
	buf_clear(&inner);
	buf_clear(&sealed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_disk_full),	    TEST(test_views_fail),	  TEST(test_alive),
		TEST(test_alive_disk_full), TEST(test_catch_up),	  TEST(test_archived_twice),
		TEST(test_rebuild),	    TEST(test_rewritten_archive),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
