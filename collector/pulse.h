/* pulse.h: what one bucket of one series says, as a few counts: what detectors are fed with
 * (detector.h). Plain data, kept for every series and bucket, so that a detector that runs over it
 * again gives the same answer. */
#ifndef COLLECTOR_PULSE_H
#define COLLECTOR_PULSE_H

#include <stddef.h>
#include <stdint.h>

#include "collector/verdict.h"
#include "common/buf.h"

enum {
	PULSE_ALIVE = 1,  /* the collector was up during the whole bucket */
	PULSE_QUORUM = 2, /* rule 4 of truth.md holds for a silence of this series: two networks
			     are quiet, or another region is as usual */
	PULSE_PARENT = 4, /* a series that contains this one is already in a loss */
};

struct pulse {
	uint32_t heard;
	uint32_t expected_c; /* expected reporters in one bucket, hundredths */
	struct verdict_count sign[SIGNS];
	uint8_t state; /* enum state, judged from this bucket alone */
	uint8_t flags;
};

/* Both ends of the stored form, described in pulse.c. decode: 0, or -1 when the bytes are no
 * pulse. */
void pulse_encode(const struct pulse *p, struct buf *out);
int pulse_decode(struct pulse *p, const void *data, size_t len);

#endif
