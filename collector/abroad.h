/* abroad.h: what probes outside the country saw, between the views and the store: cells of the controls and of the
 * country's networks as seen from outside, and the table of answers that controls got (control.h). None of it has a row,
 * and none of it is in any share. */
#ifndef COLLECTOR_ABROAD_H
#define COLLECTOR_ABROAD_H

#include <stdint.h>

#include "collector/cellbook.h"
#include "collector/control.h"
#include "collector/store.h"
#include "collector/votes.h"

struct abroad; /* opaque */

/* Both are borrowed. */
struct abroad *abroad_new(struct store *store, struct cellbook *cells);
void abroad_free(struct abroad *o);

/* What is judged by; learned from batches of controls. */
struct control *abroad_control(struct abroad *o);
/* Takes the votes of a control's bucket (VOTES_CONTROL, VOTES_OUTSIDE_IN). 0 or -1. */
int abroad_add(struct abroad *o, const struct votes_bucket *b);
/* The same in a step that has been judged: 1 when other targets than before have no say in [from, until), 0, -1. */
int abroad_add_late(struct abroad *o, const struct votes_bucket *b, int64_t from_ms,
		    int64_t until_ms, int64_t bucket_ms);
/* Targets that the controls could not reach in [from, until). 0 or -1. */
int abroad_no_say(struct abroad *o, int64_t from_ms, int64_t until_ms, int64_t bucket_ms,
		  uint64_t no_say[static CLASSES]);

/* Writes what was learned: before a commit; reads it: after a restart; forgets it: after a reset of the store. 0 or -1. */
int abroad_save(struct abroad *o);
int abroad_load(struct abroad *o);
void abroad_reset(struct abroad *o);

#endif
