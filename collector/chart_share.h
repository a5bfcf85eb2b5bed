/* chart_share.h: the share `up` of one series over time as a line, its interval as an area around
 * it. Pure.
 *
 * Each step of time is level, as it was counted; where nothing is known there is nothing, neither a
 * line down to zero nor one across. */
#ifndef COLLECTOR_CHART_SHARE_H
#define COLLECTOR_CHART_SHARE_H

#include "collector/chart_look.h"
#include "collector/chart_scale.h"

struct chart_point {
	int8_t up, lo, hi; /* percent; up is -1 where nothing is known */
};

struct chart_share {
	int64_t from_ms, step_ms;
	size_t n;
	struct chart_point *points; /* one per step, owned */
};

void chart_share_init(struct chart_share *s, int64_t from_ms, int64_t until_ms, int64_t step_ms);
void chart_share_clear(struct chart_share *s);
/* Shares are 0 to 1; NaN is not known. What lies outside is cut. */
void chart_share_add(struct chart_share *s, int64_t start_ms, int64_t end_ms, double up, double lo,
		     double hi);

/* label is what it says to those who can't see it; rules stand at the ticks of an axis of scale that
 * is width wide (chart_axis.h). */
void chart_share(struct html *h, const struct chart_place *place, const struct chart_share *s,
		 const char *label, const struct chart_scale *scale, int width);

#endif
