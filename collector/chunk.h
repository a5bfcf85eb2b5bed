/* chunk.h: some hundred rows of one series, which the store keeps as one compressed value: a day at
 * steps of five minutes. One value per series and day instead of one per row measured ten times
 * faster for a month's timeline and a fifth of the size. */
#ifndef COLLECTOR_CHUNK_H
#define COLLECTOR_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/row.h"
#include "common/buf.h"

#define CHUNK_ROWS 288

struct chunk {
	int64_t start_ms; /* a multiple of CHUNK_ROWS steps */
	int64_t step_ms;
	size_t n;
	struct chunk_entry {
		uint16_t index;	      /* (start of the row - start_ms) / step_ms */
		uint32_t offset, len; /* in bytes */
	} entries[CHUNK_ROWS];	      /* sorted by index */
	struct buf bytes; /* encoded rows, and those that were replaced since the last encode */
};

/* Where the chunk of a time starts. */
int64_t chunk_start(int64_t time_ms, int64_t step_ms);

void chunk_init(struct chunk *c, int64_t start_ms, int64_t step_ms);
void chunk_clear(struct chunk *c);

/* The row must start on a step of the chunk. */
void chunk_put(struct chunk *c, const struct row *r);
/* The i-th row, or the one that starts at a time; its series is left as it is. 1, 0 when there is
 * none, -1 damage. */
int chunk_at(const struct chunk *c, size_t i, struct row *r);
int chunk_get(const struct chunk *c, int64_t start_ms, struct row *r);
/* Index of the first row that starts at or after a time. */
size_t chunk_find(const struct chunk *c, int64_t start_ms);

/* Both ends of the stored form. chunk_decode: an initialised, empty chunk; 0, or -1 when the bytes
 * are no chunk. */
int chunk_encode(struct chunk *c, struct buf *out);
int chunk_decode(struct chunk *c, const void *data, size_t len);

#endif
