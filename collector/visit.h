/* visit.h: the results of a batch, gathered by visit: one measurement of one target, its steps in order of
 * time. Pure.
 *
 * The steps of a visit follow on one another, and all of them belong to the bucket in which the first began:
 * otherwise a target whose connection was made just after a bucket's end would seem to have failed in it. */
#ifndef COLLECTOR_VISIT_H
#define COLLECTOR_VISIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/batch.h"

struct visit {
	const struct batch *batch; /* borrowed */
	int64_t target;		   /* index of the batch */
	int64_t begun_ms;
	const struct result **results; /* into the batch */
	size_t n;
};

struct visits {
	struct visit *list; /* in order of time; owned, like what the visits point to */
	size_t n;
	const struct result **results;
};

/* The visits of a batch that has passed validate_batch. Results that say nothing about the network are left
 * out: see visit.c. */
void visits_find(struct visits *out, const struct batch *b);
void visits_clear(struct visits *v);

/* Of result i: not of the way that an ordinary program would have gone, but evidence beside it: a further
 * answer to a question, or a try with a harmless name after a handshake that broke. */
bool visit_is_beside(const struct visit *v, size_t i);
/* Its address is IPv6. False when it has none. */
bool visit_is_six(const struct visit *v, size_t i);

#endif
