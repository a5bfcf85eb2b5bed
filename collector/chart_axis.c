/* chart_axis.c: ticks and their labels. */
#include "collector/chart_axis.h"

#include "collector/chart_text.h"

/* Baselines. */
#define LABEL_Y 16
#define BELOW_Y 30

/* The names of the two clocks stand at the left end; a label gives way to them. */
#define NAMES_WIDTH 36

/* Between labels. */
#define GAP 6

/* Where the label of a tick stands: centred below it or, where half of it would hang over an end of the axis, at that
 * end; nowhere when its neighbour is too near for that. */
enum side { CENTRED, FIRST, LAST, NOWHERE };

static int label_width(const struct chart_tick *t)
{
	int a = chart_text_width(t->label.s, CHART_LABEL_SIZE);
	int b = chart_text_width(t->below.s, CHART_LABEL_SIZE);
	return a > b ? a : b;
}

static enum side side_of(const struct chart_scale *s, const struct chart_ticks *ticks, size_t i,
			 int left, int width)
{
	const struct chart_tick *t = &ticks->tick[i];
	double x = chart_scale_percent(s, t->at_ms) * width / 100;
	int all = label_width(t), half = all / 2;
	if (x - half < left - 4) {
		const struct chart_tick *next = i + 1 < ticks->n ? &t[1] : NULL;
		double free = !next ? width
				    : chart_scale_percent(s, next->at_ms) * width / 100 -
					      label_width(next) / 2.0;
		return left || free < all + GAP ? NOWHERE : FIRST;
	}
	if (x + half > width + 4) {
		const struct chart_tick *before = i ? &t[-1] : NULL;
		double taken = !before ? left
				       : chart_scale_percent(s, before->at_ms) * width / 100 +
						 label_width(before) / 2.0;
		return taken + GAP > width - all ? NOWHERE : LAST;
	}
	return CENTRED;
}

static void put_label(struct html *h, const struct words *label, const char *class, enum side side,
		      double percent, int y)
{
	const char *end = side == FIRST ? "first" : side == LAST ? "last" : "";
	html_putf(h, "<text%s%s%s%s%s x=\"%.2f%%\" y=\"%d\">", *class || *end ? " class=\"" : "",
		  class, *class && *end ? " " : "", end, *class || *end ? "\"" : "",
		  side == FIRST	 ? 0
		  : side == LAST ? 100
				 : percent,
		  y);
	html_text(h, label->s);
	html_put(h, "</text>");
}

static void put_tick(struct html *h, const struct chart_tick *t, double percent, enum side side)
{
	html_putf(h, "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"4\"/>", percent, percent);
	if (side == NOWHERE)
		return;
	put_label(h, &t->label, t->strong ? "day" : "", side, percent, LABEL_Y);
	if (*t->below.s)
		put_label(h, &t->below, "utc", side, percent, BELOW_Y);
}

void chart_axis(struct html *h, const struct chart_place *place, const struct chart_scale *s,
		int width)
{
	struct chart_ticks ticks;
	chart_scale_ticks(s, h->lang, width, &ticks);
	bool names = ticks.clock && ticks.two;
	chart_open(h, place, ticks.two ? "axis two" : "axis");
	html_put(h, " overflow=\"visible\" aria-hidden=\"true\">");
	if (names) {
		html_putf(h, "<text class=\"name\" y=\"%d\">", LABEL_Y);
		html_say(h, TEXT_AXIS_LOCAL, NULL, NULL, NULL);
		html_putf(h, "</text><text class=\"name utc\" y=\"%d\">UTC</text>", BELOW_Y);
	}
	for (size_t i = 0; i < ticks.n; i++)
		put_tick(h, &ticks.tick[i], chart_scale_percent(s, ticks.tick[i].at_ms),
			 side_of(s, &ticks, i, names ? NAMES_WIDTH : 0, width));
	html_put(h, "</svg>");
}

int chart_axis_height(const struct chart_scale *s, enum lang lang, int width)
{
	struct chart_ticks ticks;
	chart_scale_ticks(s, lang, width, &ticks);
	return ticks.two ? CHART_AXIS_HEIGHT_TWO : CHART_AXIS_HEIGHT;
}

void chart_axis_rules(struct html *h, const struct chart_scale *s, int width)
{
	struct chart_ticks ticks;
	chart_scale_ticks(s, h->lang, width, &ticks);
	for (size_t i = 0; i < ticks.n; i++) {
		double x = chart_scale_percent(s, ticks.tick[i].at_ms);
		html_putf(h, "<line class=\"rule\" x1=\"%.2f%%\" x2=\"%.2f%%\" y2=\"100%%\"/>", x,
			  x);
	}
}
