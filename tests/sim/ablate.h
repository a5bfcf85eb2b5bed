/* ablate.h: what our own detectors say of the same pulses when something is taken from them: what each part buys.
 *
 * Flags of a pulse were set by the whole collector, so without a model of what is usual the quorum still has one; the last of them
 * has neither. Silences that turn out to have been power cuts are not taken back here: the first takes nothing away, and is
 * what the others are to be held against. */
#ifndef TESTS_SIM_ABLATE_H
#define TESTS_SIM_ABLATE_H

#include "collector/store.h"
#include "tests/sim/score.h"

enum ablation {
	ABLATE_NOTHING,
	ABLATE_QUORUM,	   /* every silence is believed */
	ABLATE_MODEL_HOUR, /* what is usual is the mean of the last hour */
	ABLATE_MODEL_DAY,  /* what is usual is the best hour of the first day, day and night */
	ABLATE_BOTH,	   /* the mean of the last hour, and every silence is believed */
	ABLATIONS
};

const char *ablation_str(enum ablation a);

struct ablated {
	struct claim *claims[ABLATIONS]; /* owned by the caller */
	size_t n[ABLATIONS];
};

/* Reads the pulses of a series in [from, until). 0, or -1 with nothing owned. */
int ablate(struct store *store, const struct series *s, int64_t from_ms, int64_t until_ms,
	   struct ablated *out);

#endif
