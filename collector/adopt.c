/* adopt.c: the history of one store into another, series by series.
 *
 * What the new store kept of replaced revisions is dropped first, since it was made by a replay and
 * nobody ever saw it; the history of what was published takes its place. */
#include "collector/adopt.h"

#include <stdlib.h>
#include <string.h>

#include "collector/events.h"
#include "collector/seriesmap.h"
#include "common/buf.h"

/* What of the new store has to outlive its history. */
struct spared {
	struct events_list events;
	struct row *past; /* of rows that are left alone; owned */
	size_t n, room;
};

struct work {
	const struct adopt *a;
	struct adopted *did;
	struct series series;
	struct spared spared;
	int64_t *starts; /* of rows that only the new store has; owned */
	size_t n, room;
};

/* --- rows --- */

static bool says_nothing(const struct verdict *v)
{
	return v->state == STATE_INSUFFICIENT && !v->probes && !v->expected;
}

static void withdraw(struct row *r)
{
	verdict_clear(&r->v);
	strcpy(r->v.rule, rule_str(RULE_WITHDRAWN));
	r->method = METHOD_VERSION;
}

static void revise(const struct adopt *a, struct row *r, uint32_t revision)
{
	r->revision = revision;
	r->revised_ms = a->now_ms;
	r->why = a->why;
}

/* A row that was published. */
static int on_published(void *arg, const struct row *old)
{
	struct work *w = arg;
	struct row r = {.series = w->series};
	int there = store_get_row(w->a->to, &w->series, old->start_ms, &r);
	if (there < 0)
		return -1;
	if (there ? verdict_equal(&old->v, &r.v) : says_nothing(&old->v)) {
		w->did->kept++;
		return store_put_row(w->a->to, old);
	}
	if (!there) {
		r = *old;
		withdraw(&r);
		w->did->withdrawn++;
	} else {
		w->did->revised++;
	}
	revise(w->a, &r, old->revision + 1);
	return store_put_past(w->a->to, old) < 0 ? -1 : store_put_row(w->a->to, &r);
}

static int on_new(void *arg, const struct row *r)
{
	struct work *w = arg;
	struct row old;
	int there = store_get_row(w->a->from, &w->series, r->start_ms, &old);
	if (there)
		return there < 0 ? -1 : 0;
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 256;
		w->starts = xrealloc(w->starts, w->room * sizeof(*w->starts));
	}
	w->starts[w->n++] = r->start_ms;
	return 0;
}

/* Rows that nobody has seen yet; found before any is written, since a store is not written while it is read. */
static int introduce_rows(struct work *w)
{
	struct row r = {.series = w->series};
	int rc = 0;
	for (size_t i = 0; i < w->n && rc == 0; i++) {
		rc = store_get_row(w->a->to, &w->series, w->starts[i], &r) == 1 ? 0 : -1;
		revise(w->a, &r, 1);
		if (rc == 0)
			rc = store_put_row(w->a->to, &r);
		w->did->added++;
	}
	w->n = 0;
	return rc;
}

static int copy_past(void *arg, const struct row *r)
{
	const struct work *w = arg;
	return store_put_past(w->a->to, r);
}

static int adopt_rows(struct work *w)
{
	const struct adopt *a = w->a;
	const char *regions[2];
	const struct series_query q = store_query_one(&w->series, regions, 0, a->until_ms);
	if (store_past(a->from, &w->series, 0, a->until_ms, copy_past, w) != 0 ||
	    store_rows(a->to, &q, on_new, w) != 0 || store_rows(a->from, &q, on_published, w) != 0)
		return -1;
	return introduce_rows(w);
}

/* --- events --- */

static int list_event(void *arg, const struct event *e)
{
	events_add(arg, e);
	return 0;
}

static int list_events(struct store *s, const struct series *series, struct events_list *out)
{
	const char *regions[2];
	const struct series_query q = store_query_one(series, regions, 0, INT64_MAX);
	return store_events(s, &q, list_event, out);
}

static int copy_past_event(void *arg, const struct event *e)
{
	const struct work *w = arg;
	return store_put_past_event(w->a->to, e);
}

