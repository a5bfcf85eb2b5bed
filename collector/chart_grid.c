/* chart_grid.c: names, and the cells as one path per state.
 *
 * The plot takes any width, so its columns are stretched, and a pattern would be stretched with them.
 * Colours are therefore drawn inside a stretched viewport; patterns lie over them unstretched, cut to
 * the same path by a clip in units of the box, which is stretched instead. */
#include "collector/chart_grid.h"

#include <inttypes.h>

#include "collector/chart_axis.h"
#include "collector/chart_text.h"

/* A row is 12 units high, of which the last is a gap. */
#define UNITS 12
#define CELL  (UNITS - 1)
/* In a page, pixels: what a finger can hit. In a picture rows are closer when there are many. */
#define PAGE_ROW   24
#define MANY_ROWS  16
#define NARROW_ROW 18
/* The least that a page leaves for the plot, on a phone and on a desk. */
#define PAGE_PLOT   200
#define PAGE_BROAD  700
#define NAME_SIZE   12
#define NAMES_SPACE 10

static int64_t columns(const struct chart_grid *g)
{
	return (g->scale.until_ms - g->scale.from_ms + g->step_ms - 1) / g->step_ms;
}

static unsigned int states(const struct chart_grid *g)
{
	unsigned int all = 0;
	for (size_t i = 0; i < g->n; i++)
		all |= chart_states(g->rows[i].chart);
	return all;
}

static void put_piece(struct html *h, int64_t dx, int64_t dy, int64_t width)
{
	html_putf(h, "m%" PRId64 " %" PRId64 "h%" PRId64 "v%dh-%" PRId64 "z", dx, dy, width, CELL,
		  width);
}

/* The cells of one state, as the d of a path. */
static void put_cells(struct html *h, const struct chart_grid *g, enum state s)
{
	int64_t x = 0, y = 0;
	for (size_t i = 0; i < g->n; i++) {
		struct chart_walk w = {.chart = g->rows[i].chart};
		struct chart_run r;
		while (chart_walk(&w, &r)) {
			int64_t first = (r.start_ms - g->scale.from_ms) / g->step_ms;
			int64_t end = (r.end_ms - g->scale.from_ms + g->step_ms - 1) / g->step_ms;
			int64_t row = (int64_t)i * UNITS;
			if (r.state != s)
				continue;
			put_piece(h, first - x, row - y, end - first);
			x = first;
			y = row;
		}
	}
}

/* Paths of states with a pattern, named, and the clips made of them. */
static void put_defs(struct html *h, const struct chart_grid *g, unsigned int present)
{
	html_put(h, "<defs>");
	for (int s = 0; s < STATES; s++) {
		if (!(present & 1U << s) || !chart_pattern((enum state)s))
			continue;
		html_putf(h, "<path id=\"%s-s%d\" d=\"", g->id, s);
		put_cells(h, g, (enum state)s);
		html_putf(h,
			  "\"/><clipPath id=\"%s-c%d\" clipPathUnits=\"objectBoundingBox\">"
			  "<use href=\"#%s-s%d\" transform=\"scale(%.9f %.9f)\"/></clipPath>",
			  g->id, s, g->id, s, 1.0 / (double)columns(g),
			  1.0 / (double)(g->n * UNITS));
	}
	html_put(h, "</defs>");
}

static void put_plot(struct html *h, const struct chart_grid *g, const struct chart_place *place)
{
	unsigned int present = states(g);
	chart_open(h, place, "plot");
	if (!place)
		html_putf(h, " height=\"%zu\"", g->n * PAGE_ROW);
	html_put(h, " role=\"img\" aria-label=\"");
	html_text(h, g->label);
	html_put(h, "\">");
	put_defs(h, g, present);
	html_putf(h,
		  "<svg width=\"100%%\" height=\"100%%\" viewBox=\"0 0 %" PRId64 " %zu\" "
		  "preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\">",
		  columns(g), g->n * UNITS);
	for (int s = 0; s < STATES; s++) {
		if (!(present & 1U << s))
			continue;
		if (chart_pattern((enum state)s)) {
			html_putf(h, "<use class=\"s%d\" href=\"#%s-s%d\"/>", s, g->id, s);
			continue;
		}
		html_putf(h, "<path class=\"s%d\" d=\"", s);
		put_cells(h, g, (enum state)s);
		html_put(h, "\"/>");
	}
	html_put(h, "</svg>");
	for (int s = 0; s < STATES; s++)
		if (present & 1U << s && chart_pattern((enum state)s))
			html_putf(h,
				  "<rect width=\"100%%\" height=\"100%%\" fill=\"url(#p%d)\" "
				  "clip-path=\"url(#%s-c%d)\"/>",
				  s, g->id, s);
	html_put(h, "</svg>");
}

