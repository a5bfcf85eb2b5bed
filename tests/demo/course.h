/* course.h: the course of January 2026 in Iran, as it was published (sources: course.c), made
 * synthetic: what a line in some province and network meets at some time. Deterministic. */
#ifndef TESTS_DEMO_COURSE_H
#define TESTS_DEMO_COURSE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/row.h"

enum weather {
	NORMAL,	  /* the usual filtering */
	LIST,	  /* a few allowed sites */
	DOMESTIC, /* only the domestic network */
	PARTIAL,  /* part of it */
	CUT,	  /* nothing, with the link up */
	NO_LINK,  /* no carrier, no lease */
	OFF,	  /* no power: nothing is measured */
};

struct course; /* opaque */

struct course *course_new(void);
void course_free(struct course *c);

/* What line number `line` (any stable number) of a leaf meets at t. */
enum weather course_at(const struct course *c, const struct series *leaf, uint64_t line,
		       int64_t t_ms);

/* True once lines return: from then on spools find ways out. */
bool course_is_over(const struct course *c, int64_t t_ms);

/* Share of volunteers whose device is on and reports in a quarter of an hour, by the clock in Tehran. */
double course_awake(int64_t t_ms);

/* Between 0 and 1, the same for the same three numbers (SplitMix64, Steele et al. 2014). */
double course_chance(uint64_t a, uint64_t b, uint64_t c);

#endif
