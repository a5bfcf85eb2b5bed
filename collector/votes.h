/* votes.h: what one batch says, as votes: one per bucket and target class. Pure.
 *
 * Which series they belong to depends on where the batch was measured:
 *
 *	in the country	VOTES_HERE: the series of the batch's placement
 *	elsewhere	VOTES_CONTROL: the controls of the country, all together (control.h)
 *			VOTES_OUTSIDE_IN: besides, for each network of the country, what of it was reached
 *			from outside. These are of class DOMESTIC alone. A target is in the cell of the network of
 *			the address that was gone to (where its name is lost: of those that it had), and ok when anything came back that is no block page: sites may
 *			well have another answer for foreigners */
#ifndef COLLECTOR_VOTES_H
#define COLLECTOR_VOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/cell.h"
#include "collector/visit.h"

enum votes_series { VOTES_HERE, VOTES_CONTROL, VOTES_OUTSIDE_IN };

struct votes_bucket {
	enum votes_series series;
	uint32_t network; /* of OUTSIDE_IN: AS number, never 0; else 0 */
	int64_t start_ms;
	bool has[CLASSES];
	struct cell_vote vote[CLASSES]; /* of the classes it has; `late` is left false */
};

struct votes {
	struct votes_bucket *buckets; /* each series, network and start once; owned */
	size_t n, room;
};

/* Fills out (which it initialises). */
void votes_collect(struct votes *out, const struct evidence *e, int64_t bucket_ms);
void votes_clear(struct votes *v);

#endif
