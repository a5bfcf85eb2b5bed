/* chunkcache.h: the chunks that are being worked on, between the store and its back end.
 *
 * The rows of a step go to hundreds of chunks, and the next step's to the same ones; each is read
 * once and written once per commit. Memory is bounded: when the cache is full it is written out and
 * begins anew. */
#ifndef COLLECTOR_CHUNKCACHE_H
#define COLLECTOR_CHUNKCACHE_H

#include <stdint.h>

#include "collector/chunk.h"
#include "collector/store.h"

struct chunkcache; /* opaque */

/* Where a value of a series belongs. Entries of one time in different layers stand beside each
 * other: the revisions of a row. Layer 0 is that of maps that have none. */
struct chunk_line {
	enum store_map map;
	uint32_t series;
	uint32_t layer;
	int64_t step_ms;
};

/* ops and backend are borrowed. */
struct chunkcache *chunkcache_new(const struct store_ops *ops, void *backend);
void chunkcache_free(struct chunkcache *c); /* without writing */

/* 0 or -1. */
int chunkcache_put(struct chunkcache *c, const struct chunk_line *l, int64_t time_ms,
		   const void *data, size_t len);
/* 1 with an entry that is borrowed until the next call, 0 when there is none, -1. */
int chunkcache_get(struct chunkcache *c, const struct chunk_line *l, int64_t time_ms,
		   struct chunk_item *out);
/* Entries of [from, until) of a line and all its layers: chunk by chunk in order of time, of each
 * chunk layer by layer, of each layer in order of time; until fn returns non-zero, which is
 * returned. 0, or -1. */
int chunkcache_scan(struct chunkcache *c, const struct chunk_line *l, int64_t from_ms,
		    int64_t until_ms, int (*fn)(void *arg, const struct chunk_item *item),
		    void *arg);

/* Writes out what changed and forgets it all. 0 or -1. */
int chunkcache_flush(struct chunkcache *c);
/* Forgets everything unwritten. */
void chunkcache_drop(struct chunkcache *c);

#endif
