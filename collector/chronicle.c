/* chronicle.c: from what the alarm tells to what is kept, and which event is which.
 *
 * An event that lasts gets more severe with every bucket. That is written at the next commit and is no revision; a new state,
 * a return, a relapse and the end are.
 *
 * Events that are made anew are matched with the old ones: they keep id and moment of detection as long as they overlap.
 * One that nothing is left of is told to the listener once more, with its end at its onset, and removed; what is found in
 * its place later is that event again: after the first spool a silence is none any more, and the votes are too few yet. */
#include "collector/chronicle.h"

#include <stdlib.h>
#include <string.h>

#include "collector/outage.h"
#include "collector/remake.h"
#include "collector/seriesmap.h"
#include "common/clock.h"

struct line {
	enum state told[SIGNS];		     /* state of the last revision of an event that lasts */
	bool unsaved[SIGNS];		     /* it has grown since it was written */
	int64_t changed_from, changed_until; /* pulses to be looked at again; INT64_MAX: none */
};

struct chronicle {
	const struct timeline *timeline;
	struct store *store; /* its */
	int64_t bucket_ms;
	struct alarm *alarm;
	struct views_listener listener;
	struct seriesmap map;
	struct line *lines; /* by number */
	size_t room;
	int64_t day;	/* of the last bucket; -1 none */
	int64_t now_ms; /* while pulses are taken */
};

struct chronicle *chronicle_new(const struct timeline *timeline, int64_t bucket_ms,
				uint32_t min_probes)
{
	struct chronicle *c = xcalloc(1, sizeof(*c));
	c->timeline = timeline;
	c->store = timeline->store;
	c->bucket_ms = bucket_ms;
	c->alarm = alarm_new(bucket_ms, min_probes);
	c->day = -1;
	return c;
}

void chronicle_reset(struct chronicle *c)
{
	alarm_reset(c->alarm);
	seriesmap_clear(&c->map);
	c->day = -1;
}

void chronicle_free(struct chronicle *c)
{
	if (!c)
		return;
	chronicle_reset(c);
	alarm_free(c->alarm);
	free(c->lines);
	free(c);
}

void chronicle_listen(struct chronicle *c, const struct views_listener *l)
{
	c->listener = *l;
}

bool chronicle_is_silent(const struct chronicle *c, const struct series *s, int64_t start_ms)
{
	return alarm_is_silent(c->alarm, s, start_ms);
}

bool chronicle_is_lost(const struct chronicle *c, const struct series *s)
{
	return alarm_is_lost(c->alarm, s);
}

static struct line *line_of(struct chronicle *c, const struct series *s)
{
	uint32_t n = c->map.n, at = seriesmap_add(&c->map, s);
	if (at < n)
		return &c->lines[at];
	if (c->room < c->map.n) {
		c->room = c->map.room;
		c->lines = xrealloc(c->lines, c->room * sizeof(*c->lines));
	}
	c->lines[at] = (struct line){.changed_from = INT64_MAX};
	return &c->lines[at];
}

static void tell(const struct chronicle *c, const struct event *e)
{
	if (c->listener.event)
		c->listener.event(c->listener.arg, e);
}

/* A new event, or one that comes back after it was undone, and is not among the others yet. */
static int introduce(const struct chronicle *c, struct event *e, const struct events_list *others,
		     enum why why, int64_t now_ms)
{
	struct event undone;
	int there = store_undone_event(c->store, e, &undone);
	if (there > 0 && !events_has(others, undone.id)) {
		events_identify(e, &undone);
		events_revise(e, why == WHY_FIRST ? WHY_COURSE : why, now_ms);
		return 0;
	}
	events_name(e);
	int64_t revision = store_event_revision(c->store, &e->series, e->id);
	e->detected_ms = now_ms;
	e->revision = revision > 0 ? (uint32_t)revision : 0;
	events_revise(e, why, now_ms);
	return there < 0 || revision < 0 ? -1 : 0;
}

