/* retell.h: how events are told: for the first time, and again when a run over the past has found them anew. */
#ifndef COLLECTOR_RETELL_H
#define COLLECTOR_RETELL_H

#include <stdint.h>

#include "collector/events.h"
#include "collector/remake.h"
#include "collector/timeline.h"

void retell_tell(const struct timeline *t, const struct event *e);
/* Names a new event, or one that comes back after it was undone, and is not among the others. 0 or -1. */
int retell_introduce(struct store *store, struct event *e, const struct events_list *others,
		     enum why why, int64_t now_ms);
/* Puts what a run has found of a series in the place of what is stored, and tells what is different. What lasts gets its
 * identity in r, too. 0 or -1. */
int retell(const struct timeline *t, const struct series *s, struct remade *r,
	   const struct events_list *stored, int64_t now_ms);

#endif
