/* storerows.c: series, rows and due steps of a store; keys are described in store.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/storeint.h"
#include "collector/storekey.h"
#include "common/log.h"

static bool matches_region(const struct series_query *q, const char *region)
{
	if (!q->regions)
		return q->by_region ? region_is_place(region) : !*region;
	for (const char *const *r = q->regions; *r; r++)
		if (!strcmp(*r, region))
			return true;
	return false;
}

static bool matches_isp(const struct series_query *q, uint32_t isp)
{
	if (!q->n_isps)
		return q->by_isp == (isp != ISP_ANY);
	for (size_t i = 0; i < q->n_isps; i++)
		if (q->isps[i] == isp)
			return true;
	return false;
}

static bool matches(const struct series_query *q, const struct series *s)
{
	bool access = q->access >= 0 ? (int)s->access == q->access
				     : q->by_access == (s->access != ACCESS_ANY);
	return access && matches_isp(q, s->isp) && matches_region(q, s->region);
}

struct series *store_choose(const struct store *s, const struct series_query *q, size_t *n)
{
	struct series *out = xcalloc(s->series.n + 1, sizeof(*out));
	*n = 0;
	for (uint32_t i = 0; i < s->series.n; i++)
		if (matches(q, &s->series.series[i]))
			out[(*n)++] = s->series.series[i];
	qsort(out, *n, sizeof(*out), series_cmp);
	return out;
}

struct series_query store_query_one(const struct series *s, const char *regions[static 2],
				    int64_t from_ms, int64_t until_ms)
{
	struct series_query q = {.access = -1, .from_ms = from_ms, .until_ms = until_ms};
	regions[0] = s->region;
	regions[1] = NULL;
	q.regions = *s->region ? regions : NULL;
	q.isps = &s->isp; /* ISP_ANY, given by number, is only itself */
	q.n_isps = 1;
	if (s->access != ACCESS_ANY)
		q.access = (int)s->access;
	return q;
}

int store_series(struct store *s, const struct series_query *q,
		 int (*fn)(void *arg, const struct series *series), void *arg)
{
	size_t n;
	int rc = 0;
	struct series *series = store_choose(s, q, &n);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = fn(arg, &series[i]);
	free(series);
	return rc;
}

int store_put_number(struct store *s, const char *name, int64_t value)
{
	char text[32];
	snprintf(text, sizeof(text), "%" PRId64, value);
	return store_put_meta(s, name, text);
}

int store_check_step(struct store *s, const char *name, int64_t *step, int64_t step_ms)
{
	if (*step == step_ms)
		return 0;
	if (*step) {
		log_warnx("store: %s %" PRId64 " where it was %" PRId64, name, step_ms, *step);
		return -1;
	}
	*step = step_ms;
	return store_put_number(s, name, step_ms);
}

static int damaged(void)
{
	log_warnx("store: a row is damaged; `collector rebuild` makes the views anew");
	return -1;
}

static int put_row(struct store *s, const struct row *r, enum store_map map, uint32_t layer)
{
	struct buf bytes;
	uint32_t number = store_number(s, &r->series);
	if (number == SERIESMAP_NONE ||
	    store_check_step(s, "row_step_ms", &s->row_step_ms, r->step_ms) < 0)
		return -1;
	const struct chunk_line line = {map, number, layer, r->step_ms};
	s->changes++;
	buf_init(&bytes, CHUNK_ENTRY_MAX);
	row_encode(r, &bytes);
	int rc = chunkcache_put(s->chunks, &line, r->start_ms, bytes.data, bytes.len);
	buf_clear(&bytes);
	return rc;
}

int store_put_row(struct store *s, const struct row *r)
{
	int64_t end = r->start_ms + r->step_ms;
	if (r->why == WHY_FIRST && (!s->began_ms || end < s->began_ms)) {
		s->began_ms = end;
		if (store_put_number(s, "began_ms", end) < 0)
			return -1;
	}
	return put_row(s, r, STORE_ROW, 0);
}

int store_put_past(struct store *s, const struct row *r)
{
	return put_row(s, r, STORE_PAST, r->revision);
}

int64_t store_row_step(const struct store *s)
{
	return s->row_step_ms;
}

int64_t store_began(const struct store *s)
{
	return s->began_ms;
}

/* The times and bytes of an item into a row whose series is set. 0 or -1. */
static int read_row(struct row *r, const struct chunk_item *item, int64_t step_ms)
{
	r->start_ms = item->time_ms;
	r->step_ms = step_ms;
	return row_decode(r, item->data, item->len) < 0 ? damaged() : 0;
}

int store_get_row(struct store *s, const struct series *series, int64_t start_ms, struct row *out)
{
	uint32_t number = seriesmap_find(&s->series, series);
	const struct chunk_line line = {STORE_ROW, number, 0, s->row_step_ms};
	struct chunk_item item;
	if (number == SERIESMAP_NONE || !s->row_step_ms)
		return 0;
	int there = chunkcache_get(s->chunks, &line, start_ms, &item);
	if (there != 1)
		return there;
	out->series = *series;
	return read_row(out, &item, s->row_step_ms) < 0 ? -1 : 1;
}

