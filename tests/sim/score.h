/* score.h: what was said, held against the truth. Figures only; what they mean is said in table.c. */
#ifndef TESTS_SIM_SCORE_H
#define TESTS_SIM_SCORE_H

#include <stddef.h>
#include <stdio.h>

#include "collector/row.h"
#include "tests/sim/truth.h"

#define SCORE_PROBES                                                                               \
	5 /* rows with fewer are not scored, nor those with more than three liars in ten */

/* Rows of one scope. Steps in which the truth changes may say what was before or after. */
struct score_rows {
	uint64_t n, right;
	uint64_t restored;	       /* said to have access while it had none */
	uint64_t said[STATES][STATES]; /* true, said; of steps without a change */
};

/* What somebody says of a series: a loss from an onset to an end. */
struct claim {
	int64_t onset_ms, lo_ms, hi_ms; /* the onset lies in [lo, hi] */
	int64_t end_ms;			/* 0 while it lasts */
	int64_t detected_ms;
};

/* What became of one episode of five minutes or more. */
struct finding {
	enum scope scope;
	enum weather weather;
	bool reaches;
	uint32_t active, measured; /* seats: reporting before it; that measured in it, honestly */
	uint32_t liars;		   /* of the active ones */
	int64_t lasts_ms;
	bool found;	     /* in the end */
	int64_t error_ms;    /* of the onset; if found, as the others */
	int64_t observed_ms; /* beside the time between the last good and the first lost measurement */
	bool covered;	     /* the onset's interval holds the truth */
	bool ended;
	int64_t end_error_ms;
	bool told; /* in the end, for half of it at least, as that or as part of a longer loss */
	bool live; /* before it was over, or within ten minutes */
	int64_t live_error_ms, delay_ms;
};

struct score {
	struct score_rows rows[SCOPES];	 /* as first said */
	struct score_rows after[SCOPES]; /* when all had arrived */
	struct finding *findings;	 /* owned */
	size_t n, room;
	uint64_t claims[SCOPES], untrue[SCOPES]; /* claims; of them, when nothing was lost */
	uint64_t returns[SCOPES];		 /* ends that were claimed while the loss went on */
	double years[SCOPES];			 /* watched, summed over series */
	FILE *out; /* borrowed; what became of each cut, and what is false, is told there; or NULL */
};

void score_clear(struct score *s);
void score_row(struct score_rows rows[static SCOPES], const struct truth *t, const struct row *r);
/* Claims on one series: as they were made, and as they stand in the end. */
void score_claims(struct score *s, const struct truth *t, const struct saga *saga,
		  const struct claim *live, size_t n_live, const struct claim *final,
		  size_t n_final);
/* An end that was claimed: was it one? */
void score_end(struct score *s, const struct saga *saga, int64_t end_ms);

#endif
