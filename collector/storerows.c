/* storerows.c: series, rows, events and due steps of a store; keys are described in store.c. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/storeint.h"
#include "collector/storekey.h"
#include "common/log.h"

#define EVENT_MAX 512 /* an encoded event has some 120 bytes */

static bool matches_region(const struct series_query *q, const char *region)
{
	if (!q->regions)
		return q->by_region ? *region && strcmp(region, REGION_UNPLACED) : !*region;
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

/* The series that match, in order; owned by the caller. Cells have numbers too, so not every one
 * has rows. */
static struct series *choose(const struct store *s, const struct series_query *q, size_t *n)
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
	struct series *series = choose(s, q, &n);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = fn(arg, &series[i]);
	free(series);
	return rc;
}

/* Whoever changes the step makes the views anew. */
static int check_step(struct store *s, int64_t step_ms)
{
	char text[32];
	if (s->row_step_ms == step_ms)
		return 0;
	if (s->row_step_ms) {
		log_warnx("store: rows of %" PRId64 " ms among rows of %" PRId64 " ms", step_ms,
			  s->row_step_ms);
		return -1;
	}
	s->row_step_ms = step_ms;
	snprintf(text, sizeof(text), "%" PRId64, step_ms);
	return store_put_meta(s, "row_step_ms", text);
}

int store_put_row(struct store *s, const struct row *r)
{
	uint32_t number = store_number(s, &r->series);
	if (number == SERIESMAP_NONE || check_step(s, r->step_ms) < 0)
		return -1;
	return rowcache_put(s->rows, number, r);
}

int store_get_row(struct store *s, const struct series *series, int64_t start_ms, struct row *out)
{
	uint32_t number = seriesmap_find(&s->series, series);
	if (number == SERIESMAP_NONE || !s->row_step_ms)
		return 0;
	out->series = *series;
	return rowcache_get(s->rows, number, start_ms, s->row_step_ms, out);
}

struct rows_scan {
	const struct series_query *q;
	int64_t step_ms;
	struct row row;
	int (*fn)(void *arg, const struct row *r);
	void *arg;
};

static int scan_rows(void *arg, const struct store_key *k, const void *value, size_t len)
{
	struct rows_scan *scan = arg;
	struct chunk chunk;
	int rc = 0;
	chunk_init(&chunk, key_get_time(k->bytes + 4), scan->step_ms);
	if (chunk_decode(&chunk, value, len) < 0) {
		log_warnx("store: a chunk of rows is damaged; `collector rebuild` makes the views "
			  "anew");
		return -1;
	}
	for (size_t i = chunk_find(&chunk, scan->q->from_ms); i < chunk.n && rc == 0; i++) {
		rc = chunk_at(&chunk, i, &scan->row) == 1 ? 0 : -1;
		if (rc == 0 && scan->row.start_ms >= scan->q->until_ms)
			break;
		if (rc == 0)
			rc = scan->fn(scan->arg, &scan->row);
	}
	chunk_clear(&chunk);
	return rc;
}

int store_rows(struct store *s, const struct series_query *q,
	       int (*fn)(void *arg, const struct row *r), void *arg)
{
	struct rows_scan scan = {.q = q, .step_ms = s->row_step_ms, .fn = fn, .arg = arg};
	size_t n;
	int rc = 0;
	if (!s->row_step_ms || q->until_ms <= q->from_ms)
		return 0;
	struct series *series = choose(s, q, &n);
	int64_t from = q->from_ms > 0 ? chunk_start(q->from_ms, s->row_step_ms) : 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		uint32_t number = seriesmap_find(&s->series, &series[i]);
		struct store_key first = key_series(number, from),
				 last = key_series(number, q->until_ms);
		scan.row.series = series[i];
		rc = rowcache_flush_series(s->rows, number);
		if (rc == 0)
			rc = s->ops->scan(s->backend, STORE_ROW, &first, &last, scan_rows, &scan);
	}
	free(series);
	return rc;
}

int store_put_events(struct store *s, const struct series *series, int64_t from_ms,
		     const struct event *events, size_t n)
{
	uint32_t number = store_number(s, series);
	if (number == SERIESMAP_NONE)
		return -1;
	struct store_key from = key_series(number, from_ms > 0 ? from_ms : 0), until = {0};
	key_u32(&until, number + 1);
	int rc = s->ops->erase(s->backend, STORE_EVENT, &from, &until);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct store_key k = key_series(number, events[i].onset_ms);
		struct buf value;
		buf_init(&value, EVENT_MAX);
		event_encode(&events[i], &value);
		rc = s->ops->put(s->backend, STORE_EVENT, &k, value.data, value.len);
		buf_clear(&value);
	}
	return rc;
}

struct events_scan {
	const struct series_query *q;
	const struct series *series;
	int (*fn)(void *arg, const struct event *e);
	void *arg;
};

static int scan_events(void *arg, const struct store_key *k, const void *value, size_t len)
{
	struct events_scan *scan = arg;
	struct event e = {.series = *scan->series};
	(void)k;
	if (event_decode(&e, value, len) < 0) {
		log_warnx("store: an event is damaged; `collector rebuild` makes the views anew");
		return -1;
	}
	if (e.end_ms && e.end_ms <= scan->q->from_ms)
		return 0;
	return scan->fn(scan->arg, &e);
}

int store_events(struct store *s, const struct series_query *q,
		 int (*fn)(void *arg, const struct event *e), void *arg)
{
	struct events_scan scan = {.q = q, .fn = fn, .arg = arg};
	size_t n;
	int rc = 0;
	struct series *series = choose(s, q, &n);
	for (size_t i = 0; i < n && rc == 0 && q->until_ms > 0; i++) {
		uint32_t number = seriesmap_find(&s->series, &series[i]);
		struct store_key from = key_series(number, 0),
				 until = key_series(number, q->until_ms);
		scan.series = &series[i];
		rc = s->ops->scan(s->backend, STORE_EVENT, &from, &until, scan_events, &scan);
	}
	free(series);
	return rc;
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
