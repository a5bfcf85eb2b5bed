/* remake.h: the detectors of one series, run over its stored pulses. */
#ifndef COLLECTOR_REMAKE_H
#define COLLECTOR_REMAKE_H

#include <stdint.h>

#include "collector/detector.h"
#include "collector/events.h"
#include "collector/store.h"

/* The state of a series' detectors when a day (since 1970, UTC) began: kept at the first bucket of each day. */
int remake_keep(struct store *store, const struct series *s, int64_t day,
		const struct detector d[static SIGNS]);

struct remade {
	struct detector of[SIGNS];
	/* Nothing that ended before is found: from where they ran, or the onset of what lasted then, or was being
	 * watched, since its end is dated back. */
	int64_t since_ms[SIGNS];
	int64_t until_ms;	   /* up to where they ran */
	bool present;		   /* that is the end: nothing after it needs looking at */
	struct events_list events; /* those that ended on the way; owned */
};

/* Runs them over the pulses from the beginning of the day of from_ms, at least up to changed_ms, until they stand as they
 * stood when some later day began, at most up to until_ms; keeps what days began with anew. 0 or -1; remade_clear in either
 * case. */
int remake(struct store *store, const struct series *s, int64_t bucket_ms, int64_t from_ms,
	   int64_t changed_ms, int64_t until_ms, struct remade *out);
void remade_clear(struct remade *r);

#endif
