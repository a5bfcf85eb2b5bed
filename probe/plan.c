/* plan.c: turns, money, beats and bursts. */
#include "probe/plan.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/buf.h"
#include "probe/aim.h"
#include "probe/budget.h"
#include "probe/pace.h"
#include "probe/schedule.h"
#include "probe/targets.h"
#include "probe/watch.h"

#define HOUR_MS (3600LL * 1000)
#define NEVER	(INT64_MIN / 4)
#define NONE	INT64_MAX

/* What comes due within this of a round belongs to it; less where beats are closer than that. */
#define JOIN_MS (10 * 1000)

/* A burst's rounds, from the beginning of one to that of the next: the second still lies within a
 * minute of the round that saw the change. But the line gets a moment between two of them, however
 * long the first one took. */
#define BURST_MS	(20 * 1000)
#define BURST_SPREAD_MS (9 * 1000)
#define BREATH_MS	2000

/* Of a light round's targets: a question to a resolver, a connection. Five of them at every beat of
 * 300 s take half a megabyte a day. */
#define LIGHT_BYTES 1000

struct late {
	size_t i;
	double intervals;
	uint64_t lot; /* between equals */
};

struct plan_class {
	int64_t begun_ms; /* last measured */
	double share;	  /* of a round: of each target its part of an interval */
};

struct plan {
	struct plan_chance chance;
	struct watch watch;
	struct aim *items;
	size_t n;
	struct late *late;     /* for sorting */
	unsigned char *groups; /* classes, as schedule_take_turns wants them */
	int64_t base_ms;       /* the shortest interval */
	int64_t beat_ms, burst_ms;
	int64_t round_ms; /* when the last round began */
	struct plan_class of[CLASSES];
	bool has_speed, is_void, is_light;
};

static uint64_t draw(const struct plan *p)
{
	return p->chance.next(p->chance.arg);
}

static int64_t shorter(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

struct plan *plan_new(const struct pace *pace, const struct targets *targets, int64_t now_ms,
		      const struct plan_chance *chance)
{
	struct plan *p = xcalloc(1, sizeof(*p));
	p->n = targets->n;
	p->items = xcalloc(p->n + 1, sizeof(*p->items));
	p->late = xcalloc(p->n + 1, sizeof(*p->late));
	p->groups = xcalloc(p->n + 1, 1);
	p->chance = *chance;
	p->base_ms = 1000LL * PACE_S_MAX;
	for (size_t i = 0; i < p->n; i++) {
		aim_init(&p->items[i], &targets->list[i], pace);
		p->groups[i] = (unsigned char)p->items[i].class;
		p->base_ms = shorter(p->base_ms, p->items[i].interval_ms);
		p->has_speed |= p->items[i].is_speed;
	}
	for (size_t c = 0; c < CLASSES; c++)
		p->of[c].begun_ms = NEVER;
	for (size_t i = 0; i < p->n; i++)
		if (!p->items[i].is_speed)
			p->of[p->items[i].class].share +=
				(double)p->base_ms / (double)p->items[i].interval_ms;
	watch_init(&p->watch);
	p->beat_ms = now_ms;
	p->burst_ms = NONE;
	return p;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	free(p->items);
	free(p->late);
	free(p->groups);
	free(p);
}

int64_t plan_next_ms(const struct plan *p)
{
	return shorter(p->beat_ms, p->burst_ms);
}

/* --- due --- */

static bool is_fine(const struct plan *p, const struct aim *t)
{
	return watch_is_fine(&p->watch, t->class);
}

/* A beat may come up to half the shortest interval early: what would be due before the next one is
 * likely to come is taken along. */
static bool is_due(const struct plan *p, const struct aim *t, int64_t now_ms)
{
	return aim_due_ms(t, is_fine(p, t)) <= now_ms + p->base_ms / 2;
}

static int by_lateness(const void *a, const void *b)
{
	const struct late *x = a, *y = b;
	if (x->intervals != y->intervals)
		return x->intervals > y->intervals ? -1 : 1;
	return x->lot < y->lot ? -1 : x->lot > y->lot;
}

static void note_late(struct plan *p, size_t n, size_t i, int64_t now_ms)
{
	const struct aim *t = &p->items[i];
	p->late[n] = (struct late){i, aim_lateness(t, is_fine(p, t), now_ms), draw(p)};
}

/* The first n of p->late, what has waited longest first, into order. */
static void put_in_order(struct plan *p, size_t n, size_t *order)
{
	qsort(p->late, n, sizeof(*p->late), by_lateness);
	for (size_t i = 0; i < n; i++)
		order[i] = p->late[i].i;
}

/* What a beat takes when money does not matter, in turns. A class of longer intervals gives a share
 * of its targets to each, and one always: a round without a class would be judged as if there were
 * no such class (the filtered one: as a country that filters nothing). But of `other`, which has no
 * say, and of what has a purse of its own. */
static size_t pick_shares(struct plan *p, int64_t now_ms, size_t *order)
{
	size_t n = 0, taken = 0, of[CLASSES] = {0};
	for (size_t i = 0; i < p->n; i++)
		if (!p->items[i].is_speed)
			note_late(p, n++, i, now_ms);
	put_in_order(p, n, order);
	for (size_t k = 0; k < n; k++) {
		const struct aim *t = &p->items[order[k]];
		bool first = !of[t->class] && t->class != CLASS_OTHER;
		if ((double)of[t->class] >= p->of[t->class].share ||
		    (!first && !is_due(p, t, now_ms)))
			continue;
		of[t->class]++;
		order[taken++] = order[k];
	}
	schedule_take_turns(order, taken, p->groups);
	return taken;
}

/* --- money --- */

/* What a round is not worth beginning without: the first of each class, which the turns have put in
 * front; `other` may wait for half an hour. How many; *must when the hour of one of them may be over
 * at the next beat. */
static size_t pick_least(const struct plan *p, int64_t now_ms, size_t *order, size_t n, bool *must)
{
	int64_t most = longer(HOUR_MS - 2 * p->base_ms, HOUR_MS * 3 / 4);
	bool seen[CLASSES] = {false};
	size_t k = 0;
	for (size_t i = 0; i < n && !seen[p->items[order[i]].class]; i++) {
		size_t kept = order[i];
		enum target_class c = p->items[kept].class;
		int64_t since = now_ms - p->of[c].begun_ms;
		seen[c] = true;
		*must |= since >= most;
		if (c == CLASS_OTHER && since < HOUR_MS / 2)
			continue;
		order[i] = order[k];
		order[k++] = kept;
	}
	return k;
}

/* Takes what the purse pays for, out of n; *left becomes what remains. */
static size_t take_affordable(const struct plan *p, size_t *order, size_t n, uint64_t *left)
{
	size_t taken = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t cost = p->items[order[i]].cost_bytes;
		if (cost > *left)
			continue;
		*left -= cost;
		order[taken++] = order[i];
	}
	return taken;
}