struct rows_scan {
	struct store *s;
	uint32_t number; /* of the series */
	int64_t step_ms, asof_ms;
	struct chunk past; /* of one chunk, what stood at asof where it was revised since */
	struct row row;
	int (*fn)(void *arg, const struct row *r);
	void *arg;
};

static int scan_row(void *arg, const struct chunk_item *item)
{
	struct rows_scan *scan = arg;
	if (read_row(&scan->row, item, scan->step_ms) < 0)
		return -1;
	return scan->fn(scan->arg, &scan->row);
}

/* Revisions of a row come in order, so the last one that is old enough stays. */
static int take_past(void *arg, const struct chunk_item *item)
{
	struct rows_scan *scan = arg;
	struct row r;
	if (read_row(&r, item, scan->step_ms) < 0)
		return -1;
	if (r.revised_ms > scan->asof_ms)
		return 0;
	return chunk_put(&scan->past, item->time_ms, item->data, item->len);
}

/* Only a row that was revised since asks for the past, and then for that of its whole chunk. */
static int scan_row_asof(void *arg, const struct chunk_item *item)
{
	struct rows_scan *scan = arg;
	struct chunk_item past;
	int64_t start = chunk_start(item->time_ms, scan->step_ms);
	if (read_row(&scan->row, item, scan->step_ms) < 0)
		return -1;
	if (scan->row.revised_ms <= scan->asof_ms)
		return scan->fn(scan->arg, &scan->row);
	if (scan->row.revision == 1)
		return 0;
	if (scan->past.start_ms != start) {
		const struct chunk_line line = {STORE_PAST, scan->number, 0, scan->step_ms};
		chunk_clear(&scan->past);
		chunk_init(&scan->past, start, scan->step_ms);
		if (chunkcache_scan(scan->s->chunks, &line, start,
				    start + CHUNK_ENTRIES * scan->step_ms, take_past, scan) < 0)
			return -1;
	}
	return chunk_get(&scan->past, item->time_ms, &past) ? scan_row(scan, &past) : 0;
}

int store_rows(struct store *s, const struct series_query *q,
	       int (*fn)(void *arg, const struct row *r), void *arg)
{
	struct rows_scan scan = {
		.s = s, .step_ms = s->row_step_ms, .asof_ms = q->asof_ms, .fn = fn, .arg = arg};
	size_t n;
	int rc = 0;
	if (!s->row_step_ms || q->until_ms <= q->from_ms)
		return 0;
	struct series *series = store_choose(s, q, &n);
	for (size_t i = 0; i < n && rc == 0; i++) {
		scan.number = seriesmap_find(&s->series, &series[i]);
		const struct chunk_line line = {STORE_ROW, scan.number, 0, s->row_step_ms};
		scan.row.series = series[i];
		chunk_init(&scan.past, -1, s->row_step_ms);
		rc = chunkcache_scan(s->chunks, &line, q->from_ms, q->until_ms,
				     q->asof_ms ? scan_row_asof : scan_row, &scan);
		chunk_clear(&scan.past);
	}
	free(series);
	return rc;
}

int store_past(struct store *s, const struct series *series, int64_t from_ms, int64_t until_ms,
	       int (*fn)(void *arg, const struct row *r), void *arg)
{
	struct rows_scan scan = {.step_ms = s->row_step_ms, .fn = fn, .arg = arg};
	const struct chunk_line line = {STORE_PAST, seriesmap_find(&s->series, series), 0,
					s->row_step_ms};
	if (line.series == SERIESMAP_NONE || !s->row_step_ms)
		return 0;
	scan.row.series = *series;
	return chunkcache_scan(s->chunks, &line, from_ms, until_ms, scan_row, &scan);
}

int store_put_due(struct store *s, int64_t step_ms, const void *data, size_t len)
{
	struct store_key from = {0}, until = {0};
	key_time(&from, step_ms);
	key_time(&until, step_ms + 1);
	return len ? s->ops->put(s->backend, STORE_DUE, &from, data, len)
		   : s->ops->erase(s->backend, STORE_DUE, &from, &until);
}

struct due_scan {
	int (*fn)(void *arg, int64_t step_ms, const void *data, size_t len);
	void *arg;
};

static int scan_due(void *arg, const struct store_key *k, const void *value, size_t len)
{
	struct due_scan *scan = arg;
	return k->len == 8 ? scan->fn(scan->arg, key_get_time(k->bytes), value, len) : -1;
}

int store_due(struct store *s, int (*fn)(void *arg, int64_t step_ms, const void *data, size_t len),
	      void *arg)
{
	const struct store_key from = {0};
	struct due_scan scan = {fn, arg};
	return s->ops->scan(s->backend, STORE_DUE, &from, NULL, scan_due, &scan);
}
