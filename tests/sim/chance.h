/* chance.h: numbers that look random and are the same in every run: hashes of what they are for.
 * Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators" (SplitMix64). */
#ifndef TESTS_SIM_CHANCE_H
#define TESTS_SIM_CHANCE_H

#include <stdint.h>

uint64_t chance_hash(uint64_t a, uint64_t b, uint64_t c);
/* [0, 1), the same for the same three numbers. */
double chance_of(uint64_t a, uint64_t b, uint64_t c);

/* A sequence; any seed will do. */
struct chance {
	uint64_t state;
};

uint64_t chance_bits(struct chance *c);
double chance_next(struct chance *c);			       /* [0, 1) */
double chance_between(struct chance *c, double lo, double hi); /* uniform */
double chance_gap(struct chance *c, double mean);	       /* exponential */
/* Uniform in its logarithm: as many of 5 to 50 as of 50 to 500. */
double chance_scale(struct chance *c, double lo, double hi);

#endif
