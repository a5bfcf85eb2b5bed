/* world.c: settles the country.
 *
 * Volunteers are spread as people are, over provinces by population and over networks by the shares below, so that a
 * few cells have many, a hundred or so have five and more, and most are sparse. Four in ten devices are switched off at
 * night. Six clocks in a hundred are wrong by some seconds, two by half a minute and more: where the network is cut, time
 * servers are too.
 */
#include "tests/sim/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "tests/sim/chance.h"

#define HOUR_MS	  (3600 * 1000LL)
#define SPARE	  1.2 /* seats for each volunteer: stream.c leaves one in six empty */
#define SLEEPERS  0.4
#define SIX	  0.35
#define OWN_NAMES 0.3
#define BROKEN	  0.01
#define UPDATES	  0.2
#define WAY_OUT	  0.006
#define SITES	  0.15 /* of the seats stand in a building with others */
#define SITE_SIZE 3

/* The networks, and the share of each among the volunteers of a province. */
static const struct network {
	uint32_t isp;
	double share;
	const char *only; /* provinces; "" all */
} networks[] = {
	{197207, .27, ""},
	{44244, .25, ""},
	{57218, .03, ""},
	{58224, .18, ""},
	{31549, .07, ""},
	{50810, .05, ""},
	{43754, .05, ""},
	{16322, .03, ""},
	{56402, .03, ""},
	{49100, .02, ""},
	{205585, .03, "IR-23 IR-10 IR-09 IR-07 IR-03"},
	{12660, .03, "IR-23 IR-10 IR-07"},
};

#define NETWORKS (sizeof(networks) / sizeof(networks[0]))

static int64_t clock_error(struct chance *c)
{
	double kind = chance_next(c), side = chance_next(c) < 0.5 ? -1 : 1;
	double ms = kind < .92	  ? chance_between(c, 0, 1000)
		    : kind < .98  ? chance_between(c, 1000, 30000)
		    : kind < .995 ? chance_between(c, 30000, 180000)
				  : chance_between(c, 180000, 2 * (double)HOUR_MS);
	return (int64_t)(side * ms);
}

static void settle_seat(struct world *w, const struct world_config *config, uint32_t leaf,
			uint32_t k)
{
	struct leaf *l = &w->leaves[leaf];
	struct seat *s = &w->seats[l->first + k];
	struct chance c = {chance_hash(w->seed, leaf, k)};
	*s = (struct seat){.id = chance_bits(&c), .leaf = leaf, .interval_ms = config->interval_ms};
	s->town = (uint8_t)(chance_bits(&c) % WORLD_TOWNS);
	s->site = k < l->n * SITES * 2 && chance_next(&c) < 0.5 ? 1 + k / SITE_SIZE : 0;
	s->sleeps = l->series.access != ACCESS_DATACENTRE && chance_next(&c) < SLEEPERS;
	s->six = chance_next(&c) < SIX;
	s->own_names = chance_next(&c) < OWN_NAMES;
	s->broken = chance_next(&c) < BROKEN;
	s->updates = chance_next(&c) < UPDATES;
	s->way_out = chance_next(&c) < WAY_OUT;
	s->clock_ms = clock_error(&c);
	s->forgets = config->forget;
	if (k < (uint32_t)(l->n * config->liars))
		s->lie = config->lie;
}

static void settle_leaf(struct world *w, const struct world_config *config, size_t region,
			size_t network, double people)
{
	const struct region *r = &w->country->regions[region];
	const struct network *net = &networks[network];
	const struct isp *isp = country_isp(w->country, net->isp);
	struct leaf *l = &w->leaves[w->n_leaves];
	double mean = config->volunteers * SPARE * (double)r->population / people * net->share;
	if (!isp || (*net->only && !strstr(net->only, r->code)))
		return;
	*l = (struct leaf){.series = {.isp = isp->asn, .access = isp->access}, .first = w->n_seats};
	strcpy(l->series.region, r->code); /* same size */
	l->n = (uint32_t)(mean * (0.6 + 0.8 * chance_of(w->seed, region, network)) +
			  chance_of(w->seed + 1, region, network));
	if (!l->n)
		return;
	w->seats = xrealloc(w->seats, (w->n_seats + l->n) * sizeof(*w->seats));
	w->n_seats += l->n;
	for (uint32_t k = 0; k < l->n; k++)
		settle_seat(w, config, w->n_leaves, k);
	w->n_leaves++;
}

static bool is_watched(const struct world_config *config, const struct region *r)
{
	return !config->regions || strstr(config->regions, r->code);
}

struct world *world_new(const struct world_config *config, char *err, size_t errlen)
{
	struct world *w = xcalloc(1, sizeof(*w));
	double people = 0;
	w->seed = config->seed;
	w->blind = config->blind;
	w->country = country_load("configs/countries", "IR", err, errlen);
	if (!w->country) {
		world_free(w);
		return NULL;
	}
	w->leaves = xcalloc(w->country->n_regions * NETWORKS, sizeof(*w->leaves));
	for (size_t i = 0; i < w->country->n_regions; i++)
		if (is_watched(config, &w->country->regions[i]))
			people += (double)w->country->regions[i].population;
	for (size_t i = 0; i < w->country->n_regions; i++)
		for (size_t k = 0; k < NETWORKS && is_watched(config, &w->country->regions[i]); k++)
			settle_leaf(w, config, i, k, people);
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	country_free(w->country);
	free(w->leaves);
	free(w->seats);
	free(w);
}

/* Nights begin and end at another time each day; later at the weekend, Thursday and Friday. */
bool world_is_awake(const struct world *w, const struct seat *s, int64_t t_ms)
{
	int64_t local = t_ms + w->country->utc_offset_min * 60000LL, day = local / CLOCK_DAY_MS;
	double hour = (double)(local % CLOCK_DAY_MS) / (double)HOUR_MS;
	if (!s->sleeps)
		return true;
	double late =
		(day + 4) % 7 == 4 || (day + 4) % 7 == 5 ? 1.5 : 0; /* 1970-01-01 was a Thursday */
	double habit = 2 * chance_of(s->id, 1, 1) - 1;
	double off = 0.5 + late + habit + 0.5 * chance_of(s->id, (uint64_t)day, 2);
	double on = 7 + late + habit + 1.5 * chance_of(s->id, (uint64_t)day, 3);
	return hour < off || hour >= on;
}

double world_people(const struct world *w, uint32_t leaf)
{
	const struct series *s = &w->leaves[leaf].series;
	const struct region *r = country_region(w->country, s->region);
	for (size_t i = 0; i < NETWORKS; i++)
		if (networks[i].isp == s->isp)
			return r ? (double)r->population * networks[i].share : 0;
	return 0;
}
