/* ingest.h: the line from a request body to a receipt: open -> validate -> place -> archive ->
 * fold.
 *
 * ingest_submit answers through a callback, once, from the event loop, after the batch is on disk:
 * a receipt is a promise. Batches that arrive together share one fsync. */
#ifndef COLLECTOR_INGEST_H
#define COLLECTOR_INGEST_H

#include <stddef.h>
#include <stdint.h>

#include "collector/archive.h"
#include "collector/country.h"
#include "collector/place.h"
#include "collector/store.h"
#include "collector/views.h"
#include "common/keys.h"

struct event_base;
struct sockaddr;
struct ingest; /* opaque */

struct ingest_config {
	struct event_base *base;    /* borrowed; NULL for a rebuild without a loop */
	const struct keys_box *box; /* borrowed, like all below */
	struct archive *archive;
	struct store *store;
	struct views *views;
	const struct country *country;
	const struct place *place;
};

enum ingest_status {
	INGEST_NEW,
	INGEST_DUPLICATE,
	INGEST_BAD,	/* the submission is at fault: 4xx with the reason */
	INGEST_LARGE,	/* 413 */
	INGEST_TROUBLE, /* we are: 503, try again */
};

struct ingest_receipt {
	enum ingest_status status;
	uint8_t batch[BATCH_ID];
	int64_t received_ms;
	size_t results;	    /* accepted results */
	const char *reason; /* one sentence when refused, borrowed for the call */
};

struct ingest_stats {
	uint64_t batches_new, batches_duplicate, batches_bad, batches_trouble;
	uint64_t results, results_late;
	uint64_t archive_syncs;
	bool unreached; /* right now nobody can reach us, see contact.h */
};

struct ingest *ingest_new(const struct ingest_config *c);
/* Settles and answers what still waits, so free it before what the answers need. */
void ingest_free(struct ingest *i);
/* body and peer are borrowed for the call. done fires exactly once, never from inside this call. */
void ingest_submit(struct ingest *i, const void *body, size_t len, const struct sockaddr *peer,
		   void (*done)(void *arg, const struct ingest_receipt *r), void *arg);
/* Folds what the archive has and the store has not yet seen; before serving. 0, or -1 with err. */
int ingest_catch_up(struct ingest *i, char *err, size_t errlen);
/* The same up to where a record ends, flushed into the store and not committed. */
int ingest_catch_up_to(struct ingest *i, struct archive_pos until, char *err, size_t errlen);
/* From now on batches are taken: says so in the archive, so that a rebuild knows when this collector was
 * not up. Without room for that (logged) they are refused until a tick finds some. */
void ingest_start(struct ingest *i, int64_t now_ms);
/* One second's housekeeping: marks, views_tick, store_commit. 0, or -1 when the views can't
 * be kept any more: submissions are refused from then on, and only a new start (which replays)
 * helps. */
int ingest_tick(struct ingest *i, int64_t now_ms);
void ingest_stats(const struct ingest *i, struct ingest_stats *out);

#endif
