/* trial.h: one world that lives through one course while a collector listens, and the score of that. */
#ifndef TESTS_SIM_TRIAL_H
#define TESTS_SIM_TRIAL_H

#include "tests/sim/judge.h"
#include "tests/sim/rivals.h"
#include "tests/sim/stream.h"
#include "tests/sim/world.h"

struct trial {
	struct world_config world;
	int64_t from_ms, until_ms;
	int64_t quiet_ms; /* at first, while the collector learns what is usual, nothing happens */
	struct course *(*course)(const struct trial *t, const struct world *w);
	bool outages; /* of the collector */
};

struct trial_cost {
	double cpu_s;
	uint64_t rounds; /* measured */
	struct subject_counts counts;
};

/* Runs it all, and adds to the scores and the cost. rivals has room for RIVALS, or is NULL. */
void trial_run(const struct trial *t, struct score *score, struct score *rivals,
	       struct trial_cost *cost);

#endif
