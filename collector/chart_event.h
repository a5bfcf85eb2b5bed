/* chart_event.h: the states and the share of one series around an event, with its onset and its end, each with the interval
 * in which the change was seen to lie. Pure. In a picture only. */
#ifndef COLLECTOR_CHART_EVENT_H
#define COLLECTOR_CHART_EVENT_H

#include "collector/chart.h"
#include "collector/chart_look.h"
#include "collector/chart_scale.h"
#include "collector/chart_share.h"

struct chart_mark {
	int64_t at_ms, lo_ms, hi_ms; /* lo 0: no interval */
	const char *label;	     /* plain text, borrowed */
};

struct chart_event {
	struct chart_scale scale;
	const struct chart *chart;
	const struct chart_share *share;
	const char *label; /* what it says to those who can't see it */
	const struct chart_mark *marks;
	size_t n;
};

int chart_event_height(const struct chart_event *e, enum lang lang, int width);
void chart_event_svg(struct html *h, const struct chart_event *e, const struct chart_place *place);

#endif
