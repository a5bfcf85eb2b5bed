/* chart_axis.c: ticks and their labels. */
#include "collector/chart_axis.h"

#include "collector/chart_text.h"

/* Baselines. */
#define LABEL_Y 16
#define BELOW_Y 30

/* The names of the two clocks stand at the left end; a label gives way to them. */
#define NAMES_WIDTH 36

/* Whether a label centred at x would hang over an end of an axis of this width. */
static bool hangs_over(const struct chart_tick *t, double x, int left, int width)
{
	int half = chart_text_width(t->label.s, CHART_LABEL_SIZE) / 2;
	return x - half < left - 4 || x + half > width + 4;
}

static void put_tick(struct html *h, const struct chart_tick *t, double percent, bool labelled)
{
	html_putf(h, "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"4\"/>", percent, percent);
	if (!labelled)
		return;
	html_putf(h, "<text x=\"%.2f%%\" y=\"%d\"%s>", percent, LABEL_Y,
		  t->strong ? " class=\"day\"" : "");
	html_text(h, t->label.s);
	html_put(h, "</text>");
	if (!*t->below.s)
		return;
	html_putf(h, "<text class=\"utc\" x=\"%.2f%%\" y=\"%d\">", percent, BELOW_Y);
	html_text(h, t->below.s);
	html_put(h, "</text>");
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
	for (size_t i = 0; i < ticks.n; i++) {
		const struct chart_tick *t = &ticks.tick[i];
		double percent = chart_scale_percent(s, t->at_ms);
		put_tick(h, t, percent,
			 !hangs_over(t, percent * width / 100, names ? NAMES_WIDTH : 0, width));
	}
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