static int save(const struct chronicle *c, const struct event *e)
{
	return store_put_events(c->store, &e->series, e->kind, e->onset_ms, e, 1);
}

/* --- live --- */

static int on_change(void *arg, struct detector *d, enum detector_change change)
{
	const struct events_list nobody = {0};
	struct chronicle *c = arg;
	struct event *e = &d->current;
	struct line *l = line_of(c, &e->series);
	switch (change) {
	case DETECTOR_BEGAN:
		if (introduce(c, e, &nobody, WHY_FIRST, c->now_ms) < 0)
			return -1;
		break;
	case DETECTOR_SAME:
	case DETECTOR_GREW:
		l->unsaved[e->kind] = true;
		if (e->state == l->told[e->kind])
			return 0;
		events_revise(e, WHY_COURSE, c->now_ms);
		break;
	default: events_revise(e, WHY_COURSE, c->now_ms); break;
	}
	l->told[e->kind] = e->state;
	l->unsaved[e->kind] = false;
	tell(c, e);
	return save(c, e);
}

static void look_again(struct line *l, int64_t from_ms, int64_t until_ms)
{
	if (l->changed_from == INT64_MAX)
		l->changed_until = 0;
	if (from_ms < l->changed_from)
		l->changed_from = from_ms;
	if (until_ms > l->changed_until)
		l->changed_until = until_ms;
}

