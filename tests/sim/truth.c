/* truth.c: from leaves to wholes, weighed by the people behind them.
 */
#include "tests/sim/truth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define HOLD_MS	  (3600 * 1000LL)
#define ACTIVE_MS (3600 * 1000LL)

/* The spells of one leaf, walked through in order. */
struct walk {
	struct spell *spells; /* owned */
	size_t n, at;
	double people;
};

const char *scope_str(enum scope s)
{
	static const char *const names[SCOPES] = {"cell", "province", "network", "country"};
	return names[s];
}

static struct series series_of(const struct series *leaf, enum scope scope)
{
	struct series s = *leaf;
	if (scope == SCOPE_REGION || scope == SCOPE_COUNTRY)
		s.isp = ISP_ANY;
	if (scope == SCOPE_ISP || scope == SCOPE_COUNTRY)
		*s.region = '\0';
	return s;
}

static void find_sagas(struct truth *t)
{
	const struct world *w = t->world;
	t->of_leaf = xcalloc(w->n_leaves, sizeof(*t->of_leaf));
	for (uint32_t i = 0; i < w->n_leaves; i++)
		for (enum scope k = 0; k < SCOPES; k++) {
			struct series s = series_of(&w->leaves[i].series, k);
			t->of_leaf[i][k] = seriesmap_add(&t->map, &s);
		}
	t->sagas = xcalloc(t->map.n, sizeof(*t->sagas));
	for (uint32_t i = 0; i < w->n_leaves; i++)
		for (enum scope k = 0; k < SCOPES; k++) {
			struct saga *s = &t->sagas[t->of_leaf[i][k]];
			s->series = t->map.series[t->of_leaf[i][k]];
			s->scope = k;
			s->n_seats += w->leaves[i].n;
		}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* What most people of some leaves have at t; leaves are walked forward. */
static struct spell sum_up(struct walk *walks, size_t n, int64_t t_ms)
{
	double share[WEATHERS] = {0}, all = 0;
	struct spell out = {.from_ms = t_ms};
	bool reaches[WEATHERS] = {false};
	for (size_t i = 0; i < n; i++) {
		struct walk *k = &walks[i];
		while (k->at + 1 < k->n && k->spells[k->at].until_ms <= t_ms)
			k->at++;
		const struct spell *s = &k->spells[k->at];
		share[s->weather] += k->people;
		reaches[s->weather] = s->reaches;
		out.lost += k->people * s->lost;
		all += k->people;
	}
	for (size_t w = 0; w < WEATHERS; w++)
		if (share[w] > share[out.weather])
			out.weather = (enum weather)w;
	out.share = share[out.weather] / all;
	out.lost /= all;
	out.reaches = reaches[out.weather];
	return out;
}

static void tell(struct saga *s, struct walk *walks, size_t n, int64_t until_ms)
{
	size_t n_breaks = 0, all = 0;
	for (size_t i = 0; i < n; i++)
		all += walks[i].n;
	int64_t *breaks = xcalloc(all, sizeof(*breaks));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < walks[i].n; k++)
			breaks[n_breaks++] = walks[i].spells[k].from_ms;
	qsort(breaks, n_breaks, sizeof(*breaks), by_time);
	s->spells = xcalloc(n_breaks, sizeof(*s->spells));
	for (size_t i = 0; i < n_breaks; i++) {
		if (i && breaks[i] == breaks[i - 1])
			continue;
		if (s->n_spells)
			s->spells[s->n_spells - 1].until_ms = breaks[i];
		s->spells[s->n_spells++] = sum_up(walks, n, breaks[i]);
	}
	s->spells[s->n_spells - 1].until_ms = until_ms;
	free(breaks);
}

static void find_episodes(struct saga *s, size_t n_words)
{
	s->episodes = xcalloc(s->n_spells, sizeof(*s->episodes));
	for (size_t i = 0; i < s->n_spells; i++) {
		const struct spell *p = &s->spells[i];
		struct episode *last = s->n_episodes ? &s->episodes[s->n_episodes - 1] : NULL;
		bool goes_on = last && last->until_ms == p->from_ms && p->lost >= TRUTH_LEFT;
		if (p->lost < TRUTH_LOST && !goes_on)
			continue;
		if (last && p->from_ms - last->until_ms < HOLD_MS) {
			last->returns |= p->from_ms > last->until_ms;
			last->until_ms = p->until_ms;
			continue;
		}
		s->episodes[s->n_episodes++] =
			(struct episode){.from_ms = p->from_ms,
					 .until_ms = p->until_ms,
					 .weather = p->weather,
					 .reaches = p->reaches,
					 .seen = xcalloc(n_words, sizeof(uint64_t))};
	}
}

static void tell_all(struct truth *t, const struct course *c)
{
	const struct world *w = t->world;
	struct walk *leaves = xcalloc(w->n_leaves, sizeof(*leaves)),
		    *walks = xcalloc(w->n_leaves, sizeof(*walks));
	for (uint32_t i = 0; i < w->n_leaves; i++) {
		leaves[i].spells = course_truth(c, i, t->from_ms, t->until_ms, &leaves[i].n);
		leaves[i].people = world_people(w, i);
	}
	for (uint32_t k = 0; k < t->map.n; k++) {
		struct saga *s = &t->sagas[k];
		size_t n = 0;
		for (uint32_t i = 0; i < w->n_leaves; i++)
			if (t->of_leaf[i][s->scope] == k)
				walks[n++] = leaves[i];
		tell(s, walks, n, t->until_ms);
		find_episodes(s, w->n_seats / 64 + 1);
	}
	for (uint32_t i = 0; i < w->n_leaves; i++)
		free(leaves[i].spells);
	free(leaves);
	free(walks);
}

