/* weather.c: four targets a class, and what each state leaves of them. */
#include "tests/collector/weather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL 15u
#define ONE 1u

#define LINK_ALL  15u
#define RATE	  80
#define RATE_SLOW 60

const struct sight weather_sight = {.open_rate = RATE, .home_rate = RATE};

static const struct {
	uint8_t domestic, open, filtered, canary, six, quic, rate, link;
} sky[STATES] = {
	[STATE_OPEN] = {ALL, ALL, ALL, ALL, ALL, ALL, RATE, 1},
	[STATE_FILTERED] = {ALL, ALL, 0, ALL, ALL, ALL, RATE, 1},
	[STATE_RESTRICTED] = {ALL, ALL, 0, ALL, 0, 0, RATE, 1},
	[STATE_THROTTLED] = {ALL, ALL, 0, ALL, ALL, ALL, RATE_SLOW, 1},
	[STATE_WHITELIST] = {ALL, ONE, 0, 0, 0, 0, RATE, 1},
	[STATE_DOMESTIC_ONLY] = {ALL, 0, 0, 0, 0, 0, 0, 1},
	[STATE_PARTIAL_DOMESTIC] = {ONE, 0, 0, 0, 0, 0, 0, 1},
	[STATE_CUT] = {0, 0, 0, 0, 0, 0, 0, 1},
	[STATE_NO_LINK] = {0, 0, 0, 0, 0, 0, 0, 0},
};

uint32_t weather_roll(uint64_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 33) % n;
}

static struct cell_vote vote(uint64_t probe, unsigned int ok, uint64_t *seed)
{
	struct cell_vote v = {.probe = probe, .tried = ALL, .ok = ok};
	if (seed && ok == ALL && !weather_roll(seed, 4))
		v.ok &= ~(1ULL << weather_roll(seed, 4));
	v.step_tried[KIND_TCP] = ALL;
	v.step_ok[KIND_TCP] = v.ok;
	return v;
}

void weather_vote(struct cell cells[static CLASSES], uint64_t probe, enum state s, uint64_t *seed)
{
	if (s == STATE_SILENT || s == STATE_INSUFFICIENT)
		return;
	struct cell_vote link = {
		.probe = probe, .tried = LINK_ALL, .ok = sky[s].link ? LINK_ALL : 0};
	struct cell_vote v = vote(probe, sky[s].domestic, seed);
	cell_add(&cells[CLASS_LINK], &link);
	v.rate = sky[s].domestic ? RATE : 0;
	cell_add(&cells[CLASS_DOMESTIC], &v);
	v = vote(probe, sky[s].open, seed);
	v.six_tried = ALL;
	v.six_ok = v.ok & sky[s].six;
	v.step_tried[KIND_QUIC] = ALL;
	v.step_ok[KIND_QUIC] = sky[s].quic;
	v.rate = sky[s].rate;
	cell_add(&cells[CLASS_OPEN], &v);
	v = vote(probe, sky[s].filtered, seed);
	v.fp = sky[s].filtered ? 0 : ONE;
	cell_add(&cells[CLASS_FILTERED], &v);
	v = vote(probe, sky[s].canary, seed);
	cell_add(&cells[CLASS_CANARY], &v);
}

struct country *weather_country(uint64_t *seed)
{
	struct country *c = xcalloc(1, sizeof(*c));
	strcpy(c->code, "XX");
	c->n_regions = 1 + weather_roll(seed, 5);
	c->regions = xcalloc(c->n_regions, sizeof(*c->regions));
	for (size_t i = 0; i < c->n_regions; i++) {
		snprintf(c->regions[i].code, sizeof(c->regions[i].code), "XX-%02u",
			 (unsigned int)(i + 1) % 100);
		c->regions[i].population = 100 + weather_roll(seed, 5000);
	}
	c->n_isps = 2 + weather_roll(seed, 6);
	c->isps = xcalloc(c->n_isps, sizeof(*c->isps));
	for (size_t i = 0; i < c->n_isps; i++) {
		c->isps[i].asn = (uint32_t)i + 1;
		c->isps[i].access = (enum access_type)(1 + i % 3);
		c->isps[i].subscribers_million =
			i % 3 ? 0 : 1 + weather_roll(seed, 90); /* of mobile networks */
	}
	return c;
}
