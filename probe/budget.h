/* budget.h: the data that a probe may use in one UTC day, so that a volunteer's bill has a bound.
 * Pure: the time is an argument.
 *
 * The day's bytes are spread over the day: a cycle may spend what has come free since the last one,
 * and measures as many targets as that pays for, so that a small budget makes small cycles and not
 * long pauses. A cycle below a useful size is left out; but once an hour there is one, whatever
 * it costs: a blackout that begins late in the day must not go unseen. Uploads and bodies are
 * counted as they are; what a check costs besides is estimated from its kind (budget_cost). */
#ifndef PROBE_BUDGET_H
#define PROBE_BUDGET_H

#include <stddef.h>
#include <stdint.h>

#include "common/result.h"

struct budget {
	uint64_t limit_bytes; /* a day; 0 for none */
	uint64_t used_bytes;  /* today */
	int64_t day;
	int64_t last_cycle_ms; /* wall time; far in the past when there was none */
	uint64_t target_bytes; /* what a target has cost of late */
};

void budget_init(struct budget *b, uint64_t limit_bytes);
void budget_spend(struct budget *b, int64_t now_ms, uint64_t bytes);

/* Bytes on the wire that one result stands for, both ways. */
uint64_t budget_cost(const struct result *r);

/* How many of `all` targets a cycle may measure now: 0 for no cycle, otherwise at least `least`. */
size_t budget_targets(const struct budget *b, int64_t now_ms, size_t least, size_t all);
/* A cycle over n targets has begun; it has ended and cost so much. */
void budget_begin_cycle(struct budget *b, int64_t now_ms);
void budget_end_cycle(struct budget *b, size_t n, uint64_t bytes);
/* Bytes that one session of uploads may send now; never so few that the newest batch would wait for
 * ever. */
uint64_t budget_upload_allowance(const struct budget *b, int64_t now_ms);

#endif
