/* lines.h: which figures of rows have to be withheld because they are parts of a sum.
 *
 * A row is a part of as many sums as its series has dimensions: of a province by network, of a
 * network by province, and so on. Each is looked at by itself, once however many of its parts are
 * shown, and only where they have rows. */
#ifndef COLLECTOR_LINES_H
#define COLLECTOR_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/store.h"

struct lines; /* opaque */

struct lines_config {
	struct store *store; /* borrowed */
	uint32_t min_probes;
	int64_t step_ms; /* of stored rows */
	int64_t asof_ms; /* as in struct series_query */
	bool one_step;	 /* only one will be asked about */
};

struct lines *lines_new(const struct lines_config *config);
void lines_free(struct lines *l);

/* Whose rows are asked about from now on. 0 or -1. */
int lines_choose(struct lines *l, const struct series *s);
/* The mask for withhold_row of its row at a time. 0 or -1. */
int lines_mask(struct lines *l, int64_t start_ms, uint32_t *mask);

#endif
