/* budget.h: the data that a probe may use in one UTC day, so that a volunteer's bill has a bound.
 * Pure: the time is an argument.
 *
 * Uploads and bodies are counted as they are; what a check costs besides is estimated from its kind
 * (budget_cost). Beyond the budget the probe still measures once an hour and sends what that takes:
 * a blackout that begins late in the day must not go unseen. */
#ifndef PROBE_BUDGET_H
#define PROBE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/result.h"

struct budget {
	uint64_t limit_bytes; /* a day; 0 for none */
	uint64_t used_bytes;  /* today */
	int64_t day;
	int64_t last_cycle_ms; /* wall time; far in the past when there was none */
};

void budget_init(struct budget *b, uint64_t limit_bytes);
void budget_spend(struct budget *b, int64_t now_ms, uint64_t bytes);

/* Bytes on the wire that one result stands for, both ways. */
uint64_t budget_cost(const struct result *r);

/* Whether a cycle may begin now; budget_begin_cycle notes that one did. */
bool budget_may_measure(const struct budget *b, int64_t now_ms);
void budget_begin_cycle(struct budget *b, int64_t now_ms);
/* Bytes that one session of uploads may send now; never so few that the newest batch would wait for
 * ever. */
uint64_t budget_upload_allowance(const struct budget *b, int64_t now_ms);

#endif
