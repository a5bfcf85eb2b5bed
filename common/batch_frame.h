/* batch_frame.h: the plain text of a batch as one zstd frame (RFC 8878), both ways.
 *
 * A batch of fifty results is mostly its header: keys, names of columns, words that are the same in
 * every batch. Both programs know such a text (batch_prefix.def), and a frame may point back into
 * it as if it stood before the content (a "raw content dictionary" in the words of the RFC). A frame
 * that does not is read just as well. */
#ifndef COMMON_BATCH_FRAME_H
#define COMMON_BATCH_FRAME_H

#include "common/batch.h"

/* Appends a frame to `frame`: BATCH_OK, BATCH_LARGE or BATCH_COMPRESSION. */
enum batch_error batch_frame_make(struct buf *frame, const struct buf *plain);
/* One frame, into at most BATCH_PLAIN_MAX bytes of plain, which it initialises, with a window no
 * larger than BATCH_WINDOW_LOG. */
enum batch_error batch_frame_open(struct buf *plain, const void *frame, size_t len);

/* The text that frames may point into; frozen, a test has its hash. */
const char *batch_frame_prefix(size_t *len);

#endif
