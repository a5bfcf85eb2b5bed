/* timeline.h: verdicts into the store's rows, with revisions.
 *
 * A row is provisional while its step runs, final once the step has ended and its grace has passed, and revised when
 * something later changes what it says. So what a series says depends on what was known at fixed moments and not on when
 * somebody looked: a rebuild gives the same rows. */
#ifndef COLLECTOR_TIMELINE_H
#define COLLECTOR_TIMELINE_H

#include <stdint.h>

#include "collector/row.h"
#include "collector/store.h"

struct views_listener;

enum timeline_phase {
	TIMELINE_PROVISIONAL,
	TIMELINE_FINAL,
	TIMELINE_LATE,
	TIMELINE_OFF, /* the silence of a final row is taken back (outage.h) */
};

struct timeline {
	struct store *store; /* borrowed */
	int64_t step_ms;
	const struct views_listener *listener; /* borrowed */
};

/* Writes a row when it says something new. A verdict without probes heard or expected makes no row. 0 or -1. */
int timeline_put(const struct timeline *t, enum timeline_phase phase, const struct series *s,
		 int64_t start_ms, const struct verdict *v, int64_t now_ms);

#endif
