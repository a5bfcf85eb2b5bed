/* outage.h: silences of the store that nobody has anything to tell of (off.h). */
#ifndef COLLECTOR_OUTAGE_H
#define COLLECTOR_OUTAGE_H

#include <stdint.h>

#include "collector/row.h"

struct store;
struct timeline;

/* Is the event to be withdrawn, by the pulses as they are stored now? 1, 0, or -1. */
int outage_is(struct store *store, const struct event *e, int64_t now_ms);

/* Asks for the first time of those of a series whose time has come in the day before day_ms; later the answer changes only
 * when pulses do. 1 with the onset of the first that is to be withdrawn, 0 when none is, -1. */
int outage_find(struct store *store, const struct series *s, int64_t day_ms, int64_t *onset_ms);

/* Takes back the silent rows of an event that is withdrawn, as new revisions. 0 or -1. */
int outage_rows(const struct timeline *t, const struct event *e, int64_t now_ms);

#endif
