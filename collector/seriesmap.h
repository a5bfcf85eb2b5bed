/* seriesmap.h: small numbers for series, in the order in which they came. */
#ifndef COLLECTOR_SERIESMAP_H
#define COLLECTOR_SERIESMAP_H

#include <stddef.h>
#include <stdint.h>

#include "collector/row.h"

#define SERIESMAP_NONE UINT32_MAX

struct seriesmap {
	struct series *series; /* by number; owned */
	uint32_t n, room;
	uint32_t *slots; /* open addressing; number + 1, 0 is empty */
	uint32_t n_slots;
};

/* All zero is an empty map. */
void seriesmap_clear(struct seriesmap *m);
/* SERIESMAP_NONE when it is not in the map. */
uint32_t seriesmap_find(const struct seriesmap *m, const struct series *s);
/* Its number, the next one when it is new. */
uint32_t seriesmap_add(struct seriesmap *m, const struct series *s);

#endif
