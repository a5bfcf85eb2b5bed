/* saga.h: a month of a country as charts show it: filtering, a cut that comes province by province, silence, an allow-list,
 * a slow return; with noise, so that the sizes of charts are honest. The same every time. */
#ifndef TESTS_COLLECTOR_SAGA_H
#define TESTS_COLLECTOR_SAGA_H

#include "collector/chart.h"
#include "collector/chart_scale.h"
#include "collector/chart_share.h"
#include "collector/country.h"

#define SAGA_HOUR  3600000LL
#define SAGA_HOURS 720
#define SAGA_FROM  1766966400000 /* 2025-12-29T00:00:00Z */
#define SAGA_UNTIL (SAGA_FROM + SAGA_HOURS * SAGA_HOUR)

struct saga {
	struct country *country;  /* configs/countries/IR */
	struct chart_scale scale; /* local time, the calendar of the language */
	struct chart_row *rows;
	struct chart *charts;
	struct chart_share *shares;
	size_t n;
};

/* One row per region; with networks, one per network, with its note and its share. */
void saga_new(struct saga *s, enum lang lang, bool networks);
void saga_free(struct saga *s);

#endif
