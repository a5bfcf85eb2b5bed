/* step.h: one bucket of the whole country: votes of the leaves -> verdicts of all eight shapes of
 * series. Pure.
 *
 *	leaf (region, ISP, access)	its own votes
 *	(region, any, access)		the votes of its leaves, merged; weighed by subscribers
 *	(any, ISP, access)		counts of its leaves; weighed by population
 *	(any, any, access)		counts of its regions; weighed by population
 *	access any			the verdict of the access type that speaks for it (rollup.h)
 *
 * Silence needs a quorum: at least two networks lost probes that usually report, or one did while
 * another region went on as usual (for a network: another network; for an access type: another
 * one). */
#ifndef COLLECTOR_STEP_H
#define COLLECTOR_STEP_H

#include "collector/country.h"
#include "collector/row.h"

struct step_leaf {
	struct series series;
	uint32_t expected, evidence;	   /* see verdict_input */
	bool fresh;			   /* judge the votes; else v stands as it is */
	const struct cell *cells[CLASSES]; /* borrowed; NULL where there are none */
	struct verdict v;		   /* in: what stands; out: the verdict */
};

struct step {
	const struct country *country;
	uint32_t min_probes;
	bool collector_alive; /* during the whole bucket, and it is over: silence may be called */
	/* A later look at a bucket that was judged before. Silence is not called anew: it stays or
	 * yields to what was measured. Leaves that share region and access with a fresh one are
	 * fresh too; for all other series `stands` gives what was said, 0 when nothing was. */
	bool late;
	int (*stands)(void *arg, const struct series *s, struct verdict *v);
	/* Takes each series that was judged. 0, or -1 to stop. */
	int (*emit)(void *arg, const struct series *s, const struct verdict *v);
	void *arg; /* of both */
};

/* Sorts the leaves; each stands for another series. 0, or what a callback returned. */
int step_run(const struct step *s, struct step_leaf *leaves, size_t n);

#endif
