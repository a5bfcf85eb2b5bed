/* rowcache.h: the chunks of rows that are being worked on, between store.c and its back end.
 *
 * The rows of a step go to hundreds of chunks, and the next step's to the same ones; each is read
 * once and written once per commit. Memory is bounded: when the cache is full it is written out and
 * begins anew. */
#ifndef COLLECTOR_ROWCACHE_H
#define COLLECTOR_ROWCACHE_H

#include <stdint.h>

#include "collector/chunk.h"
#include "collector/store.h"

struct rowcache; /* opaque */

/* ops and backend are borrowed. */
struct rowcache *rowcache_new(const struct store_ops *ops, void *backend);
void rowcache_free(struct rowcache *c); /* without writing */

int rowcache_put(struct rowcache *c, uint32_t series, const struct row *r);
/* 1, 0 when there is none, -1. */
int rowcache_get(struct rowcache *c, uint32_t series, int64_t start_ms, int64_t step_ms,
		 struct row *r);
/* Writes out what changed and forgets it all. 0 or -1. */
int rowcache_flush(struct rowcache *c);
/* Writes out the changes of one series and keeps them: before its chunks are scanned in the back
 * end. */
int rowcache_flush_series(struct rowcache *c, uint32_t series);
/* Forgets everything unwritten. */
void rowcache_drop(struct rowcache *c);

#endif
