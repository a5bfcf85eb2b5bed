/* detector.h: pulses of one series over time -> the events of one sign. Pure.
 *
 * Fed with the pulses of a series in order of time, it says at each what changed, and keeps the
 * event that lasts, or has just ended, in `current`. Nothing else goes in: the same pulses give the
 * same events, whether they come as they are made or from the store, and a detector that was stored
 * in between goes on as if nothing had happened.
 *
 *	CALM --BEGAN--> LOST --RETURNING--> BACK --ENDED--> CALM
 *	                LOST <--RELAPSED--- BACK
 *
 * How it decides stands in detector_run.c, how it dates in detector_date.c, with the figures behind
 * each threshold. */
#ifndef COLLECTOR_DETECTOR_H
#define COLLECTOR_DETECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/pulse.h"
#include "collector/row.h"

#define DETECTOR_TRAIL	    64 /* buckets that are remembered */
#define DETECTOR_MARKS	    16
#define DETECTOR_SILENCES   3  /* hypotheses of detector_run.c */
#define DETECTOR_HOLD	    60 /* buckets that a return has to last */
#define DETECTOR_HOLD_OTHER 10 /* the same for signs other than LOSS */

enum detector_change {
	DETECTOR_SAME,
	DETECTOR_BEGAN,
	DETECTOR_GREW,	    /* the event lasts; current says more than before */
	DETECTOR_RETURNING, /* it seems to be over since current.back_ms, and is watched */
	DETECTOR_RELAPSED,  /* it was not: the return is in current.returns */
	DETECTOR_ENDED,
};

const char *detector_change_str(enum detector_change c);

enum detector_phase { DETECTOR_CALM, DETECTOR_LOST, DETECTOR_BACK };

/* Evidence that adds up and never falls below 0, in hundred-thousandths of a nat. */
struct detector_run {
	int64_t sum;
	int64_t since_ms; /* start of its first bucket, while sum > 0 */
};

struct detector_trail {
	uint32_t n_c, hit_c; /* said of this sign */
	uint32_t reports_c;  /* LOSS only */
	uint32_t exposure;   /* what the rates are of; 0 while the collector was down */
};

/* When access was lost or came back, for patterns in the hours of the day. */
struct detector_mark {
	int64_t at_ms;
	bool lost;
};

struct detector {
	enum sign sign;
	int64_t bucket_ms;
	int64_t until_ms; /* end of the last bucket taken; 0 none */
	enum detector_phase phase;
	struct event current; /* valid unless calm, and right after DETECTOR_ENDED */
	bool known;	      /* it was seen to be fine before */
	int64_t said_ms;      /* the last bucket in which anything was said; -1 none */
	struct detector_run lost, fine, present, gone;
	struct detector_run silent[DETECTOR_SILENCES];
	uint64_t lately_c, lately_usual_c; /* reports, fading */
	uint32_t level; /* percent: of what is usual, so much came back after the last loss */
	struct detector_trail trail[DETECTOR_TRAIL]; /* by bucket, modulo */
	struct detector_mark marks[DETECTOR_MARKS];  /* in order of time */
	size_t n_marks;
	/* Of the event. */
	int64_t lost_ms; /* time lost, in ten-thousandths of all probes */
	uint32_t share;	 /* lost in the last bucket that could say, ten-thousandths */
	uint32_t held;	 /* buckets of the return that were fine */
	struct detector_span {
		int64_t at_ms, lo_ms, hi_ms;
	} back;			     /* the return under way */
	bool was_low;		     /* nearly nobody had access since the last return */
	uint32_t partial;	     /* buckets in which a part of the probes has had it */
	struct event_returns before; /* that */
	uint8_t seen[STATES];	     /* buckets that were judged so, counted up to a few */
};

void detector_init(struct detector *d, const struct series *series, enum sign sign,
		   int64_t bucket_ms);
/* Takes the next pulse. Of current, id, detected_ms, revision, why and revised_ms are the
 * caller's. */
enum detector_change detector_next(struct detector *d, const struct pulse *p, int64_t start_ms);

/* LOSS only. Is the bucket that starts at start_ms, which it has taken, part of a silence? */
bool detector_is_silent(const struct detector *d, int64_t start_ms);
/* What was heard lately says nothing of what is usual. */
bool detector_is_lost(const struct detector *d);
/* Onset, or the last relapse; -1 when it is not lost. */
int64_t detector_lost_since(const struct detector *d);
/* With the next pulse: do the probes report as usual; is there some evidence of silence? */
bool detector_is_usual(const struct detector *d, const struct pulse *p);
bool detector_is_quiet(const struct detector *d, const struct pulse *p);

/* Both ends of the stored form, described in detector_code.c; the series is in the key. decode: a
 * detector that was initialised; 0, or -1 when the bytes are no such thing. */
void detector_encode(const struct detector *d, struct buf *out);
int detector_decode(struct detector *d, const void *data, size_t len);

#endif
