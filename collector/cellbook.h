/* cellbook.h: the cells that are being worked on, between views.c and the store.
 *
 * Votes arrive a batch at a time and mostly for the bucket that runs now, so a cell is read once,
 * united with many votes in memory, and written once per commit. */
#ifndef COLLECTOR_CELLBOOK_H
#define COLLECTOR_CELLBOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/store.h"

struct cellbook; /* opaque */

/* The store is borrowed. */
struct cellbook *cellbook_new(struct store *store);
void cellbook_free(struct cellbook *b);

/* leaf_number tells leaves apart; the caller numbers them. 1 when the vote changed anything, 0 when not, -1. */
int cellbook_add(struct cellbook *b, uint32_t leaf_number, const struct series *leaf,
		 int64_t bucket_ms, enum target_class class, const struct cell_vote *vote);

/* Unites the cells of a leaf over [from, until) into cells, which must be initialised; the caller clears them. 0 or -1. */
int cellbook_unite(struct cellbook *b, uint32_t leaf_number, const struct series *leaf,
		   int64_t from_ms, int64_t until_ms, int64_t bucket_ms,
		   struct cell cells[static CLASSES]);

/* Writes out what changed. 0 or -1. */
int cellbook_flush(struct cellbook *b);
/* Writes out and forgets the cells of all buckets before a time; all when it is INT64_MAX. 0 or -1. */
int cellbook_forget(struct cellbook *b, int64_t before_ms);
/* Forgets everything unwritten: after a reset of the store. */
void cellbook_reset(struct cellbook *b);
/* Leaves and buckets in memory. */
size_t cellbook_size(const struct cellbook *b);

#endif
