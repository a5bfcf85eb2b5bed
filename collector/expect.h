/* expect.h: how many probes usually report from one leaf at this time. Pure.
 *
 * The median of what was heard in the same clock window of the trailing days; while fewer than
 * three of them are known, of the last steps that were not empty. A step in which the leaf was lost
 * counts as what was expected of it, so a long blackout does not teach that silence is normal;
 * after EXPECT_FORGET_MS without anything heard nothing is expected any more. */
#ifndef COLLECTOR_EXPECT_H
#define COLLECTOR_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/row.h"

/* The longest blackout so far lasted 87 days (February to May 2026). A few volunteers may also just have left. */
#define EXPECT_FORGET_MS     (100LL * 24 * 3600 * 1000)
#define EXPECT_FORGET_FEW_MS (30LL * 24 * 3600 * 1000)
#define EXPECT_FEW	     5
/* What has to be noted, newest last, for expect_at to know all that it uses. */
#define EXPECT_LOOKBACK_MS (8LL * 24 * 3600 * 1000)

struct expect {
	int64_t step_ms;
	uint16_t *ring; /* probes by step, 0 where nothing is known; owned */
	size_t room;
	int64_t newest_ms;     /* -1: nothing noted */
	int64_t last_heard_ms; /* -1: never */
};

void expect_init(struct expect *e, int64_t step_ms);
void expect_clear(struct expect *e);
/* Notes a row of the leaf, in any order; a later note of the same step replaces the earlier. */
void expect_note(struct expect *e, const struct row *r);
uint32_t expect_at(const struct expect *e, int64_t start_ms);

#endif
