/* timeline.c: what each series has said so far.
 *
 * For every series there is a machine of events.h. It is fed as rows become final; when an earlier row is revised, the
 * events from there on are made anew from the stored rows and matched with the old ones, which keep their ids
 * and moments of detection as long as they overlap. An event that nothing is left of is told to the listener once more,
 * with its end at its onset, and removed.
 *
 * An event that lasts gets more severe with every bucket. That is written at the next commit and is no revision; a new
 * state, onset or end is.
 */
#include "collector/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "collector/events.h"
#include "collector/expect.h"
#include "collector/seriesmap.h"
#include "collector/views.h"

struct line {
	struct expect expect; /* of leaves */
	struct events machine;
	int64_t revised_from_ms; /* earliest row whose events are out of date; INT64_MAX none */
	bool expect_loaded, machine_loaded;
	bool unsaved; /* the machine's event is newer than the stored one */
};

struct timeline {
	struct store *store;
	int64_t step_ms;
	struct views_listener listener;
	struct seriesmap map;
	struct line *lines; /* by number in map */
	size_t room;
};

struct timeline *timeline_new(struct store *store, int64_t step_ms)
{
	struct timeline *t = xcalloc(1, sizeof(*t));
	t->store = store;
	t->step_ms = step_ms;
	return t;
}

void timeline_reset(struct timeline *t)
{
	for (uint32_t i = 0; i < t->map.n; i++)
		expect_clear(&t->lines[i].expect);
	seriesmap_clear(&t->map);
}

void timeline_free(struct timeline *t)
{
	if (!t)
		return;
	timeline_reset(t);
	free(t->lines);
	free(t);
}

void timeline_listen(struct timeline *t, const struct views_listener *l)
{
	t->listener = *l;
}

static struct line *line_of(struct timeline *t, const struct series *s)
{
	uint32_t n = t->map.n, at = seriesmap_add(&t->map, s);
	if (at < n)
		return &t->lines[at];
	if (t->room < t->map.n) {
		t->room = t->map.room;
		t->lines = xrealloc(t->lines, t->room * sizeof(*t->lines));
	}
	t->lines[at] = (struct line){.revised_from_ms = INT64_MAX};
	expect_init(&t->lines[at].expect, t->step_ms);
	events_init(&t->lines[at].machine, s, t->step_ms);
	return &t->lines[at];
}

/* A query for one series; regions is room for its list. */
static struct series_query query_one(const struct series *s, const char *regions[static 2],
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

static int note(void *arg, const struct row *r)
{
	expect_note(arg, r);
	return 0;
}

/* After a restart the expectation is made again from the rows that are there. */
static int load_expect(struct timeline *t, struct line *line, const struct series *s,
		       int64_t start_ms)
{
	const char *regions[2];
	struct series_query q = query_one(s, regions, start_ms - EXPECT_LOOKBACK_MS, start_ms);
	line->expect_loaded = true;
	if (store_rows(t->store, &q, note, &line->expect) < 0)
		return -1;
	if (line->expect.last_heard_ms >= 0 || !line->expect.ring)
		return 0;
	q.until_ms = q.from_ms; /* silent all that time: when was it heard last? */
	q.from_ms = start_ms - EXPECT_FORGET_MS;
	return store_rows(t->store, &q, note, &line->expect);
}

int64_t timeline_expected(struct timeline *t, const struct series *leaf, int64_t start_ms)
{
	struct line *line = line_of(t, leaf);
	if (!line->expect_loaded && load_expect(t, line, leaf, start_ms) < 0)
		return -1;
	return expect_at(&line->expect, start_ms);
}

static void tell_row(const struct timeline *t, const struct row *r)
{
	if (t->listener.row)
		t->listener.row(t->listener.arg, r);
}

static void tell_event(const struct timeline *t, const struct event *e)
{
	if (t->listener.event)
		t->listener.event(t->listener.arg, e);
}

static int save_event(struct timeline *t, struct line *line)
{
	const struct event *e = &line->machine.current;
	line->unsaved = false;
	return store_put_events(t->store, &e->series, e->onset_ms, e, 1);
}

static int feed(struct timeline *t, struct line *line, const struct row *r, int64_t now_ms)
{
	struct event *e = &line->machine.current;
	enum state before = e->state;
	switch (events_next(&line->machine, r)) {
	case EVENTS_SAME: return 0;
	case EVENTS_BEGAN:
		events_name(e);
		e->detected_ms = now_ms;
		e->revision = 1;
		break;
	case EVENTS_GREW:
		line->unsaved = true;
		if (e->state == before)
			return 0;
		e->revision++;
		break;
	case EVENTS_ENDED: e->revision++; break;
	}
	tell_event(t, e);
	return save_event(t, line);
}

struct list {
	struct event *events; /* owned */
	size_t n, room;
};

static int list_add(void *arg, const struct event *e)
{
	struct list *l = arg;
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 8;
		l->events = xrealloc(l->events, l->room * sizeof(*l->events));
	}
	l->events[l->n++] = *e;
	return 0;
}

