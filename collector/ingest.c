/* ingest.c: submissions wait in one queue until the event loop has handed over all that arrived
 * together; then one sync makes every accepted one of them durable, they are folded into the views,
 * and all are answered in the order in which they came. The event is a timer of zero: libevent runs
 * it behind the sockets that were readable in the same round, so the group grows with the load and
 * a lone batch waits for nothing.
 *
 * A batch is folded only once it is durable, and the store is committed only up to what was folded,
 * so the views are never ahead of the archive. When the views fail, they are not committed again:
 * the next start replays. */
#include "collector/ingest.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/validate.h"
#include "common/clock.h"
#include "common/log.h"

#define ALIVE_MS 60000

/* Decoded batches that may wait for one sync: each may hold 4,096 results in some 0.8 MB. */
#define GROUP_MAX 32

/* A result that took longer than two usual cycles of a probe to arrive came from a spool. */
#define LATE_MS (10 * 60 * 1000)

/* A batch whose signature is good. */
struct opened {
	struct batch batch;
	uint8_t id[BATCH_ID];
	uint64_t probe;
	struct placement seen;
	int64_t received_ms;
};

struct waiting {
	struct waiting *next;
	struct ingest_receipt receipt;
	char reason[256];
	bool grouped;	      /* the answer depends on the coming sync */
	struct opened opened; /* of INGEST_NEW, until it is folded */
	void (*done)(void *arg, const struct ingest_receipt *r);
	void *arg;
};

struct ingest {
	struct ingest_config c;
	struct event *due;	      /* NULL without a loop */
	struct waiting *first, **end; /* in order of arrival */
	size_t grouped;		      /* new batches among them */
	struct archive_pos appended;  /* end of the last record of the coming sync */
	struct archive_pos folded;    /* what the views have seen */
	int64_t last_record_ms;
	bool started; /* the archive says so: batches may come */
	bool broken;  /* the views have failed */
	struct ingest_stats stats;
};

/* --- one batch --- */

/* Verifies and decodes. 0, or -1 with one sentence; o->batch needs batch_clear only after 0. */
static int open_inner(const struct ingest *i, struct opened *o, const void *inner, size_t len,
		      char *why, size_t whylen)
{
	uint8_t pk[KEYS_SIGN_PK];
	char detail[160];
	enum batch_error e =
		batch_open(&o->batch, pk, o->id, inner, len, i->c.box->pk, detail, sizeof(detail));
	if (e != BATCH_OK) {
		snprintf(why, whylen, "%s%s%s", batch_error_str(e), *detail ? ": " : "", detail);
		return -1;
	}
	o->probe = buf_get_u64(pk);
	return 0;
}

/* Into the ledger and the cells, unless the ledger has it. Marks the ingest broken on failure. */
static int fold(struct ingest *i, const struct opened *o)
{
	struct placement at;
	int rc = store_put_batch(i->c.store, o->id, o->received_ms);
	if (rc == 1) {
		place_batch(i->c.place, &o->batch, &o->seen, &at);
		rc = views_fold(i->c.views, &o->batch, o->probe, &at, o->received_ms);
	}
	if (rc < 0)
		i->broken = true;
	return rc;
}

static void count_late(struct ingest *i, const struct opened *o)
{
	for (size_t r = 0; r < o->batch.n_results; r++)
		if (o->batch.results[r].v[RESULT_T] < o->received_ms - LATE_MS)
			i->stats.results_late++;
}

/* --- a submission --- */

static void refuse(struct waiting *w, enum ingest_status status, const char *why)
{
	w->receipt.status = status;
	w->receipt.results = 0;
	snprintf(w->reason, sizeof(w->reason), "%s", why);
}

static const struct waiting *find_grouped(const struct ingest *i, const uint8_t id[static BATCH_ID])
{
	for (const struct waiting *w = i->first; w; w = w->next)
		if (w->grouped && !memcmp(w->receipt.batch, id, BATCH_ID))
			return w;
	return NULL;
}

/* A batch that may be believed: into the archive's next group, or known already. */
static void admit(struct ingest *i, struct waiting *w, const struct buf *inner)
{
	struct opened *o = &w->opened;
	memcpy(w->receipt.batch, o->id, BATCH_ID);
	w->receipt.results = o->batch.n_results;
	o->received_ms = w->receipt.received_ms;

	/* A twin in the same group is a duplicate only once the group is durable. */
	w->grouped = find_grouped(i, o->id) != NULL;
	w->receipt.status = INGEST_DUPLICATE;
	if (w->grouped || store_has_batch(i->c.store, o->id))
		return;
	if (!i->started) {
		refuse(w, INGEST_TROUBLE, "the collector cannot store batches at the moment");
		return;
	}
	const struct archive_record record = {ARCHIVE_BATCH, o->received_ms, o->seen, inner->data,
					      inner->len};
	if (archive_append(i->c.archive, &record, &i->appended) < 0) {
		refuse(w, INGEST_TROUBLE, "the collector cannot store batches at the moment");
		return;
	}
	w->receipt.status = INGEST_NEW;
	w->grouped = true;
	i->grouped++;
}