static size_t take_light(const struct plan *p, size_t *order, size_t n)
{
	size_t taken = 0;
	for (size_t i = 0; i < n; i++)
		if (p->items[order[i]].cost_bytes <= LIGHT_BYTES)
			order[taken++] = order[i];
	return taken;
}

static size_t pick_due(struct plan *p, int64_t now_ms, uint64_t left, size_t *order)
{
	uint64_t least = 0;
	bool must = false;
	size_t n = pick_shares(p, now_ms, order);
	size_t k = pick_least(p, now_ms, order, n, &must);
	for (size_t i = 0; i < k; i++)
		least += p->items[order[i]].cost_bytes;
	p->is_light = least > left && !must;
	if (p->is_light)
		return take_light(p, order, n);
	left -= least < left ? least : left;
	return k + take_affordable(p, order + k, n - k, &left);
}

/* Downloads have a share of their own, so that they neither starve nor eat up the rest. One at a
 * time: two would measure each other. */
static size_t pick_speed(struct plan *p, int64_t now_ms, uint64_t left, size_t *order)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].is_speed && is_due(p, &p->items[i], now_ms))
			note_late(p, n++, i, now_ms);
	put_in_order(p, n, order);
	return take_affordable(p, order, n ? 1 : 0, &left);
}

static size_t pick_beat(struct plan *p, int64_t now_ms, const struct purse *purse, size_t *order)
{
	uint64_t apart = 0;
	if (p->has_speed && purse->is_limited)
		apart = purse->speed < purse->free ? purse->speed : purse->free;
	size_t n = pick_due(p, now_ms, purse->free - apart, order);
	return n + pick_speed(p, now_ms, purse->is_limited ? apart : UINT64_MAX, order + n);
}

/* --- bursts --- */