static int list_stored(struct timeline *t, const struct series *s, struct list *out)
{
	const char *regions[2];
	struct series_query q = query_one(s, regions, 0, INT64_MAX);
	return store_events(t->store, &q, list_add, out);
}

struct replay {
	struct events machine;
	struct list found; /* events that have ended */
};

static int replay_row(void *arg, const struct row *r)
{
	struct replay *replay = arg;
	if (events_next(&replay->machine, r) == EVENTS_ENDED)
		list_add(&replay->found, &replay->machine.current);
	return 0;
}

/* Runs a new machine over the stored rows of [from, until). */
static int replay_rows(struct timeline *t, const struct series *s, int64_t from_ms,
		       int64_t until_ms, struct replay *out)
{
	const char *regions[2];
	struct series_query q = query_one(s, regions, from_ms > 0 ? from_ms : 0, until_ms);
	*out = (struct replay){0};
	events_init(&out->machine, s, t->step_ms);
	return store_rows(t->store, &q, replay_row, out);
}

/* After a restart: goes on with the stored open event, or with what the last rows say. */
static int load_machine(struct timeline *t, struct line *line, const struct series *s,
			int64_t start_ms)
{
	struct list stored = {0};
	struct replay replay = {0};
	int64_t from = start_ms - EVENTS_LOOKBACK * t->step_ms;
	line->machine_loaded = true;
	int rc = list_stored(t, s, &stored);
	const struct event *last = stored.n ? &stored.events[stored.n - 1] : NULL;
	if (last && last->end_ms > from)
		from = last->end_ms;
	if (rc == 0 && last && !last->end_ms) {
		events_resume(&line->machine, last);
	} else if (rc == 0) {
		rc = replay_rows(t, s, from, start_ms, &replay);
		line->machine = replay.machine;
	}
	free(replay.found.events);
	free(stored.events);
	return rc;
}

static bool same_event(const struct event *a, const struct event *b)
{
	bool same = a->state == b->state && a->onset_ms == b->onset_ms &&
		    a->onset_lo_ms == b->onset_lo_ms && a->onset_hi_ms == b->onset_hi_ms &&
		    a->end_ms == b->end_ms;
	if (same && a->end_ms)
		same = a->probes == b->probes &&
		       !memcmp(&a->severity, &b->severity, sizeof(a->severity));
	return same;
}

static bool overlaps(const struct event *a, const struct event *b)
{
	return (!a->end_ms || a->end_ms > b->onset_ms) && (!b->end_ms || b->end_ms > a->onset_ms);
}

/* Gives a remade event the identity of the old one that it overlaps, which is then spent. */
static void identify(struct timeline *t, struct event *e, struct list *old, int64_t now_ms)
{
	struct event *was = NULL;
	for (size_t i = 0; i < old->n && !was; i++)
		if (old->events[i].revision && overlaps(&old->events[i], e))
			was = &old->events[i];
	if (!was) {
		events_name(e);
		e->detected_ms = now_ms;
		e->revision = 1;
	} else {
		strcpy(e->id, was->id); /* same size */
		e->detected_ms = was->detected_ms;
		e->revision = was->revision + !same_event(e, was);
	}
	if (!was || e->revision != was->revision)
		tell_event(t, e);
	if (was)
		was->revision = 0;
}

/* Old events that no new one took over; those before `from` stand. */
static void tell_gone(struct timeline *t, struct list *old, int64_t from_ms)
{
	for (size_t i = 0; i < old->n; i++) {
		struct event *e = &old->events[i];
		if (!e->revision || e->onset_ms < from_ms)
			continue;
		e->end_ms = e->onset_ms;
		e->severity = 0;
		e->revision++;
		tell_event(t, e);
	}
}

/* From where the events must be remade when the row at start changed: *from is the first onset that is replaced, and the
 * rows are read from the return value. */