static void judge(struct ingest *i, struct waiting *w, const void *body, size_t len,
		  const struct sockaddr *peer)
{
	char why[sizeof(w->reason)];
	struct buf inner;
	enum batch_error e = batch_unseal(&inner, body, len, i->c.box);
	if (e != BATCH_OK) {
		refuse(w, e == BATCH_LARGE ? INGEST_LARGE : INGEST_BAD, batch_error_str(e));
	} else if (open_inner(i, &w->opened, inner.data, inner.len, why, sizeof(why)) < 0) {
		refuse(w, INGEST_BAD, why);
	} else {
		struct opened *o = &w->opened;
		place_lookup(i->c.place, peer, &o->seen);
		if (validate_batch(&o->batch, i->c.country, &o->seen, w->receipt.received_ms, why,
				   sizeof(why)) < 0)
			refuse(w, INGEST_BAD, why);
		else
			admit(i, w, &inner);
		if (w->receipt.status != INGEST_NEW)
			batch_clear(&w->opened.batch);
	}
	buf_clear(&inner);
}

/* --- the group --- */

/* Makes all that was appended durable, and folds it. Every answer is final then. */
static void settle(struct ingest *i)
{
	if (!i->grouped)
		return;
	int rc = archive_sync(i->c.archive);
	i->stats.archive_syncs++;
	i->grouped = 0;
	if (rc == 0)
		i->folded = i->appended;
	for (struct waiting *w = i->first; w; w = w->next) {
		bool new = w->grouped && w->receipt.status == INGEST_NEW;
		if (w->grouped && rc < 0)
			refuse(w, INGEST_TROUBLE,
			       "the collector cannot store batches at the moment");
		w->grouped = false;
		if (!new)
			continue;
		if (rc == 0) {
			i->last_record_ms = w->opened.received_ms;
			count_late(i, &w->opened);
			if (!i->broken)
				fold(i, &w->opened);
		}
		batch_clear(&w->opened.batch);
	}
}

static void count(struct ingest_stats *s, const struct ingest_receipt *r)
{
	switch (r->status) {
	case INGEST_NEW:
		s->batches_new++;
		s->results += r->results;
		break;
	case INGEST_DUPLICATE: s->batches_duplicate++; break;
	case INGEST_BAD:
	case INGEST_LARGE: s->batches_bad++; break;
	case INGEST_TROUBLE: s->batches_trouble++; break;
	}
}

/* Answers everything that waits. The queue is let go of first: an answer may bring the next
 * submission. */
static void deliver(struct ingest *i)
{
	struct waiting *w = i->first, *next;
	i->first = NULL;
	i->end = &i->first;
	for (; w; w = next) {
		next = w->next;
		if (*w->reason)
			w->receipt.reason = w->reason;
		count(&i->stats, &w->receipt);
		w->done(w->arg, &w->receipt);
		free(w);
	}
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	settle(arg);
	deliver(arg);
}

struct ingest *ingest_new(const struct ingest_config *c)
{
	struct ingest *i = xcalloc(1, sizeof(*i));
	i->c = *c;
	i->end = &i->first;
	i->folded = store_position(c->store);
	i->due = c->base ? evtimer_new(c->base, on_due, i) : NULL;
	if (c->base && !i->due)
		abort(); /* out of memory */
	return i;
}

void ingest_free(struct ingest *i)
{
	if (!i)
		return;
	settle(i);
	deliver(i);
	if (i->due)
		event_free(i->due);
	free(i);
}

void ingest_submit(struct ingest *i, const void *body, size_t len, const struct sockaddr *peer,
		   void (*done)(void *arg, const struct ingest_receipt *r), void *arg)
{
	static const struct timeval at_once = {0, 0};
	struct waiting *w = xcalloc(1, sizeof(*w));
	w->done = done;
	w->arg = arg;
	w->receipt.received_ms = clock_wall_ms();
	if (i->broken)
		refuse(w, INGEST_TROUBLE, "the collector has to be restarted");
	else
		judge(i, w, body, len, peer);
	*i->end = w;
	i->end = &w->next;
	if (i->grouped == GROUP_MAX)
		settle(i);
	if (!event_pending(i->due, EV_TIMEOUT, NULL))
		event_add(i->due, &at_once);
}

