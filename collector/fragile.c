/* fragile.c: two searches.
 *
 * Votes. Probes that count the same are one kind, so a removal is a number for each kind. Removals are tried in order
 * of their size, beginning with the margin of the verdict (no smaller one can change it), and depth first within a
 * size; a branch is left when its own margin says that what may still be removed can't change anything. When all
 * probes agree, the margin is the answer and the first branch finds it. It ends: without all but min_probes - 1 probes
 * every state but silence is `insufficient`.
 *
 * The cap: a cell whose probes disagree in many ways at once, with several rules near their thresholds, can take
 * millions of steps. NODES_MAX is half a millisecond for a cell, so that a country of some 400 cells which all are like that
 * takes a fifth of a second in a step of five minutes. What is given up is shown to be small by
 * test_fragile: cells of up to 12 probes never reach it.
 *
 * Medians. The median of parts moves when enough weight changes sides. The parts with the least cost that bring this weight
 * together are a knapsack, solved exactly by the table of the most weight for each cost. */
#include "collector/fragile.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define NODES_MAX 4096

/* Costs above this are not told apart: a state that takes a thousand liars is not fragile. */
#define COST_MAX 1000

/* Weights are sums of people in some order. */
#define EPSILON 1e-9

struct bunch {
	struct tally_probe probe;
	uint32_t n;
};

struct search {
	const struct verdict_input *in;
	enum state state;
	struct bunch *bunches;
	size_t n;
	uint32_t nodes;
};

#define CLASS_BITS(c, bits) ((uint32_t)(bits) << TALLY_BITS * (c))
#define SIGN_BITS(s)	    ((TALLY_COULD | TALLY_DID) << 2 * (s))
#define SHARE		    (TALLY_TRIED | TALLY_UP | TALLY_SOME)

/* What the rules ask for; anything else makes no kind of its own. */
static const uint32_t class_mask = CLASS_BITS(CLASS_DOMESTIC, SHARE) |
				   CLASS_BITS(CLASS_OPEN, SHARE) | CLASS_BITS(CLASS_CANARY, SHARE) |
				   CLASS_BITS(CLASS_FILTERED, SHARE | TALLY_FP) |
				   CLASS_BITS(CLASS_LINK, TALLY_TRIED | TALLY_UP);
static const uint32_t sign_mask =
	SIGN_BITS(SIGN_IPV6) | SIGN_BITS(SIGN_QUIC) | SIGN_BITS(SIGN_SLOW);

static int by_bunch(const void *a, const void *b)
{
	const struct tally_probe *x = &((const struct bunch *)a)->probe,
				 *y = &((const struct bunch *)b)->probe;
	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return (x->sign > y->sign) - (x->sign < y->sign);
}

static void find_bunches(struct search *s, const struct tally *t)
{
	s->bunches = xcalloc(t->n + 1, sizeof(*s->bunches));
	for (size_t i = 0; i < t->n; i++) {
		s->bunches[i].probe.class = t->probes[i].class & class_mask;
		s->bunches[i].probe.sign = t->probes[i].sign & sign_mask;
	}
	qsort(s->bunches, t->n, sizeof(*s->bunches), by_bunch);
	for (size_t i = 0; i < t->n; i++) {
		if (!s->n || by_bunch(&s->bunches[s->n - 1], &s->bunches[i]))
			s->bunches[s->n++] = (struct bunch){.probe = s->bunches[i].probe};
		s->bunches[s->n - 1].n++;
	}
}

/* Does leaving out `left` probes more, of this kind or later ones, change the state? v is used up. */
static bool changes(struct search *s, struct verdict *v, size_t from, uint32_t left)
{
	uint32_t margin = verdict_decide(v, s->in);
	s->nodes++;
	if (v->state != s->state)
		return true;
	for (size_t k = from; k < s->n && margin <= left && s->nodes < NODES_MAX; k++) {
		if (!s->bunches[k].n)
			continue;
		s->bunches[k].n--;
		tally_add(v, &s->bunches[k].probe, -1);
		bool found = changes(s, v, k, left - 1);
		s->bunches[k].n++;
		tally_add(v, &s->bunches[k].probe, 1);
		if (found)
			return true;
	}
	return false;
}

