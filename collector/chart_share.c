/* chart_share.c: a stepped line and a stepped area. */
#include "collector/chart_share.h"

#include <math.h>
#include <stdlib.h>

#include "collector/chart_axis.h"

/* Of a page, where the drawing is stretched: one unit per percent. */
#define PAGE_HEIGHT 100

/* What the drawing measures, in its own units. */
struct canvas {
	const struct chart_share *share;
	int width, height;
};

void chart_share_init(struct chart_share *s, int64_t from_ms, int64_t until_ms, int64_t step_ms)
{
	size_t n = (size_t)((until_ms - from_ms + step_ms - 1) / step_ms);
	*s = (struct chart_share){from_ms, step_ms, n, xcalloc(n, sizeof(*s->points))};
	for (size_t i = 0; i < n; i++)
		s->points[i].up = -1;
}

void chart_share_clear(struct chart_share *s)
{
	free(s->points);
	s->points = NULL;
	s->n = 0;
}

void chart_share_add(struct chart_share *s, int64_t start_ms, int64_t end_ms, double up, double lo,
		     double hi)
{
	if (isnan(up) || isnan(lo) || isnan(hi) || end_ms <= s->from_ms)
		return;
	int64_t first = start_ms > s->from_ms ? (start_ms - s->from_ms) / s->step_ms : 0;
	int64_t end = (end_ms - s->from_ms + s->step_ms - 1) / s->step_ms;
	const struct chart_point p = {(int8_t)lround(100 * up), (int8_t)floor(100 * lo + 1e-9),
				      (int8_t)ceil(100 * hi - 1e-9)};
	for (int64_t i = first; i < end && i < (int64_t)s->n; i++)
		s->points[i] = p;
}

static int x_of(const struct canvas *c, size_t i)
{
	return (int)(i * (size_t)c->width / c->share->n);
}

static int y_of(const struct canvas *c, int percent)
{
	return (100 - percent) * c->height / 100;
}

/* The end of the stretch of steps that begins at i in which something is known. */
static size_t known_until(const struct chart_share *s, size_t i)
{
	while (i < s->n && s->points[i].up >= 0)
		i++;
	return i;
}

/* From the left edge of step i, where the pen stands at height y, along the steps to the left edge of
 * step end. value picks one of the three. */
static void put_steps(struct html *h, const struct canvas *c, size_t i, size_t end,
		      int (*value)(const struct chart_point *p))
{
	int y = y_of(c, value(&c->share->points[i]));
	for (; i < end; i++) {
		int next = y_of(c, value(&c->share->points[i]));
		if (next == y)
			continue;
		html_putf(h, "H%dV%d", x_of(c, i), next);
		y = next;
	}
	html_putf(h, "H%d", x_of(c, end));
}

/* The same backwards, along the lower edge. */
static void put_steps_back(struct html *h, const struct canvas *c, size_t start, size_t end)
{
	int y = y_of(c, c->share->points[end - 1].lo);
	html_putf(h, "V%d", y);
	for (size_t i = end; i-- > start;) {
		int next = y_of(c, c->share->points[i].lo);
		if (next == y)
			continue;
		html_putf(h, "H%dV%d", x_of(c, i + 1), next);
		y = next;
	}
	html_putf(h, "H%dz", x_of(c, start));
}

static int up_of(const struct chart_point *p)
{
	return p->up;
}

static int hi_of(const struct chart_point *p)
{
	return p->hi;
}

static void put_paths(struct html *h, const struct canvas *c)
{
	const struct chart_share *s = c->share;
	html_put(h, "<path class=\"range\" d=\"");
	for (size_t i = 0, end; i < s->n; i = end + 1) {
		if ((end = known_until(s, i)) == i)
			continue;
		html_putf(h, "M%d %d", x_of(c, i), y_of(c, s->points[i].hi));
		put_steps(h, c, i, end, hi_of);
		put_steps_back(h, c, i, end);
	}
	html_put(h, "\"/><path class=\"up\" d=\"");
	for (size_t i = 0, end; i < s->n; i = end + 1) {
		if ((end = known_until(s, i)) == i)
			continue;
		html_putf(h, "M%d %d", x_of(c, i), y_of(c, s->points[i].up));
		put_steps(h, c, i, end, up_of);
	}
	html_put(h, "\"/>");
}

/* The heights of nothing, half and all, and what they are heights of, above the plot where no line
 * runs. */
static void put_heights(struct html *h)
{
	static const char *const heights[] = {"0", "50%", "100%"};
	for (int i = 0; i < 3; i++)
		html_putf(h, "<line class=\"rule\" x2=\"100%%\" y1=\"%s\" y2=\"%s\"/>", heights[i],
			  heights[i]);
	html_put(h, words_rtl(h->lang) ? "<text x=\"100%\" y=\"-6\" direction=\"rtl\">"
				       : "<text y=\"-6\">");
	html_say(h, TEXT_TWIN_UP, NULL, NULL, NULL);
	html_put(h, " ");
	html_text(h, words_interval(h->lang, 0, 1).s);
	html_put(h, "</text>");
}

void chart_share(struct html *h, const struct chart_place *place, const struct chart_share *s,
		 const char *label, const struct chart_scale *scale, int width)
{
	const struct canvas c = {s, place ? place->width : (int)s->n,
				 place ? place->height : PAGE_HEIGHT};
	chart_open(h, place, "share");
	html_put(h, " overflow=\"visible\" role=\"img\" aria-label=\"");
	html_text(h, label);
	html_put(h, "\">");
	put_heights(h);
	chart_axis_rules(h, scale, width);
	html_putf(h,
		  "<svg width=\"100%%\" height=\"100%%\" viewBox=\"0 0 %d %d\" "
		  "preserveAspectRatio=\"none\" overflow=\"visible\">",
		  c.width, c.height);
	put_paths(h, &c);
	html_put(h, "</svg></svg>");
}
