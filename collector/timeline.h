/* timeline.h: verdicts into the store's rows, with revisions, and rows into events.
 *
 * A row is provisional while its bucket runs, final once the bucket has ended and its grace has
 * passed, and revised when something later changes what it says. Only final rows are remembered for
 * the expectation and make events, so what a series says depends on what was known at fixed moments
 * and not on when somebody looked: a rebuild gives the same rows. */
#ifndef COLLECTOR_TIMELINE_H
#define COLLECTOR_TIMELINE_H

#include <stdint.h>

#include "collector/row.h"
#include "collector/store.h"

struct timeline; /* opaque */
struct views_listener;

enum timeline_phase { TIMELINE_PROVISIONAL, TIMELINE_FINAL, TIMELINE_LATE };

/* The store is borrowed. */
struct timeline *timeline_new(struct store *store, int64_t step_ms);
void timeline_free(struct timeline *t);
void timeline_listen(struct timeline *t, const struct views_listener *l); /* copied */

/* Probes that usually report from a leaf at this time. -1 on trouble. */
int64_t timeline_expected(struct timeline *t, const struct series *leaf, int64_t start_ms);

/* Evidence of silence in the quiet rows of a leaf just before; -1 on trouble. */
int64_t timeline_evidence(struct timeline *t, const struct series *leaf, int64_t start_ms);

/* Writes a row when it says something new. Final rows of a series come in order of time. A verdict
 * without probes heard or expected makes no row. 0 or -1. */
int timeline_put(struct timeline *t, enum timeline_phase phase, const struct series *s,
		 int64_t start_ms, const struct verdict *v, int64_t now_ms);
/* Brings the events of revised series up to date; final rows start before until_ms. 0 or -1. */
int timeline_settle(struct timeline *t, int64_t until_ms, int64_t now_ms);
/* Writes out what is only in memory: before a commit. 0 or -1. */
int timeline_flush(struct timeline *t);
/* Forgets everything: after a reset of the store. */
void timeline_reset(struct timeline *t);

#endif
