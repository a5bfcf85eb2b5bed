/* chart.h: what charts show: the states of one series over time, and series by name. Pure.
 *
 * Rows come in one by one and are kept as runs of equal state. Where there is no row, nothing is
 * known, which is the same as too few probes.
 *
 * The family draws this in several ways, each in two settings. In a page (no place, or _html) an
 * element takes the size that the stylesheet gives it: positions are in percent. In a picture that
 * stands alone (chart_frame.h) it gets a place in whole pixels. Time runs from left to right in
 * every language. */
#ifndef COLLECTOR_CHART_H
#define COLLECTOR_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/verdict.h"

struct chart_run {
	enum state state;
	int64_t start_ms, end_ms;
};

struct chart {
	int64_t from_ms, until_ms;
	struct chart_run *runs; /* ascending, owned */
	size_t n, room;
};

/* One series of many. All borrowed. */
struct chart_row {
	const char *name;  /* "Tehran" */
	const char *note;  /* beside the name: "AS44244 · mobile"; NULL for none */
	const char *href;  /* the page that has more of it; NULL for none */
	const char *label; /* the finding, for those who can't see it: "cut off since 20:00" */
	const struct chart *chart;
	const struct chart_share *share; /* chart_share.h; NULL for none */
};

void chart_init(struct chart *c, int64_t from_ms, int64_t until_ms);
void chart_clear(struct chart *c);
/* Rows ascending; what lies outside the chart is cut. */
void chart_add(struct chart *c, int64_t start_ms, int64_t end_ms, enum state state);
/* Goes through all of its time, what no row covers as too few probes: false at the end. Begin with
 * {.chart = c}. */
struct chart_walk {
	const struct chart *chart;
	size_t next;	   /* run */
	int64_t passed_ms; /* of its time */
};
bool chart_walk(struct chart_walk *w, struct chart_run *out);
/* How often the state changes, too few probes and back not counted. */
size_t chart_changes(const struct chart *c);
/* The states that a chart shows, a bit (1 << state) each; for keys. */
unsigned int chart_states(const struct chart *c);

#endif
