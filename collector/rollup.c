/* rollup.c: sums, weighted medians and means. */
#include "collector/rollup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

static void add_count(struct verdict_count *sum, const struct verdict_count *c)
{
	sum->n += c->n;
	sum->hit += c->hit;
}

void rollup_count(struct verdict *out, uint32_t *expected, const struct rollup_part *parts,
		  size_t n)
{
	verdict_clear(out);
	*expected = 0;
	for (size_t i = 0; i < n; i++) {
		const struct verdict *v = parts[i].v;
		out->probes += v->probes;
		out->late += v->late;
		*expected += v->expected;
		for (size_t c = 0; c < CLASSES; c++) {
			out->share[c].n += v->share[c].n;
			out->share[c].up += v->share[c].up;
			out->share[c].some += v->share[c].some;
			out->share[c].fp += v->share[c].fp;
		}
		for (size_t k = 0; k < SIGNS; k++)
			add_count(&out->sign[k], &v->sign[k]);
		for (size_t k = 0; k < MECHANISMS; k++)
			add_count(&out->mech[k], &v->mech[k]);
	}
}

/* What usually reports weighs, where that is known: it does not waver from bucket to bucket, and it
 * holds for parts that are silent. */
static double probes_of(const struct verdict *v)
{
	return v->expected ? v->expected : v->probes;
}

struct weighed {
	const struct verdict *v;
	double weight;
};

static int by_rank(const void *a, const void *b)
{
	const struct weighed *x = a, *y = b;
	return state_rank(x->v->state) - state_rank(y->v->state);
}

/* The parts that have a verdict of their own, with weights; *all is the weight of every part. */
static size_t weigh_parts(struct weighed *out, const struct rollup_part *parts, size_t n,
			  bool silence, double *all)
{
	size_t judged = 0;
	bool known = true;
	*all = 0;
	for (size_t i = 0; i < n; i++)
		known &= parts[i].unplaced || parts[i].people > 0;
	for (size_t i = 0; i < n; i++) {
		double weight = known ? parts[i].people : probes_of(parts[i].v);
		if (parts[i].unplaced)
			continue;
		*all += weight;
		enum state state = parts[i].v->state;
		if (state != STATE_INSUFFICIENT && (silence || state != STATE_SILENT))
			out[judged++] = (struct weighed){parts[i].v, weight};
	}
	return judged;
}

/* Weighted mean of the shares that were measured; the few who were heard don't speak for a silent part. */
static void mean(struct verdict *out, const struct weighed *w, size_t n)
{
	double sum = 0, weight = 0, squares = 0;
	for (size_t i = 0; i < n; i++) {
		const struct verdict *v = w[i].v;
		uint32_t probes = v->share[CLASS_OPEN].n;
		if (isnan(v->up) || !probes || v->state == STATE_SILENT)
			continue;
		sum += v->up * w[i].weight;
		weight += w[i].weight;
		squares += w[i].weight * w[i].weight / probes;
	}
	out->up = out->lo = out->hi = NAN;
	if (!(weight > 0))
		return;
	verdict_interval(sum / weight, weight * weight / squares, &out->lo, &out->hi);
	out->up = verdict_round(sum / weight);
	out->lo = verdict_round(out->lo);
	out->hi = verdict_round(out->hi);
}

void rollup_weigh(struct verdict *out, const struct rollup_part *parts, size_t n, bool silence)
{
	struct weighed *w = xcalloc(n + 1, sizeof(*w));
	double all, judged = 0, above = 0;
	size_t n_judged = weigh_parts(w, parts, n, silence, &all);
	for (size_t i = 0; i < n_judged; i++)
		judged += w[i].weight;
	if (judged > 0 && 2 * judged >= all) {
		qsort(w, n_judged, sizeof(*w), by_rank);
		size_t i = n_judged;
		do
			above += w[--i].weight;
		while (i > 0 && 2 * above < judged);
		out->state = w[i].v->state;
		strcpy(out->rule, n_judged > 1 ? "people" : w[i].v->rule); /* same size */
		mean(out, w, n_judged);
	}
	free(w);
}

/* Is x a better spokesman than y? */
static bool speaks_before(const struct rollup_part *x, double x_weight, bool x_datacentre,
			  const struct rollup_part *y, double y_weight, bool y_datacentre)
{
	bool x_judged = x->v->state != STATE_INSUFFICIENT,
	     y_judged = y->v->state != STATE_INSUFFICIENT;
	if (x_judged != y_judged)
		return x_judged;
	if (x_datacentre != y_datacentre)
		return y_datacentre;
	if (x_weight > y_weight || x_weight < y_weight)
		return x_weight > y_weight;
	return state_rank(x->v->state) > state_rank(y->v->state);
}

void rollup_access(struct verdict *out, const struct rollup_part parts[static ACCESSES])
{
	const struct rollup_part *best = NULL;
	double best_weight = 0;
	uint32_t probes = 0, expected = 0, late = 0;
	bool known = true;
	for (size_t a = 0; a < ACCESSES; a++)
		known &= !parts[a].v || parts[a].people > 0;
	for (size_t a = 0; a < ACCESSES; a++) {
		const struct rollup_part *p = &parts[a];
		if (!p->v)
			continue;
		double weight = known ? p->people : probes_of(p->v);
		probes += p->v->probes;
		expected += p->v->expected;
		late += p->v->late;
		if (!best || speaks_before(p, weight, a == ACCESS_DATACENTRE, best, best_weight,
					   best == &parts[ACCESS_DATACENTRE])) {
			best = p;
			best_weight = weight;
		}
	}
	verdict_clear(out);
	if (best)
		*out = *best->v;
	out->probes = probes;
	out->expected = expected;
	out->late = late;
}
