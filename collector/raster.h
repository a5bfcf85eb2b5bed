/* raster.h: pictures of SVG as PNG, drawn by librsvg in a process of its own.
 *
 * Drawing takes half a second of processor time, in which nobody else would be answered, and goes
 * through a library that reads fonts and has been wrong before: neither belongs into the process that
 * holds the keys. The child is rsvg-convert (Debian librsvg2-bin); it gets the SVG, which is ours, on
 * its standard input, nothing else that is open here, and limits of time and memory. */
#ifndef COLLECTOR_RASTER_H
#define COLLECTOR_RASTER_H

#include <stddef.h>

struct event_base;
struct raster; /* opaque */

/* base is borrowed. */
struct raster *raster_new(struct event_base *base);
/* What is being drawn is given up: done fires for it, without a picture. */
void raster_free(struct raster *r);

/* Draws svg, which is copied. done fires once, never from here: png is NULL when nothing came of it.
 * 0; or -1 without done when as many as may are under way. */
int raster_draw(struct raster *r, const void *svg, size_t len,
		void (*done)(void *arg, const void *png, size_t len), void *arg);

#endif
