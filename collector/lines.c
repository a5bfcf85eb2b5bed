/* lines.c: reads the parts of sums side by side, as much at once as one chunk of the store holds. */
#include "collector/lines.h"

#include <stdlib.h>
#include <string.h>

#include "collector/chunk.h"
#include "collector/seriesmap.h"
#include "collector/withhold.h"
#include "common/buf.h"

enum dimension { REGION, ISP, ACCESS, DIMENSIONS };

struct window {
	int64_t start_ms;
	uint32_t *masks; /* by part, then step; owned */
};

/* One whole and its parts, which differ in one dimension. */
struct line {
	struct series whole;
	struct seriesmap parts;
	struct window *windows; /* ascending; owned */
	size_t n, room;
};

struct lines {
	struct lines_config config;
	size_t steps; /* of a window */
	struct {
		struct seriesmap wholes;
		struct line **lines; /* by number in wholes; all owned */
		size_t room;
		struct line *chosen; /* of which the chosen series is a part; NULL: none */
		uint32_t part;
	} by[DIMENSIONS];
};

struct lines *lines_new(const struct lines_config *config)
{
	struct lines *l = xcalloc(1, sizeof(*l));
	l->config = *config;
	l->steps = config->one_step ? 1 : CHUNK_ENTRIES;
	return l;
}

static void line_free(struct line *line)
{
	for (size_t i = 0; i < line->n; i++)
		free(line->windows[i].masks);
	free(line->windows);
	seriesmap_clear(&line->parts);
	free(line);
}

void lines_free(struct lines *l)
{
	if (!l)
		return;
	for (size_t d = 0; d < DIMENSIONS; d++) {
		for (uint32_t i = 0; i < l->by[d].wholes.n; i++)
			line_free(l->by[d].lines[i]);
		seriesmap_clear(&l->by[d].wholes);
		free(l->by[d].lines);
	}
	free(l);
}

static bool is_part(const struct series *s, enum dimension d)
{
	return d == REGION ? *s->region : d == ISP ? s->isp != ISP_ANY : s->access != ACCESS_ANY;
}

static struct series whole_of(const struct series *s, enum dimension d)
{
	struct series whole = {.isp = d == ISP ? ISP_ANY : s->isp,
			       .access = d == ACCESS ? ACCESS_ANY : s->access};
	if (d != REGION)
		memcpy(whole.region, s->region, sizeof(whole.region));
	return whole;
}

static int add_part(void *arg, const struct series *s)
{
	seriesmap_add(arg, s);
	return 0;
}

static int list_parts(const struct lines *l, struct line *line, enum dimension d)
{
	const char *regions[2];
	const char *const unplaced[] = {REGION_UNPLACED, NULL};
	struct series_query q = store_query_one(&line->whole, regions, 0, 0);
	if (d == ISP)
		q.n_isps = 0;
	q.by_region = d == REGION;
	q.by_isp = d == ISP;
	q.by_access = d == ACCESS;
	if (store_series(l->config.store, &q, add_part, &line->parts) < 0)
		return -1;
	q.regions = unplaced;
	return d == REGION ? store_series(l->config.store, &q, add_part, &line->parts) : 0;
}

/* Figures of one series over one window. */
struct reading {
	struct withhold_figures *out;
	int64_t from_ms, step_ms;
};

static int read_row(void *arg, const struct row *r)
{
	const struct reading *reading = arg;
	withhold_count(&reading->out[(r->start_ms - reading->from_ms) / reading->step_ms], &r->v);
	return 0;
}

static int read_series(const struct lines *l, const struct series *s, int64_t from_ms,
		       struct withhold_figures *out)
{
	const struct lines_config *c = &l->config;
	const char *regions[2];
	struct reading reading = {out, from_ms, c->step_ms};
	struct row r;
	if (c->one_step && !c->asof_ms) { /* the newest, which the store has at hand */
		int there = store_get_row(c->store, s, from_ms, &r);
		return there == 1 ? read_row(&reading, &r) : there;
	}
	struct series_query q =
		store_query_one(s, regions, from_ms, from_ms + (int64_t)l->steps * c->step_ms);
	q.asof_ms = c->asof_ms;
	return store_rows(c->store, &q, read_row, &reading);
}

