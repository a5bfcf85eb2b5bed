/* script_returns.c: false returns, as on 21 and 25 January 2026, and cuts that keep hours. */
#include <string.h>

#include "tests/sim/chance.h"
#include "tests/sim/script.h"

#define MINUTE_MS  (60 * 1000LL)
#define HOUR_MS	   (3600 * 1000LL)
#define LIST_SPIKE 0.3 /* of the lines */

struct place {
	struct course *course;
	struct chance chance;
	struct phase phase; /* region and way out are set */
	int64_t from_ms, until_ms;
};

static void add(struct place *p, enum weather w, double share, int64_t from_ms, int64_t until_ms)
{
	struct phase phase = p->phase;
	phase.weather = w;
	phase.share = share;
	phase.from_ms = from_ms;
	phase.until_ms = until_ms;
	course_add(p->course, &phase);
}

/* Once a day from the second on, at some time, for so long. */
static void daily(struct place *p, enum weather w, double share, double shortest_ms,
		  double longest_ms)
{
	for (int64_t day = p->from_ms + 24 * HOUR_MS; day + 24 * HOUR_MS < p->until_ms;
	     day += 24 * HOUR_MS) {
		int64_t at = day + (int64_t)chance_between(&p->chance, 0, 12 * (double)HOUR_MS);
		add(p, w, share, at,
		    at + (int64_t)chance_between(&p->chance, shortest_ms, longest_ms));
	}
}

/* Nothing from abroad, and every day everything for less than an hour. */
static void short_returns(struct place *p)
{
	add(p, DOMESTIC, 0.98, p->from_ms, p->until_ms);
	daily(p, NORMAL, 1, 10 * (double)MINUTE_MS, 45 * (double)MINUTE_MS);
}

/* A list, and by day a third of the lines that have everything. */
static void spikes(struct place *p)
{
	add(p, LIST, 0.98, p->from_ms, p->until_ms);
	daily(p, NORMAL, LIST_SPIKE, 2 * (double)HOUR_MS, 6 * (double)HOUR_MS);
}

/* Nothing at all, then the domestic network, and lists for hours. */
static void stages(struct place *p)
{
	int64_t third = (p->until_ms - p->from_ms) / 3;
	add(p, CUT, 1, p->from_ms, p->from_ms + third);
	add(p, DOMESTIC, 0.98, p->from_ms + third, p->until_ms);
	daily(p, LIST, 0.9, HOUR_MS, 8 * (double)HOUR_MS);
}

/* From eight in the evening to six in the morning, by the clock in Tehran. */
static void curfew(struct place *p)
{
	p->phase.hour_from = 17;
	p->phase.hour_until = 3;
	add(p, DOMESTIC, 0.98, p->from_ms, p->until_ms);
}

void script_returns(struct course *c, const struct world *w, int64_t from_ms, int64_t until_ms)
{
	static void (*const kinds[])(struct place * p) = {short_returns, spikes, stages, curfew};
	for (size_t i = 0, n = 0; i < w->country->n_regions; i++) {
		struct place p = {.course = c,
				  .chance = {chance_hash(w->seed, 11, 4 + i)},
				  .phase = {.access = ACCESS_ANY, .reaches = n / 4 % 2 == 0},
				  .from_ms = from_ms,
				  .until_ms = until_ms};
		bool there = false;
		for (uint32_t k = 0; k < w->n_leaves; k++)
			there |= !strcmp(w->leaves[k].series.region, w->country->regions[i].code);
		if (!there)
			continue;
		strcpy(p.phase.regions, w->country->regions[i].code); /* shorter */
		kinds[n++ % 4](&p);
	}
}
