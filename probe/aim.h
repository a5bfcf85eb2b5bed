/* aim.h: one target as the plan sees it: when it was measured, how it fared of late, what it costs.
 * Pure.
 *
 * One that fails in the same way again and again while its class is fine is dead, not blocked: its
 * interval doubles, and doubles again, until it succeeds once. `fine` is what watch.h says of its
 * class. What is measured for the sake of its failing is never dead, however fine its class is: a
 * service over QUIC, a download that throttling cuts short, a target of the filtered class. */
#ifndef PROBE_AIM_H
#define PROBE_AIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/watch.h"

struct pace;
struct target;

struct aim {
	enum target_class class;
	bool is_speed, is_quic;
	bool picked; /* for the round under way */
	int64_t interval_ms;
	int64_t begun_ms, before_ms; /* last measured, and the time before that */
	enum watch_outcome outcome;
	unsigned int failures, way; /* in a row, while the class was fine */
	uint64_t cost_bytes;	    /* of late */
};

void aim_init(struct aim *a, const struct target *t, const struct pace *pace);

/* By how much its interval is stretched, 1 for a living one. */
int aim_backoff(const struct aim *a, bool fine);
/* A due time is never stored, so that it changes at once when the class does. */
int64_t aim_due_ms(const struct aim *a, bool fine);
/* Intervals that have passed since it was measured. */
double aim_lateness(const struct aim *a, bool fine, int64_t now_ms);

void aim_begin(struct aim *a, int64_t now_ms);
/* It was as if it had not begun. */
void aim_undo(struct aim *a);
void aim_ended(struct aim *a, bool fine, bool up, unsigned int way, uint64_t bytes);

#endif
