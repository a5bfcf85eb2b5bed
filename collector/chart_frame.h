/* chart_frame.h: a picture that stands alone: a whole SVG file around one chart. Pure.
 *
 * What is torn from its page must still say what it is: a heading, what is shown and of when, the chart,
 * a key to its states, and a source line with how many probes, which version of the data and where. Its
 * style is inside, light or dark as its reader likes; fonts are named by kind only. Use:
 *
 *	struct chart_frame f = {.title = ..., .width = 800};
 *	struct chart_place body = chart_frame_begin(&h, &f, chart_grid_height(&g, lang, chart_frame_inner(&f)));
 *	chart_grid_svg(&h, &g, &body);
 *	chart_frame_end(&h, &f); */
#ifndef COLLECTOR_CHART_FRAME_H
#define COLLECTOR_CHART_FRAME_H

#include "collector/chart_look.h"
#include "collector/chart_text.h"

#define CHART_FRAME_LINES 3

struct chart_frame {
	/* Plain text, borrowed. */
	const char *title;    /* the finding; also the name of the picture */
	const char *subtitle; /* what is shown, from when until when, by which clock */
	const char *desc;     /* what it shows, in sentences, for those who can't see it */
	const char *sample;   /* "Probes heard: 300." */
	const char *version;  /* of the data: "2026-01-31T06:00:00Z" */
	int method;	      /* version of the method */
	const char *url;      /* where it comes from, with the version in it */
	bool synthetic;	      /* says so, large */
	unsigned int states;  /* to explain in a key, a bit each */
	int width;	      /* pixels, 320 or more */

	/* Found by chart_frame_begin. */
	int height;
	struct chart_place body;
};

/* The width that a chart has in the picture. */
int chart_frame_inner(const struct chart_frame *f);
/* Everything before a chart of that height; returns its place. */
struct chart_place chart_frame_begin(struct html *h, struct chart_frame *f, int height);
void chart_frame_end(struct html *h, const struct chart_frame *f);

#endif
