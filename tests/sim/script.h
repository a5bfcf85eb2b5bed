/* script.h: courses made up by chance: what happens in any year, and weeks full of cuts. */
#ifndef TESTS_SIM_SCRIPT_H
#define TESTS_SIM_SCRIPT_H

#include "tests/sim/course.h"
#include "tests/sim/stream.h"
#include "tests/sim/world.h"

/* The leaves of a world; an array for free(). */
struct series *script_leaves(const struct world *w);
/* A course for all of them. */
struct course *script_new(const struct world *w);

/* What is no cut: buildings without a line, power cuts of a cell, a town, now and then a province, faults of a network's
 * resolver, an update that silences a fifth of the devices for some hours. */
void script_noise(struct course *c, const struct world *w, int64_t from_ms, int64_t until_ms);
/* The collector is down: minutes to hours, once a month, and for a minute once a week. */
void script_outages(struct stream *s, const struct world *w, int64_t from_ms, int64_t until_ms);

enum script_way {
	SCRIPT_MEASURED, /* what is left of the network carries results to the collector */
	SCRIPT_SILENT,	 /* nothing gets out before the end */
	SCRIPT_EITHER,
};
/* Cuts of all kinds and lengths, of the country, of networks, of provinces and of cells. */
void script_cuts(struct course *c, const struct world *w, int64_t from_ms, int64_t until_ms,
		 enum script_way way);

/* What looks like a return and is none, a province each: an hour of everything in days of nothing, lists, a third of the
 * lines back by day, curfews that come every night. */
void script_returns(struct course *c, const struct world *w, int64_t from_ms, int64_t until_ms);

#endif
