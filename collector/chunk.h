/* chunk.h: some hundred entries of one series by time, which the store keeps as one compressed
 * value: a day of rows at steps of five minutes. An entry is some bytes; what they mean is the
 * caller's business. One value per series and day instead of one per row measured ten times faster
 * for a month's timeline and a fifth of the size. */
#ifndef COLLECTOR_CHUNK_H
#define COLLECTOR_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

#define CHUNK_ENTRIES 288
#define CHUNK_ENTRY_MAX                                                                            \
	512 /* a row is some 80 bytes; this has room for every count at its largest */

struct chunk {
	int64_t start_ms; /* a multiple of CHUNK_ENTRIES steps */
	int64_t step_ms;
	size_t n;
	struct chunk_entry {
		uint16_t index;	      /* (time of the entry - start_ms) / step_ms */
		uint32_t offset, len; /* in bytes */
	} entries[CHUNK_ENTRIES];     /* sorted by index */
	struct buf bytes; /* of the entries, and those that were replaced since the last encode */
};

struct chunk_item {
	int64_t time_ms;
	const void *data; /* borrowed from the chunk until it changes */
	size_t len;
};

/* Where the chunk of a time starts. */
int64_t chunk_start(int64_t time_ms, int64_t step_ms);

void chunk_init(struct chunk *c, int64_t start_ms, int64_t step_ms);
void chunk_clear(struct chunk *c);

/* The time must be that of a step of the chunk. 0, or -1 when it is too long. */
int chunk_put(struct chunk *c, int64_t time_ms, const void *data, size_t len);
/* The i-th entry, or the one of a time; false when there is none. */
bool chunk_at(const struct chunk *c, size_t i, struct chunk_item *out);
bool chunk_get(const struct chunk *c, int64_t time_ms, struct chunk_item *out);
/* Index of the first entry at or after a time. */
size_t chunk_find(const struct chunk *c, int64_t time_ms);

/* Both ends of the stored form. chunk_decode: an initialised, empty chunk; 0, or -1 when the bytes
 * are no chunk. */
int chunk_encode(struct chunk *c, struct buf *out);
int chunk_decode(struct chunk *c, const void *data, size_t len);

#endif
