/* budget.h: the data that a probe may use in one UTC day, so that a volunteer's bill has a bound.
 * Pure: the time is an argument.
 *
 * The day's bytes are spread over the day: what has come free so far and was not spent is the purse
 * that a round is paid from (plan.h chooses for it). Uploads and bodies are counted as they are;
 * what a check costs besides is estimated from its kind (budget_cost). */
#ifndef PROBE_BUDGET_H
#define PROBE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/result.h"

struct target;

struct budget {
	uint64_t limit_bytes; /* a day; 0 for none */
	uint64_t used_bytes;  /* today */
	uint64_t speed_bytes; /* today, of those: downloads that measure speed */
	int64_t day;
};

/* What may be spent now. Without a limit everything is UINT64_MAX. */
struct purse {
	bool is_limited;
	uint64_t free;
	uint64_t ahead; /* for a burst: free, and a part of what the rest of the day sets free */
	uint64_t speed; /* for downloads, at most, out of free */
};

void budget_init(struct budget *b, uint64_t limit_bytes);
void budget_spend(struct budget *b, int64_t now_ms, uint64_t bytes);
/* One result came: counts what it stands for, and says how much that is. */
uint64_t budget_result(struct budget *b, int64_t now_ms, const struct result *r);

/* Bytes on the wire that one result stands for, both ways. */
uint64_t budget_cost(const struct result *r);
/* What a target will cost, before it was ever measured. */
uint64_t budget_guess(const struct target *t);

struct purse budget_purse(const struct budget *b, int64_t now_ms);
/* Bytes that one session of uploads may send now; never so few that the newest batch would wait for
 * ever. */
uint64_t budget_upload_allowance(const struct budget *b, int64_t now_ms);

#endif
