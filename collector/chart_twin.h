/* chart_twin.h: what a chart shows as a table, for whoever can't see it, has no pointer, or wants the
 * figures. Pure.
 *
 * In a page, folded away until asked for: <details class="twin">. */
#ifndef COLLECTOR_CHART_TWIN_H
#define COLLECTOR_CHART_TWIN_H

#include "collector/chart.h"
#include "collector/html.h"
#include "collector/chart_scale.h"

/* States from when until when. heading is that of the names ("Province"); no more than most rows, and
 * then how many more there are. With one row that has no name there is no such column. */
void chart_twin(struct html *h, const struct chart_scale *s, const char *heading,
		const struct chart_row *rows, size_t n, size_t most);

/* The share `up` with its interval, one row per step in which it changes. */
void chart_twin_share(struct html *h, const struct chart_scale *s, const struct chart_share *share,
		      size_t most);

#endif
