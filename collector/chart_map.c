/* chart_map.c: shapes, borders, names. */
#include "collector/chart_map.h"

#include <stdio.h>
#include <stdlib.h>

#include "collector/chart_text.h"
#include "common/buf.h"

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

/* A name where it would stand: its lines, and the pixels that it takes. */
struct name {
	struct chart_text_line line[NAME_LINES];
	size_t n; /* 0: it can't stand there; the title has it */
	int left, right, top, bottom;
};

static void fit_name(struct name *name, const struct chart_area *a)
{
	const struct country_map_shape *s = a->shape;
	int room = s->room + NAME_OVER, width = 0;
	size_t n = chart_text_wrap(a->name, NAME_SIZE, room, name->line, NAME_LINES);
	for (size_t i = 0; i < n; i++) {
		int w = chart_text_width_of(&name->line[i], NAME_SIZE);
		width = w > width ? w : width;
	}
	/* Nor does one that was broken inside a word. */
	bool fits = width <= room && !(n > 1 && name->line[1].start[-1] != ' ');
	name->n = fits ? n : 0;
	name->left = s->x - width / 2;
	name->right = s->x + width / 2;
	name->top = s->y - (int)n * NAME_LINE / 2;
	name->bottom = s->y + (int)n * NAME_LINE / 2;
}

static bool overlap(const struct name *a, const struct name *b)
{
	return a->n && b->n && a->left < b->right && b->left < a->right && a->top < b->bottom &&
	       b->top < a->bottom;
}

/* Of two names in each other's way the one with less room goes. */
static void part_names(const struct chart_map *m, struct name *names)
{
	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; j < i; j++)
			if (overlap(&names[i], &names[j])) {
				bool less = m->areas[i].shape->room < m->areas[j].shape->room;
				names[less ? i : j].n = 0;
			}
}

static void put_name(struct html *h, const struct chart_area *a, const struct name *name)
{
	char text[CHART_TEXT_FIT_LEN];
	for (size_t i = 0; i < name->n; i++) {
		html_putf(h, "<text x=\"%d\" y=\"%d\">", a->shape->x,
			  a->shape->y + NAME_SIZE / 3 +
				  (2 * (int)i + 1 - (int)name->n) * NAME_LINE / 2);
		snprintf(text, sizeof(text), "%.*s", (int)name->line[i].len, name->line[i].start);
		html_text(h, text);
		html_put(h, "</text>");
	}
}

static void put_names(struct html *h, const struct chart_map *m)
{
	struct name *names = xcalloc(m->n, sizeof(*names));
	for (size_t i = 0; i < m->n; i++)
		fit_name(&names[i], &m->areas[i]);
	part_names(m, names);
	html_put(h, "<g class=\"names\" aria-hidden=\"true\">");
	for (size_t i = 0; i < m->n; i++)
		put_name(h, &m->areas[i], &names[i]);
	html_put(h, "</g>");
	free(names);
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