/* The first bucket of a day: what has to be said of silences by then, and how all detectors stand. */
static int begin_day(struct chronicle *c, int64_t start_ms, int64_t now_ms)
{
	int64_t day = start_ms / CLOCK_DAY_MS;
	size_t n;
	const struct series *s = alarm_series(c->alarm, &n);
	if (day == c->day)
		return 0;
	c->day = day;
	for (size_t i = 0; i < n; i++) {
		int64_t onset;
		int found = outage_find(c->store, &s[i], day * CLOCK_DAY_MS, &onset);
		if (found < 0)
			return -1;
		if (found)
			look_again(line_of(c, &s[i]), onset, start_ms);
	}
	if (chronicle_settle(c, start_ms, now_ms) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (remake_keep(c->store, &s[i], day, alarm_of(c->alarm, &s[i])) < 0)
			return -1;
	return 0;
}

int chronicle_take(struct chronicle *c, int64_t start_ms, struct alarm_item *items, size_t n,
		   bool alive, int64_t now_ms)
{
	c->now_ms = now_ms;
	if (begin_day(c, start_ms, now_ms) < 0 ||
	    alarm_take(c->alarm, start_ms, items, n, alive, on_change, c))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (store_put_pulse(c->store, &items[i].series, start_ms, c->bucket_ms,
				    &items[i].pulse) < 0)
			return -1;
	return 0;
}

int chronicle_again(struct chronicle *c, int64_t start_ms, struct alarm_item *items, size_t n)
{
	alarm_spread(c->alarm, items, n);
	for (size_t i = 0; i < n; i++) {
		struct pulse before = {0};
		struct line *l = line_of(c, &items[i].series);
		int there = store_get_pulse(c->store, &items[i].series, start_ms, &before);
		if (there < 0)
			return -1;
		items[i].pulse.flags = before.flags;
		if (there && pulse_equal(&before, &items[i].pulse))
			continue;
		if (store_put_pulse(c->store, &items[i].series, start_ms, c->bucket_ms,
				    &items[i].pulse) < 0)
			return -1;
		look_again(l, start_ms, start_ms + c->bucket_ms);
	}
	return 0;
}

/* --- made anew --- */

static int list_add(void *arg, const struct event *e)
{
	events_add(arg, e);
	return 0;
}

static int list_stored(const struct chronicle *c, const struct series *s, struct events_list *out)
{
	const char *regions[2];
	struct series_query q = store_query_one(s, regions, 0, INT64_MAX);
	return store_events(c->store, &q, list_add, out);
}

/* Gives a remade event the identity of the old one that it overlaps, which is then spent. */
static int identify(const struct chronicle *c, struct event *e, struct events_list *old,
		    const struct events_list *others, int64_t now_ms)
{
	struct event *was = NULL;
	for (size_t i = 0; i < old->n && !was; i++)
		if (old->events[i].revision && events_overlap(&old->events[i], e))
			was = &old->events[i];
	if (!was) {
		if (introduce(c, e, others, WHY_LATE, now_ms) < 0)
			return -1;
		tell(c, e);
		return 0;
	}
	events_identify(e, was);
	if (!events_same(e, was)) {
		events_revise(e, WHY_LATE, now_ms);
		tell(c, e);
	}
	was->revision = 0;
	return 0;
}

/* Moves those of which nobody has anything to tell from `found` to `off`. */
static int sort_out(const struct chronicle *c, struct events_list *found, struct events_list *off,
		    int64_t now_ms)
{
	size_t n = 0;
	for (size_t i = 0; i < found->n; i++) {
		int is = outage_is(c->store, &found->events[i], now_ms);
		if (is < 0)
			return -1;
		if (is)
			events_add(off, &found->events[i]);
		else
			found->events[n++] = found->events[i];
	}
	found->n = n;
	return 0;
}

static bool overlaps_any(const struct events_list *l, const struct event *e)
{
	for (size_t i = 0; i < l->n; i++)
		if (events_overlap(&l->events[i], e))
			return true;
	return false;
}

/* Old events that no new one took over end at their onset. */
static int undo(const struct chronicle *c, const struct events_list *old,
		const struct events_list *off, int64_t now_ms, struct events_list *out)
{
	for (size_t i = 0; i < old->n; i++) {
		struct event e = old->events[i];
		bool is_off = overlaps_any(off, &e);
		if (!e.revision)
			continue;
		if (is_off && outage_rows(c->timeline, &e, now_ms) < 0)
			return -1;
		events_undo(&e, is_off ? WHY_OFF : WHY_LATE, now_ms);
		tell(c, &e);
		events_add(out, &e);
	}
	return 0;
}

static int by_onset(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	return (x->onset_ms > y->onset_ms) - (x->onset_ms < y->onset_ms);
}

/* Events of one kind: those of `stored` that the run can have found anew become `old`; what comes after it goes into `out`
 * as it stands. */
static void divide(const struct events_list *stored, enum sign kind, const struct remade *r,
		   struct events_list *old, struct events_list *out)
{
	const struct detector *d = &r->of[kind];
	for (size_t i = 0; i < stored->n; i++) {
		const struct event *e = &stored->events[i];
		bool stands = !r->present &&
			      (e->onset_ms >= r->until_ms ||
			       (d->phase != DETECTOR_CALM && e->onset_ms == d->current.onset_ms));
		if (e->kind != kind || (e->end_ms && e->end_ms < r->since_ms[kind]))
			continue;
		events_add(stands ? out : old, e);
	}
}

static int merge_kind(struct chronicle *c, const struct series *s, enum sign kind, struct remade *r,
		      const struct events_list *stored, int64_t now_ms)
{
	struct events_list old = {0}, out = {0}, found = {0}, off = {0};
	struct detector *d = &r->of[kind];
	int64_t first = INT64_MAX;
	divide(stored, kind, r, &old, &out);
	for (size_t i = 0; i < r->events.n; i++)
		if (r->events.events[i].kind == kind)
			events_add(&found, &r->events.events[i]);
	if (r->present && d->phase != DETECTOR_CALM)
		events_add(&found, &d->current);
	int rc = sort_out(c, &found, &off, now_ms);
	for (size_t i = 0; i < found.n && rc == 0; i++) {
		rc = identify(c, &found.events[i], &old, &out, now_ms);
		events_add(&out, &found.events[i]);
	}
	if (found.n && r->present && d->phase != DETECTOR_CALM)
		events_identify(&d->current, &found.events[found.n - 1]);
	if (rc == 0)
		rc = undo(c, &old, &off, now_ms, &out);
	for (size_t i = 0; i < old.n; i++)
		first = old.events[i].onset_ms < first ? old.events[i].onset_ms : first;
	for (size_t i = 0; i < out.n; i++)
		first = out.events[i].onset_ms < first ? out.events[i].onset_ms : first;
	if (out.n)
		qsort(out.events, out.n, sizeof(*out.events), by_onset);
	if (rc == 0 && out.n)
		rc = store_put_events(c->store, s, kind, first, out.events, out.n);
	events_clear(&old);
	events_clear(&out);
	events_clear(&found);
	events_clear(&off);
	return rc;
}

static int settle(struct chronicle *c, uint32_t number, int64_t until_ms, int64_t now_ms)
{
	const struct series s = c->map.series[number];
	struct line *l = &c->lines[number];
	int64_t from = l->changed_from - l->changed_from % CLOCK_DAY_MS;
	struct events_list stored = {0};
	struct remade r;
	int rc = remake(c->store, &s, c->bucket_ms, from, l->changed_until, until_ms, &r);
	if (rc == 0)
		rc = list_stored(c, &s, &stored);
	for (size_t k = 0; k < SIGNS && rc == 0; k++)
		rc = merge_kind(c, &s, (enum sign)k, &r, &stored, now_ms);
	if (rc == 0 && r.present)
		memcpy(alarm_of(c->alarm, &s), r.of, sizeof(r.of));
	for (size_t k = 0; k < SIGNS && r.present; k++)
		l->told[k] = r.of[k].current.state;
	l->changed_from = INT64_MAX;
	remade_clear(&r);
	events_clear(&stored);
	return rc;
}

int chronicle_settle(struct chronicle *c, int64_t until_ms, int64_t now_ms)
{
	if (chronicle_flush(c) < 0)
		return -1;
	for (uint32_t i = 0; i < c->map.n; i++)
		if (c->lines[i].changed_from != INT64_MAX && settle(c, i, until_ms, now_ms) < 0)
			return -1;
	return 0;
}

/* --- the store --- */

int chronicle_flush(struct chronicle *c)
{
	for (uint32_t i = 0; i < c->map.n; i++)
		for (size_t k = 0; k < SIGNS; k++) {
			if (!c->lines[i].unsaved[k])
				continue;
			c->lines[i].unsaved[k] = false;
			if (save(c, &alarm_of(c->alarm, &c->map.series[i])[k].current) < 0)
				return -1;
		}
	return 0;
}

/* The detectors as they stood, and what is said of their events. */
static int load_series(struct chronicle *c, const struct series *s, int64_t until_ms)
{
	struct events_list stored = {0};
	struct remade r;
	int64_t day = (until_ms - 1) / CLOCK_DAY_MS;
	int rc = remake(c->store, s, c->bucket_ms, day * CLOCK_DAY_MS, INT64_MAX, until_ms, &r);
	if (rc == 0)
		rc = list_stored(c, s, &stored);
	struct line *l = line_of(c, s);
	for (size_t k = 0; k < SIGNS && rc == 0; k++) {
		struct event *e = &r.of[k].current;
		l->told[k] = e->state;
		for (size_t i = 0; i < stored.n && r.of[k].phase != DETECTOR_CALM; i++)
			if (stored.events[i].kind == e->kind &&
			    stored.events[i].onset_ms == e->onset_ms)
				events_identify(e, &stored.events[i]);
	}
	if (rc == 0)
		memcpy(alarm_of(c->alarm, s), r.of, sizeof(r.of));
	remade_clear(&r);
	events_clear(&stored);
	return rc;
}

int chronicle_load(struct chronicle *c, int64_t until_ms)
{
	size_t n;
	int rc = 0;
	if (until_ms <= 0)
		return 0;
	c->day = (until_ms - 1) / CLOCK_DAY_MS;
	for (size_t i = 0; store_all_series(c->store, &n) && i < n && rc == 0; i++) {
		const struct series s = store_all_series(c->store, &n)[i];
		if (!*s.region || !strcmp(s.region, REGION_UNPLACED) || region_is_place(s.region))
			rc = load_series(c, &s, until_ms);
	}
	return rc;
}
