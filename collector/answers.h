/* answers.h: answers that were given lately, for those who ask the same again.
 *
 * A rush of readers asks for one page and a few figures. An answer is kept as it was sent, compressed and with its headers,
 * for as long as it may be kept by anybody; it is given again only while the store has not changed since (one that is
 * pinned to a moment that has passed does not change). So nobody is told anything older than without it. */
#ifndef COLLECTOR_ANSWERS_H
#define COLLECTOR_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/request.h"

struct answers; /* opaque */

struct answers *answers_new(void);
void answers_free(struct answers *a);

/* Everything in r by which answers of the same data differ, except If-None-Match. out is a buffer with a cap of its own;
 * one that overflows is nobody's key. */
void answers_key(struct buf *out, const struct request *r);

#define ANSWERS_ANY_VERSION UINT64_MAX

/* Copies r, unless it is large. version is of the store (store_changes), or ANSWERS_ANY_VERSION; times are monotonic. */
void answers_keep(struct answers *a, const char *key, uint64_t version, int64_t until_ms,
		  const struct reply *r);
/* True: out is such a copy, for the caller to send or clear. */
bool answers_find(struct answers *a, const char *key, uint64_t version, int64_t now_ms,
		  struct reply *out);

#endif