uint32_t fragile_votes(const struct tally *t, const struct verdict *v,
		       const struct verdict_input *in, uint32_t margin)
{
	struct search s = {.in = in, .state = v->state};
	uint32_t size = margin ? margin : 1;
	struct verdict work = *v;
	bool found = false;
	if (size > t->n)
		return 0;
	find_bunches(&s, t);
	while (size <= t->n && !(found = changes(&s, &work, 0, size)) && s.nodes < NODES_MAX)
		size++;
	free(s.bunches);
	return found || s.nodes >= NODES_MAX ? size : 0;
}

/* The least cost of the parts in `use` that bring `need` together. 0 when they never do; COST_MAX when
 * they do at a higher cost. */
static uint32_t least_cost(const struct fragile_part *parts, size_t n, const bool *use, double need,
			   double per_probe)
{
	double most[COST_MAX + 1] = {0}; /* for each cost */
	double all = 0;
	uint32_t sum = per_probe > 0 ? COST_MAX : 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t cost = parts[i].cost;
		if (!use[i] || !cost)
			continue;
		all += parts[i].weight;
		sum = cost < COST_MAX - sum ? sum + cost : COST_MAX;
		for (uint32_t c = sum; c >= cost; c--)
			if (most[c - cost] + parts[i].weight > most[c])
				most[c] = most[c - cost] + parts[i].weight;
	}
	for (uint32_t c = 1; c <= sum; c++) {
		double got = most[c] + c * per_probe;
		if (got > 0 && got >= need - EPSILON)
			return c;
	}
	return all >= need - EPSILON || per_probe > 0 ? COST_MAX : 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a && (!b || a < b) ? a : b;
}

/* A probe less of a part takes one from its weight: half of what the same weight does by changing sides. */
static double probe_weight(bool by_probes)
{
	return by_probes ? .5 : 0;
}

uint32_t fragile_median(const struct fragile_part *parts, size_t n, enum state median,
			bool by_probes)
{
	bool *worse = xcalloc(3 * n + 1, sizeof(*worse)), *better = worse + n, *out = better + n;
	double judged = 0, all = 0, above = 0, same = 0, per_probe = probe_weight(by_probes);
	for (size_t i = 0; i < n; i++) {
		int rank = state_rank(parts[i].state) - state_rank(median);
		double w = parts[i].weight;
		all += w;
		worse[i] = !parts[i].judged || rank <= 0;
		better[i] = !parts[i].judged || rank >= 0;
		out[i] = parts[i].judged;
		if (!parts[i].judged)
			continue;
		judged += w;
		above += rank > 0 ? w : 0;
		same += rank == 0 ? w : 0;
	}
	uint32_t cost = least_cost(parts, n, worse, judged / 2 - above, per_probe);
	cost = least(cost, least_cost(parts, n, better, above + same - judged / 2, per_probe));
	cost = least(cost, least_cost(parts, n, out, judged - all / 2, per_probe));
	free(worse);
	return cost;
}

uint32_t fragile_pooled(const struct fragile_part *parts, size_t n, uint32_t pooled, bool by_probes)
{
	bool *in = xcalloc(n + 1, sizeof(*in));
	double judged = 0, all = 0;
	for (size_t i = 0; i < n; i++) {
		in[i] = !parts[i].judged;
		all += parts[i].weight;
		judged += parts[i].judged ? parts[i].weight : 0;
	}
	uint32_t cost = least_cost(parts, n, in, all / 2 - judged, probe_weight(by_probes));
	free(in);
	return least(cost, pooled);
}
