/* round.h: what a device measures in some weather, as the batch that its probe would send. */
#ifndef TESTS_SIM_ROUND_H
#define TESTS_SIM_ROUND_H

#include <stdint.h>

#include "common/batch.h"
#include "tests/sim/course.h"
#include "tests/sim/world.h"

struct round {
	int64_t t_ms; /* true time */
	enum weather weather;
};

struct roundbook; /* opaque: batches that are used again and again */

/* The country is borrowed. */
struct roundbook *roundbook_new(const struct country *country);
void roundbook_free(struct roundbook *b);

/* The day whose key signs it: by the device's own clock. */
int64_t round_day(const struct seat *s, const struct round *r);
/* n rounds of one day of a seat, at most ROUNDS_MAX, as one batch; it is the book's, and good until the next call. The
 * same rounds always make the same batch. */
#define ROUNDS_MAX 24
struct batch *round_batch(struct roundbook *book, const struct world *w, const struct seat *s,
			  const struct round *rounds, size_t n);
/* The first eight bytes of the key of that day. */
uint64_t round_probe(const struct seat *s, int64_t day);
/* How long a round takes: timeouts are waited for. */
int64_t round_takes_ms(const struct round *r);

#endif
