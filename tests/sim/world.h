/* world.h: who is there: the volunteers of a country, by province and network. Synthetic.
 *
 * A seat is one device and its line. When a volunteer leaves, somebody takes the seat after a while (stream.c), so that
 * the number of seats stays and the people behind them change. Seats of one leaf stand side by side. */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/country.h"
#include "collector/row.h"

#define WORLD_TOWNS 4 /* of a province, each with a supply of power of its own */

enum lie {
	LIE_NONE,
	LIE_FINE, /* "everything is as usual" */
	LIE_DOWN, /* "only the domestic network is left" */
};

struct seat {
	uint64_t id;
	uint32_t leaf;
	uint32_t site; /* several seats of a leaf may share a building and its line; 0 none */
	uint8_t town;
	enum lie lie;
	bool sleeps;	/* off at night */
	bool six;	/* has IPv6 */
	bool own_names; /* asks the network's own resolver and no other */
	bool broken;	/* half of what it tries fails, always */
	bool updates;	/* got the update that silences devices (course.h) */
	bool way_out;	/* a second way to the collector: satellite, roaming */
	bool forgets;	/* keeps nothing that it can't send at once */
	int64_t interval_ms;
	int64_t clock_ms; /* what its clock is ahead of the true time */
};

struct leaf {
	struct series series;
	uint32_t first, n; /* its seats */
};

struct world {
	struct country *country;
	uint64_t seed;
	bool blind; /* nobody measures canaries */
	struct leaf *leaves;
	uint32_t n_leaves;
	struct seat *seats;
	uint32_t n_seats;
};

struct world_config {
	uint64_t seed;
	const char *regions; /* "IR-23 IR-10", NULL all of them */
	double volunteers;   /* at a time, about; a fifth more seats */
	int64_t interval_ms; /* between rounds, on average */
	double liars;	     /* share of every leaf, never half of it */
	enum lie lie;
	bool forget; /* nobody keeps what can't be sent */
	bool blind;  /* nobody measures canaries */
};

/* 31 provinces x 12 networks of configs/countries/IR. NULL with err. */
struct world *world_new(const struct world_config *c, char *err, size_t errlen);
void world_free(struct world *w);

/* Whether a seat's device is switched on by its habits; by the clock of the country. */
bool world_is_awake(const struct world *w, const struct seat *s, int64_t t_ms);
/* People behind a leaf, to weigh it among others: inhabitants of its province, by the share of its network. */
double world_people(const struct world *w, uint32_t leaf);

#endif
