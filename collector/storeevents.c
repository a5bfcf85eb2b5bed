/* storeevents.c: events of a store and what they once said; keys are described in store.c. A series
 * has some dozens of events in a year, so what is asked for rarely is found by reading them all. */
#include <stdlib.h>
#include <string.h>

#include "collector/storeint.h"
#include "collector/storekey.h"
#include "common/log.h"

#define EVENT_MAX 512 /* an encoded event has some 160 bytes */

struct list {
	struct event *events; /* owned */
	size_t n, room;
};

static void list_add(struct list *l, const struct event *e)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 16;
		l->events = xrealloc(l->events, l->room * sizeof(*l->events));
	}
	l->events[l->n++] = *e;
}

static struct store_key key_event(uint32_t number, const struct event *e)
{
	struct store_key k = key_series(number, e->onset_ms);
	k.bytes[k.len++] = (uint8_t)e->kind;
	return k;
}

/* Dates move, so two events can have had one onset in revisions of one number. In a series, their ids differ at the end. */
static struct store_key key_past(uint32_t number, const struct event *e)
{
	struct store_key k = key_event(number, e);
	key_u32(&k, e->revision);
	size_t len = strlen(e->id), room = sizeof(k.bytes) - k.len, n = len < room ? len : room;
	memcpy(k.bytes + k.len, e->id + len - n, n);
	k.len += n;
	return k;
}

static int put(struct store *s, enum store_map m, const struct store_key *k, const struct event *e)
{
	struct buf value;
	buf_init(&value, EVENT_MAX);
	event_encode(e, &value);
	int rc = s->ops->put(s->backend, m, k, value.data, value.len);
	buf_clear(&value);
	return rc;
}

static int put_past(struct store *s, uint32_t number, const struct event *e)
{
	struct event past = *e;
	struct store_key k = key_past(number, e);
	if (!past.end_ms)
		event_forget_growth(&past);
	return put(s, STORE_EVENT_PAST, &k, &past);
}

struct events_scan {
	const struct series *series;
	struct list *list;
};

static int scan_event(void *arg, const struct store_key *k, const void *value, size_t len)
{
	struct events_scan *scan = arg;
	struct event e = {.series = *scan->series};
	(void)k;
	if (event_decode(&e, value, len) < 0) {
		log_warnx("store: an event is damaged; `collector rebuild` makes the views anew");
		return -1;
	}
	list_add(scan->list, &e);
	return 0;
}

/* Adds what a map has of a series with onsets in [from, until). */
static int read_events(struct store *s, enum store_map m, const struct series *series,
		       int64_t from_ms, int64_t until_ms, struct list *out)
{
	uint32_t number = seriesmap_find(&s->series, series);
	struct store_key from = key_series(number, from_ms > 0 ? from_ms : 0),
			 until = key_series(number, until_ms);
	struct events_scan scan = {series, out};
	return number == SERIESMAP_NONE
		       ? 0
		       : s->ops->scan(s->backend, m, &from, &until, scan_event, &scan);
}

static bool is_among(const struct event *e, const struct event *events, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (events[i].revision == e->revision && !strcmp(events[i].id, e->id))
			return true;
	return false;
}

static bool is_undone(const struct event *e)
{
	return e->end_ms && e->end_ms <= e->onset_ms;
}

/* Takes an event from its place, and keeps it unless it is among those that come. */
static int replace(struct store *s, uint32_t number, const struct event *old,
		   const struct event *events, size_t n)
{
	struct store_key k = key_event(number, old), end = k;
	end.bytes[end.len - 1]++;
	if (!is_among(old, events, n) && put_past(s, number, old) < 0)
		return -1;
	return s->ops->erase(s->backend, STORE_EVENT, &k, &end);
}

int store_put_events(struct store *s, const struct series *series, enum sign kind, int64_t from_ms,
		     const struct event *events, size_t n)
{
	uint32_t number = store_number(s, series);
	struct list old = {0};
	if (number == SERIESMAP_NONE)
		return -1;
	s->changes++;
	int rc = read_events(s, STORE_EVENT, series, from_ms, INT64_MAX, &old);
	for (size_t i = 0; i < old.n && rc == 0; i++)
		if (old.events[i].kind == kind)
			rc = replace(s, number, &old.events[i], events, n);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct store_key k = key_event(number, &events[i]);
		rc = is_undone(&events[i]) ? put_past(s, number, &events[i])
					   : put(s, STORE_EVENT, &k, &events[i]);
	}
	free(old.events);
	return rc;
}

static int by_id_and_revision(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	int c = strcmp(x->id, y->id);
	return c ? c : (x->revision > y->revision) - (x->revision < y->revision);
}