/* Some of one class, those that have waited longest; the dead ones have no news. */
static size_t pick_class(struct plan *p, enum target_class c, int64_t now_ms, size_t want,
			 size_t *order)
{
	size_t n = 0;
	for (size_t i = 0; want && i < p->n; i++) {
		const struct aim *t = &p->items[i];
		if (t->class != c || t->is_speed || aim_backoff(t, is_fine(p, t)) > 1)
			continue;
		if (t->picked)
			want--;
		else
			note_late(p, n++, i, now_ms);
	}
	put_in_order(p, n, order);
	return n < want ? n : want;
}

static void mark(struct plan *p, const size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p->items[order[i]].picked = true;
}

/* What the burst wants, or one of each class if that is too dear, or nothing: all classes or none,
 * as in every round. n targets are there already. */
static size_t pick_burst(struct plan *p, int64_t now_ms, const struct purse *purse, size_t *order,
			 size_t n)
{
	for (size_t most = SIZE_MAX; most; most = most > 1 ? 1 : 0) {
		size_t all = n, taken = 0;
		uint64_t cost = 0;
		for (size_t c = 0; c < CLASSES; c++) {
			size_t want = watch_wants(&p->watch, (enum target_class)c);
			all += pick_class(p, (enum target_class)c, now_ms,
					  want < most ? want : most, order + all);
		}
		while (taken < all)
			cost += p->items[order[taken++]].cost_bytes;
		if (cost <= purse->ahead)
			return all;
	}
	return n;
}

/* --- rounds --- */

static void set_beat(struct plan *p, int64_t now_ms)
{
	p->beat_ms = now_ms + schedule_gap_ms(p->base_ms, draw(p));
}

static void begin(struct plan *p, int64_t now_ms, const size_t *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct aim *t = &p->items[order[i]];
		aim_begin(t, now_ms);
		p->of[t->class].begun_ms = now_ms;
	}
	p->round_ms = now_ms;
	p->is_void = false;
}

/* Downloads are not to begin a round, and so nothing on the wire may begin with the same class: the
 * order of picking is thrown away. */
static void shuffle(const struct plan *p, size_t *order, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t j = draw(p) % i, kept = order[i - 1];
		order[i - 1] = order[j];
		order[j] = kept;
	}
}

size_t plan_start(struct plan *p, int64_t now_ms, const struct purse *purse, size_t *order)
{
	int64_t reach = now_ms + shorter(JOIN_MS, p->base_ms / 4);
	bool beat = p->beat_ms <= reach;
	size_t n = 0;
	p->is_light = false;
	if (beat) {
		n = pick_beat(p, now_ms, purse, order);
		mark(p, order, n);
	}
	if (p->burst_ms <= reach) {
		size_t beaten = n;
		n = pick_burst(p, now_ms, purse, order, n);
		p->is_light &= n == beaten;
	}
	p->burst_ms = NONE;
	begin(p, now_ms, order, n);
	if (beat)
		set_beat(p, now_ms);
	shuffle(p, order, n);
	return n;
}

bool plan_is_light(const struct plan *p)
{
	return p->is_light;
}

void plan_postpone(struct plan *p, int64_t now_ms)
{
	p->burst_ms = NONE;
	set_beat(p, now_ms);
}

void plan_heard(struct plan *p, size_t i, enum plan_outcome outcome, unsigned int way,
		uint64_t bytes)
{
	struct aim *t = &p->items[i];
	if (outcome == PLAN_VOID) {
		aim_undo(t);
		p->is_void = true;
	}
	if (outcome != PLAN_UP && outcome != PLAN_DOWN)
		return;
	enum watch_outcome now = outcome == PLAN_UP ? WATCH_IS_UP : WATCH_IS_DOWN;
	aim_ended(t, is_fine(p, t), outcome == PLAN_UP, way, bytes);
	if (t->is_speed) /* too rare to tell what its class is like now */
		return;
	watch_heard(&p->watch, t->class, t->outcome, now);
	t->outcome = now;
}

void plan_link(struct plan *p, unsigned int bits)
{
	watch_link(&p->watch, bits);
}

void plan_end(struct plan *p, int64_t now_ms)
{
	bool soon = watch_end(&p->watch);
	int64_t earliest = now_ms + shorter(BREATH_MS, p->base_ms / 4);
	int64_t next = p->round_ms + BURST_MS + (int64_t)(draw(p) % BURST_SPREAD_MS);
	for (size_t i = 0; i < p->n; i++)
		p->items[i].picked = false;
	p->burst_ms = soon ? longer(next, earliest) : NONE;
	if (p->is_void)
		p->beat_ms = shorter(p->beat_ms, next);
	p->beat_ms = longer(p->beat_ms, earliest);
}
