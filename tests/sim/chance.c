/* chance.c: SplitMix64 as a hash and as a sequence. */
#include "tests/sim/chance.h"

#include <math.h>

#define GOLDEN 0x9e3779b97f4a7c15ULL

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static double unit(uint64_t x)
{
	return (double)(x >> 11) / (double)(1ULL << 53);
}

uint64_t chance_hash(uint64_t a, uint64_t b, uint64_t c)
{
	return mix(mix(mix(a + GOLDEN) + b + GOLDEN) + c + GOLDEN);
}

double chance_of(uint64_t a, uint64_t b, uint64_t c)
{
	return unit(chance_hash(a, b, c));
}

uint64_t chance_bits(struct chance *c)
{
	return mix(c->state += GOLDEN);
}

double chance_next(struct chance *c)
{
	return unit(chance_bits(c));
}

double chance_between(struct chance *c, double lo, double hi)
{
	return lo + (hi - lo) * chance_next(c);
}

double chance_gap(struct chance *c, double mean)
{
	return -mean * log(1 - chance_next(c));
}

double chance_scale(struct chance *c, double lo, double hi)
{
	return lo * exp(log(hi / lo) * chance_next(c));
}
