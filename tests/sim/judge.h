/* judge.h: listens to the collector and scores what it says: rows and events as they are first said, and again in the end
 * what stands in the store. */
#ifndef TESTS_SIM_JUDGE_H
#define TESTS_SIM_JUDGE_H

#include "collector/store.h"
#include "collector/views.h"
#include "tests/sim/score.h"

struct judge; /* opaque */

/* All borrowed; the score is added to. */
struct judge *judge_new(const struct truth *truth, struct score *score);
void judge_free(struct judge *j);
struct views_listener judge_listener(struct judge *j);
/* What the store says in the end. */
void judge_close(struct judge *j, struct store *store);

#endif
