/* fragile.h: the fewest probes without which a state would be another one. Pure.
 *
 * Who doubts a verdict asks how many volunteers would have to be wrong, or lying. The answer is published with every
 * row: as long as fewer probes than this are left out, whichever they are, the state is the same. */
#ifndef COLLECTOR_FRAGILE_H
#define COLLECTOR_FRAGILE_H

#include <stddef.h>
#include <stdint.h>

#include "collector/tally.h"

/* Of what is judged from its own votes; v is the verdict on t, margin what verdict_judge gave. Exact, unless the
 * search would take too long: then a number that is known to be enough, and the true one may be higher. 0 when no
 * removal changes the state. */
uint32_t fragile_votes(const struct tally *t, const struct verdict *v,
		       const struct verdict_input *in, uint32_t margin);

/* A part of a whole that is judged by the weighted median of its parts (rollup.h). */
struct fragile_part {
	double weight;
	enum state state;
	bool judged;   /* has a say in the median */
	uint32_t cost; /* its own number; 0: no removal changes it */
};

/* Of such a whole, whose state is `median`: no removal of fewer probes changes it, and the true number may be higher,
 * since a part is taken to become whatever helps. by_probes: weights are probes heard, so that leaving one out also
 * takes a little weight. */
uint32_t fragile_median(const struct fragile_part *parts, size_t n, enum state median,
			bool by_probes);
/* Of a whole whose parts that are judged have too little weight, so that all votes together were judged; pooled is the
 * number for those votes. */
uint32_t fragile_pooled(const struct fragile_part *parts, size_t n, uint32_t pooled,
			bool by_probes);

#endif