static void put_name(struct html *h, const struct chart_row *r)
{
	html_put(h, "<li>");
	if (r->href) {
		html_put(h, "<a href=\"");
		html_text(h, r->href);
		html_put(h, "\">");
	}
	html_text(h, r->name);
	if (r->note) {
		html_put(h, " <small>");
		html_text(h, r->note);
		html_put(h, "</small>");
	}
	html_put(h, "<span class=\"unseen\">: ");
	html_text(h, r->label);
	html_put(h, r->href ? "</span></a></li>\n" : "</span></li>\n");
}

void chart_grid_html(struct html *h, const struct chart_grid *g)
{
	if (!g->n)
		return;
	html_putf(h,
		  "<div class=\"cells\" data-from=\"%" PRId64 "\" data-step=\"%" PRId64 "\" "
		  "data-columns=\"%" PRId64 "\" data-offset=\"%d\" data-calendar=\"%s\">",
		  g->scale.from_ms, g->step_ms, columns(g), g->scale.offset_min,
		  g->scale.calendar == CALENDAR_JALALI ? "persian" : "gregory");
	html_put(h, "<div class=\"narrow\">");
	chart_axis(h, NULL, &g->scale, PAGE_PLOT);
	html_put(h, "</div><div class=\"broad\">");
	chart_axis(h, NULL, &g->scale, PAGE_BROAD);
	html_put(h, "</div>\n<ol>\n");
	for (size_t i = 0; i < g->n; i++)
		put_name(h, &g->rows[i]);
	html_put(h, "</ol>\n");
	put_plot(h, g, NULL);
	html_put(h, "</div>\n");
}

static int row_height(const struct chart_grid *g)
{
	return g->n > MANY_ROWS ? NARROW_ROW : PAGE_ROW;
}

/* Room for the widest name, but no more than two fifths. */
static int names_width(const struct chart_grid *g, int width)
{
	int widest = 0;
	for (size_t i = 0; i < g->n; i++) {
		int w = chart_text_width(g->rows[i].name, NAME_SIZE) + NAMES_SPACE;
		widest = w > widest ? w : widest;
	}
	return widest < width * 2 / 5 ? widest : width * 2 / 5;
}

int chart_grid_height(const struct chart_grid *g, enum lang lang, int width)
{
	int plot = width - names_width(g, width);
	return (int)g->n * row_height(g) + chart_axis_height(&g->scale, lang, plot);
}

void chart_grid_svg(struct html *h, const struct chart_grid *g, const struct chart_place *place)
{
	char name[CHART_TEXT_FIT_LEN];
	bool rtl = words_rtl(h->lang);
	int row = row_height(g), names = names_width(g, place->width);
	struct chart_place plot = {place->x + (rtl ? 0 : names), place->y, place->width - names,
				   (int)g->n * row};
	const struct chart_place axis = {plot.x, plot.y + plot.height, plot.width,
					 place->height - plot.height};
	for (size_t i = 0; i < g->n; i++) {
		html_putf(h, "<text class=\"ink\" font-size=\"%d\" x=\"%d\" y=\"%d\"%s>", NAME_SIZE,
			  rtl ? place->x + place->width : place->x,
			  place->y + (int)i * row + row / 2 + NAME_SIZE / 3,
			  rtl ? " direction=\"rtl\"" : "");
		html_text(h, chart_text_fit(name, g->rows[i].name, NAME_SIZE, names - NAMES_SPACE));
		html_put(h, "</text>");
	}
	if (g->n)
		put_plot(h, g, &plot);
	chart_axis(h, &axis, &g->scale, axis.width);
}
