/* rollup.c: sums, weighted medians and means. */
#include "collector/rollup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/fragile.h"
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

static bool knows_people(const struct rollup_part *parts, size_t n)
{
	bool known = true;
	for (size_t i = 0; i < n; i++)
		known &= parts[i].unplaced || parts[i].people > 0;
	return known;
}

static bool is_judged(const struct verdict *v, bool silence)
{
	return v->state != STATE_INSUFFICIENT && (silence || v->state != STATE_SILENT);
}

/* The parts that have a verdict of their own, with weights; *all is the weight of every part. */
static size_t weigh_parts(struct weighed *out, const struct rollup_part *parts, size_t n,
			  bool silence, double *all)
{
	size_t judged = 0;
	bool known = knows_people(parts, n);
	*all = 0;
	for (size_t i = 0; i < n; i++) {
		double weight = known ? parts[i].people : probes_of(parts[i].v);
		if (parts[i].unplaced)
			continue;
		*all += weight;
		if (is_judged(parts[i].v, silence))
			out[judged++] = (struct weighed){parts[i].v, weight};
	}
	return judged;
}

static double weight_of(const struct weighed *w, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += w[i].weight;
	return sum;
}

/* Shares that were measured; the few who were heard don't speak for a silent part. */
static bool has_share(const struct verdict *v)
{
	return !isnan(v->up) && v->share[CLASS_OPEN].n && v->state != STATE_SILENT;
}

static void mean(struct verdict *out, const struct weighed *w, size_t n)
{
	double sum = 0, weight = 0, squares = 0;
	for (size_t i = 0; i < n; i++) {
		const struct verdict *v = w[i].v;
		if (!has_share(v))
			continue;
		sum += v->up * w[i].weight;
		weight += w[i].weight;
		squares += w[i].weight * w[i].weight / v->share[CLASS_OPEN].n;
	}
	out->up = out->lo = out->hi = NAN;
	if (!(weight > 0))
		return;
	verdict_interval(sum / weight, weight * weight / squares, &out->lo, &out->hi);
	out->up = verdict_round(sum / weight);
	out->lo = verdict_round(out->lo);
	out->hi = verdict_round(out->hi);
}

static void spread(struct verdict *out, const struct weighed *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!has_share(w[i].v))
			continue;
		if (isnan(out->part_lo) || w[i].v->up < out->part_lo)
			out->part_lo = w[i].v->up;
		if (isnan(out->part_hi) || w[i].v->up > out->part_hi)
			out->part_hi = w[i].v->up;
	}
}

/* Do the parts that were judged speak for the whole? */
static bool speak(double judged, double all)
{
	return judged > 0 && 2 * judged >= all;
}

bool rollup_weigh(struct verdict *out, const struct rollup_part *parts, size_t n, bool silence)
{
	struct weighed *w = xcalloc(n + 1, sizeof(*w));
	double all, above = 0;
	size_t n_judged = weigh_parts(w, parts, n, silence, &all);
	double judged = weight_of(w, n_judged);
	out->part_lo = out->part_hi = NAN;
	spread(out, w, n_judged);
	bool decided = speak(judged, all);
	if (decided) {
		qsort(w, n_judged, sizeof(*w), by_rank);
		size_t i = n_judged;
		do
			above += w[--i].weight;
		while (i > 0 && 2 * above < judged);
		out->state = w[i].v->state;
		strcpy(out->rule, n_judged > 1 ? rule_str(RULE_PEOPLE) : w[i].v->rule);
		mean(out, w, n_judged);
	}
	free(w);
	return decided;
}

uint32_t rollup_fragile(const struct verdict *out, const struct rollup_part *parts, size_t n,
			bool silence, uint32_t pooled)
{
	struct fragile_part *f = xcalloc(n + 1, sizeof(*f));
	double all = 0, judged = 0;
	bool known = knows_people(parts, n), by_probes = false;
	size_t placed = 0;
	for (size_t i = 0; i < n; i++) {
		const struct verdict *v = parts[i].v;
		if (parts[i].unplaced)
			continue;
		f[placed] = (struct fragile_part){known ? parts[i].people : probes_of(v), v->state,
						  is_judged(v, silence), v->fragile};
		by_probes |= !known && !v->expected;
		all += f[placed].weight;
		judged += f[placed].judged ? f[placed].weight : 0;
		placed++;
	}
	uint32_t cost = speak(judged, all) ? fragile_median(f, placed, out->state, by_probes)
					   : fragile_pooled(f, placed, pooled, by_probes);
	free(f);
	return cost;
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

struct spokesman {
	const struct rollup_part *part; /* NULL: there is none */
	bool by_probes;			/* chosen by probes heard */
};

static double access_weight(const struct rollup_part *p, bool known)
{
	return known ? p->people : probes_of(p->v);
}

/* The access type that speaks for all. */
static struct spokesman choose(const struct rollup_part parts[static ACCESSES])
{
	struct spokesman s = {NULL, false};
	bool known = false;
	for (size_t a = 0; a < ACCESSES; a++)
		known |= parts[a].v && parts[a].people > 0;
	for (size_t a = 0; a < ACCESSES; a++) {
		const struct rollup_part *p = &parts[a];
		if (!p->v)
			continue;
		s.by_probes |= !known && !p->v->expected;
		if (!s.part || speaks_before(p, access_weight(p, known), a == ACCESS_DATACENTRE,
					     s.part, access_weight(s.part, known),
					     s.part == &parts[ACCESS_DATACENTRE]))
			s.part = p;
	}
	return s;
}

/* Another state needs another one of the spokesman, or another spokesman: one that is judged at last, or one
 * that has more probes once the spokesman has lost some. */
static uint32_t access_fragile(const struct rollup_part parts[static ACCESSES], struct spokesman s)
{
	uint32_t cost = s.part->v->fragile;
	for (size_t a = 0; a < ACCESSES; a++) {
		const struct verdict *v = parts[a].v;
		uint32_t other = 0;
		if (!v || v == s.part->v)
			continue;
		if (v->state == STATE_INSUFFICIENT)
			other = v->fragile;
		else if (s.by_probes && s.part->v->probes > v->probes)
			other = s.part->v->probes - v->probes;
		else if (s.by_probes)
			other = 1;
		cost = other && (!cost || other < cost) ? other : cost;
	}
	return cost;
}

void rollup_access(struct verdict *out, const struct rollup_part parts[static ACCESSES])
{
	struct spokesman s = choose(parts);
	uint32_t probes = 0, expected = 0, late = 0;
	for (size_t a = 0; a < ACCESSES; a++) {
		probes += parts[a].v ? parts[a].v->probes : 0;
		expected += parts[a].v ? parts[a].v->expected : 0;
		late += parts[a].v ? parts[a].v->late : 0;
	}
	verdict_clear(out);
	if (s.part) {
		*out = *s.part->v;
		out->fragile = access_fragile(parts, s);
	}
	out->probes = probes;
	out->expected = expected;
	out->late = late;
}
