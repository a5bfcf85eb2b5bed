/* course.c: which phases cover a line.
 *
 * Phases are sorted out by leaf once, and by the hour while time goes on, so that a year with thousands of them costs no
 * more per question than a day.
 */
#include "tests/sim/course.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "tests/sim/chance.h"

#define HOUR_MS (3600 * 1000LL)

struct course_leaf {
	struct series series;
	uint32_t *
		phases; /* that cover it or a part of it, in the order in which they were added; owned */
	size_t n, room;
	int64_t hour; /* `now` holds those of this hour; -1 unknown */
	uint32_t *now;
	size_t n_now;
};

struct course {
	struct phase *phases;
	size_t n, room;
	struct course_leaf *leaves;
	size_t n_leaves;
};

static const struct {
	const char *name;
	enum state state;
	bool reaches; /* without any help */
} weathers[WEATHERS] = {
	[NORMAL] = {"normal", STATE_FILTERED, true},
	[UNFILTERED] = {"unfiltered", STATE_OPEN, true},
	[RESTRICTED] = {"restricted", STATE_RESTRICTED, true},
	[THROTTLED] = {"throttled", STATE_THROTTLED, true},
	[LIST] = {"list", STATE_WHITELIST, false},
	[DOMESTIC] = {"domestic", STATE_DOMESTIC_ONLY, false},
	[PARTIAL] = {"partial", STATE_PARTIAL_DOMESTIC, false},
	[CUT] = {"cut", STATE_CUT, false},
	[NO_LINK] = {"no-link", STATE_NO_LINK, false},
	[OFF] = {"off", STATE_INSUFFICIENT, false},
	[NO_NAMES] = {"no-names", STATE_FILTERED, true},
	[ASLEEP] = {"asleep", STATE_INSUFFICIENT, false},
};

const char *weather_str(enum weather w)
{
	return weathers[w].name;
}

enum state weather_state(enum weather w)
{
	return weathers[w].state;
}

bool weather_is_loss(enum weather w)
{
	return w >= LIST && w <= NO_LINK;
}

struct course *course_new(const struct series *leaves, size_t n)
{
	struct course *c = xcalloc(1, sizeof(*c));
	c->leaves = xcalloc(n, sizeof(*c->leaves));
	c->n_leaves = n;
	for (size_t i = 0; i < n; i++)
		c->leaves[i] = (struct course_leaf){.series = leaves[i], .hour = -1};
	return c;
}

void course_free(struct course *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_leaves; i++) {
		free(c->leaves[i].phases);
		free(c->leaves[i].now);
	}
	free(c->leaves);
	free(c->phases);
	free(c);
}

static bool covers_leaf(const struct phase *p, const struct series *leaf)
{
	return (!p->isp || p->isp == leaf->isp) &&
	       (p->access == ACCESS_ANY || p->access == (int)leaf->access) &&
	       (!*p->regions || strstr(p->regions, leaf->region));
}

void course_add(struct course *c, const struct phase *p)
{
	if (c->n == c->room) {
		c->room = c->room ? 2 * c->room : 64;
		c->phases = xrealloc(c->phases, c->room * sizeof(*c->phases));
	}
	c->phases[c->n] = *p;
	for (size_t i = 0; i < c->n_leaves; i++) {
		struct course_leaf *l = &c->leaves[i];
		if (!covers_leaf(p, &l->series))
			continue;
		if (l->n == l->room) {
			l->room = l->room ? 2 * l->room : 8;
			l->phases = xrealloc(l->phases, l->room * sizeof(*l->phases));
			l->now = xrealloc(l->now, l->room * sizeof(*l->now));
		}
		l->phases[l->n++] = (uint32_t)c->n;
		l->hour = -1;
	}
	c->n++;
}

static bool covers_time(const struct phase *p, int64_t t_ms)
{
	int hour = (int)(t_ms / HOUR_MS % 24);
	if (t_ms < p->from_ms || t_ms >= p->until_ms)
		return false;
	if (p->hour_from == p->hour_until)
		return true;
	if (p->hour_from < p->hour_until)
		return hour >= p->hour_from && hour < p->hour_until;
	return hour >= p->hour_from || hour < p->hour_until;
}

static void find_hour(const struct course *c, struct course_leaf *l, int64_t hour)
{
	l->hour = hour;
	l->n_now = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct phase *p = &c->phases[l->phases[i]];
		if (p->from_ms < (hour + 1) * HOUR_MS && p->until_ms > hour * HOUR_MS)
			l->now[l->n_now++] = l->phases[i];
	}
}

