/* spool.h: the durable queue of sealed batches on the volunteer's disk.
 *
 * One file per batch in state_dir/spool, named by its creation time and its id, so that the folder
 * itself is the order and a receipt can be compared after a restart. The content is exactly what is
 * sent. A batch enters as temporary file, fsync, rename, fsync of the folder: after kill -9 or a
 * power cut it is there whole or not at all. Files are sealed to the collector (batch.h): this
 * device can't read them. A batch leaves only by spool_drop, after a receipt. At the cap, and on a
 * full disk, the spool thins out evenly: it removes the batch whose neighbours stand closest in
 * time, never the first or the last, so the onset of a cut stays.
 *
 * Several processes may have the same spool open (`probe run` and `probe upload`): a batch that
 * another one sent is gone without being an error. */
#ifndef PROBE_SPOOL_H
#define PROBE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "common/batch.h"
#include "common/buf.h"

struct spool; /* opaque */

struct spool_info {
	size_t batches;
	uint64_t bytes;
	int64_t oldest_ms, newest_ms; /* 0 when empty */
};

#define SPOOL_NAME 96
struct spool_batch {
	char name[SPOOL_NAME]; /* of the file, without the folder */
	uint8_t id[BATCH_ID];
	int64_t time_ms;
	uint64_t bytes;
};

/* Opens the folder, or makes it. NULL with err. */
struct spool *spool_open(const char *dir, uint64_t cap_bytes, char *err, size_t errlen);
void spool_close(struct spool *s);

/* Removes what a crash left half written. Only for the holder of the state lock: another process
 * might just be writing. */
void spool_tidy(struct spool *s);

/* 0, or -1 with errno (ENOSPC when even thinning makes no room): the caller still has the batch. */
int spool_put(struct spool *s, const uint8_t id[static BATCH_ID], const void *sealed, size_t len,
	      int64_t now_ms);
/* The oldest batch that comes after the one called `after` (NULL for the first). 1, or 0 at the
 * end. */
int spool_next(const struct spool *s, const char *after, struct spool_batch *batch);
/* Content of a batch, initialised by the callee. 0, or -1 with errno; ENOENT when another process
 * sent it. */
int spool_read(struct spool *s, const char *name, struct buf *content);
/* Removes a batch for which there is a receipt. 0, or -1 with errno. */
int spool_drop(struct spool *s, const char *name);
void spool_info(const struct spool *s, struct spool_info *info);

#endif
