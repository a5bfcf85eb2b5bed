/* chronicle.c: feeding, remaking, and which event is which.
 *
 * When an earlier row is revised, the events from there on are made anew from the stored rows and
 * matched with the old ones, which keep their ids and moments of detection as long as they overlap.
 * An event that nothing is left of is told to the listener once more, with its end at its onset,
 * and removed.
 *
 * An event that lasts gets more severe with every bucket. That is written at the next commit and is
 * no revision; a new state, onset or end is.
 */
#include "collector/chronicle.h"

#include <stdlib.h>
#include <string.h>

#include "collector/views.h"

static void tell_event(const struct chronicler *c, const struct event *e)
{
	if (c->listener.event)
		c->listener.event(c->listener.arg, e);
}

static int save_event(const struct chronicler *c, struct chronicle *ch)
{
	const struct event *e = &ch->machine.current;
	ch->unsaved = false;
	return store_put_events(c->store, &e->series, e->kind, e->onset_ms, e, 1);
}

static void revise(struct event *e, enum why why, int64_t now_ms)
{
	e->revision++;
	e->why = why;
	e->revised_ms = now_ms;
}

/* A new event, or one that comes back after it was undone. */
static int introduce(const struct chronicler *c, struct event *e, enum why why, int64_t now_ms)
{
	events_name(e);
	int64_t revision = store_event_revision(c->store, &e->series, e->id);
	e->detected_ms = now_ms;
	e->revision = revision > 0 ? (uint32_t)revision : 0;
	revise(e, why, now_ms);
	return revision < 0 ? -1 : 0;
}

