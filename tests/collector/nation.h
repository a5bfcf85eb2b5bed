/* nation.h: a small country made in memory, and what a probe in it would send. */
#ifndef TESTS_COLLECTOR_NATION_H
#define TESTS_COLLECTOR_NATION_H

#include "collector/country.h"
#include "collector/place.h"
#include "common/batch.h"

/* Regions XX-01 (1 M people), XX-02 (3 M), XX-03 (2 M). Networks 100 and 200 mobile (60 M and 40 M
 * subscribers), 300 and 400 fixed (unknown), 500 datacentre. Targets: 4 domestic, 4 open, 4
 * filtered, 2 canary, 1 resolver. Given to country_free. */
struct country *nation_new(void);
/* One more, where a test needs it. */
void nation_target(struct country *c, const char *url, enum target_class class, enum kind last,
		   int slot);

/* What a probe meets. */
enum nation_weather {
	NATION_NORMAL,	 /* the usual filtering */
	NATION_LIST,	 /* half of the open targets, no canary */
	NATION_DOMESTIC, /* nothing international */
	NATION_CUT,
	NATION_NO_LINK,
};

/* One cycle of measurements at t_ms: each target by its last step, and the link. */
void nation_batch(struct batch *b, const struct country *c, int64_t t_ms, enum nation_weather w);
/* Adds another cycle to a batch. */
void nation_add(struct batch *b, const struct country *c, int64_t t_ms, enum nation_weather w);
/* isp decides the access type. */
struct placement nation_place(const struct country *c, const char *region, uint32_t isp);

#endif
