/* archive.h: the truth: append-only segments of accepted batches.
 *
 * Records are appended to memory, made durable together by archive_sync (group commit), and only
 * then may a receipt be given. Everything else the collector has is a view and can be rebuilt from
 * here. A torn tail after a crash is cut off at open (it was never acknowledged); damage anywhere
 * else in the last segment, and a missing segment, refuse to open and say where. Closed segments
 * are not read at open, since they may be terabytes: archive_replay finds damage in them. The byte
 * format stands in archive_record.c. */
#ifndef COLLECTOR_ARCHIVE_H
#define COLLECTOR_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/place.h"

struct archive; /* opaque */

/* Where a record ends: what a view has seen so far. Ordered by segment, then offset. */
struct archive_pos {
	uint32_t segment;
	uint64_t offset;
};

enum archive_type {
	ARCHIVE_BATCH = 1,  /* an accepted batch */
	ARCHIVE_ALIVE = 2,  /* the collector was up at received_ms: silence then is the network's */
	ARCHIVE_START = 3,  /* it began to serve then: what was before is not known */
	ARCHIVE_METHOD = 4, /* a start with views of another method (handover.h) */
};

struct archive_record {
	enum archive_type type;
	int64_t received_ms;
	struct placement seen; /* what the peer address said (never the address) */
	const void *inner;     /* signed bytes of the batch, borrowed; NULL for the other types */
	size_t inner_len;
};

/* NULL with err. Makes dir when create is set. */
struct archive *archive_open(const char *dir, bool create, char *err, size_t errlen);
void archive_close(struct archive *a);

/* Buffers a record; pos becomes its end. 0 or -1 (disk; logged). */
int archive_append(struct archive *a, const struct archive_record *r, struct archive_pos *pos);
/* Writes and fsyncs all buffered records. 0: all of them are durable. -1: none of them may be
 * acknowledged (logged; the segment is cut back to its last durable end). */
int archive_sync(struct archive *a);
uint64_t archive_bytes(const struct archive *a);

/* Calls fn for each durable record after `from` (NULL: all), in order, until it returns non-zero,
 * which is then returned; 0 at the end, -1 on damage, or when the archive ends before `from` (with
 * err). fn must not append. */
int archive_replay(struct archive *a, const struct archive_pos *from,
		   int (*fn)(void *arg, const struct archive_record *r, struct archive_pos end),
		   void *arg, char *err, size_t errlen);

#endif
