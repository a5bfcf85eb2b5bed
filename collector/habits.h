/* habits.h: what is usual in every leaf (usual.h), in memory and in the store. */
#ifndef COLLECTOR_HABITS_H
#define COLLECTOR_HABITS_H

#include <stdint.h>

#include "collector/row.h"
#include "collector/store.h"
#include "collector/usual.h"

struct habits; /* opaque */

/* The store is borrowed. */
struct habits *habits_new(struct store *store);
void habits_free(struct habits *h);

/* What is known of a leaf, by the caller's number for it; read from the store when it is asked for first. Stays where it is
 * until the next new leaf. NULL on trouble. */
struct usual *habits_of(struct habits *h, uint32_t number, const struct series *leaf);

/* Writes what is new: before a commit. 0 or -1. */
int habits_save(struct habits *h);
/* Forgets everything: after a reset of the store. */
void habits_reset(struct habits *h);

#endif