static int feed(const struct chronicler *c, struct chronicle *ch, const struct row *r,
		int64_t now_ms)
{
	struct event *e = &ch->machine.current;
	enum state before = e->state;
	switch (events_next(&ch->machine, r)) {
	case EVENTS_SAME: return 0;
	case EVENTS_BEGAN:
		if (introduce(c, e, WHY_FIRST, now_ms) < 0)
			return -1;
		break;
	case EVENTS_GREW:
		ch->unsaved = true;
		if (e->state == before)
			return 0;
		revise(e, WHY_COURSE, now_ms);
		break;
	case EVENTS_ENDED: revise(e, WHY_COURSE, now_ms); break;
	}
	tell_event(c, e);
	return save_event(c, ch);
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

static int list_stored(const struct chronicler *c, const struct series *s, struct list *out)
{
	const char *regions[2];
	struct series_query q = store_query_one(s, regions, 0, INT64_MAX);
	return store_events(c->store, &q, list_add, out);
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
static int replay_rows(const struct chronicler *c, const struct series *s, int64_t from_ms,
		       int64_t until_ms, struct replay *out)
{
	const char *regions[2];
	struct series_query q = store_query_one(s, regions, from_ms > 0 ? from_ms : 0, until_ms);
	*out = (struct replay){0};
	events_init(&out->machine, s, c->step_ms);
	return store_rows(c->store, &q, replay_row, out);
}

/* After a restart: goes on with the stored open event, or with what the last rows say. */
static int load_machine(const struct chronicler *c, struct chronicle *ch, int64_t start_ms)
{
	const struct series s = ch->machine.current.series;
	struct list stored = {0};
	struct replay replay = {0};
	int64_t from = start_ms - EVENTS_LOOKBACK * c->step_ms;
	ch->loaded = true;
	int rc = list_stored(c, &s, &stored);
	const struct event *last = stored.n ? &stored.events[stored.n - 1] : NULL;
	if (last && last->end_ms > from)
		from = last->end_ms;
	if (rc == 0 && last && !last->end_ms) {
		events_resume(&ch->machine, last);
	} else if (rc == 0) {
		rc = replay_rows(c, &s, from, start_ms, &replay);
		ch->machine = replay.machine;
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
static int identify(const struct chronicler *c, struct event *e, struct list *old, int64_t now_ms)
{
	struct event *was = NULL;
	int rc = 0;
	for (size_t i = 0; i < old->n && !was; i++)
		if (old->events[i].revision && overlaps(&old->events[i], e))
			was = &old->events[i];
	if (!was) {
		rc = introduce(c, e, WHY_LATE, now_ms);
	} else {
		strcpy(e->id, was->id); /* same size */
		e->detected_ms = was->detected_ms;
		e->revision = was->revision;
		e->why = was->why;
		e->revised_ms = was->revised_ms;
		if (!same_event(e, was))
			revise(e, WHY_LATE, now_ms);
	}
	if (!was || e->revision != was->revision)
		tell_event(c, e);
	if (was)
		was->revision = 0;
	return rc;
}

/* Old events that no new one took over end at their onset, after the new ones in the list; those
 * before `from` stand. */
static void undo(const struct chronicler *c, struct list *old, int64_t from_ms, int64_t now_ms,
		 struct list *out)
{
	for (size_t i = 0; i < old->n; i++) {
		struct event *e = &old->events[i];
		if (!e->revision || e->onset_ms < from_ms)
			continue;
		e->end_ms = e->end_lo_ms = e->end_hi_ms = e->onset_ms;
		e->severity = 0;
		revise(e, WHY_LATE, now_ms);
		tell_event(c, e);
		list_add(out, e);
	}
}

/* From where the events must be remade when the row at start changed: *from is the first onset that
 * is replaced, and the rows are read from the return value. */
static int64_t remake_from(const struct chronicler *c, const struct list *old, int64_t start_ms,
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
	int64_t read = *from - EVENTS_LOOKBACK * c->step_ms;
	return read > ended ? read : ended;
}

static int remake(const struct chronicler *c, struct chronicle *ch, int64_t until_ms,
		  int64_t now_ms)
{
	const struct series s = ch->machine.current.series;
	struct list old = {0};
	struct replay replay = {0};
	int64_t from = 0, read;
	int rc = chronicle_save(c, ch);
	if (rc == 0)
		rc = list_stored(c, &s, &old);
	read = remake_from(c, &old, ch->revised_from_ms, &from);
	if (rc == 0)
		rc = replay_rows(c, &s, read, until_ms, &replay);
	if (rc < 0)
		goto out;
	if (replay.machine.phase == EVENTS_ACTIVE)
		list_add(&replay.found, &replay.machine.current);
	if (replay.found.n && replay.found.events[0].onset_ms < from)
		from = replay.found.events[0].onset_ms;
	for (size_t i = 0; i < old.n; i++)
		if (old.events[i].onset_ms < from)
			old.events[i].revision = 0; /* stands as it is */
	for (size_t i = 0; i < replay.found.n && rc == 0; i++)
		rc = identify(c, &replay.found.events[i], &old, now_ms);
	if (replay.machine.phase == EVENTS_ACTIVE)
		replay.machine.current = replay.found.events[replay.found.n - 1];
	undo(c, &old, from, now_ms, &replay.found);
	if (rc == 0)
		rc = store_put_events(c->store, &s, SIGN_LOSS, from, replay.found.events,
				      replay.found.n);
	ch->machine = replay.machine;
	ch->loaded = true;
	ch->revised_from_ms = INT64_MAX;
out:
	free(replay.found.events);
	free(old.events);
	return rc;
}

void chronicle_init(struct chronicle *ch, const struct series *s, int64_t step_ms)
{
	*ch = (struct chronicle){.revised_from_ms = INT64_MAX};
	events_init(&ch->machine, s, step_ms);
}

int chronicle_feed(const struct chronicler *c, struct chronicle *ch, const struct row *r,
		   int64_t now_ms)
{
	if (ch->revised_from_ms != INT64_MAX) {
		chronicle_revise(ch, r->start_ms); /* with the others */
		return 0;
	}
	if (!ch->loaded && load_machine(c, ch, r->start_ms) < 0)
		return -1;
	return feed(c, ch, r, now_ms);
}

void chronicle_revise(struct chronicle *ch, int64_t start_ms)
{
	if (start_ms < ch->revised_from_ms)
		ch->revised_from_ms = start_ms;
}

int chronicle_settle(const struct chronicler *c, struct chronicle *ch, int64_t until_ms,
		     int64_t now_ms)
{
	return ch->revised_from_ms < until_ms ? remake(c, ch, until_ms, now_ms) : 0;
}

int chronicle_save(const struct chronicler *c, struct chronicle *ch)
{
	return ch->unsaved ? save_event(c, ch) : 0;
}
