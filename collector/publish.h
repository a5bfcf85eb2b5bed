/* publish.h: what may be shown: the only door between the store and the readers.
 *
 * Fills the gaps (an empty bucket is a row too, `insufficient`, never zero), withholds the figures of cells
 * under publish.min_probes, and folds fine rows into a coarser step: the state that held longest in it (the worse
 * of equals), shares as means, probes as the most heard. */
#ifndef COLLECTOR_PUBLISH_H
#define COLLECTOR_PUBLISH_H

#include "collector/country.h"
#include "collector/store.h"

struct publish {
	struct store *store;	       /* borrowed */
	const struct country *country; /* borrowed */
	int64_t row_step_ms;	       /* the step of stored rows */
	uint32_t min_probes;
};

/* Rows of q at step_ms (0: row_step_ms; otherwise a multiple of it), series by series, time ascending, without gaps up to
 * min(q->until, now). q->from is rounded down to a step. 0, -1, or what fn returned. */
int publish_timeline(const struct publish *p, const struct series_query *q, int64_t step_ms,
		     int64_t now_ms, int (*fn)(void *arg, const struct row *r), void *arg);
int publish_events(const struct publish *p, const struct series_query *q,
		   int (*fn)(void *arg, const struct event *e), void *arg);

#endif