static int by_onset_and_kind(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	if (x->onset_ms != y->onset_ms)
		return x->onset_ms < y->onset_ms ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Did a revision tell of some of the time of e? One that lasted told of all until the end of it. */
static bool told_of(const struct event *past, int64_t undone_ms, const struct event *e)
{
	int64_t end = past->end_ms ? past->end_ms : undone_ms;
	return past->kind == e->kind && !is_undone(past) && end > e->onset_ms &&
	       (!e->end_ms || e->end_ms > past->onset_ms);
}

int store_undone_event(struct store *s, const struct event *e, struct event *was)
{
	struct list l = {0};
	int found = 0;
	if (read_events(s, STORE_EVENT, &e->series, 0, INT64_MAX, &l) < 0 ||
	    read_events(s, STORE_EVENT_PAST, &e->series, 0, INT64_MAX, &l) < 0)
		found = -1;
	if (l.n)
		qsort(l.events, l.n, sizeof(*l.events), by_id_and_revision);
	for (size_t i = 0; i < l.n && found == 0; i++) {
		size_t last = i;
		while (last + 1 < l.n && !strcmp(l.events[last + 1].id, l.events[i].id))
			last++;
		const struct event *end = &l.events[last];
		if (!is_undone(end) || !told_of(&l.events[i], end->revised_ms, e))
			continue;
		*was = *end;
		found = 1;
	}
	free(l.events);
	return found;
}

/* Of all revisions those that stood at a moment: of each id the last that was made until then. */
static void choose_asof(struct list *l, int64_t asof_ms)
{
	size_t n = 0;
	if (l->n)
		qsort(l->events, l->n, sizeof(*l->events), by_id_and_revision);
	for (size_t i = 0; i < l->n; i++) {
		struct event *e = &l->events[i];
		if (e->revised_ms > asof_ms)
			continue;
		if (n && !strcmp(l->events[n - 1].id, e->id))
			n--;
		l->events[n] = *e;
		if (!e->end_ms)
			event_forget_growth(&l->events[n]);
		n++;
	}
	l->n = n;
	if (n)
		qsort(l->events, n, sizeof(*l->events), by_onset_and_kind);
}

static int read_asof(struct store *s, const struct series *series, int64_t asof_ms,
		     struct list *out)
{
	if (read_events(s, STORE_EVENT, series, 0, INT64_MAX, out) < 0 ||
	    read_events(s, STORE_EVENT_PAST, series, 0, INT64_MAX, out) < 0)
		return -1;
	choose_asof(out, asof_ms);
	return 0;
}

static int one_series(struct store *s, const struct series_query *q, const struct series *series,
		      int (*fn)(void *arg, const struct event *e), void *arg)
{
	struct list l = {0};
	int rc = q->asof_ms ? read_asof(s, series, q->asof_ms, &l)
			    : read_events(s, STORE_EVENT, series, 0, q->until_ms, &l);
	for (size_t i = 0; i < l.n && rc == 0; i++) {
		const struct event *e = &l.events[i];
		if (e->onset_ms < q->until_ms && (!e->end_ms || e->end_ms > q->from_ms) &&
		    !is_undone(e))
			rc = fn(arg, e);
	}
	free(l.events);
	return rc;
}

int store_events(struct store *s, const struct series_query *q,
		 int (*fn)(void *arg, const struct event *e), void *arg)
{
	size_t n;
	int rc = 0;
	struct series *series = store_choose(s, q, &n);
	for (size_t i = 0; i < n && rc == 0 && q->until_ms > 0; i++)
		rc = one_series(s, q, &series[i], fn, arg);
	free(series);
	return rc;
}

int store_past_events(struct store *s, const struct series *series,
		      int (*fn)(void *arg, const struct event *e), void *arg)
{
	struct list l = {0};
	int rc = read_events(s, STORE_EVENT_PAST, series, 0, INT64_MAX, &l);
	for (size_t i = 0; i < l.n && rc == 0; i++)
		rc = fn(arg, &l.events[i]);
	free(l.events);
	return rc;
}

int store_put_past_event(struct store *s, const struct event *e)
{
	uint32_t number = store_number(s, &e->series);
	s->changes++;
	return number == SERIESMAP_NONE ? -1 : put_past(s, number, e);
}

int store_forget_history(struct store *s)
{
	static const enum store_map maps[] = {STORE_PAST, STORE_EVENT, STORE_EVENT_PAST};
	const struct store_key from = {0};
	s->changes++;
	if (chunkcache_flush(s->chunks) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (s->ops->erase(s->backend, maps[i], &from, NULL) < 0)
			return -1;
	return 0;
}

int64_t store_event_revision(struct store *s, const struct series *series, const char *id)
{
	struct list l = {0};
	uint32_t highest = 0;
	int rc = read_events(s, STORE_EVENT, series, 0, INT64_MAX, &l);
	if (rc == 0)
		rc = read_events(s, STORE_EVENT_PAST, series, 0, INT64_MAX, &l);
	for (size_t i = 0; i < l.n; i++)
		if (!strcmp(l.events[i].id, id) && l.events[i].revision > highest)
			highest = l.events[i].revision;
	free(l.events);
	return rc < 0 ? -1 : (int64_t)highest;
}
