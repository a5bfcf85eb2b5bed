/* votes.h: what one batch says, as votes: one per bucket and target class. Pure. */
#ifndef COLLECTOR_VOTES_H
#define COLLECTOR_VOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/cell.h"
#include "collector/country.h"
#include "common/batch.h"

struct votes_bucket {
	int64_t start_ms;
	bool has[CLASSES];
	struct cell_vote vote[CLASSES]; /* of the classes it has; `late` is left false */
};

struct votes {
	struct votes_bucket *buckets; /* each start once; owned */
	size_t n, room;
};

/* Fills out (which it initialises) from a batch that has passed validate_batch. */
void votes_collect(struct votes *out, const struct batch *b, const struct country *country,
		   uint64_t probe, int64_t bucket_ms);
void votes_clear(struct votes *v);

#endif
