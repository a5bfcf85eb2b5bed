/* events.c: names, comparisons, lists. */
#include "collector/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"

void events_name(struct event *e)
{
	char series[SERIES_TEXT_LEN], onset[24];
	time_t s = (time_t)(e->onset_ms / 1000);
	struct tm tm;
	gmtime_r(&s, &tm);
	strftime(onset, sizeof(onset), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(e->id, sizeof(e->id), "%s.%s%s%s", series_text(series, &e->series), onset,
		 e->kind == SIGN_LOSS ? "" : ".", e->kind == SIGN_LOSS ? "" : sign_str(e->kind));
}

bool events_same(const struct event *a, const struct event *b)
{
	bool same = a->kind == b->kind && a->state == b->state && a->basis == b->basis &&
		    a->onset_ms == b->onset_ms && a->onset_lo_ms == b->onset_lo_ms &&
		    a->onset_hi_ms == b->onset_hi_ms && a->end_ms == b->end_ms &&
		    a->end_lo_ms == b->end_lo_ms && a->end_hi_ms == b->end_hi_ms &&
		    a->back_ms == b->back_ms && a->returns.n == b->returns.n &&
		    a->hours.days == b->hours.days;
	if (same && a->end_ms)
		same = a->probes == b->probes && a->hit == b->hit &&
		       !memcmp(&a->severity, &b->severity, sizeof(a->severity));
	return same;
}

bool events_overlap(const struct event *a, const struct event *b)
{
	return a->kind == b->kind && (!a->end_ms || a->end_ms > b->onset_ms) &&
	       (!b->end_ms || b->end_ms > a->onset_ms);
}

void events_revise(struct event *e, enum why why, int64_t now_ms)
{
	e->revision++;
	e->why = why;
	e->revised_ms = now_ms;
}

void events_undo(struct event *e, enum why why, int64_t now_ms)
{
	e->end_ms = e->end_lo_ms = e->end_hi_ms = e->onset_ms;
	e->back_ms = 0;
	e->severity = 0;
	events_revise(e, why, now_ms);
}

void events_identify(struct event *e, const struct event *was)
{
	memcpy(e->id, was->id, sizeof(e->id));
	e->detected_ms = was->detected_ms;
	e->revision = was->revision;
	e->why = was->why;
	e->revised_ms = was->revised_ms;
}

void events_add(struct events_list *l, const struct event *e)
{
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 8;
		l->events = xrealloc(l->events, l->room * sizeof(*l->events));
	}
	l->events[l->n++] = *e;
}

bool events_has(const struct events_list *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->events[i].id, id))
			return true;
	return false;
}

void events_clear(struct events_list *l)
{
	free(l->events);
	*l = (struct events_list){0};
}
