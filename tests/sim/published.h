/* published.h: the shutdowns of 2026 in Iran, as they were published (sources: published.c), made into courses. Synthetic:
 * coarse in time and place, and invented wherever nothing was published. No record of what happened. */
#ifndef TESTS_SIM_PUBLISHED_H
#define TESTS_SIM_PUBLISHED_H

#include "tests/sim/course.h"

/* A course for these leaves. January: disturbances from the 1st on, the cut of the 8th with the domestic network down too,
 * its return, allow-lists by day with spikes on the 21st and 25th that are no return, a jagged recovery from the 27th
 * on. Spring: the cut of 28 February to 26 May 2026, with the domestic network up. */
struct course *published_january(const struct series *leaves, size_t n);
struct course *published_spring(const struct series *leaves, size_t n);

/* From then on lines return, and spools find ways out. */
#define PUBLISHED_JANUARY_FROM	 "2025-12-28"
#define PUBLISHED_JANUARY_RETURN "2026-01-27T06:00:00Z"
#define PUBLISHED_JANUARY_UNTIL	 "2026-02-01"
#define PUBLISHED_SPRING_FROM	 "2026-02-18"
#define PUBLISHED_SPRING_RETURN	 "2026-05-26T11:00:00Z"
#define PUBLISHED_SPRING_UNTIL	 "2026-06-03"

#endif
