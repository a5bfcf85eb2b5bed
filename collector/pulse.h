/* pulse.h: what one bucket of one series says, as a few counts: what detectors are fed with
 * (detector.h). Plain data, kept for every series and bucket, so that a detector that runs over it
 * again gives the same answer.
 *
 * Two kinds of counts. `sign` counts probes by their word: what each said last, within the
 * ROSTER_BUCKETS before (roster.h); it tells how things stand, and a probe is one probe however
 * often it reports. `said` and `reports_c` count what was said in this very bucket, weighed so that
 * no probe has more say than the others for reporting more often; they tell how fresh that is. */
#ifndef COLLECTOR_PULSE_H
#define COLLECTOR_PULSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/verdict.h"
#include "common/buf.h"

enum {
	PULSE_ALIVE = 1,  /* the collector was up during the whole bucket */
	PULSE_QUORUM = 2, /* rule 4 of the method: a silence of this series is more than one part's
			     own trouble, or ours (alarm.h) */
	PULSE_PARENT = 4, /* a series that contains this one is already in a loss */
};

/* Names that end in _c are hundredths. */
struct pulse {
	uint32_t heard;	     /* probes in this bucket */
	uint32_t reports_c;  /* the same, weighed */
	uint32_t expected_c; /* reports_c that is usual at this time */
	uint32_t words_c;    /* probes that usually have a standing word on LOSS */
	/* Probes with a standing word; of them, hit. Of a whole they are as many as carry its share
	 * (rollup_pulse.h); `all` and `usual` are what there are, for those who ask how many. */
	struct verdict_count sign[SIGNS], all[SIGNS];
	uint32_t usual;			  /* probes that usually have a word on LOSS */
	struct verdict_count said[SIGNS]; /* hundredths: votes of this bucket, weighed */
	/* Of a whole: percent lost in its least and its most affected cell, plus one; 0: none can say. */
	uint8_t lost_lo, lost_hi;
	uint8_t spread; /* bit k: sign k is not the affair of one part alone (alarm.h) */
	uint8_t state;	/* enum state, judged from this bucket alone */
	uint8_t flags;
};

bool pulse_equal(const struct pulse *a, const struct pulse *b);

/* Both ends of the stored form, described in pulse.c. decode: 0, or -1 when the bytes are no
 * pulse. */
void pulse_encode(const struct pulse *p, struct buf *out);
int pulse_decode(struct pulse *p, const void *data, size_t len);

#endif
