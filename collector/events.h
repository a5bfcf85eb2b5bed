/* events.h: rows of one series over time -> events. Pure.
 *
 * An event is a run of buckets whose state is a loss. It begins with the first of two loss buckets
 * in a row (one is enough when a bucket lasts five minutes or more) and ends at the first bucket
 * that is not lost. Buckets that are insufficient or missing neither begin nor end one; but silence
 * is called only when quiet buckets have added up to it, and then it began with the first of them.
 */
#ifndef COLLECTOR_EVENTS_H
#define COLLECTOR_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/row.h"

/* The state of the machine before an event does not depend on anything further back. */
#define EVENTS_LOOKBACK 12 /* steps */

enum events_phase { EVENTS_CALM, EVENTS_PENDING, EVENTS_ACTIVE };

enum events_change {
	EVENTS_SAME,
	EVENTS_BEGAN,
	EVENTS_GREW, /* another bucket of the same event */
	EVENTS_ENDED,
};

struct events {
	int64_t step_ms;
	struct {
		int64_t from_ms; /* of the quiet buckets just before; none when n is 0 */
		int64_t n;
		double severity;
	} quiet;
	enum events_phase phase;
	struct event current; /* valid unless calm, and right after EVENTS_ENDED */
	int64_t calm_ms;      /* start of the last bucket that was judged and no loss; -1 unknown */
};

void events_init(struct events *m, const struct series *series, int64_t step_ms);
/* Goes on with an event that has not ended. */
void events_resume(struct events *m, const struct event *open);
/* Takes the next row, in order of time. Of current, id, detected_ms and revision are the caller's.
 */
enum events_change events_next(struct events *m, const struct row *r);

/* "IR-23.AS44244.mobile.20260108T163000Z": the id of an event that is new. */
void events_name(struct event *e);

#endif
