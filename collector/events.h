/* events.h: which event is which. Pure. */
#ifndef COLLECTOR_EVENTS_H
#define COLLECTOR_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/row.h"

/* "IR-23.AS44244.mobile.20260108T163000Z": the id of an event that is new; of another kind than loss the kind follows. */
void events_name(struct event *e);
/* Nothing that a new revision would be made for is different. What grows while an event lasts is not looked at. */
bool events_same(const struct event *a, const struct event *b);
/* Of one kind, and at some moment both last. */
bool events_overlap(const struct event *a, const struct event *b);
void events_revise(struct event *e, enum why why, int64_t now_ms);
/* A last revision, with its end at its onset: it was none. */
void events_undo(struct event *e, enum why why, int64_t now_ms);
/* Gives e what the caller of a detector keeps: id, detection, revision. */
void events_identify(struct event *e, const struct event *was);

struct events_list {
	struct event *events; /* owned */
	size_t n, room;
};

void events_add(struct events_list *l, const struct event *e);
bool events_has(const struct events_list *l, const char *id);
void events_clear(struct events_list *l);

#endif
