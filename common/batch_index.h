/* batch_index.h: finds a name in a table of a batch without looking at all of them: a full batch has
 * 2,048 addresses, and each of its 4,096 results names one.
 *
 * The table itself stays a plain array that its owner appends to; the index learns of new entries
 * when it is asked. Zeroed is empty. */
#ifndef COMMON_BATCH_INDEX_H
#define COMMON_BATCH_INDEX_H

#include <stddef.h>
#include <stdint.h>

struct batch_index {
	uint16_t *slots; /* owned; place in the table plus one, 0 for none */
	size_t room;	 /* of slots, a power of two */
	size_t n;	 /* entries of the table that it knows */
};

/* Place of `wanted` among the n entries of a table, or -1; name() gives the name of an entry. Between
 * two calls a table may only have grown at its end. */
int batch_index_find(struct batch_index *ix, const void *table, size_t n,
		     const char *(*name)(const void *table, size_t i), const char *wanted);
void batch_index_clear(struct batch_index *ix);

#endif
