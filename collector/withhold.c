/* withhold.c: small numbers, and the sums from which they could be computed. */
#include "collector/withhold.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

_Static_assert(WITHHOLD_FIGURES <= 32, "a mask has one bit per figure");

void withhold_count(struct withhold_figures *out, const struct verdict *v)
{
	out->n[WITHHOLD_PROBES] = v->probes;
	out->n[WITHHOLD_EXPECTED] = v->expected;
	for (size_t c = 0; c < CLASSES; c++)
		out->n[WITHHOLD_CLASS + c] = v->share[c].n;
	for (size_t k = 0; k < SIGNS; k++)
		out->n[WITHHOLD_SIGN + k] = v->sign[k].n;
	for (size_t k = 0; k < MECHANISMS; k++)
		out->n[WITHHOLD_MECH + k] = v->mech[k].n;
}

static bool is_small(uint32_t n, uint32_t min_probes)
{
	return n && n < min_probes;
}

/* The smallest part that is still shown; n when there is none. */
static size_t next_smallest(const uint32_t *masks, const struct withhold_figures *parts, size_t n,
			    size_t figure, uint32_t min_probes)
{
	size_t best = n;
	for (size_t i = 0; i < n; i++) {
		uint32_t v = parts[i].n[figure];
		bool hidden = v < min_probes || masks[i] >> figure & 1;
		if (!hidden && (best == n || v < parts[best].n[figure]))
			best = i;
	}
	return best;
}

static void withhold_figure(uint32_t *masks, const struct withhold_figures *parts, size_t n,
			    size_t figure, uint32_t min_probes)
{
	uint64_t missing = 0;
	size_t n_missing = 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t v = parts[i].n[figure];
		if (!is_small(v, min_probes) && !(v && masks[i] >> figure & 1))
			continue;
		missing += v;
		n_missing++;
	}
	while (n_missing && (n_missing == 1 || missing < min_probes)) {
		size_t i = next_smallest(masks, parts, n, figure, min_probes);
		if (i == n)
			return;
		masks[i] |= 1u << figure;
		missing += parts[i].n[figure];
		n_missing++;
	}
}

/* Other counts than of probes are not always sums: of kinds of access one speaks for all. */
static bool is_sum(const struct withhold_figures *parts, size_t n, size_t figure, uint32_t whole)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += parts[i].n[figure];
	return figure <= WITHHOLD_EXPECTED || sum == whole;
}

void withhold_parts(uint32_t *masks, const struct withhold_figures *parts, size_t n,
		    const struct withhold_figures *whole, uint32_t min_probes)
{
	for (size_t f = 0; f < WITHHOLD_FIGURES; f++)
		if (whole->n[f] >= min_probes && is_sum(parts, n, f, whole->n[f]))
			withhold_figure(masks, parts, n, f, min_probes);
}

void withhold_empty(struct verdict *v)
{
	verdict_clear(v);
	strcpy(v->rule, "few");
}

static void withhold_counts(struct verdict *v, uint32_t mask, uint32_t min_probes)
{
	struct withhold_figures f;
	withhold_count(&f, v);
	for (size_t i = 0; i < WITHHOLD_FIGURES; i++)
		mask |= f.n[i] < min_probes ? 1u << i : 0;
	for (size_t c = 0; c < CLASSES; c++)
		if (mask >> (WITHHOLD_CLASS + c) & 1)
			v->share[c] = (struct verdict_share){0};
	for (size_t k = 0; k < SIGNS; k++)
		if (mask >> (WITHHOLD_SIGN + k) & 1)
			v->sign[k] = (struct verdict_count){0};
	for (size_t k = 0; k < MECHANISMS; k++)
		if (mask >> (WITHHOLD_MECH + k) & 1)
			v->mech[k] = (struct verdict_count){0};
	if (!v->share[CLASS_OPEN].n)
		v->up = v->lo = v->hi = NAN;
	if (is_small(v->late, min_probes) || is_small(v->probes - v->late, min_probes))
		v->late = WITHHOLD_LATE;
}

static void withhold_all(struct row *r)
{
	if (r->v.state == STATE_SILENT) {
		withhold_empty(&r->v);
		r->v.state = STATE_SILENT;
		strcpy(r->v.rule, "silent");
		return;
	}
	withhold_empty(&r->v);
	r->revision = r->method = 0;
	r->revised_ms = 0;
	r->why = WHY_FIRST;
}

void withhold_row(struct row *r, uint32_t mask, uint32_t min_probes)
{
	uint32_t expected = r->v.expected;
	if (expected < min_probes || mask >> WITHHOLD_EXPECTED & 1)
		expected = 0;
	if (r->v.probes < min_probes) {
		withhold_all(r);
	} else if (mask >> WITHHOLD_PROBES & 1) {
		const struct verdict v = r->v;
		withhold_empty(&r->v);
		r->v.state = v.state;
		r->v.late = WITHHOLD_LATE;
		memcpy(r->v.rule, v.rule, sizeof(v.rule));
	} else {
		withhold_counts(&r->v, mask, min_probes);
	}
	r->v.expected = expected;
}

bool withhold_gives_away(const struct verdict *shown)
{
	return !shown->probes && shown->late == WITHHOLD_LATE;
}
