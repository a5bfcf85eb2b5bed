/* test_ingest.c: from a body to a receipt, on a real archive. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "tests/collector/mmdb.h"
#include "tests/collector/scratch.h"

#include "tests/collector/fakes/ingest_world.c"

static void test_new(void **state)
{
	struct world *w = *state;
	struct buf sealed;
	struct answer a;
	uint8_t id[BATCH_ID];
	make_sealed(w, 2, &sealed, id);
	submit(w, &sealed, &a);
	assert_int_equal(w->views.n, 0);
	run(w);
	assert_int_equal(a.status, INGEST_NEW);
	assert_memory_equal(a.batch, id, BATCH_ID);
	assert_int_equal(a.results, 3);
	assert_string_equal(a.reason, "");
	expect_archived(w, 1, 0);

	struct keys_sign k;
	keys_sign_derive(&k, w->sender.seed, clock_epoch_day(clock_wall_ms() - 60002));
	const struct fold *f = &w->views.fold[0];
	assert_int_equal(w->views.n, 1);
	assert_int_equal(f->probe, buf_get_u64(k.pk));
	assert_string_equal(f->at.region, "IR-23");
	assert_int_equal(f->at.isp, 64497);
	assert_int_equal(f->at.region_source, PLACE_DECLARED);
	assert_int_equal(f->results, 3);
	assert_int_equal(f->class, CLASS_OTHER); /* that URL is not on the collector's list */
	buf_clear(&sealed);
}

/* What arrives together shares a sync; a great many share a few. Answers keep the order. */
static void test_group(void **state)
{
	struct world *w = *state;
	struct answer a[100];
	struct ingest_stats stats;
	uint8_t id[BATCH_ID];
	for (int i = 0; i < 100; i++) {
		struct buf sealed;
		make_sealed(w, i, &sealed, id);
		submit(w, &sealed, &a[i]);
		buf_clear(&sealed);
		if (i == 19)
			run(w);
	}
	run(w);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(a[i].status, INGEST_NEW);
		assert_int_equal(a[i].order, i + 1);
		assert_int_equal(a[i].results, i % 7 + 1);
	}
	ingest_stats(w->ingest, &stats);
	assert_int_equal(stats.batches_new, 100);
	assert_int_equal(stats.results, 395);
	assert_int_equal(stats.results_late, 0);
	assert_int_equal(stats.archive_syncs, 1 + 1 + 3); /* the start, 20, then 32, 32 and 16 */
	expect_archived(w, 100, 0);
	assert_int_equal(w->views.n, 100);
}

static void test_duplicates(void **state)
{
	struct world *w = *state;
	struct buf one, again;
	struct answer a[5];
	struct ingest_stats stats;
	struct batch b;
	uint8_t id[BATCH_ID], id_again[BATCH_ID];
	int64_t t_ms = clock_wall_ms() - 5000;
	sender_batch(&b, t_ms, 2);
	sender_seal(&w->sender, &b, &one, id);
	sender_batch(&b, t_ms, 2);
	sender_seal(&w->sender, &b, &again,
		    id_again); /* other bytes outside, the same batch inside */
	assert_memory_not_equal(one.data, again.data, one.len);

	submit(w, &one, &a[0]);
	submit(w, &one, &a[1]); /* in the same group */
	submit(w, &again, &a[2]);
	run(w);
	submit(w, &again, &a[3]);
	run(w);
	assert_int_equal(ingest_tick(w->ingest, w->views.fold[0].received_ms), 0);
	crash(w);
	submit(w, &one, &a[4]);
	run(w);

	assert_int_equal(a[0].status, INGEST_NEW);
	for (int i = 1; i < 5; i++) {
		assert_int_equal(a[i].status, INGEST_DUPLICATE);
		assert_memory_equal(a[i].batch, id, BATCH_ID);
		assert_int_equal(a[i].results, 2);
	}
	expect_archived(w, 1, 0);
	assert_int_equal(w->views.n, 0); /* since the crash */
	ingest_stats(w->ingest, &stats);
	assert_int_equal(stats.batches_duplicate, 1);
	buf_clear(&one);
	buf_clear(&again);
}

