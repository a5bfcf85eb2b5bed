/* world.c: xorshift for chance, costs by scheme, and the bookkeeping of gaps. */
#include "tests/probe/world.h"

#include <string.h>

static uint64_t next(void *arg)
{
	uint64_t *x = arg;
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

void world_init(struct world *w, int64_t interval_s, uint64_t limit_bytes)
{
	*w = (struct world){.took_ms = 2000, .chance = 88172645463325252ULL, .link = 5};
	w->targets.list = w->list;
	pace_init(&w->pace, interval_s);
	budget_init(&w->budget, limit_bytes);
}

void world_add(struct world *w, enum target_class class, enum target_scheme scheme, size_t n)
{
	while (n--)
		w->list[w->targets.n++] = (struct target){.class = class, .scheme = scheme};
}

void world_add_country(struct world *w)
{
	world_add(w, CLASS_DOMESTIC, TARGET_HTTPS, 14);
	world_add(w, CLASS_DOMESTIC, TARGET_SPEED, 1);
	world_add(w, CLASS_OPEN, TARGET_HTTPS, 8);
	world_add(w, CLASS_OPEN, TARGET_QUIC, 2);
	world_add(w, CLASS_OPEN, TARGET_SPEED, 1);
	world_add(w, CLASS_FILTERED, TARGET_HTTPS, 9);
	world_add(w, CLASS_CANARY, TARGET_HTTPS, 8);
	world_add(w, CLASS_RESOLVER, TARGET_DNS, 5);
	world_add(w, CLASS_OTHER, TARGET_HTTPS, 2);
}

void world_open(struct world *w)
{
	struct plan_chance chance = {next, &w->chance};
	w->plan = plan_new(&w->pace, &w->targets, w->now_ms, &chance);
}

void world_close(struct world *w)
{
	plan_free(w->plan);
}

/* With a certificate chain, as measured; what is down costs its attempts. */
static uint64_t cost(const struct target *t, bool up)
{
	switch (t->scheme) {
	case TARGET_HTTPS: return up ? 13000 : 1500;
	case TARGET_SPEED: return up ? 76000 : 1500;
	case TARGET_QUIC: return 3500;
	default: return 500;
	}
}

static enum plan_outcome outcome_of(const struct world *w, size_t i)
{
	if (w->outcome)
		return w->outcome(w, i);
	return !w->is_up || w->is_up(w, i) ? PLAN_UP : PLAN_DOWN;
}

static void note(struct world *w, size_t i)
{
	enum target_class c = w->list[i].class;
	int64_t gap = w->now_ms - w->last_ms[i], class_gap = w->now_ms - w->class_last_ms[c];
	if (w->measured[i]++ && gap > w->longest_ms[i])
		w->longest_ms[i] = gap;
	if (class_gap > w->class_longest_ms[c])
		w->class_longest_ms[c] = class_gap;
	w->last_ms[i] = w->class_last_ms[c] = w->now_ms;
}

static void measure(struct world *w, size_t i)
{
	enum plan_outcome outcome = outcome_of(w, i);
	uint64_t bytes = cost(&w->list[i], outcome == PLAN_UP);
	if (w->list[i].scheme == TARGET_SPEED) {
		struct result r;
		result_init(&r, KIND_SPEED);
		r.v[RESULT_BYTES] = outcome == PLAN_UP ? 65536 : -1;
		bytes = budget_result(&w->budget, w->now_ms, &r);
	} else {
		budget_spend(&w->budget, w->now_ms, bytes);
	}
	plan_heard(w->plan, i, outcome, 7, bytes);
	note(w, i);
}

bool world_step(struct world *w)
{
	if (plan_next_ms(w->plan) > w->now_ms)
		w->now_ms = plan_next_ms(w->plan);
	struct purse purse = budget_purse(&w->budget, w->now_ms);
	w->n = plan_start(w->plan, w->now_ms, &purse, w->order);
	w->rounds += w->n > 0;
	w->empty += w->n == 0;
	if (!w->n)
		return false;
	w->begun_ms = w->now_ms;
	for (size_t k = 0; k < w->n; k++)
		measure(w, w->order[k]);
	plan_link(w->plan, w->link);
	w->now_ms += w->took_ms;
	plan_end(w->plan, w->now_ms);
	return true;
}

void world_until(struct world *w, int64_t ms)
{
	while (plan_next_ms(w->plan) < ms)
		world_step(w);
}

size_t world_count(const struct world *w, enum target_class class)
{
	size_t n = 0;
	for (size_t k = 0; k < w->n; k++)
		n += w->list[w->order[k]].class == class;
	return n;
}

size_t world_measured(const struct world *w, enum target_class class)
{
	size_t n = 0;
	for (size_t i = 0; i < w->targets.n; i++)
		if (w->list[i].class == class)
			n += w->measured[i];
	return n;
}
