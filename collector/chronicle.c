/* chronicle.c: from what the alarm tells to what is kept, and which event is which.
 *
 * An event that lasts gets more severe with every bucket. That is written at the next commit and is no revision; a new state,
 * a return, a relapse and the end are. */
#include "collector/chronicle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/outage.h"
#include "collector/remake.h"
#include "collector/retell.h"
#include "collector/seriesmap.h"
#include "common/clock.h"

struct line {
	struct told {
		enum state state;
		unsigned int basis;
	} told[SIGNS];			     /* of the last revision of an event that lasts */
	bool unsaved[SIGNS];		     /* it has grown since it was written */
	int64_t changed_from, changed_until; /* pulses to be looked at again; INT64_MAX: none */
	bool unnoted;			     /* that has changed since it was written */
};

struct chronicle {
	const struct timeline *timeline;
	struct store *store; /* its */
	int64_t bucket_ms;
	struct alarm *alarm;
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

static struct told told_of(const struct event *e)
{
	return (struct told){e->state, e->basis};
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
		if (retell_introduce(c->store, e, &nobody, WHY_FIRST, c->now_ms) < 0)
			return -1;
		break;
	case DETECTOR_SAME:
	case DETECTOR_GREW:
		l->unsaved[e->kind] = true;
		if (e->state == l->told[e->kind].state && e->basis == l->told[e->kind].basis)
			return 0;
		events_revise(e, WHY_COURSE, c->now_ms);
		break;
	default: events_revise(e, WHY_COURSE, c->now_ms); break;
	}
	l->told[e->kind] = told_of(e);
	l->unsaved[e->kind] = false;
	retell_tell(c->timeline, e);
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
	l->unnoted = true;
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
	if (rc == 0)
		rc = retell(c->timeline, &s, &r, &stored, now_ms);
	if (rc == 0 && r.present)
		memcpy(alarm_of(c->alarm, &s), r.of, sizeof(r.of));
	for (size_t k = 0; k < SIGNS && r.present; k++)
		l->told[k] = told_of(&r.of[k].current);
	l->changed_from = INT64_MAX;
	l->unnoted = true;
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

/* What is still to be looked at again: a name in the store for each series, empty for nothing. */
static const char *note_name(char out[static 64], const struct series *s)
{
	char text[SERIES_TEXT_LEN];
	snprintf(out, 64, "changed.%s", series_text(text, s));
	return out;
}

static int put_note(const struct chronicle *c, const struct series *s, struct line *l)
{
	char name[64], text[48] = "";
	if (!l->unnoted)
		return 0;
	l->unnoted = false;
	if (l->changed_from != INT64_MAX)
		snprintf(text, sizeof(text), "%" PRId64 " %" PRId64, l->changed_from,
			 l->changed_until);
	return store_put_meta(c->store, note_name(name, s), text);
}

static int get_note(const struct chronicle *c, const struct series *s, struct line *l)
{
	char name[64], text[48];
	int64_t from, until;
	if (store_get_meta(c->store, note_name(name, s), text, sizeof(text)) < 0)
		return -1;
	if (sscanf(text, "%" SCNd64 " %" SCNd64, &from, &until) == 2)
		look_again(l, from, until);
	return 0;
}

int chronicle_flush(struct chronicle *c)
{
	for (uint32_t i = 0; i < c->map.n; i++) {
		if (put_note(c, &c->map.series[i], &c->lines[i]) < 0)
			return -1;
		for (size_t k = 0; k < SIGNS; k++) {
			if (!c->lines[i].unsaved[k])
				continue;
			c->lines[i].unsaved[k] = false;
			if (save(c, &alarm_of(c->alarm, &c->map.series[i])[k].current) < 0)
				return -1;
		}
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
	if (rc == 0)
		rc = get_note(c, s, l);
	for (size_t k = 0; k < SIGNS && rc == 0; k++) {
		struct event *e = &r.of[k].current;
		l->told[k] = told_of(e);
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
