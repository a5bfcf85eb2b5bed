/* script.c: chance with the seed of the world.
 */
#include "tests/sim/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "tests/sim/chance.h"

#define MINUTE_MS (60 * 1000.0)
#define HOUR_MS	  (3600 * 1000.0)
#define DAY_MS	  ((double)CLOCK_DAY_MS)
#define APART_MS  (3 * 3600 * 1000LL) /* between two cuts of one line */

struct series *script_leaves(const struct world *w)
{
	struct series *leaves = xcalloc(w->n_leaves, sizeof(*leaves));
	for (uint32_t i = 0; i < w->n_leaves; i++)
		leaves[i] = w->leaves[i].series;
	return leaves;
}

struct course *script_new(const struct world *w)
{
	struct series *leaves = script_leaves(w);
	struct course *c = course_new(leaves, w->n_leaves);
	free(leaves);
	return c;
}

/* --- what is no cut --- */

struct noise {
	struct course *course;
	struct chance chance;
	int64_t from_ms, until_ms;
};

/* p happens again and again: every so often, for so long. */
static void repeat(struct noise *n, struct phase p, double every_ms, double shortest_ms,
		   double longest_ms)
{
	double t = (double)n->from_ms;
	while ((t += chance_gap(&n->chance, every_ms)) < (double)n->until_ms) {
		p.from_ms = (int64_t)t;
		t += chance_scale(&n->chance, shortest_ms, longest_ms);
		p.until_ms = (int64_t)t;
		course_add(n->course, &p);
	}
}

static struct phase phase_of(const struct series *s, enum weather w, double share)
{
	struct phase p = {.isp = s->isp == ISP_ANY ? 0 : s->isp,
			  .access = s->access,
			  .weather = w,
			  .share = share};
	snprintf(p.regions, sizeof(p.regions), "%s", s->region);
	return p;
}

static const struct series everywhere = {.isp = ISP_ANY, .access = ACCESS_ANY};

static void noise_of_leaf(struct noise *n, const struct world *w, uint32_t leaf)
{
	const struct leaf *l = &w->leaves[leaf];
	uint32_t sites = 0;
	repeat(n, phase_of(&l->series, OFF, 0.9), 60 * DAY_MS, 20 * MINUTE_MS, 3 * HOUR_MS);
	for (uint32_t i = 0; i < l->n; i++)
		sites = w->seats[l->first + i].site > sites ? w->seats[l->first + i].site : sites;
	for (uint32_t i = 1; i <= sites; i++) {
		struct phase p = phase_of(&l->series, i % 2 ? CUT : OFF, 1);
		p.site = i;
		repeat(n, p, 60 * DAY_MS, 10 * MINUTE_MS, 12 * HOUR_MS);
	}
}

static void noise_of_region(struct noise *n, const struct region *r)
{
	struct phase p = phase_of(&everywhere, OFF, 0.9);
	strcpy(p.regions, r->code); /* shorter */
	repeat(n, p, 700 * DAY_MS, 30 * MINUTE_MS, 4 * HOUR_MS);
	for (p.town = 1; p.town <= WORLD_TOWNS; p.town++)
		repeat(n, p, 60 * DAY_MS, 20 * MINUTE_MS, 3 * HOUR_MS);
}

void script_noise(struct course *c, const struct world *w, int64_t from_ms, int64_t until_ms)
{
	struct noise n = {c, {chance_hash(w->seed, 11, 1)}, from_ms, until_ms};
	for (size_t i = 0; i < w->country->n_isps; i++) {
		struct phase p = phase_of(&everywhere, NO_NAMES, 1);
		p.isp = w->country->isps[i].asn;
		repeat(&n, p, 60 * DAY_MS, 10 * MINUTE_MS, 2 * HOUR_MS);
	}
	for (uint32_t i = 0; i < w->n_leaves; i++)
		noise_of_leaf(&n, w, i);
	for (size_t i = 0; i < w->country->n_regions; i++)
		noise_of_region(&n, &w->country->regions[i]);
	repeat(&n, phase_of(&everywhere, ASLEEP, 1), 150 * DAY_MS, HOUR_MS, 6 * HOUR_MS);
}

void script_outages(struct stream *s, const struct world *w, int64_t from_ms, int64_t until_ms)
{
	struct chance c = {chance_hash(w->seed, 11, 2)};
	double t = (double)from_ms;
	for (int i = 1; (t += chance_gap(&c, 7 * DAY_MS)) < (double)until_ms; i++) {
		double lasts = i % 4 ? chance_scale(&c, 20000, 2 * MINUTE_MS)
				     : chance_scale(&c, 5 * MINUTE_MS, 8 * HOUR_MS);
		stream_outage(s, (int64_t)t, (int64_t)(t + lasts));
		t += lasts;
	}
}

/* --- cuts --- */

struct cuts {
	struct course *course;
	const struct world *world;
	struct chance chance;
	int64_t from_ms, until_ms;
	enum script_way way;
	struct busy { /* of a leaf: times that are taken */
		struct {
			int64_t from_ms, until_ms;
		} * times;
		size_t n, room;
	} * busy;
};

