/* plan.h: which targets are measured now, and when there is something to do again. Pure: time and
 * chance are arguments, money is a purse (budget.h).
 *
 *	plan_start ---> the round is measured: plan_heard, plan_link ---> plan_end
 *	     ^                                                              |
 *	     +------------------- at plan_next_ms ------------------------+
 *
 * A beat comes on average once per shortest interval, its gaps random (schedule_gap_ms). It takes
 * along what is due by then, so that a radio is woken once and a round makes one batch; a class of
 * longer intervals gives a share of its targets to each beat. What has waited longest goes first,
 * one of each class in turn; what the purse does not pay for stays due.
 *
 * Only classes that are measured together can be compared, so a round has one target at least of
 * every class. While that is too dear there are light rounds: the targets that cost next to nothing
 * (resolvers) are asked as a tripwire, and nothing of it is recorded. But no due class goes without
 * a measurement for an hour, whatever it costs.
 *
 * A target that fails in the same way again and again while its class is fine is measured less and
 * less often, until it succeeds once. When a class changes (watch.h) a burst of small rounds follows
 * some 25 s apart, and may use data of the hours to come.
 *
 * All times are of one clock that goes on while the device sleeps: after a long sleep everything is
 * due, and is measured once. Nothing here grows: the size is that of the list. */
#ifndef PROBE_PLAN_H
#define PROBE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pace;
struct plan; /* opaque */
struct purse;
struct targets;

struct plan_chance {
	uint64_t (*next)(void *arg); /* uniform 64-bit numbers */
	void *arg;
};

/* The first beat is now. targets is needed for this call only. */
struct plan *plan_new(const struct pace *pace, const struct targets *targets, int64_t now_ms,
		      const struct plan_chance *chance);
void plan_free(struct plan *p);

/* When plan_start or plan_postpone is to be called again; after plan_start only once the round has
 * ended, unless it was empty. */
int64_t plan_next_ms(const struct plan *p);
/* Fills order, which has room for all targets, with those to be measured now, shuffled; 0 for none.
 */
size_t plan_start(struct plan *p, int64_t now_ms, const struct purse *purse, size_t *order);
/* Whether that was a light round, which is not to be recorded. */
bool plan_is_light(const struct plan *p);
/* Nothing may be measured at present: the next beat comes, and bursts are forgotten. */
void plan_postpone(struct plan *p, int64_t now_ms);

enum plan_outcome {
	PLAN_NOTHING, /* not measured to its end, or trouble on this device: no say */
	PLAN_VOID,    /* the device slept or its clock was set meanwhile: worth another try */
	PLAN_DOWN,
	PLAN_UP,
};

/* How the i-th target of the list fared in the round: `way` is any number that tells one failure
 * from another, bytes is what it cost. */
void plan_heard(struct plan *p, size_t i, enum plan_outcome outcome, unsigned int way,
		uint64_t bytes);
/* What the device has (address, gateway), as bits. */
void plan_link(struct plan *p, unsigned int bits);
void plan_end(struct plan *p, int64_t now_ms);

#endif
