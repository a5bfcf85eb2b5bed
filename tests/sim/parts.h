/* parts.h: the trials, and what came of them. */
#ifndef TESTS_SIM_PARTS_H
#define TESTS_SIM_PARTS_H

#include "tests/sim/score.h"
#include "tests/sim/trial.h"

enum part {
	PART_YEAR,    /* a year, or some weeks of it, in which nothing is cut */
	PART_CUTS,    /* weeks of cuts that are measured and told at once */
	PART_SILENCE, /* weeks of cuts that nothing gets out of */
	PART_RETURNS, /* what looks like a return */
	PART_LIARS,   /* three in ten lie */
	PART_JANUARY, /* the course of January 2026 */
	PART_SPRING,  /* that of 28 February to 26 May 2026 */
	PART_RIVALS,  /* what others would have said, and what we would without one of our parts */
	PARTS
};

const char *part_str(enum part p);
enum part part_parse(const char *s); /* PARTS when unknown */

enum pace { PACE_MINUTE, PACE_FIVE, PACES }; /* a round a minute, or every five */
const char *pace_str(enum pace p);

enum lies { LIES_FINE, LIES_DOWN, LIES };

/* A rival, or we ourselves, in three settings in which nothing is sent late. */
struct contest {
	struct score year, cuts, returns;
};

struct results {
	struct score year;
	struct score cuts[PACES], silence[PACES];
	struct score returns, liars[LIES], january, spring;
	struct contest ours, blind, rivals[RIVALS];
	bool ran[PARTS];
	struct trial_cost cost[PARTS];
};

/* Adds one run of a part to the results. Short: some minutes for all parts together. */
void part_run(struct results *r, enum part p, uint64_t seed, bool is_short);
/* Each cut, each event of nothing and each false return is told there, a line. */
void results_tell(struct results *r, FILE *out);
void results_clear(struct results *r);

#endif
