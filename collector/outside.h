/* outside.h: what controls in other countries see of the networks inside, by network and step.
 *
 * Evidence of its own kind: hosts that answer from outside while nobody inside gets out, or the other
 * way round. It is part of no share. Kept as cells of the region "<" (row.h). */
#ifndef COLLECTOR_OUTSIDE_H
#define COLLECTOR_OUTSIDE_H

#include <stdint.h>

#include "collector/store.h"

struct outside_row {
	uint32_t isp; /* the network of the hosts */
	int64_t start_ms, step_ms;
	uint32_t controls;	 /* that tried any */
	uint32_t tried, reached; /* hosts; reached by one of them at least */
};

/* Rows of the networks of q (all unless it names some) in its time, of which from is rounded down to a
 * step and until up: network by network, in order of time, where a control tried. step_ms is a
 * multiple of the bucket. 0, -1, or what fn returned. */
int outside_rows(struct store *s, const struct series_query *q, int64_t step_ms,
		 int (*fn)(void *arg, const struct outside_row *r), void *arg);

#endif