/* An event of the new views goes on from the one that it overlaps, which is then spent; or is told for the first time. */
static int identify(struct work *w, struct event *e, struct events_list *old)
{
	const struct adopt *a = w->a;
	for (size_t i = 0; i < old->n; i++) {
		struct event *was = &old->events[i];
		if (!was->revision || !events_overlap(was, e))
			continue;
		events_identify(e, was);
		if (events_same(e, was)) {
			w->did->events_kept++;
		} else {
			events_revise(e, a->why, a->now_ms);
			w->did->events_revised++;
		}
		was->revision = 0;
		return 0;
	}
	events_name(e);
	int64_t revision = store_event_revision(a->to, &e->series, e->id);
	e->detected_ms = a->now_ms;
	e->revision = revision > 0 ? (uint32_t)revision : 0;
	events_revise(e, a->why, a->now_ms);
	w->did->events_added++;
	return revision < 0 ? -1 : 0;
}

static void undo(struct work *w, const struct events_list *old, struct events_list *out)
{
	for (size_t i = 0; i < old->n; i++) {
		struct event e = old->events[i];
		if (!e.revision)
			continue;
		events_undo(&e, w->a->why, w->a->now_ms);
		w->did->events_undone++;
		events_add(out, &e);
	}
}

static void choose(const struct events_list *all, const struct series *s, enum sign kind,
		   struct events_list *out)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->events[i].kind == kind && series_equal(&all->events[i].series, s))
			events_add(out, &all->events[i]);
}

static int adopt_kind(struct work *w, const struct events_list *published, enum sign kind)
{
	struct store *to = w->a->to;
	struct events_list old = {0}, new = {0};
	choose(published, &w->series, kind, &old);
	choose(&w->spared.events, &w->series, kind, &new);
	int rc = old.n ? store_put_events(to, &w->series, kind, 0, old.events, old.n) : 0;
	for (size_t i = 0; i < new.n &&rc == 0; i++)
		rc = identify(w, &new.events[i], &old);
	undo(w, &old, &new);
	if (rc == 0 && new.n)
		rc = store_put_events(to, &w->series, kind, 0, new.events, new.n);
	events_clear(&old);
	events_clear(&new);
	return rc;
}

static int adopt_events(struct work *w)
{
	struct events_list published = {0};
	int rc = list_events(w->a->from, &w->series, &published);
	if (rc == 0)
		rc = store_past_events(w->a->from, &w->series, copy_past_event, w);
	for (size_t k = 0; k < SIGNS && rc == 0; k++)
		rc = adopt_kind(w, &published, (enum sign)k);
	events_clear(&published);
	return rc;
}

/* --- both --- */

static int spare_past(void *arg, const struct row *r)
{
	struct spared *s = arg;
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->past = xrealloc(s->past, s->room * sizeof(*s->past));
	}
	s->past[s->n++] = *r;
	return 0;
}

/* Drops the history that the replay made, all but what belongs to rows that are left alone. */
static int forget(struct work *w)
{
	struct store *to = w->a->to;
	size_t n;
	const struct series *all = store_all_series(to, &n);
	int rc = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = list_events(to, &all[i], &w->spared.events);
		if (rc == 0)
			rc = store_past(to, &all[i], w->a->until_ms, INT64_MAX, spare_past,
					&w->spared);
	}
	if (rc == 0)
		rc = store_forget_history(to);
	for (size_t i = 0; i < w->spared.n && rc == 0; i++)
		rc = store_put_past(to, &w->spared.past[i]);
	return rc;
}

int adopt_history(const struct adopt *a, struct adopted *out)
{
	struct work w = {.a = a, .did = out};
	struct seriesmap map = {0};
	size_t n;
	*out = (struct adopted){0};
	if (store_row_step(a->to) && store_row_step(a->from) &&
	    store_row_step(a->to) != store_row_step(a->from))
		return 1;
	const struct series *all = store_all_series(a->from, &n);
	for (size_t i = 0; i < n; i++)
		seriesmap_add(&map, &all[i]);
	all = store_all_series(a->to, &n);
	for (size_t i = 0; i < n; i++)
		seriesmap_add(&map, &all[i]);
	int rc = forget(&w);
	for (uint32_t i = 0; i < map.n && rc == 0; i++) {
		w.series = map.series[i];
		rc = adopt_rows(&w);
		if (rc == 0)
			rc = adopt_events(&w);
	}
	seriesmap_clear(&map);
	events_clear(&w.spared.events);
	free(w.spared.past);
	free(w.starts);
	return rc;
}