static int fold_mark(struct ingest *i, const struct archive_record *r)
{
	return r->type == ARCHIVE_ALIVE ? views_alive(i->c.views, r->received_ms)
					: views_start(i->c.views, r->received_ms);
}

/* --- replaying --- */

struct replay {
	struct ingest *i;
	const struct archive_pos *until; /* NULL: the end */
	int64_t last_ms;		 /* received time of the last record */
	bool any;
	char *err;
	size_t errlen;
};

static int replay_batch(struct replay *p, const struct archive_record *r, struct archive_pos end)
{
	struct opened o = {.seen = r->seen, .received_ms = r->received_ms};
	char why[256];
	if (open_inner(p->i, &o, r->inner, r->inner_len, why, sizeof(why)) < 0) {
		snprintf(p->err, p->errlen,
			 "archive: segment %08" PRIu32 ": the batch that ends at offset %" PRIu64
			 " is not what was accepted: %s",
			 end.segment, end.offset, why);
		return -1;
	}
	validate_correct(&o.batch, p->i->c.country, o.received_ms);
	int rc = fold(p->i, &o);
	batch_clear(&o.batch);
	if (rc < 0)
		snprintf(p->err, p->errlen, "the views cannot be written");
	return rc < 0 ? -1 : 0;
}

/* 1 behind the last one that is wanted. */
static int on_record(void *arg, const struct archive_record *r, struct archive_pos end)
{
	struct replay *p = arg;
	p->any = true;
	p->last_ms = r->received_ms;
	p->i->folded = end;
	if (r->type == ARCHIVE_BATCH) {
		if (replay_batch(p, r, end) < 0)
			return -1;
	} else if (fold_mark(p->i, r) < 0) {
		snprintf(p->err, p->errlen, "the views cannot be written");
		return -1;
	}
	return p->until && end.segment == p->until->segment && end.offset == p->until->offset;
}

static int replay(struct ingest *i, const struct archive_pos *until, char *err, size_t errlen)
{
	const struct archive_pos from = i->folded;
	struct replay p = {.i = i, .until = until, .err = err, .errlen = errlen};
	if (archive_replay(i->c.archive, &from, on_record, &p, err, errlen) < 0)
		goto broken;
	if (p.any)
		i->last_record_ms = p.last_ms;
	if ((!p.any || views_tick(i->c.views, p.last_ms) == 0) &&
	    (until ? store_flush(i->c.store) : store_commit(i->c.store, i->folded)) == 0)
		return 0;
	snprintf(err, errlen, "the views cannot be written");
broken:
	i->broken = true;
	return -1;
}

int ingest_catch_up(struct ingest *i, char *err, size_t errlen)
{
	return replay(i, NULL, err, errlen);
}

int ingest_catch_up_to(struct ingest *i, struct archive_pos until, char *err, size_t errlen)
{
	return replay(i, &until, err, errlen);
}

/* --- housekeeping --- */

/* 0 when it is on disk and folded. -1 when there was no room (logged), or the views are broken. */
static int mark(struct ingest *i, enum archive_type type, int64_t now_ms)
{
	const struct archive_record record = {.type = type, .received_ms = now_ms};
	struct archive_pos pos;
	if (archive_append(i->c.archive, &record, &pos) < 0 || archive_sync(i->c.archive) < 0)
		return -1;
	i->stats.archive_syncs++;
	i->last_record_ms = now_ms;
	i->folded = pos;
	i->broken |= fold_mark(i, &record) < 0;
	return i->broken ? -1 : 0;
}

void ingest_start(struct ingest *i, int64_t now_ms)
{
	if (!i->started)
		i->started = mark(i, ARCHIVE_START, now_ms) == 0;
}

/* One record in each minute says that silence in it is the network's, not ours; one more for what becomes
 * final in between. What can't be written now is tried again with the next tick. */
static void keep_marks(struct ingest *i, int64_t now_ms)
{
	if (!i->started)
		ingest_start(i, now_ms);
	else if (now_ms / ALIVE_MS != i->last_record_ms / ALIVE_MS ||
		 views_due(i->c.views) <= now_ms)
		mark(i, ARCHIVE_ALIVE, now_ms);
}

int ingest_tick(struct ingest *i, int64_t now_ms)
{
	/* What waits comes first: it was received before now, and the views take records in that order. */
	settle(i);
	deliver(i);
	if (!i->broken)
		keep_marks(i, now_ms);
	if (!i->broken &&
	    (views_tick(i->c.views, now_ms) < 0 || store_commit(i->c.store, i->folded) < 0))
		i->broken = true;
	return i->broken ? -1 : 0;
}

void ingest_stats(const struct ingest *i, struct ingest_stats *out)
{
	*out = i->stats;
	out->unreached = views_unreached(i->c.views);
}