struct sky course_at(struct course *c, uint32_t leaf, const struct line *line, int64_t t_ms)
{
	struct course_leaf *l = &c->leaves[leaf];
	struct sky sky = {NORMAL, true};
	if (l->hour != t_ms / HOUR_MS)
		find_hour(c, l, t_ms / HOUR_MS);
	for (size_t i = 0; i < l->n_now; i++) {
		const struct phase *p = &c->phases[l->now[i]];
		if (!covers_time(p, t_ms) || (p->town && p->town != line->town) ||
		    (p->site && p->site != line->site) ||
		    (p->share < 1 && chance_of(line->id, l->now[i], 5) >= p->share))
			continue;
		sky.weather = p->weather;
		sky.reaches = weathers[p->weather].reaches || p->reaches;
	}
	return sky;
}

/* --- the truth of a leaf --- */

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* A part of a leaf, or what says nothing about the network. */
static bool is_aside(const struct phase *p)
{
	return p->town || p->site || p->weather >= OFF;
}

/* Every moment at which a phase of the leaf begins, ends, or passes one of its hours. */
static int64_t *breaks_of(const struct course *c, const struct course_leaf *l, int64_t from_ms,
			  int64_t until_ms, size_t *n)
{
	size_t room = 64;
	int64_t *out = xcalloc(room, sizeof(*out));
	*n = 0;
	out[(*n)++] = from_ms;
	for (size_t i = 0; i < l->n; i++) {
		const struct phase *p = &c->phases[l->phases[i]];
		bool hours = p->hour_from != p->hour_until;
		int64_t day = p->from_ms / CLOCK_DAY_MS;
		size_t days = hours ? (size_t)(p->until_ms / CLOCK_DAY_MS - day + 1) : 0;
		if (is_aside(p))
			continue;
		if (*n + 2 + 2 * days > room) {
			room = 2 * room + 2 + 2 * days;
			out = xrealloc(out, room * sizeof(*out));
		}
		out[(*n)++] = p->from_ms;
		out[(*n)++] = p->until_ms;
		for (size_t d = 0; d < days; d++) {
			out[(*n)++] = (day + (int64_t)d) * CLOCK_DAY_MS + p->hour_from * HOUR_MS;
			out[(*n)++] = (day + (int64_t)d) * CLOCK_DAY_MS + p->hour_until * HOUR_MS;
		}
	}
	qsort(out, *n, sizeof(*out), by_time);
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++)
		if (out[i] >= from_ms && out[i] < until_ms && (!kept || out[i] != out[kept - 1]))
			out[kept++] = out[i];
	*n = kept;
	return out;
}

/* Lines are chosen for each phase by chance of its own, so shares multiply. */
static struct spell spell_at(const struct course *c, const struct course_leaf *l, int64_t t_ms)
{
	double share[WEATHERS] = {[NORMAL] = 1};
	struct spell s = {.from_ms = t_ms, .reaches = true};
	bool reaches[WEATHERS] = {false};
	for (size_t i = 0; i < l->n; i++) {
		const struct phase *p = &c->phases[l->phases[i]];
		if (is_aside(p) || !covers_time(p, t_ms))
			continue;
		for (size_t w = 0; w < WEATHERS; w++)
			share[w] *= 1 - p->share;
		share[p->weather] += p->share;
		reaches[p->weather] = p->reaches;
	}
	for (size_t w = 0; w < WEATHERS; w++) {
		if (share[w] > share[s.weather])
			s.weather = (enum weather)w;
		if (weather_is_loss((enum weather)w))
			s.lost += share[w];
	}
	s.share = share[s.weather];
	s.reaches = weathers[s.weather].reaches || reaches[s.weather];
	return s;
}

static bool same_spell(const struct spell *a, const struct spell *b)
{
	return a->weather == b->weather && a->reaches == b->reaches && !(a->share < b->share) &&
	       !(a->share > b->share) && !(a->lost < b->lost) && !(a->lost > b->lost);
}

struct spell *course_truth(const struct course *c, uint32_t leaf, int64_t from_ms, int64_t until_ms,
			   size_t *n)
{
	const struct course_leaf *l = &c->leaves[leaf];
	size_t n_breaks;
	int64_t *breaks = breaks_of(c, l, from_ms, until_ms, &n_breaks);
	struct spell *out = xcalloc(n_breaks, sizeof(*out));
	*n = 0;
	for (size_t i = 0; i < n_breaks; i++) {
		struct spell s = spell_at(c, l, breaks[i]);
		if (!*n || !same_spell(&s, &out[*n - 1]))
			out[(*n)++] = s;
		out[*n - 1].until_ms = i + 1 < n_breaks ? breaks[i + 1] : until_ms;
	}
	free(breaks);
	return out;
}
