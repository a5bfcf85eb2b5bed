/* beat.h: one bucket of the whole country: cells -> pulses of all series.
 *
 * Live, each bucket is taken once, in order, when it is over; what its pulses say goes to the chronicle. When late votes
 * have come for a step, its buckets are taken again: what the leaves that they are of say is made anew from cells that now
 * hold them, all others stand, and the chronicle looks at what changed. */
#ifndef COLLECTOR_BEAT_H
#define COLLECTOR_BEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/look.h"

struct beat; /* opaque */

/* Works on what looks work on; copied. */
struct beat *beat_new(const struct look *l);
void beat_free(struct beat *b);

/* Takes the bucket that starts at start_ms. heard says of each leaf, by number, whether it may have votes in it; NULL: none
 * has. alive: the collector was up during the whole bucket. 0 or -1. */
int beat_take(struct beat *b, int64_t start_ms, const bool *heard, bool alive, int64_t now_ms);
/* Takes the buckets of a step again, those before until_ms: for its stale leaves, and for those that were stale in a step
 * before whose words still stand in this one. 0 or -1. */
int beat_again(struct beat *b, const struct due_step *due, int64_t until_ms);
/* Forgets what beat_again keeps: before votes come in. */
void beat_rest(struct beat *b);

/* Writes who spoke last: before a commit. 0 or -1. */
int beat_save(struct beat *b);
/* Forgets everything: after a reset of the store. */
void beat_reset(struct beat *b);

#endif
