/* step.c: from leaves upwards, in two orders: by region and access, and by network. */
#include "collector/step.h"

#include <stdlib.h>
#include <string.h>

#include "collector/rollup.h"
#include "collector/tally.h"
#include "common/buf.h"

static const struct sight nothing;

/* The leaves of one region and access. */
struct group {
	struct series series; /* (region, any, access) */
	struct step_leaf *leaves;
	size_t n;
	bool fresh;
	struct verdict v;
};

struct work {
	const struct step *step;
	struct step_leaf *leaves; /* by region, access, ISP */
	size_t n;
	struct step_leaf **by_isp; /* by ISP, access, region */
	struct group *groups;
	size_t n_groups;
	size_t n_dropped;	   /* networks that lost probes which usually report */
	struct rollup_part *parts; /* room for one of each leaf */
	struct cell merged[CLASSES];
};

static int by_region(const void *a, const void *b)
{
	const struct series *x = &((const struct step_leaf *)a)->series,
			    *y = &((const struct step_leaf *)b)->series;
	int c = strcmp(x->region, y->region);
	if (c)
		return c;
	if (x->access != y->access)
		return x->access < y->access ? -1 : 1;
	return (x->isp > y->isp) - (x->isp < y->isp);
}

static int by_isp(const void *a, const void *b)
{
	const struct series *x = &(*(struct step_leaf *const *)a)->series,
			    *y = &(*(struct step_leaf *const *)b)->series;
	if (x->isp != y->isp)
		return x->isp < y->isp ? -1 : 1;
	if (x->access != y->access)
		return x->access < y->access ? -1 : 1;
	return strcmp(x->region, y->region);
}

static bool is_unplaced(const struct series *s)
{
	return !strcmp(s->region, REGION_UNPLACED);
}

static double population_of(const struct work *w, const struct series *s)
{
	const struct region *r = country_region(w->step->country, s->region);
	return r ? (double)r->population : 0;
}

static double subscribers_of(const struct work *w, uint32_t isp)
{
	const struct isp *p = country_isp(w->step->country, isp);
	return p ? p->subscribers_million : 0;
}

/* All subscribers of an access type; 0 when one of its networks does not say. */
static double subscribers_by(const struct work *w, enum access_type access)
{
	const struct country *c = w->step->country;
	double sum = 0;
	for (size_t i = 0; i < c->n_isps; i++) {
		if (c->isps[i].access != access)
			continue;
		if (!(c->isps[i].subscribers_million > 0))
			return 0;
		sum += c->isps[i].subscribers_million;
	}
	return sum;
}

static bool is_inside(const struct series *leaf, const struct series *s)
{
	return (!*s->region || !strcmp(s->region, leaf->region)) &&
	       (s->isp == ISP_ANY || s->isp == leaf->isp) &&
	       (s->access == ACCESS_ANY || s->access == leaf->access);
}

/* Rule 4 of the method: is the silence of s more than one network's own trouble, or ours? */
static bool has_quorum(const struct work *w, const struct series *s)
{
	struct series control = *s; /* what does not count as elsewhere */
	if (*s->region && s->isp == ISP_ANY)
		control.access = ACCESS_ANY;
	if (w->n_dropped >= 2)
		return true;
	for (size_t i = 0; i < w->n; i++) {
		const struct step_leaf *l = &w->leaves[i];
		if (l->v.probes && 2ULL * l->v.probes >= l->expected &&
		    !is_inside(&l->series, &control))
			return true;
	}
	return false;
}

/* May the silence of s be called? `stood`: what was said of it before. */
static bool may_be_silent(const struct work *w, const struct series *s, const struct verdict *stood)
{
	if (w->step->late)
		return stood && stood->state == STATE_SILENT;
	return w->step->collector_alive && has_quorum(w, s);
}

/* Evidence of silence in the leaves of s that are quiet now. A silence that stands needs none. */
static uint32_t evidence_of(const struct work *w, const struct series *s)
{
	uint32_t sum = 0;
	if (w->step->late)
		return UINT32_MAX;
	for (size_t i = 0; i < w->n; i++) {
		const struct step_leaf *l = &w->leaves[i];
		if (verdict_is_quiet(l->v.probes, l->expected) && is_inside(&l->series, s))
			sum += l->evidence;
	}
	return sum;
}

static void judge(const struct work *w, struct verdict *v, const struct series *s,
		  uint32_t expected, const struct verdict *stood)
{
	struct verdict_input in = {.expected = expected, .min_probes = w->step->min_probes};
	if (verdict_is_quiet(v->probes, expected)) {
		in.others_heard = in.collector_alive = may_be_silent(w, s, stood);
		in.evidence = evidence_of(w, s);
	}
	verdict_judge(v, &in);
}

