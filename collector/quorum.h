/* quorum.h: is the silence of a series more than one network's own trouble, or ours? Pure.
 *
 * Silence needs a quorum: at least two networks lost probes that usually report, or one did while
 * another region went on as usual (for a network: another network; for an access type: another
 * one). */
#ifndef COLLECTOR_QUORUM_H
#define COLLECTOR_QUORUM_H

#include "collector/step.h"

struct quorum {
	const struct step *step; /* borrowed, like the leaves */
	const struct step_leaf *leaves;
	size_t n;
	size_t n_dropped; /* networks that lost at least min_probes probes which usually report */
};

/* Counts n_dropped; the leaves in order of their networks. */
void quorum_count(struct quorum *q, struct step_leaf *const *by_isp);
bool quorum_holds(const struct quorum *q, const struct series *s);
/* stood: what was said of s before, in a later look. */
bool quorum_silent(const struct quorum *q, const struct series *s, const struct verdict *v,
		   uint32_t expected, const struct verdict *stood);

#endif
