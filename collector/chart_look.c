/* chart_look.c: patterns, swatches, keys. */
#include "collector/chart_look.h"

/* A pattern says something of its state: broken lines for a line that loses packets, one line for the
 * little that is let through, bars for a network in pieces, a cross for none; strokes that fall for
 * silence, strokes that rise for paper on which nothing is written. */
static const char *const patterns[STATES] = {
	[STATE_INSUFFICIENT] = "M-1 1l2-2M0 8l8-8M7 9l2-2",
	[STATE_RESTRICTED] = "M2 2h1M6 6h1",
	[STATE_THROTTLED] = "M0 2h4M4 6h4",
	[STATE_WHITELIST] = "M0 4h8",
	[STATE_PARTIAL_DOMESTIC] = "M2 0v8M6 0v8",
	[STATE_NO_LINK] = "M0 0l8 8M0 8l8-8",
	[STATE_SILENT] = "M-1 7l2 2M0 0l8 8M7-1l2 2",
};

enum state chart_order(int i)
{
	return i < STATES - 1 ? (enum state)(STATE_INSUFFICIENT + 1 + i) : STATE_INSUFFICIENT;
}

const char *chart_pattern(enum state s)
{
	return patterns[s];
}

void chart_look(struct html *h, enum state s)
{
	html_putf(h, patterns[s] ? "fill=\"url(#p%d)\"" : "class=\"s%d\"", (int)s);
}

void chart_patterns(struct html *h, bool in_picture)
{
	html_put(h, in_picture ? "<defs>" : "<svg class=\"defs\" aria-hidden=\"true\"><defs>");
	for (int s = 0; s < STATES; s++)
		if (patterns[s])
			html_putf(h,
				  "<pattern id=\"p%d\" width=\"%d\" height=\"%d\" "
				  "patternUnits=\"userSpaceOnUse\"><rect class=\"s%d\" "
				  "width=\"%d\" height=\"%d\"/><path class=\"h%d\" "
				  "d=\"%s\"/></pattern>",
				  s, CHART_TILE, CHART_TILE, s, CHART_TILE, CHART_TILE, s,
				  patterns[s]);
	html_put(h, in_picture ? "</defs>" : "</defs></svg>");
}

void chart_open(struct html *h, const struct chart_place *place, const char *class)
{
	html_putf(h, "<svg class=\"%s\"", class);
	if (place)
		html_putf(h, " x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"", place->x, place->y,
			  place->width, place->height);
}

void chart_swatch(struct html *h, enum state s)
{
	html_put(h, "<svg class=\"sw\" aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\" ");
	chart_look(h, s);
	html_put(h, "/></svg>");
}

void chart_key(struct html *h, unsigned int states)
{
	html_put(h, "<ul class=\"key\">");
	for (int i = 0; i < STATES; i++) {
		enum state s = chart_order(i);
		if (!(states & 1U << s))
			continue;
		html_put(h, "<li>");
		chart_swatch(h, s);
		html_put(h, " ");
		html_say(h, html_state_text(s), NULL, NULL, NULL);
		html_put(h, "</li>");
	}
	html_put(h, "</ul>\n");
}