static void expect_refused(struct world *w, const void *body, size_t len, enum ingest_status status,
			   const char *why)
{
	struct answer a;
	submit_from(w, body, len, NULL, &a);
	run(w);
	if (a.status != status || !strstr(a.reason, why))
		fail_msg("expected %d '%s', got %d '%s'", status, why, a.status, a.reason);
	assert_int_equal(a.results, 0);
}

static void test_refusals(void **state)
{
	struct world *w = *state;
	uint8_t id[BATCH_ID], *zeros = xcalloc(1, 2 * BATCH_SEALED_MAX);
	struct sender other = w->sender;
	struct ingest_stats stats;
	struct buf sealed;
	struct batch b;
	expect_refused(w, zeros, 0, INGEST_BAD, "shorter than the smallest batch");
	expect_refused(w, zeros, 1000, INGEST_BAD, "shorter than the smallest batch");
	expect_refused(w, zeros, 1500, INGEST_BAD, "size classes");
	expect_refused(w, zeros, 2 * BATCH_SEALED_MAX, INGEST_LARGE,
		       "larger than the largest batch");
	expect_refused(w, zeros, 4096, INGEST_BAD, "not sealed to this collector's key");
	free(zeros);

	sender_batch(&b, clock_wall_ms(), 1);
	crypto_box_keypair(other.box.pk, other.box.sk);
	sender_seal(&other, &b, &sealed, id);
	expect_refused(w, sealed.data, sealed.len, INGEST_BAD,
		       "not sealed to this collector's key");
	buf_clear(&sealed);

	sender_batch(&b, clock_wall_ms(), 1);
	strcpy(b.region, "DE-BE");
	sender_seal(&w->sender, &b, &sealed, id);
	expect_refused(w, sealed.data, sealed.len, INGEST_BAD, "DE-BE is not a region of IR");
	buf_clear(&sealed);

	expect_archived(w, 0, 0);
	assert_int_equal(w->views.n, 0);
	ingest_stats(w->ingest, &stats);
	assert_int_equal(stats.batches_bad, 7);
	assert_int_equal(stats.archive_syncs, 1); /* the start */
}

/* Seals inner bytes that no honest probe would make. */
static void seal_inner(const struct world *w, const struct buf *inner, struct buf *sealed)
{
	uint8_t *padded = xcalloc(1, 2048 - crypto_box_SEALBYTES), out[2048];
	uint32_t n = (uint32_t)inner->len;
	memcpy(padded, &n, 4);
	memcpy(padded + 4, inner->data, inner->len);
	crypto_box_seal(out, padded, 2048 - crypto_box_SEALBYTES, w->sender.box.pk);
	buf_init(sealed, sizeof(out));
	buf_put(sealed, out, sizeof(out));
	free(padded);
}

/* Every byte of the signed part matters. */
static void test_forged(void **state)
{
	struct world *w = *state;
	struct buf sealed, inner, forged;
	struct answer a;
	uint8_t id[BATCH_ID];
	make_sealed(w, 0, &sealed, id);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &w->sender.box), BATCH_OK);
	for (size_t i = 0; i < inner.len; i++) {
		inner.data[i] ^= 1;
		seal_inner(w, &inner, &forged);
		inner.data[i] ^= 1;
		submit(w, &forged, &a);
		run(w);
		assert_int_equal(a.status, INGEST_BAD);
		assert_non_null(strstr(a.reason, i < 4 ? "version" : "signature"));
		buf_clear(&forged);
	}
	expect_archived(w, 0, 0);
	seal_inner(w, &inner, &forged);
	submit(w, &forged, &a);
	run(w);
	assert_int_equal(a.status, INGEST_NEW);
	buf_clear(&forged);
	buf_clear(&inner);
	buf_clear(&sealed);
}

