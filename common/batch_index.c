/* batch_index.c: open addressing with linear probing, never more than half full. Names that somebody
 * chose to collide cost what a search through the whole table would. */
#include "common/batch_index.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define ROOM_FIRST 64

/* FNV-1a, 32 bits (Fowler, Noll, Vo). */
static size_t hash(const char *name)
{
	uint32_t h = 0x811c9dc5;
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x01000193;
	return h;
}

static void insert(struct batch_index *ix, const char *name, size_t place)
{
	size_t at = hash(name) & (ix->room - 1);
	while (ix->slots[at])
		at = (at + 1) & (ix->room - 1);
	ix->slots[at] = (uint16_t)(place + 1);
}

/* Makes the index of the whole table anew when there are too many entries for its room. */
static void learn(struct batch_index *ix, const void *table, size_t n,
		  const char *(*name)(const void *table, size_t i))
{
	if (!ix->room || 2 * n > ix->room) {
		if (!ix->room)
			ix->room = ROOM_FIRST;
		while (2 * n > ix->room)
			ix->room *= 2;
		free(ix->slots);
		ix->slots = xcalloc(ix->room, sizeof(*ix->slots));
		ix->n = 0;
	}
	for (; ix->n < n; ix->n++)
		insert(ix, name(table, ix->n), ix->n);
}

int batch_index_find(struct batch_index *ix, const void *table, size_t n,
		     const char *(*name)(const void *table, size_t i), const char *wanted)
{
	learn(ix, table, n, name);
	for (size_t at = hash(wanted) & (ix->room - 1); ix->slots[at];
	     at = (at + 1) & (ix->room - 1)) {
		size_t place = ix->slots[at] - 1u;
		if (!strcmp(name(table, place), wanted))
			return (int)place;
	}
	return -1;
}

void batch_index_clear(struct batch_index *ix)
{
	free(ix->slots);
	*ix = (struct batch_index){0};
}
