/* rollup.h: verdicts of parts -> verdict of the whole. Pure.
 *
 * Two ways, never mixed. Parts of one kind of access are weighed by the people behind them.
 * Different kinds of access are never merged into one share: the whole takes the verdict of the
 * kind that most people use. */
#ifndef COLLECTOR_ROLLUP_H
#define COLLECTOR_ROLLUP_H

#include <stddef.h>

#include "collector/verdict.h"

struct rollup_part {
	const struct verdict *v; /* borrowed */
	double people;		 /* behind it: subscribers, inhabitants; 0 unknown */
	bool unplaced;		 /* counted, but nobody knows for whom it speaks */
};

/* Sums what can be summed: probes, late, shares, signs, mechanisms; expected goes to *expected. Ready for
 * verdict_judge. */
void rollup_count(struct verdict *out, uint32_t *expected, const struct rollup_part *parts,
		  size_t n);

/* out holds what the votes of all parts together say. Where parts that can be judged by themselves
 * stand for at least half of the people, the state becomes their weighted median (half of the
 * people are at least this badly off; of two halves the worse), and up the weighted mean of those
 * that were heard, with Wilson's interval for the number of independent probes that it is worth
 * (Kish 1965: the square of the sum of weights over the sum of squared weights). Without the number
 * of people behind every part, probes are the weights. part_lo and part_hi become the ends of what
 * those parts say. Unless silence is set, a silent part counts as one that can't be judged. True when the
 * parts decided, false when the state is still that of all votes. */
bool rollup_weigh(struct verdict *out, const struct rollup_part *parts, size_t n, bool silence);
/* How many probes at least have to go before rollup_weigh says another state; pooled is that number for the
 * votes of all parts together, of no matter when the parts decided. The parts' own numbers are known. */
uint32_t rollup_fragile(const struct verdict *out, const struct rollup_part *parts, size_t n,
			bool silence, uint32_t pooled);

/* parts by access type, v NULL where there is none. Probes add up; everything else is that of the
 * part with the most people, of equals the worse. Parts of which they are not known stand behind those of which
 * they are; only where they are known of none, probes decide, since their numbers change from step to step. A
 * datacentre speaks for the whole only when no subscriber line can. */
void rollup_access(struct verdict *out, const struct rollup_part parts[static ACCESSES]);

#endif