/* What the address said is in the record; the address and the database are not needed again. */
static void test_placement_is_kept(void **state)
{
	struct world *w = *state;
	char *path = scratch_path(w->dir, "asn.mmdb"), err[512];
	struct sockaddr_in peer = {.sin_family = AF_INET};
	struct mmdb *m = mmdb_new(4);
	struct buf b, sealed;
	struct answer a;
	struct batch batch;
	uint8_t id[BATCH_ID];
	buf_init(&b, 256);
	mmdb_map(&b, 1);
	mmdb_text(&b, "autonomous_system_number");
	mmdb_u32(&b, 64498);
	mmdb_insert(m, "198.19.0.0/16", &b);
	mmdb_write(m, path);
	buf_clear(&b);

	struct place *before = w->place;
	stop(w);
	w->place = place_open(NULL, path, w->country, err, sizeof(err));
	assert_non_null(w->place);
	start(w);
	ingest_start(w->ingest, w->now_ms);
	sender_batch(&batch, clock_wall_ms(), 1);
	batch.isp = 0;
	batch.access = ACCESS_UNKNOWN;
	sender_seal(&w->sender, &batch, &sealed, id);
	inet_pton(AF_INET, "198.19.7.7", &peer.sin_addr);
	submit_from(w, sealed.data, sealed.len, (struct sockaddr *)&peer, &a);
	run(w);
	assert_int_equal(a.status, INGEST_NEW);

	stop(w);
	place_close(w->place);
	w->place = before;
	start(w);
	assert_int_equal(rebuild(w, err, sizeof(err)), 0);
	assert_int_equal(w->views.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(w->views.fold[i].at.isp, 64498);
		assert_int_equal(w->views.fold[i].at.isp_source, PLACE_MMDB);
		assert_int_equal(w->views.fold[i].at.access, ACCESS_FIXED);
	}
	buf_clear(&sealed);
	free(path);
}

static void test_late(void **state)
{
	struct world *w = *state;
	struct ingest_stats stats;
	struct answer a;
	struct buf sealed;
	struct batch b;
	uint8_t id[BATCH_ID];
	sender_batch(&b, clock_wall_ms() - 90 * CLOCK_DAY_MS, 3);
	sender_seal(&w->sender, &b, &sealed, id);
	submit(w, &sealed, &a);
	run(w);
	assert_int_equal(a.status, INGEST_NEW);
	ingest_stats(w->ingest, &stats);
	assert_int_equal(stats.results_late, 3);
	buf_clear(&sealed);
}

/* Who waits when the collector stops still gets an answer, and it is true. */
static void test_free_answers(void **state)
{
	struct world *w = *state;
	struct buf sealed;
	struct answer a;
	uint8_t id[BATCH_ID];
	make_sealed(w, 1, &sealed, id);
	submit(w, &sealed, &a);
	stop(w);
	assert_int_equal(a.status, INGEST_NEW);
	start(w);
	expect_archived(w, 1, 0);
	buf_clear(&sealed);
}

struct chain {
	struct world *w;
	struct buf *sealed;
	struct answer *next;
};

static void on_first(void *arg, const struct ingest_receipt *r)
{
	struct chain *c = arg;
	assert_int_equal(r->status, INGEST_NEW);
	submit(c->w, c->sealed, c->next);
}

/* An answer may bring the next submission, also of the very batch that was just answered. */
static void test_submit_from_answer(void **state)
{
	struct world *w = *state;
	struct buf sealed;
	struct answer a;
	uint8_t id[BATCH_ID];
	make_sealed(w, 1, &sealed, id);
	struct chain c = {w, &sealed, &a};
	ingest_start(w->ingest, w->now_ms);
	ingest_submit(w->ingest, sealed.data, sealed.len, NULL, on_first, &c);
	run(w);
	run(w);
	assert_int_equal(a.status, INGEST_DUPLICATE);
	buf_clear(&sealed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_new),	     TEST(test_group),	      TEST(test_duplicates),
		TEST(test_refusals), TEST(test_forged),	      TEST(test_placement_is_kept),
		TEST(test_late),     TEST(test_free_answers), TEST(test_submit_from_answer),
	};
	log_init("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
