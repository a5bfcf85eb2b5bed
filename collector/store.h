/* store.h: where the views live: ledger of batches, cells, rows, events. All of it can be thrown away.
 *
 * Writes gather in one transaction that store_commit ends together with the archive position that they
 * reflect: after a crash the store is exactly the view of the archive up to store_position. Keys put
 * dimensions first and time last (measured 50 times faster for a timeline). A back end is one struct store_ops and a row
 * in store.c's table; it sees common/, cell.h, row.h and this. */
#ifndef COLLECTOR_STORE_H
#define COLLECTOR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/archive.h"
#include "collector/cell.h"
#include "collector/row.h"

struct store; /* opaque */

/* NULL with err. backend is "sqlite"; where is its path. */
struct store *store_open(const char *backend, const char *where, char *err, size_t errlen);
void store_close(struct store *s);
int store_commit(struct store *s, struct archive_pos pos);
struct archive_pos store_position(struct store *s);
/* Empties every view; the next store_commit sets the position. */
int store_reset(struct store *s);

/* 1 when the batch is new (and is now in the ledger), 0 when it is there already, -1 on trouble. */
int store_put_batch(struct store *s, const uint8_t id[static BATCH_ID], int64_t received_ms);
bool store_has_batch(struct store *s, const uint8_t id[static BATCH_ID]);

int store_get_cell(struct store *s, const struct cell_key *key, struct cell *out); /* absent: empty */
int store_put_cell(struct store *s, const struct cell_key *key, const struct cell *cell);

/* Which series: each dimension is fixed, or every value, or "any" only (see row.h). */
struct series_query {
	const char *const *regions; /* NULL-ended; NULL: by by_region */
	const uint32_t *isps;	    /* n_isps values */
	size_t n_isps;
	bool by_region, by_isp, by_access; /* true: the split rows; false: the "any" rows */
	int access;		    /* one access type, or -1 */
	int64_t from_ms, until_ms;  /* rows that start in [from, until); events that overlap it */
};

int store_put_row(struct store *s, const struct row *r);
/* In order of series, then time, until fn returns non-zero. 0, or -1. */
int store_rows(struct store *s, const struct series_query *q,
	       int (*fn)(void *arg, const struct row *r), void *arg);
/* Replaces the events of a series whose onset is at or after from. */
int store_put_events(struct store *s, const struct series *series, int64_t from_ms,
		     const struct event *events, size_t n);
int store_events(struct store *s, const struct series_query *q,
		 int (*fn)(void *arg, const struct event *e), void *arg);

/* Small named values: "synthetic", "now_ms", "method". out gets "" when absent. */
int store_put_meta(struct store *s, const char *key, const char *value);
int store_get_meta(struct store *s, const char *key, char *out, size_t outlen);

#endif
