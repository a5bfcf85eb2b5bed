/* chart_map.h: the states of regions at one moment, each where it lies. Pure.
 *
 * In a page every region that has a page of its own is a link that says its name and its state. Names
 * stand where there is room for them; all of them are titles. */
#ifndef COLLECTOR_CHART_MAP_H
#define COLLECTOR_CHART_MAP_H

#include "collector/chart_look.h"
#include "collector/country_map.h"

struct chart_area {
	const struct country_map_shape *shape;
	const char *name;
	const char *href;  /* NULL for none */
	const char *label; /* the finding: "domestic only since 20:00, up 3% (1–8%), n 40" */
	enum state state;
};

struct chart_map {
	const struct country_map *map;
	const char *label; /* what the whole says, for those who can't see it */
	const struct chart_area *areas;
	size_t n;
};

void chart_map_html(struct html *h, const struct chart_map *m);

/* In a picture. Its height follows from its width. */
int chart_map_height(const struct chart_map *m, int width);
void chart_map_svg(struct html *h, const struct chart_map *m, const struct chart_place *place);

#endif
