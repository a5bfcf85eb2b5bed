/* weather.h: probes that meet one state or another, as votes, and random countries of them. */
#ifndef TESTS_COLLECTOR_WEATHER_H
#define TESTS_COLLECTOR_WEATHER_H

#include "collector/country.h"
#include "collector/step.h"

/* The same numbers for the same seed; not 0. */
uint32_t weather_roll(uint64_t *seed, uint32_t n);

/* What is usual there. */
extern const struct sight weather_sight;

/* The votes of one probe that meets exactly the state s; none in SILENT and INSUFFICIENT. Now and then a target more fails
 * than has to, unless seed is NULL; never so many that the probe would say something else. */
void weather_vote(struct cell cells[static CLASSES], uint64_t probe, enum state s, uint64_t *seed);

/* Regions XX-01.. and networks 1.. of every access type; some with people and subscribers unknown. Given to
 * country_free. */
struct country *weather_country(uint64_t *seed);

#endif
