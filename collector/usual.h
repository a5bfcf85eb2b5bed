/* usual.h: what is usual in one leaf at a time of the day: reporters, and the speed of downloads. Pure.
 *
 * Half hours are remembered for five weeks. What is usual at a moment is the median, over the same hour and a half of
 * the clock on the last three days and on the same weekday of the last four weeks, of the mean then; while fewer than
 * three such days are known, over all that are known of the last week; on the first days, the mean of the last hour.
 * Identity is not needed: probes are counted, not followed.
 *
 * What was lost or quiet counts as what was expected of it, so that a long blackout does not teach that silence is
 * normal; what happened while the collector itself was not up is not noted. After USUAL_FORGET_MS without anything heard
 * nothing is expected any more. */
#ifndef COLLECTOR_USUAL_H
#define COLLECTOR_USUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

/* The longest blackout so far lasted 87 days (February to May 2026). A few volunteers may also just have left. */
#define USUAL_FORGET_MS	    (100LL * 24 * 3600 * 1000)
#define USUAL_FORGET_FEW_MS (30LL * 24 * 3600 * 1000)
#define USUAL_FEW	    5

#define USUAL_DAYS  35
#define USUAL_SLOTS 48 /* of half an hour */

struct usual_slot {
	uint32_t buckets, steps;    /* noted */
	uint32_t reports_c;	    /* sum over the buckets, as in pulse.h */
	uint32_t words;		    /* sum over the buckets: probes with a standing word */
	uint32_t times;		    /* sum over the buckets: roster_times */
	uint32_t heard;		    /* sum over the steps: distinct probes */
	uint32_t open_n, open_rate; /* downloads, sum of their cell_rate */
	uint32_t home_n, home_rate;
};

struct usual_day {
	int64_t day; /* since 1970, UTC */
	struct usual_slot slots[USUAL_SLOTS];
	bool dirty; /* the caller's: not yet written */
};

struct usual {
	struct usual_day *days[USUAL_DAYS]; /* by day, modulo; owned; NULL unknown */
	int64_t heard_ms;		    /* last time that any probe was; -1 never */
};

struct usual_now {
	uint32_t expected;	      /* distinct probes in a step */
	uint32_t expected_c, words_c; /* in a bucket, see pulse.h */
	uint32_t times;		      /* see roster_take; 0 unknown */
	uint8_t open_rate, home_rate; /* cell_rate; 0 unknown */
};

void usual_init(struct usual *u);
void usual_clear(struct usual *u);

/* A bucket: reports and words as they were, or as they were expected when it was lost or quiet. */
void usual_note_bucket(struct usual *u, int64_t start_ms, uint32_t reports_c, uint32_t words,
		       uint32_t times);
/* A step: distinct probes, in the same way. */
void usual_note_step(struct usual *u, int64_t start_ms, uint32_t heard);
/* Some probe was heard. */
void usual_heard(struct usual *u, int64_t start_ms);
/* One download of that speed (cell_rate), on a line that was not slowed. */
void usual_note_rate(struct usual *u, int64_t start_ms, bool is_home, uint8_t rate);

void usual_at(const struct usual *u, int64_t start_ms, struct usual_now *out);

/* Both ends of the stored form of one day of u, described in usual.c. decode puts it in its place: 0, or -1 when the bytes
 * are no such thing. */
void usual_encode(const struct usual *u, const struct usual_day *d, struct buf *out);
int usual_decode(struct usual *u, int64_t day, const void *data, size_t len);

#endif
