/* chart_look.h: how a state looks, and where an element stands. Pure.
 *
 * Colours are classes of web/chart.css: s0 to s10 by state, h0 to h10 the strokes of a pattern.
 * Colour is never the only sign: any two states differ in colour under every kind of colour
 * blindness, or in their pattern (tests/collector/test_chart_look.c measures that). */
#ifndef COLLECTOR_CHART_LOOK_H
#define COLLECTOR_CHART_LOOK_H

#include "collector/html.h"

/* In a picture, in pixels from its top left corner. */
struct chart_place {
	int x, y, width, height;
};

/* What is drawn over the colour of a state: the path of a tile of CHART_TILE pixels; NULL for plain
 * colour. */
#define CHART_TILE 8
const char *chart_pattern(enum state s);
/* The definitions that patterns need: once per page or picture, before anything that uses them. In
 * a page inside an element that takes no space. */
void chart_patterns(struct html *h, bool in_picture);
/* The attribute that gives a shape the look of a state. */
void chart_look(struct html *h, enum state s);

/* Opens an element: "<svg class=..." with its place, or without one in a page; attributes and the
 * closing bracket are the caller's. */
void chart_open(struct html *h, const struct chart_place *place, const char *class);

/* A small square in the look of a state, inside a line of text. */
void chart_swatch(struct html *h, enum state s);
/* A list of the states whose bits are set, best first: <ul class="key">. */
void chart_key(struct html *h, unsigned int states);
/* The states in that order, from 0: by how bad they are, too few probes last. */
enum state chart_order(int i);

#endif