struct truth *truth_new(const struct world *w, const struct course *c, int64_t from_ms,
			int64_t until_ms)
{
	struct truth *t = xcalloc(1, sizeof(*t));
	t->world = w;
	t->from_ms = from_ms;
	t->until_ms = until_ms;
	t->last_ms = xcalloc(w->n_seats, sizeof(*t->last_ms));
	for (uint32_t i = 0; i < w->n_seats; i++)
		t->lies |= w->seats[i].lie != LIE_NONE;
	find_sagas(t);
	for (uint32_t i = 0; t->lies && i < t->map.n; i++)
		t->sagas[i].liars = xcalloc((size_t)((until_ms - from_ms) / TRUTH_STEP_MS) + 1, 1);
	tell_all(t, c);
	return t;
}

void truth_free(struct truth *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; i < t->map.n; i++) {
		for (size_t k = 0; k < t->sagas[i].n_episodes; k++)
			free(t->sagas[i].episodes[k].seen);
		free(t->sagas[i].episodes);
		free(t->sagas[i].liars);
		free(t->sagas[i].spells);
	}
	seriesmap_clear(&t->map);
	free(t->sagas);
	free(t->of_leaf);
	free(t->last_ms);
	free(t);
}

/* --- what the probes see --- */

static void count_active(const struct truth *t, const struct saga *s, struct episode *e)
{
	for (uint32_t i = 0; i < t->world->n_seats; i++) {
		const struct seat *seat = &t->world->seats[i];
		if (t->of_leaf[seat->leaf][s->scope] != (uint32_t)(s - t->sagas) ||
		    t->last_ms[i] <= e->from_ms - ACTIVE_MS)
			continue;
		e->active++;
		e->liars += seat->lie != LIE_NONE;
	}
}

static void witness(struct truth *t, struct saga *s, uint32_t seat, const struct round *r)
{
	bool lost = weather_is_loss(r->weather);
	while (s->at < s->n_episodes && s->episodes[s->at].until_ms <= r->t_ms)
		s->at++;
	struct episode *e = s->at < s->n_episodes ? &s->episodes[s->at] : NULL;
	if (e && r->t_ms >= e->from_ms) {
		uint64_t bit = 1ULL << seat % 64;
		if (!e->measured) {
			count_active(t, s, e);
			e->last_good_ms = s->last_good_ms;
		}
		e->measured += !(e->seen[seat / 64] & bit);
		e->seen[seat / 64] |= bit;
		if (lost && !e->first_lost_ms)
			e->first_lost_ms = r->t_ms;
		if (lost)
			e->last_lost_ms = r->t_ms;
	}
	if (!lost)
		s->last_good_ms = r->t_ms;
}

/* A seat counts once in a step. */
static void note_liar(struct truth *t, struct saga *s, uint32_t seat, int64_t t_ms)
{
	int64_t step = (t_ms - t->from_ms) / TRUTH_STEP_MS,
		before = (t->last_ms[seat] - t->from_ms) / TRUTH_STEP_MS;
	if ((!t->last_ms[seat] || before < step) && s->liars[step] < UINT8_MAX)
		s->liars[step]++;
}

void truth_witness(void *arg, const struct seat *s, const struct round *r)
{
	struct truth *t = arg;
	uint32_t seat = (uint32_t)(s - t->world->seats);
	for (enum scope k = 0; k < SCOPES; k++) {
		struct saga *saga = &t->sagas[t->of_leaf[s->leaf][k]];
		if (s->lie == LIE_NONE)
			witness(t, saga, seat, r);
		else
			note_liar(t, saga, seat, r->t_ms);
	}
	t->last_ms[seat] = r->t_ms;
}

bool truth_is_swamped(const struct truth *t, const struct saga *s, int64_t start_ms, uint32_t n)
{
	return t->lies && 10u * s->liars[(start_ms - t->from_ms) / TRUTH_STEP_MS] > 3 * n;
}

bool truth_shows(double share, uint32_t n)
{
	return n && share - 2 * sqrt(share * (1 - share) / n) > 0.5;
}

struct saga *truth_of(const struct truth *t, const struct series *s)
{
	uint32_t i = seriesmap_find(&t->map, s);
	return i == SERIESMAP_NONE ? NULL : &t->sagas[i];
}

const struct spell *saga_spell(const struct saga *s, int64_t t_ms)
{
	size_t lo = 0, hi = s->n_spells - 1;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->spells[mid].until_ms <= t_ms)
			lo = mid + 1;
		else
			hi = mid;
	}
	return &s->spells[lo];
}

struct episode *saga_episode(const struct saga *s, int64_t from_ms, int64_t until_ms)
{
	for (size_t i = 0; i < s->n_episodes && s->episodes[i].from_ms < until_ms; i++)
		if (s->episodes[i].until_ms > from_ms)
			return &s->episodes[i];
	return NULL;
}
