/* chart.h: the states of one series over time as a band of SVG. Pure.
 *
 * Rows come in one by one and are kept as runs of equal state. Where there is no row, or too few
 * probes, the band shows hatched paper, never a colour. Positions are in percent, so that the band
 * takes any width and the patterns are not stretched; colours are classes of the stylesheet (s0 to
 * s10 by state, h0 to h10 the strokes of a pattern). */
#ifndef COLLECTOR_CHART_H
#define COLLECTOR_CHART_H

#include <stddef.h>
#include <stdint.h>

#include "collector/html.h"
#include "collector/row.h"

struct chart_run {
	enum state state;
	int64_t start_ms, end_ms;
};

struct chart {
	int64_t from_ms, until_ms;
	struct chart_run *runs; /* ascending, owned */
	size_t n, room;
};

void chart_init(struct chart *c, int64_t from_ms, int64_t until_ms);
void chart_clear(struct chart *c);
/* Rows ascending; what lies outside the chart is cut. */
void chart_add(struct chart *c, int64_t start_ms, int64_t end_ms, enum state state);
/* How often the state changes, too few probes and back not counted. */
size_t chart_changes(const struct chart *c);

/* The patterns that bands and swatches point at: once per page, before them. */
void chart_patterns(struct html *h);
/* A small square in the look of a state. */
void chart_swatch(struct html *h, enum state s);
/* The band; label is what it says to those who can't see it. offset_min is for the times of runs. */
void chart_band(struct html *h, const struct chart *c, const char *label, int offset_min);
/* Ticks for all bands of a page: local time, and UTC below when the two differ. */
void chart_axis(struct html *h, int64_t from_ms, int64_t until_ms, int offset_min);

#endif
