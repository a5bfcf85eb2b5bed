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

#include "collector/country.h"
#include "common/batch.h"

struct control;

/* A batch, and what it is read with; all of it borrowed. */
struct evidence {
	const struct batch *batch; /* has passed validate_batch */
	uint64_t probe;
	const struct country *country;
	const uint32_t *
		networks; /* AS number of each address of the batch, 0 unknown; NULL: none is known */
	const struct control *control; /* what controls saw; NULL: nothing */
};

struct visit {
	const struct evidence *evidence; /* borrowed */
	const struct country_target *target;
	int64_t begun_ms;
	const struct result **results; /* into the batch */
	size_t n;
};

struct visits {
	struct visit *list; /* in order of time; owned, like what the visits point to */
	size_t n;
	const struct result **results;
};

/* The visits to targets that the country's list has; e must live as long. Results that say nothing about the network are left
 * out: see visit.c. */
void visits_find(struct visits *out, const struct evidence *e);
void visits_clear(struct visits *v);

/* Of result i: not of the way that an ordinary program would have gone, but evidence beside it: a further
 * answer to a question, or a try with a harmless name after a handshake that broke. */
bool visit_is_beside(const struct visit *v, size_t i);
/* Its address is IPv6. False when it has none. */
bool visit_is_six(const struct visit *v, size_t i);
/* To a host inside: a domestic target, or one of inside.csv. */
bool visit_is_inside(const struct visit *v);
/* The AS of an address of the batch; 0 unknown. */
uint32_t visit_network(const struct visit *v, int64_t addr);

#endif
