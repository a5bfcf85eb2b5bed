/* rollup_pulse.h: pulses of parts -> pulse of the whole. Pure.
 *
 * What rollup.h does for states, done for the counts that detectors take: the few who lie, and the many who happen to
 * be in one network, must not move the whole. */
#ifndef COLLECTOR_ROLLUP_PULSE_H
#define COLLECTOR_ROLLUP_PULSE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/pulse.h"
#include "common/result.h"

struct rollup_pulse_part {
	const struct pulse *p; /* borrowed; NULL only in rollup_pulse_access */
	double people;	       /* see rollup.h */
	bool unplaced;
};

/* Fills all counts of out but lost_lo and lost_hi, and clears the rest. Of each sign: the weighted median of the parts'
 * shares, on as many votes as carry it (rollup_pulse.c); reports of those expected in the same way. Where fewer than three
 * parts with half of the people have enough to say, the sums of all parts. heard is always the sum. */
void rollup_pulse(struct pulse *out, const struct rollup_pulse_part *parts, size_t n);

/* Parts by access type, which are never merged: out is the pulse and state of the type that most people use, a datacentre only
 * when there is no other. Unlike the spokesman of rows it does not depend on what was heard in this bucket. */
void rollup_pulse_access(struct pulse *out, const struct rollup_pulse_part parts[static ACCESSES]);

#endif
