/* chart_band.h: the states of one series over time as a band. Pure.
 *
 * Where there is no row, or too few probes, the band shows hatched paper, never a colour. */
#ifndef COLLECTOR_CHART_BAND_H
#define COLLECTOR_CHART_BAND_H

#include "collector/chart.h"
#include "collector/chart_look.h"
#include "collector/chart_scale.h"

/* label is what the band says to those who can't see it. The clock and calendar of s are for the
 * times of its runs. */
void chart_band(struct html *h, const struct chart_place *place, const struct chart *c,
		const char *label, const struct chart_scale *s);

#endif
