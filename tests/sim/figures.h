/* figures.h: findings as figures: shares and quantiles of a slice of them. */
#ifndef TESTS_SIM_FIGURES_H
#define TESTS_SIM_FIGURES_H

#include "tests/sim/score.h"

/* All zero: every finding. */
struct slice {
	uint32_t active_min, active_max; /* seats that reported before; max 0: no limit */
	uint32_t measured_min;
	int64_t lasts_min_ms;
};

enum figure {
	FIGURE_ERROR,	   /* of the onset against the truth, of those found */
	FIGURE_OBSERVED,   /* against what the probes saw, of those found */
	FIGURE_LIVE_ERROR, /* as first told, of those found live */
	FIGURE_DELAY,	   /* of those found live */
};

/* How many findings there are; of them, found in the end and live, and told of; of those found, with an onset within `within_ms` of what
 * the probes saw, and with an interval that holds the truth. */
struct census {
	uint64_t n, found, live, told, near, covered;
};

struct census figures_count(const struct score *s, const struct slice *slice, int64_t within_ms);
/* The q-quantile in milliseconds, n of how many; 0 of none. */
int64_t figures_quantile(const struct score *s, const struct slice *slice, enum figure f, double q,
			 size_t *n);

#endif
