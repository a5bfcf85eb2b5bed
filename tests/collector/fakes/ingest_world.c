/* ingest_world.c: see ingest_world.h. */
#include "tests/collector/fakes/ingest_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/ingest.c"
#include "common/clock.h"
#include "tests/collector/scratch.h"

struct archive_pos store_position(struct store *s)
{
	return s->pos;
}

int store_commit(struct store *s, struct archive_pos pos)
{
	if (s->fails)
		return -1;
	s->n_committed = s->n;
	s->pos = pos;
	return 0;
}

int store_flush(struct store *s)
{
	return s->fails ? -1 : 0;
}

bool store_has_batch(struct store *s, const uint8_t id[static BATCH_ID])
{
	for (size_t i = 0; i < s->n; i++)
		if (!memcmp(s->batch[i], id, BATCH_ID))
			return true;
	return false;
}

int store_put_batch(struct store *s, const uint8_t id[static BATCH_ID], int64_t received_ms)
{
	assert_true(received_ms > 0 && s->n < MANY);
	if (s->fails)
		return -1;
	if (store_has_batch(s, id))
		return 0;
	memcpy(s->batch[s->n++], id, BATCH_ID);
	return 1;
}

int views_fold(struct views *v, const struct batch *b, uint64_t probe, const struct placement *at,
	       int64_t received_ms)
{
	assert_true(archive_bytes(v->archive) > 0); /* it is on disk by now */
	v->fold[v->n++] = (struct fold){probe, *at, received_ms, b->n_results, b->targets[0].class};
	return v->fails ? -1 : 0;
}

int views_alive(struct views *v, int64_t received_ms)
{
	assert_true(received_ms > 0);
	v->alive++;
	return v->fails ? -1 : 0;
}

int views_start(struct views *v, int64_t received_ms)
{
	assert_true(received_ms > 0);
	v->starts++;
	return v->fails ? -1 : 0;
}

int64_t views_due(const struct views *v)
{
	return v->due_ms ? v->due_ms : INT64_MAX;
}

bool views_unreached(const struct views *v)
{
	return v->unreached;
}

int views_tick(struct views *v, int64_t now_ms)
{
	v->tick_ms = now_ms;
	return v->fails ? -1 : 0;
}

void start(struct world *w)
{
	char err[512];
	w->archive = archive_open(w->dir, true, err, sizeof(err));
	assert_non_null(w->archive);
	w->views.archive = w->archive;
	w->ingest = ingest_new(&(struct ingest_config){w->base, &w->sender.box, w->archive,
						       &w->store, &w->views, w->country, w->place});
}

void stop(struct world *w)
{
	ingest_free(w->ingest);
	archive_close(w->archive);
}

void crash(struct world *w)
{
	stop(w);
	w->store.n = w->store.n_committed;
	w->store.fails = false;
	w->views = (struct views){0};
	start(w);
}

int rebuild(struct world *w, char *err, size_t errlen)
{
	stop(w);
	w->store.n = 0;
	w->store.pos = (struct archive_pos){0};
	start(w);
	return ingest_catch_up(w->ingest, err, errlen);
}

int set_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	char err[512];
	w->dir = scratch_new();
	w->now_ms = clock_wall_ms();
	w->base = event_base_new();
	sender_init(&w->sender, 1);
	w->country = country_load("tests/country/countries", "IR", err, sizeof(err));
	assert_non_null(w->country);
	w->place = place_open(NULL, NULL, w->country, err, sizeof(err));
	start(w);
	ingest_start(w->ingest, w->now_ms);
	*state = w;
	return 0;
}

int tear_down(void **state)
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
	struct asked *q = arg;
	assert_int_equal(q->a->order, 0); /* once */
	q->a->order = ++q->w->answers;
	q->a->status = r->status;
	q->a->results = r->results;
	memcpy(q->a->batch, r->batch, BATCH_ID);
	snprintf(q->a->reason, sizeof(q->a->reason), "%s", r->reason ? r->reason : "");
	assert_true(llabs(r->received_ms - clock_wall_ms()) < 60000);
	free(q);
}

void submit_from(struct world *w, const void *body, size_t len, const struct sockaddr *peer,
		 struct answer *a)
{
	struct asked *q = xmalloc(sizeof(*q));
	*q = (struct asked){w, a};
	*a = (struct answer){0};
	ingest_submit(w->ingest, body, len, peer, on_answer, q);
	assert_int_equal(a->order, 0); /* not from inside */
}

void submit(struct world *w, const struct buf *sealed, struct answer *a)
{
	submit_from(w, sealed->data, sealed->len, NULL, a);
}

void run(struct world *w)
{
	assert_in_range(event_base_loop(w->base, EVLOOP_NONBLOCK), 0, 1);
}

void make_sealed(struct world *w, int i, struct buf *sealed, uint8_t id[BATCH_ID])
{
	struct batch b;
	sender_batch(&b, w->now_ms - 60000 - 1000 * i, (size_t)i % 7 + 1);
	sender_seal(&w->sender, &b, sealed, id);
}

struct answer send_one(struct world *w, int i)
{
	struct buf sealed;
	struct answer a;
	uint8_t id[BATCH_ID];
	make_sealed(w, i, &sealed, id);
	submit(w, &sealed, &a);
	run(w);
	assert_int_not_equal(a.order, 0);
	buf_clear(&sealed);
	return a;
}

static int count_record(void *arg, const struct archive_record *r, struct archive_pos end)
{
	size_t *n = arg;
	(void)end;
	if (r->type != ARCHIVE_START)
		n[r->type == ARCHIVE_ALIVE]++;
	return 0;
}

void expect_archived(struct world *w, size_t batches, size_t alive)
{
	char err[512];
	size_t n[2] = {0};
	assert_int_equal(archive_replay(w->archive, NULL, count_record, n, err, sizeof(err)), 0);
	assert_int_equal(n[0], batches);
	assert_int_equal(n[1], alive);
}

void limit_files(rlim_t bytes)
{
	struct rlimit l;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &l), 0);
	l.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &l), 0);
}
