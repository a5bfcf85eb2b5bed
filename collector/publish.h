/* publish.h: what may be shown: the only door between the store and the readers.
 *
 * Fills the gaps (an empty bucket is a row too, `insufficient`, never zero), withholds the figures that are too
 * small or give away one that is (withhold.h), and folds fine rows into a coarser step: the state that held longest
 * in it (the worse of equals), shares as means, counts as those of the row with the most probes.
 *
 * A row of one class is a row of which the rest is left out: its probes are those that tried the class, `up` the share
 * of them that reached it. It shows nothing that the whole row does not. */
#ifndef COLLECTOR_PUBLISH_H
#define COLLECTOR_PUBLISH_H

#include "collector/country.h"
#include "collector/cursor.h"
#include "collector/store.h"

struct publish {
	struct store *store;	       /* borrowed */
	const struct country *country; /* borrowed */
	int64_t row_step_ms;	       /* the step of stored rows */
	uint32_t min_probes;
};

struct publish_ask {
	struct series_query q; /* from is rounded down to a step */
	int64_t step_ms;       /* 0: row_step_ms; otherwise a multiple of it */
	int64_t now_ms;	       /* nothing is shown from here on */
	const struct cursor *
		first; /* a row that the answer before would have gone on with; NULL: from the beginning */
	/* Bit c: a row for class c, after each other for each series; 0: one row, of all of them. */
	unsigned int by_classes;
	/* Only states and shares will be shown, of counts no more than whether there are any: spares the look at sums. */
	bool states_only;
};

/* Rows series by series, time ascending, without gaps up to min(q.until, now). 0, -1, or what fn returned. */
int publish_timeline(const struct publish *p, const struct publish_ask *ask,
		     int (*fn)(void *arg, const struct row *r), void *arg);
/* The rows of some series at one step, start_ms. */
int publish_step(const struct publish *p, const struct series *series, size_t n, int64_t start_ms,
		 int (*fn)(void *arg, const struct row *r), void *arg);
/* Takes the counts that are too small out of an event. */
void publish_event(const struct publish *p, struct event *e);
int publish_events(const struct publish *p, const struct series_query *q,
		   int (*fn)(void *arg, const struct event *e), void *arg);

#endif
