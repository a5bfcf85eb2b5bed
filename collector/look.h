/* look.h: one look at one step: cells and expectations of all leaves -> rows of all series.
 *
 * A first look (provisional, final) judges everything that was heard or expected. A later look
 * judges the leaves that have something new, with those of the same region and access, and takes
 * what stands for all others. */
#ifndef COLLECTOR_LOOK_H
#define COLLECTOR_LOOK_H

#include "collector/cellbook.h"
#include "collector/country.h"
#include "collector/chronicle.h"
#include "collector/duelist.h"
#include "collector/habits.h"
#include "collector/abroad.h"
#include "collector/seriesmap.h"
#include "collector/timeline.h"

struct look {
	struct store *store; /* borrowed, like all */
	const struct country *country;
	const struct timeline *timeline;
	struct chronicle *chronicle;
	struct habits *habits;
	struct abroad *abroad; /* NULL: no controls */
	struct cellbook *cells;
	const struct seriesmap *leaves; /* every leaf that was ever heard */
	int64_t bucket_ms, step_ms;
	uint32_t min_probes;
};

/* due lists the leaves with something new; NULL when nothing came. alive: the collector was up
 * during the whole step, so far as it has gone. 0 or -1. */
int look_at(const struct look *l, enum timeline_phase phase, int64_t start_ms,
	    const struct due_step *due, bool alive, int64_t now_ms);

#endif
