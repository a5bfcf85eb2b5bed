/* step.h: the whole country at once: votes of the leaves -> verdicts of all eight shapes of series. Pure.
 *
 *	leaf (region, ISP, access)	its own votes
 *	(region, any, access)		the votes of its leaves, merged; weighed by subscribers
 *	(any, ISP, access)		counts of its leaves; weighed by population
 *	(any, any, access)		counts of its regions; weighed by population
 *	access any			the verdict of the access type that speaks for it (rollup.h)
 *
 * It runs over one step, for rows, and over one bucket, for pulses. */
#ifndef COLLECTOR_STEP_H
#define COLLECTOR_STEP_H

#include "collector/country.h"
#include "collector/pulse.h"
#include "collector/row.h"
#include "collector/tally.h"

struct step_leaf {
	struct series series;
	uint32_t expected;		   /* probes that usually report */
	uint32_t expected_c, words_c;	   /* the same of one bucket, for pulses: see pulse.h */
	bool fresh;			   /* judge the votes; else v stands as it is */
	const struct cell *cells[CLASSES]; /* borrowed; NULL where there are none */
	const struct sight *sight;	   /* borrowed; NULL: nothing is known */
	struct verdict_count slow_before;  /* see verdict_input */
	struct verdict v;		   /* in: what stands; out: the verdict */
	struct pulse pulse;		   /* out, when pulses are made */
};

struct step {
	const struct country *country;
	uint32_t min_probes;
	bool collector_alive; /* the whole time, which is over, and it could be reached */
	bool unreached;	      /* see verdict_input */
	/* A later look at what was judged before. Leaves that share region and access with a fresh one are
	 * fresh too; for all other series `stands` gives what was said, 0 when nothing was. For pulses every
	 * leaf is fresh. */
	bool late;
	int (*stands)(void *arg, const struct series *s, struct verdict *v);
	/* For pulses: fills heard, reports_c, sign and said of a leaf from its votes in the bucket (roster.h). */
	void (*spoke)(void *arg, const struct series *leaf, const struct tally *votes,
		      struct pulse *p);
	/* Is s silent? Asked once for each series that is judged for rows, in later looks too. */
	bool (*silent)(void *arg, const struct series *s);
	/* Takes each series that was judged. 0, or -1 to stop. emit is for rows, pulse for pulses (its flags are
	 * the taker's); NULL: none are made. */
	int (*emit)(void *arg, const struct series *s, const struct verdict *v);
	int (*pulse)(void *arg, const struct series *s, const struct pulse *p);
	void *arg; /* of all */
};

/* Sorts the leaves; each stands for another series. 0, or what a callback returned. */
int step_run(const struct step *s, struct step_leaf *leaves, size_t n);

#endif
