/* tally.h: from the votes of a bucket to counts of probes. Pure.
 *
 * Every figure counts distinct probes: one vote each, however many targets it tried. A target that the
 * controls can't reach either says nothing about the country, and is left out of every count. */
#ifndef COLLECTOR_TALLY_H
#define COLLECTOR_TALLY_H

#include "collector/cell.h"
#include "collector/verdict.h"

/* What the counting has to know besides the votes. All zero: nothing. */
struct sight {
	uint64_t no_say[CLASSES]; /* targets that the controls can't reach either */
	uint64_t abroad;	  /* of class RESOLVER: those outside the country */
	uint64_t tools;		  /* of class FILTERED: tools against censorship */
	/* Usual speed of downloads from abroad and from the country itself, cell_rate; 0 unknown. */
	uint8_t open_rate, home_rate;
};

/* Fills probes, late, share, sign and mech of v, and clears the rest: ready for verdict_judge. Cells may be
 * NULL. */
void tally_votes(struct verdict *v, const struct cell *const cells[static CLASSES],
		 const struct sight *sight);

#endif
