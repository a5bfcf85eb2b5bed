/* tally.h: from the votes of a bucket to probes, and from those to counts. Pure.
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

/* What one probe adds to the counts of a verdict. Probes of the same class, sign and mech bits count the same
 * (fragile.h). */
struct tally_probe {
	uint64_t id;
	uint32_t class; /* TALLY_BITS for each target class */
	uint32_t sign; /* two for each sign, could and did; above them whether anything came late */
	uint32_t mech; /* two for each mechanism */
};

#define TALLY_BITS  4
#define TALLY_TRIED 1u
#define TALLY_UP    2u
#define TALLY_SOME  4u
#define TALLY_FP    8u
#define TALLY_COULD 1u
#define TALLY_DID   2u
#define TALLY_LATE  (1u << 2 * SIGNS)

struct tally {
	struct tally_probe *probes; /* by id; owned */
	size_t n, room;
};

void tally_init(struct tally *t);
void tally_clear(struct tally *t);
/* Adds the probes of a leaf that has none yet. Cells may be NULL. */
void tally_look(struct tally *t, const struct cell *const cells[static CLASSES],
		const struct sight *sight);
/* Union: a probe that was seen in both is one, reached what it reached in either, and shows a sign when
 * it shows it wherever it could. */
void tally_merge(struct tally *dst, const struct tally *src);
/* Fills probes, late, share, sign and mech of v, and clears the rest: ready for verdict_judge. */
void tally_count(struct verdict *v, const struct tally *t);
/* Adds what n such probes count, or takes it away when n is below 0. */
void tally_add(struct verdict *v, const struct tally_probe *p, int n);

#endif
