/* chart_axis.h: an axis of time as SVG. Pure. */
#ifndef COLLECTOR_CHART_AXIS_H
#define COLLECTOR_CHART_AXIS_H

#include "collector/chart_look.h"
#include "collector/chart_scale.h"

/* A plot on a phone, pixels: what the axis of a page can count on. */
#define CHART_PHONE 328
/* Of an axis with one line of labels, and with two. */
#define CHART_AXIS_HEIGHT     20
#define CHART_AXIS_HEIGHT_TWO 34

/* Ticks with their labels; below them the same moments for others, when there is something to say.
 * width: the least that the axis will have; in a picture that of its place. */
void chart_axis(struct html *h, const struct chart_place *place, const struct chart_scale *s,
		int width);
int chart_axis_height(const struct chart_scale *s, enum lang lang, int width);

/* Fine lines at the ticks, to stand behind a plot; inside an open <svg>. */
void chart_axis_rules(struct html *h, const struct chart_scale *s, int width);

#endif
