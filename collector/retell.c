/* retell.c: old events and new ones are matched: they keep id and moment of detection as long as they overlap.
 *
 * One that nothing is left of is told to the listener once more, with its end at its onset, and removed; what is found in
 * its place later is that event again: after the first spool a silence is none any more, and the votes are too few yet. */
#include "collector/retell.h"

#include <stdlib.h>

#include "collector/outage.h"
#include "collector/views.h"

void retell_tell(const struct timeline *t, const struct event *e)
{
	if (t->listener->event)
		t->listener->event(t->listener->arg, e);
}

int retell_introduce(struct store *store, struct event *e, const struct events_list *others,
		     enum why why, int64_t now_ms)
{
	struct event undone;
	int there = store_undone_event(store, e, &undone);
	if (there > 0 && !events_has(others, undone.id)) {
		events_identify(e, &undone);
		events_revise(e, why == WHY_FIRST ? WHY_COURSE : why, now_ms);
		return 0;
	}
	events_name(e);
	int64_t revision = store_event_revision(store, &e->series, e->id);
	e->detected_ms = now_ms;
	e->revision = revision > 0 ? (uint32_t)revision : 0;
	events_revise(e, why, now_ms);
	return there < 0 || revision < 0 ? -1 : 0;
}

/* Gives a remade event the identity of the old one that it overlaps, which is then spent. */
static int identify(const struct timeline *t, struct event *e, struct events_list *old,
		    const struct events_list *others, int64_t now_ms)
{
	struct event *was = NULL;
	for (size_t i = 0; i < old->n && !was; i++)
		if (old->events[i].revision && events_overlap(&old->events[i], e))
			was = &old->events[i];
	if (!was) {
		if (retell_introduce(t->store, e, others, WHY_LATE, now_ms) < 0)
			return -1;
		retell_tell(t, e);
		return 0;
	}
	events_identify(e, was);
	if (!events_same(e, was)) {
		events_revise(e, WHY_LATE, now_ms);
		retell_tell(t, e);
	}
	was->revision = 0;
	return 0;
}

/* Moves those of which nobody has anything to tell from `found` to `off`. */
static int sort_out(const struct timeline *t, struct events_list *found, struct events_list *off,
		    int64_t now_ms)
{
	size_t n = 0;
	for (size_t i = 0; i < found->n; i++) {
		int is = outage_is(t->store, &found->events[i], now_ms);
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
static int undo(const struct timeline *t, const struct events_list *old,
		const struct events_list *off, int64_t now_ms, struct events_list *out)
{
	for (size_t i = 0; i < old->n; i++) {
		struct event e = old->events[i];
		bool is_off = overlaps_any(off, &e);
		if (!e.revision)
			continue;
		if (is_off && outage_rows(t, &e, now_ms) < 0)
			return -1;
		events_undo(&e, is_off ? WHY_OFF : WHY_LATE, now_ms);
		retell_tell(t, &e);
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

static int retell_kind(const struct timeline *t, const struct series *s, enum sign kind,
		       struct remade *r, const struct events_list *stored, int64_t now_ms)
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
	int rc = sort_out(t, &found, &off, now_ms);
	for (size_t i = 0; i < found.n && rc == 0; i++) {
		rc = identify(t, &found.events[i], &old, &out, now_ms);
		events_add(&out, &found.events[i]);
	}
	if (found.n && r->present && d->phase != DETECTOR_CALM)
		events_identify(&d->current, &found.events[found.n - 1]);
	if (rc == 0)
		rc = undo(t, &old, &off, now_ms, &out);
	for (size_t i = 0; i < old.n; i++)
		first = old.events[i].onset_ms < first ? old.events[i].onset_ms : first;
	for (size_t i = 0; i < out.n; i++)
		first = out.events[i].onset_ms < first ? out.events[i].onset_ms : first;
	if (out.n)
		qsort(out.events, out.n, sizeof(*out.events), by_onset);
	if (rc == 0 && out.n)
		rc = store_put_events(t->store, s, kind, first, out.events, out.n);
	events_clear(&old);
	events_clear(&out);
	events_clear(&found);
	events_clear(&off);
	return rc;
}

int retell(const struct timeline *t, const struct series *s, struct remade *r,
	   const struct events_list *stored, int64_t now_ms)
{
	int rc = 0;
	for (size_t k = 0; k < SIGNS && rc == 0; k++)
		rc = retell_kind(t, s, (enum sign)k, r, stored, now_ms);
	return rc;
}