static bool covers(const struct series *s, const struct series *leaf)
{
	return (!*s->region || !strcmp(s->region, leaf->region)) &&
	       (s->isp == ISP_ANY || s->isp == leaf->isp) &&
	       (s->access == ACCESS_ANY || s->access == leaf->access);
}

static bool is_free(const struct busy *b, int64_t from_ms, int64_t until_ms)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->times[i].from_ms < until_ms + APART_MS &&
		    b->times[i].until_ms > from_ms - APART_MS)
			return false;
	return true;
}

static void take(struct busy *b, int64_t from_ms, int64_t until_ms)
{
	if (b->n == b->room) {
		b->room = b->room ? 2 * b->room : 8;
		b->times = xrealloc(b->times, b->room * sizeof(*b->times));
	}
	b->times[b->n].from_ms = from_ms;
	b->times[b->n++].until_ms = until_ms;
}

/* False when some of it is cut then already. */
static bool reserve(struct cuts *c, const struct series *s, int64_t from_ms, int64_t until_ms)
{
	for (uint32_t i = 0; i < c->world->n_leaves; i++)
		if (covers(s, &c->world->leaves[i].series) &&
		    !is_free(&c->busy[i], from_ms, until_ms))
			return false;
	for (uint32_t i = 0; i < c->world->n_leaves; i++)
		if (covers(s, &c->world->leaves[i].series))
			take(&c->busy[i], from_ms, until_ms);
	return true;
}

static enum weather any_weather(struct cuts *c, bool reaches)
{
	static const enum weather measured[] = {LIST,	    DOMESTIC,  PARTIAL,	  DOMESTIC,
						RESTRICTED, THROTTLED, UNFILTERED},
				  silent[] = {LIST, DOMESTIC, PARTIAL, CUT, CUT, NO_LINK};
	if (reaches)
		return measured[chance_bits(&c->chance) % (sizeof(measured) / sizeof(measured[0]))];
	return silent[chance_bits(&c->chance) % (sizeof(silent) / sizeof(silent[0]))];
}

/* One cut, every third in two stages. */
static void cut(struct cuts *c, const struct series *s, double longest_ms)
{
	struct phase p = phase_of(s, NORMAL, chance_between(&c->chance, 0.93, 1));
	int64_t lasts = (int64_t)chance_scale(&c->chance, 5 * MINUTE_MS, longest_ms), from = 0;
	bool free = false;
	for (int try = 0; try < 20 && !free; try++) {
		from = (int64_t)chance_between(&c->chance, (double)c->from_ms,
					       (double)(c->until_ms - lasts));
		free = reserve(c, s, from, from + lasts);
	}
	if (!free)
		return;
	p.from_ms = from;
	p.until_ms = from + lasts;
	p.reaches = c->way == SCRIPT_MEASURED ||
		    (c->way == SCRIPT_EITHER && chance_next(&c->chance) < 0.5);
	p.weather = any_weather(c, p.reaches);
	course_add(c->course, &p);
	if (!weather_is_loss(p.weather) || lasts < 3600000 || chance_next(&c->chance) < 0.67)
		return;
	p.from_ms += (int64_t)((double)lasts * chance_between(&c->chance, 0.3, 0.7));
	p.weather = p.weather == DOMESTIC ? LIST : DOMESTIC;
	course_add(c->course, &p);
}

void script_cuts(struct course *course, const struct world *w, int64_t from_ms, int64_t until_ms,
		 enum script_way way)
{
	struct cuts c = {course, w, {chance_hash(w->seed, 11, 3)}, from_ms, until_ms, way, NULL};
	double weeks = (double)(until_ms - from_ms) / (7 * DAY_MS);
	struct series s = everywhere;
	c.busy = xcalloc(w->n_leaves, sizeof(*c.busy));
	for (int i = 0; i < weeks; i++)
		cut(&c, &s, DAY_MS);
	for (size_t i = 0; i < w->country->n_isps; i++) {
		s.isp = w->country->isps[i].asn;
		for (int k = 0; k < weeks / 2; k++)
			cut(&c, &s, 12 * HOUR_MS);
	}
	s.isp = ISP_ANY;
	for (size_t i = 0; i < w->country->n_regions; i++)
		for (int k = 0; k < weeks; k++) {
			strcpy(s.region, w->country->regions[i].code); /* same size */
			s.access = k % 2 ? ACCESS_ANY : k % 4 ? ACCESS_FIXED : ACCESS_MOBILE;
			cut(&c, &s, 12 * HOUR_MS);
		}
	for (uint32_t i = 0; i < w->n_leaves; i++)
		for (int k = 0; k < weeks; k++)
			cut(&c, &w->leaves[i].series, 12 * HOUR_MS);
	for (uint32_t i = 0; i < w->n_leaves; i++)
		free(c.busy[i].times);
	free(c.busy);
}