static int64_t remake_from(const struct timeline *t, const struct list *old, int64_t start_ms,
			   int64_t *from)
{
	int64_t ended = 0;
	*from = start_ms;
	for (size_t i = 0; i < old->n; i++) {
		const struct event *e = &old->events[i];
		if (!e->end_ms || e->end_ms >= start_ms) {
			*from = e->onset_ms < start_ms ? e->onset_ms : start_ms;
			break;
		}
		ended = e->end_ms;
	}
	int64_t read = *from - EVENTS_LOOKBACK * t->step_ms;
	return read > ended ? read : ended;
}

static int remake(struct timeline *t, struct line *line, const struct series *s, int64_t until_ms,
		  int64_t now_ms)
{
	struct list old = {0};
	struct replay replay = {0};
	int64_t from = 0, read;
	int rc = line->unsaved ? save_event(t, line) : 0;
	if (rc == 0)
		rc = list_stored(t, s, &old);
	read = remake_from(t, &old, line->revised_from_ms, &from);
	if (rc == 0)
		rc = replay_rows(t, s, read, until_ms, &replay);
	if (rc < 0)
		goto out;
	if (replay.machine.phase == EVENTS_ACTIVE)
		list_add(&replay.found, &replay.machine.current);
	if (replay.found.n && replay.found.events[0].onset_ms < from)
		from = replay.found.events[0].onset_ms;
	for (size_t i = 0; i < old.n; i++)
		if (old.events[i].onset_ms < from)
			old.events[i].revision = 0; /* stands as it is */
	for (size_t i = 0; i < replay.found.n; i++)
		identify(t, &replay.found.events[i], &old, now_ms);
	tell_gone(t, &old, from);
	rc = store_put_events(t->store, s, from, replay.found.events, replay.found.n);
	if (replay.machine.phase == EVENTS_ACTIVE)
		replay.machine.current = replay.found.events[replay.found.n - 1];
	line->machine = replay.machine;
	line->machine_loaded = true;
	line->revised_from_ms = INT64_MAX;
out:
	free(replay.found.events);
	free(old.events);
	return rc;
}

int timeline_settle(struct timeline *t, int64_t until_ms, int64_t now_ms)
{
	for (uint32_t i = 0; i < t->map.n; i++)
		if (t->lines[i].revised_from_ms < until_ms &&
		    remake(t, &t->lines[i], &t->map.series[i], until_ms, now_ms) < 0)
			return -1;
	return 0;
}

int timeline_flush(struct timeline *t)
{
	for (uint32_t i = 0; i < t->map.n; i++)
		if (t->lines[i].unsaved && save_event(t, &t->lines[i]) < 0)
			return -1;
	return 0;
}

/* What a final or revised row means for the series. */
static int take(struct timeline *t, struct line *line, enum timeline_phase phase,
		const struct row *r, int64_t now_ms)
{
	if (series_is_leaf(&r->series)) {
		if (!line->expect_loaded && load_expect(t, line, &r->series, r->start_ms) < 0)
			return -1;
		expect_note(&line->expect, r);
	}
	if (phase == TIMELINE_FINAL && line->revised_from_ms == INT64_MAX) {
		if (!line->machine_loaded && load_machine(t, line, &r->series, r->start_ms) < 0)
			return -1;
		return feed(t, line, r, now_ms);
	}
	if (r->start_ms < line->revised_from_ms)
		line->revised_from_ms = r->start_ms;
	return 0;
}

int timeline_put(struct timeline *t, enum timeline_phase phase, const struct series *s,
		 int64_t start_ms, const struct verdict *v, int64_t now_ms)
{
	struct row old = {0}, r = {.series = *s,
				   .start_ms = start_ms,
				   .step_ms = t->step_ms,
				   .v = *v,
				   .revision = 1,
				   .revised_ms = now_ms};
	int there = store_get_row(t->store, s, start_ms, &old);
	bool same = there == 1 && verdict_equal(&old.v, v);
	if (there < 0)
		return -1;
	if (same ? phase != TIMELINE_FINAL : !there && !v->probes && !v->expected)
		return 0;
	if (there && phase == TIMELINE_LATE)
		r.revision = old.revision + 1;
	if (store_put_row(t->store, &r) < 0)
		return -1;
	if (!same)
		tell_row(t, &r);
	return phase == TIMELINE_PROVISIONAL ? 0 : take(t, line_of(t, s), phase, &r, now_ms);
}
