/* country_map.c: reads a map. A file that can't be used as a whole is refused as a whole, like the
 * other tables of a country (country.c): a region that silently has no place would look like one of
 * which nothing is known. */
#include "collector/country_map.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"

/* Ten times what the largest country needs (Russia, 83 regions: 17 KB). */
#define FILE_MAX   (256 * 1024)
#define SHAPES_MAX 512
#define SIDE_MAX   10000
/* Fewer corners enclose nothing. */
#define RING_MIN 3

struct reading {
	const char *path; /* of the file */
	char *err;
	size_t errlen;
	const struct country *country;
	struct country_map *map;
	size_t at;	  /* shape that is being read */
	const char *hasc; /* its code, "" when not known yet; NULL outside of shapes */
};

__attribute__((format(printf, 2, 3))) static int fail(struct reading *r, const char *fmt, ...)
{
	char why[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (r->hasc)
		snprintf(r->err, r->errlen, "%s: shape %zu (%.10s): %s", r->path, r->at + 1,
			 r->hasc, why);
	else
		snprintf(r->err, r->errlen, "%s: %s", r->path, why);
	return -1;
}

/* A whole number of at most five digits at *p, which moves on; false when there is none. */
static bool take_int(const char **p, int *out)
{
	const char *s = *p;
	int n = 0, digits = 0, sign = *s == '-' ? -1 : 1;
	s += *s == '-';
	for (; *s >= '0' && *s <= '9' && digits < 6; s++, digits++)
		n = 10 * n + (*s - '0');
	if (digits == 0 || digits == 6)
		return false;
	*out = sign * n;
	*p = s;
	return true;
}

/* Two of them, with a space between, or none where the second has a sign. */
static bool take_pair(const char **p, int *x, int *y)
{
	if (!take_int(p, x))
		return false;
	*p += **p == ' ';
	return take_int(p, y);
}

/* One ring, "M x y l dx dy ... z". NULL when it is one and lies on the map; or the reason. */
static const char *check_ring(const char **p, const struct country_map *m)
{
	int x, y, dx, dy, corners = 1;
	if (*(*p)++ != 'M' || !take_pair(p, &x, &y))
		return "a ring does not begin with M and two numbers";
	if (x < 0 || y < 0 || x > m->width || y > m->height)
		return "a ring leaves the map";
	if (*(*p)++ != 'l')
		return "no l after the beginning of a ring";
	while (**p != 'z') {
		*p += **p == ' ' && corners > 1;
		if (!take_pair(p, &dx, &dy))
			return "neither two numbers nor z";
		x += dx;
		y += dy;
		if (x < 0 || y < 0 || x > m->width || y > m->height)
			return "a ring leaves the map";
		corners++;
	}
	(*p)++;
	return corners < RING_MIN ? "a ring of fewer than three corners" : NULL;
}

static int check_path(struct reading *r, const char *path)
{
	const char *p = path;
	if (!*path)
		return fail(r, "the path is empty");
	while (*p) {
		const char *why = check_ring(&p, r->map);
		if (why)
			return fail(r, "%s, at byte %td of the path", why, p - path);
	}
	return 0;
}

static const struct region *region_of(const struct country *c, const char *hasc)
{
	for (size_t i = 0; *hasc && i < c->n_regions; i++)
		if (!strcmp(c->regions[i].hasc, hasc))
			return &c->regions[i];
	return NULL;
}

static bool is_on(json_int_t at, int side)
{
	return at >= 0 && at <= side;
}

static int read_shape(struct reading *r, json_t *shape)
{
	struct country_map *m = r->map;
	const char *path;
	json_int_t x, y, room;
	json_error_t error;
	r->hasc = "";
	if (json_unpack_ex(shape, &error, 0, "{s:s}", "hasc", &r->hasc) < 0 ||
	    json_unpack_ex(shape, &error, JSON_STRICT, "{s:s, s:[III], s:s}", "hasc", &r->hasc,
			   "at", &x, &y, &room, "path", &path) < 0)
		return fail(r, "%s", error.text);
	const struct region *region = region_of(r->country, r->hasc);
	if (!region)
		return fail(r, "no region in regions.tsv has this HASC code");
	if (country_map_shape(m, region->code))
		return fail(r, "it is there already");
	if (!is_on(x, m->width) || !is_on(y, m->height) || !is_on(room, m->width))
		return fail(r, "at is not on the map");
	if (check_path(r, path) < 0)
		return -1;
	m->shapes[m->n++] =
		(struct country_map_shape){region, xstrdup(path), (int)x, (int)y, (int)room};
	return 0;
}

static int read_map(struct reading *r, json_t *root)
{
	struct country_map *m = r->map;
	const char *source;
	json_int_t width, height;
	json_t *shapes;
	json_error_t error;
	if (json_unpack_ex(root, &error, JSON_STRICT, "{s:s, s:I, s:I, s:o}", "source", &source,
			   "width", &width, "height", &height, "shapes", &shapes) < 0)
		return fail(r, "%s", error.text);
	m->source = xstrdup(source);
	if (width < 1 || height < 1 || width > SIDE_MAX || height > SIDE_MAX)
		return fail(r, "width and height are not between 1 and %d", SIDE_MAX);
	m->width = (int)width;
	m->height = (int)height;
	if (!json_array_size(shapes) || json_array_size(shapes) > SHAPES_MAX)
		return fail(r, "shapes is not a list of 1 to %d", SHAPES_MAX);
	m->shapes = xcalloc(json_array_size(shapes), sizeof(*m->shapes));
	for (r->at = 0; r->at < json_array_size(shapes); r->at++)
		if (read_shape(r, json_array_get(shapes, r->at)) < 0)
			return -1;
	return 0;
}

int country_map_load(struct country_map **out, const char *dir, const struct country *c, char *err,
		     size_t errlen)
{
	char *path = xasprintf("%s/%s/map.json", dir, c->code);
	struct reading r = {.path = path, .err = err, .errlen = errlen, .country = c};
	struct buf text;
	json_error_t error;
	json_t *root = NULL;
	int rc = -1;
	*out = NULL;
	if (buf_read_file(&text, path, FILE_MAX) < 0) {
		rc = errno == ENOENT ? 0 : fail(&r, "%s", strerror(errno));
		goto out;
	}
	root = json_loadb(text.data ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		snprintf(err, errlen, "%s:%d:%d: %s", path, error.line, error.column, error.text);
		goto out;
	}
	r.map = xcalloc(1, sizeof(*r.map));
	rc = read_map(&r, root);
	if (rc == 0)
		*out = r.map;
	else
		country_map_free(r.map);
out:
	json_decref(root);
	buf_clear(&text);
	free(path);
	return rc;
}

void country_map_free(struct country_map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		free(m->shapes[i].path);
	free(m->shapes);
	free(m->source);
	free(m);
}

const struct country_map_shape *country_map_shape(const struct country_map *m, const char *region)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->shapes[i].region->code, region))
			return &m->shapes[i];
	return NULL;
}
