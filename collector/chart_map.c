/* chart_map.c: shapes, borders, names. */
#include "collector/chart_map.h"

#include <stdio.h>

#include "collector/chart_text.h"

/* Pixels of the map. A name may reach a little over its region's borders, and stand in two lines. */
#define NAME_SIZE  11
#define NAME_OVER  14
#define NAME_LINE  12
#define NAME_LINES 2
/* A picture that is narrower has no names: nobody could read them. */
#define NAMES_MIN 440
/* A picture is no wider than this times what was drawn: borders are only so fine. */
#define GROW_PERCENT 125

static void put_area(struct html *h, const struct chart_area *a, bool links)
{
	links = links && a->href;
	if (links) {
		html_put(h, "<a href=\"");
		html_text(h, a->href);
		html_put(h, "\" aria-label=\"");
		html_text(h, a->name);
		html_put(h, ": ");
		html_text(h, a->label);
		html_put(h, "\">");
	}
	html_put(h, "<path fill-rule=\"evenodd\" ");
	chart_look(h, a->state);
	html_putf(h, " d=\"%s\"><title>", a->shape->path);
	html_text(h, a->name);
	html_put(h, ": ");
	html_text(h, a->label);
	html_put(h, links ? "</title></path></a>\n" : "</title></path>\n");
}

static void put_name(struct html *h, const struct chart_area *a)
{
	const struct country_map_shape *s = a->shape;
	struct chart_text_line line[NAME_LINES];
	char text[CHART_TEXT_FIT_LEN];
	int room = s->room + NAME_OVER;
	size_t n = chart_text_wrap(a->name, NAME_SIZE, room, line, NAME_LINES);
	/* What was broken inside a word, or stays too wide, is left to the title. */
	if (n > 1 && line[1].start[-1] != ' ')
		return;
	for (size_t i = 0; i < n; i++)
		if (chart_text_width_of(&line[i], NAME_SIZE) > room)
			return;
	for (size_t i = 0; i < n; i++) {
		html_putf(h, "<text x=\"%d\" y=\"%d\">", s->x,
			  s->y + NAME_SIZE / 3 + (2 * (int)i + 1 - (int)n) * NAME_LINE / 2);
		snprintf(text, sizeof(text), "%.*s", (int)line[i].len, line[i].start);
		html_text(h, text);
		html_put(h, "</text>");
	}
}

static void put_names(struct html *h, const struct chart_map *m)
{
	html_put(h, "<g class=\"names\" aria-hidden=\"true\">");
	for (size_t i = 0; i < m->n; i++)
		put_name(h, &m->areas[i]);
	html_put(h, "</g>");
}

static void put_map(struct html *h, const struct chart_map *m, bool links, bool names)
{
	html_putf(h, " viewBox=\"0 0 %d %d\" role=\"%s\" aria-label=\"", m->map->width,
		  m->map->height, links ? "group" : "img");
	html_text(h, m->label);
	html_put(h, "\">\n");
	for (size_t i = 0; i < m->n; i++)
		put_area(h, &m->areas[i], links);
	if (names)
		put_names(h, m);
	html_put(h, "</svg>\n");
}

void chart_map_html(struct html *h, const struct chart_map *m)
{
	chart_open(h, NULL, "map");
	put_map(h, m, true, true);
}

/* How wide the map is drawn in a picture. */
static int drawn_width(const struct chart_map *m, int width)
{
	int most = m->map->width * GROW_PERCENT / 100;
	return width < most ? width : most;
}

int chart_map_height(const struct chart_map *m, int width)
{
	return drawn_width(m, width) * m->map->height / m->map->width;
}

void chart_map_svg(struct html *h, const struct chart_map *m, const struct chart_place *place)
{
	int width = drawn_width(m, place->width);
	const struct chart_place middle = {place->x + (place->width - width) / 2, place->y, width,
					   chart_map_height(m, place->width)};
	chart_open(h, &middle, "map");
	put_map(h, m, false, width >= NAMES_MIN);
}