/* What was said of a series in an earlier look; NULL when nothing was. */
static const struct verdict *stood(const struct work *w, const struct series *s, struct verdict *v)
{
	return w->step->late && w->step->stands(w->step->arg, s, v) ? v : NULL;
}

static int emit(const struct work *w, const struct series *s, const struct verdict *v)
{
	return w->step->emit(w->step->arg, s, v);
}

/* Networks that lost at least min_probes probes which usually report. */
static size_t count_dropped(const struct work *w)
{
	size_t n = 0;
	for (size_t i = 0, next; i < w->n; i = next) {
		uint64_t lost = 0;
		for (next = i;
		     next < w->n && w->by_isp[next]->series.isp == w->by_isp[i]->series.isp; next++)
			if (verdict_is_quiet(w->by_isp[next]->v.probes, w->by_isp[next]->expected))
				lost += w->by_isp[next]->expected;
		n += lost && lost >= w->step->min_probes;
	}
	return n;
}

static int judge_leaves(struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct step_leaf *l = &w->leaves[i];
		enum state before = l->v.state;
		if (!l->fresh)
			continue;
		tally_votes(&l->v, l->cells, &nothing);
		l->v.state = before; /* until it is judged */
	}
	w->n_dropped = count_dropped(w);
	for (size_t i = 0; i < w->n; i++) {
		struct step_leaf *l = &w->leaves[i];
		struct verdict before = {.state = l->v.state};
		if (!l->fresh)
			continue;
		judge(w, &l->v, &l->series, l->expected, &before);
		if (emit(w, &l->series, &l->v))
			return -1;
	}
	return 0;
}

/* Counts the merged votes of a group: one probe is one vote, however many networks it was seen in. */
static void count_group(struct work *w, struct group *g)
{
	const struct cell *cells[CLASSES] = {NULL};
	for (size_t c = 0; c < CLASSES; c++) {
		w->merged[c].n = 0;
		for (size_t i = 0; i < g->n; i++)
			if (g->leaves[i].cells[c])
				cell_merge(&w->merged[c], g->leaves[i].cells[c]);
		if (w->merged[c].n)
			cells[c] = &w->merged[c];
	}
	tally_votes(&g->v, cells, &nothing);
}

static int judge_group(struct work *w, struct group *g)
{
	struct verdict before;
	const struct verdict *said = stood(w, &g->series, &before);
	uint32_t expected = 0;
	if (!g->fresh) {
		g->v = said ? *said : (struct verdict){0};
		return 0;
	}
	for (size_t i = 0; i < g->n; i++) {
		expected += g->leaves[i].expected;
		w->parts[i] = (struct rollup_part){
			.v = &g->leaves[i].v, .people = subscribers_of(w, g->leaves[i].series.isp)};
	}
	if (g->n > 1)
		count_group(w, g);
	else
		g->v = g->leaves[0].v;
	judge(w, &g->v, &g->series, expected, said);
	rollup_weigh(&g->v, w->parts, g->n, w->step->late || has_quorum(w, &g->series));
	return emit(w, &g->series, &g->v);
}

static void find_groups(struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct series s = w->leaves[i].series;
		s.isp = ISP_ANY;
		if (!w->n_groups || !series_equal(&w->groups[w->n_groups - 1].series, &s))
			w->groups[w->n_groups++] =
				(struct group){.series = s, .leaves = &w->leaves[i]};
		struct group *g = &w->groups[w->n_groups - 1];
		g->n++;
		g->fresh |= w->leaves[i].fresh;
	}
}

/* (region, any, any) from the groups of a region, (region, ISP, any) from its leaves. */
static int judge_region(const struct work *w, const struct group *g, size_t n)
{
	struct rollup_part parts[ACCESSES] = {{0}};
	struct series s = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct verdict v;
	size_t n_leaves = 0;
	bool fresh = false;
	strcpy(s.region, g->series.region); /* same size */
	for (size_t i = 0; i < n; i++) {
		parts[g[i].series.access] = (struct rollup_part){
			.v = &g[i].v, .people = subscribers_by(w, g[i].series.access)};
		fresh |= g[i].fresh;
		n_leaves += g[i].n;
	}
	if (!fresh)
		return 0;
	rollup_access(&v, parts);
	if (emit(w, &s, &v))
		return -1;
	for (size_t i = 0; i < n_leaves; i++) {
		const struct step_leaf *first = &g->leaves[i];
		bool again = false;
		memset(parts, 0, sizeof(parts));
		fresh = false;
		for (size_t k = 0; k < n_leaves; k++) {
			const struct step_leaf *l = &g->leaves[k];
			if (l->series.isp != first->series.isp)
				continue;
			again |= k < i;
			fresh |= l->fresh;
			parts[l->series.access].v = &l->v;
		}
		s.isp = first->series.isp;
		rollup_access(&v, parts);
		if (!again && fresh && emit(w, &s, &v))
			return -1;
	}
	return 0;
}