/* The masks of all parts over one window; owned by the caller, NULL on trouble. */
static uint32_t *look(const struct lines *l, const struct line *line, int64_t from_ms)
{
	size_t n = line->parts.n, steps = l->steps;
	/* by series, the whole first, then step */
	struct withhold_figures *read = xcalloc((n + 1) * steps, sizeof(*read));
	struct withhold_figures *parts = xcalloc(n + 1, sizeof(*parts)); /* at one step */
	uint32_t *masks = xcalloc(n + 1, sizeof(*masks));
	uint32_t *out = xcalloc((n + 1) * steps, sizeof(*out));
	int rc = read_series(l, &line->whole, from_ms, read);
	for (size_t p = 0; p < n && rc == 0; p++)
		rc = read_series(l, &line->parts.series[p], from_ms, &read[(p + 1) * steps]);
	for (size_t i = 0; i < steps; i++) {
		for (size_t p = 0; p < n; p++)
			parts[p] = read[(p + 1) * steps + i];
		memset(masks, 0, n * sizeof(*masks));
		withhold_parts(masks, parts, n, &read[i], l->config.min_probes);
		for (size_t p = 0; p < n; p++)
			out[p * steps + i] = masks[p];
	}
	free(read);
	free(parts);
	free(masks);
	if (rc == 0)
		return out;
	free(out);
	return NULL;
}

/* NULL on trouble. */
static const struct window *window_at(const struct lines *l, struct line *line, int64_t start_ms)
{
	size_t lo = 0, hi = line->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (line->windows[mid].start_ms < start_ms)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < line->n && line->windows[lo].start_ms == start_ms)
		return &line->windows[lo];
	uint32_t *masks = look(l, line, start_ms);
	if (!masks)
		return NULL;
	if (line->n == line->room) {
		line->room = line->room ? 2 * line->room : 4;
		line->windows = xrealloc(line->windows, line->room * sizeof(*line->windows));
	}
	memmove(&line->windows[lo + 1], &line->windows[lo],
		(line->n - lo) * sizeof(*line->windows));
	line->n++;
	line->windows[lo] = (struct window){start_ms, masks};
	return &line->windows[lo];
}

/* NULL on trouble. */
static struct line *line_of(struct lines *l, const struct series *s, enum dimension d)
{
	const struct series whole = whole_of(s, d);
	uint32_t at = seriesmap_find(&l->by[d].wholes, &whole);
	if (at != SERIESMAP_NONE)
		return l->by[d].lines[at];
	struct line *line = xcalloc(1, sizeof(*line));
	line->whole = whole;
	if (list_parts(l, line, d) < 0) {
		line_free(line);
		return NULL;
	}
	at = seriesmap_add(&l->by[d].wholes, &whole);
	if (l->by[d].room < l->by[d].wholes.room) {
		l->by[d].room = l->by[d].wholes.room;
		l->by[d].lines = xrealloc(l->by[d].lines, l->by[d].room * sizeof(line));
	}
	l->by[d].lines[at] = line;
	return line;
}

int lines_choose(struct lines *l, const struct series *s)
{
	for (enum dimension d = 0; d < DIMENSIONS; d++) {
		l->by[d].chosen = NULL;
		if (l->config.min_probes <= 1 || !is_part(s, d))
			continue; /* nothing is too small, or it is no part */
		struct line *line = line_of(l, s, d);
		if (!line)
			return -1;
		l->by[d].part = seriesmap_find(&line->parts, s);
		if (l->by[d].part != SERIESMAP_NONE)
			l->by[d].chosen = line;
	}
	return 0;
}

int lines_mask(struct lines *l, int64_t start_ms, uint32_t *mask)
{
	int64_t length = (int64_t)l->steps * l->config.step_ms;
	int64_t window_ms = start_ms - start_ms % length;
	size_t step = (size_t)((start_ms - window_ms) / l->config.step_ms);
	*mask = 0;
	for (enum dimension d = 0; d < DIMENSIONS; d++) {
		if (!l->by[d].chosen)
			continue;
		const struct window *w = window_at(l, l->by[d].chosen, window_ms);
		if (!w)
			return -1;
		*mask |= w->masks[l->by[d].part * l->steps + step];
	}
	return 0;
}
