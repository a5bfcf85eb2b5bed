/* rivals.h: what others would have said of the same stream: published ideas, made anew from their descriptions, fed with
 * the counts of the collector's rows; and our own detectors without some of what they are given. */
#ifndef TESTS_SIM_RIVALS_H
#define TESTS_SIM_RIVALS_H

#include "collector/store.h"
#include "tests/sim/ablate.h"
#include "tests/sim/score.h"

enum rival {
	RIVAL_ABLATED, /* ABLATIONS of them (ablate.h) */
	RIVAL_FIXED_80 =
		RIVAL_ABLATED +
		ABLATIONS, /* IODA: fewer than 80% of the median of the last seven days, in bins of ten minutes */
	RIVAL_FIXED_50, /* the same at 50%, its critical threshold */
	RIVAL_HOURLY, /* OONI's detector: CUSUM over hourly shares, hours without results are skipped */
	RIVALS
};

const char *rival_str(enum rival r);

/* Reads the rows of all series of the truth, and adds to a score for each rival. */
void rivals_score(struct score scores[static RIVALS], const struct truth *t, struct store *store);

#endif