/* Sums the parts, judges and weighs them. */
static int judge_parts(const struct work *w, struct verdict *v, const struct series *s, size_t n)
{
	struct verdict before;
	uint32_t expected;
	rollup_count(v, &expected, w->parts, n);
	judge(w, v, s, expected, stood(w, s, &before));
	rollup_weigh(v, w->parts, n, w->step->late || has_quorum(w, s));
	return emit(w, s, v);
}

/* (any, ISP, access) and (any, ISP, any) from the leaves of one network. */
static int judge_isp(const struct work *w, struct step_leaf *const *leaves, size_t n)
{
	struct rollup_part types[ACCESSES] = {{0}};
	struct verdict v[ACCESSES], all;
	struct series s = {.isp = leaves[0]->series.isp};
	for (size_t i = 0, next; i < n; i = next) {
		s.access = leaves[i]->series.access;
		for (next = i; next < n && leaves[next]->series.access == s.access; next++)
			w->parts[next - i] = (struct rollup_part){
				.v = &leaves[next]->v,
				.people = population_of(w, &leaves[next]->series),
				.unplaced = is_unplaced(&leaves[next]->series)};
		if (judge_parts(w, &v[s.access], &s, next - i))
			return -1;
		types[s.access].v = &v[s.access];
	}
	s.access = ACCESS_ANY;
	rollup_access(&all, types);
	return emit(w, &s, &all);
}

/* (any, any, access) from the groups, (any, any, any) from those. */
static int judge_country(const struct work *w)
{
	struct rollup_part types[ACCESSES] = {{0}};
	struct verdict v[ACCESSES], all;
	struct series s = {.isp = ISP_ANY};
	for (size_t a = 0; a < ACCESSES; a++) {
		size_t n = 0;
		s.access = (enum access_type)a;
		for (size_t i = 0; i < w->n_groups; i++)
			if (w->groups[i].series.access == s.access)
				w->parts[n++] = (struct rollup_part){
					.v = &w->groups[i].v,
					.people = population_of(w, &w->groups[i].series),
					.unplaced = is_unplaced(&w->groups[i].series)};
		if (!n)
			continue;
		if (judge_parts(w, &v[a], &s, n))
			return -1;
		types[a] = (struct rollup_part){.v = &v[a], .people = subscribers_by(w, s.access)};
	}
	s.access = ACCESS_ANY;
	rollup_access(&all, types);
	return emit(w, &s, &all);
}

static int judge_all(struct work *w)
{
	if (judge_leaves(w))
		return -1;
	for (size_t i = 0; i < w->n_groups; i++)
		if (judge_group(w, &w->groups[i]))
			return -1;
	for (size_t i = 0, next; i < w->n_groups; i = next) {
		for (next = i; next < w->n_groups &&
			       !strcmp(w->groups[next].series.region, w->groups[i].series.region);
		     next++)
			;
		if (judge_region(w, &w->groups[i], next - i))
			return -1;
	}
	for (size_t i = 0, next; i < w->n; i = next) {
		bool fresh = false;
		for (next = i;
		     next < w->n && w->by_isp[next]->series.isp == w->by_isp[i]->series.isp; next++)
			fresh |= w->by_isp[next]->fresh;
		if (fresh && judge_isp(w, &w->by_isp[i], next - i))
			return -1;
	}
	return judge_country(w);
}

int step_run(const struct step *s, struct step_leaf *leaves, size_t n)
{
	struct work w = {.step = s, .leaves = leaves, .n = n};
	if (!n)
		return 0;
	w.by_isp = xcalloc(n, sizeof(struct step_leaf *));
	w.groups = xcalloc(n, sizeof(*w.groups));
	w.parts = xcalloc(n, sizeof(*w.parts));
	qsort(leaves, n, sizeof(*leaves), by_region);
	for (size_t i = 0; i < n; i++)
		w.by_isp[i] = &leaves[i];
	qsort(w.by_isp, n, sizeof(struct step_leaf *), by_isp);
	find_groups(&w);
	int rc = judge_all(&w);
	for (size_t c = 0; c < CLASSES; c++)
		cell_clear(&w.merged[c]);
	free(w.parts);
	free(w.groups);
	free(w.by_isp);
	return rc;
}
