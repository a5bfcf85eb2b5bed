/* step.c: from leaves upwards, in two orders: by region and access, and by network. */
#include "collector/step.h"

#include <stdlib.h>
#include <string.h>

#include "collector/fragile.h"
#include "collector/rollup.h"
#include "collector/rollup_pulse.h"
#include "common/buf.h"

static const struct sight nothing;

/* The leaves of one region and access. */
struct group {
	struct series series; /* (region, any, access) */
	struct step_leaf *leaves;
	size_t n;
	bool fresh;
	struct verdict v;
	struct pulse pulse;
	struct verdict_count slow_before;
};

struct work {
	const struct step *step;
	struct step_leaf *leaves; /* by region, access, ISP */
	struct tally *votes;	  /* of each of them */
	size_t n;
	struct step_leaf **by_isp; /* by ISP, access, region */
	struct group *groups;
	size_t n_groups;
	/* The parts of the whole that is being judged; room for one of each leaf. */
	struct rollup_part *parts;
	struct rollup_pulse_part *pulses;
	struct verdict_count slow_before; /* sum of theirs */
	size_t n_parts;
};

/* What is said of the access types of one place. */
struct types {
	struct rollup_part v[ACCESSES];
	struct rollup_pulse_part pulse[ACCESSES];
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

/* What was said of a series in an earlier look; NULL when nothing was. */
static const struct verdict *stood(const struct work *w, const struct series *s, struct verdict *v)
{
	return w->step->late && w->step->stands(w->step->arg, s, v) ? v : NULL;
}

/* Is s silent? A bucket is judged by its votes alone. */
static bool is_silent(const struct work *w, const struct series *s)
{
	return w->step->emit && w->step->silent(w->step->arg, s);
}

static struct verdict_input input_of(const struct work *w, const struct series *s,
				     uint32_t expected, struct verdict_count slow_before)
{
	return (struct verdict_input){.expected = expected,
				      .silent = is_silent(w, s),
				      .collector_alive = w->step->late || w->step->collector_alive,
				      .unreached = w->step->unreached,
				      .min_probes = w->step->min_probes,
				      .slow_before = slow_before};
}

static int tell(const struct work *w, const struct series *s, const struct verdict *v,
		const struct pulse *p)
{
	if (w->step->emit && w->step->emit(w->step->arg, s, v))
		return -1;
	return w->step->pulse ? w->step->pulse(w->step->arg, s, p) : 0;
}

static void count_leaves(struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		struct step_leaf *l = &w->leaves[i];
		enum state before = l->v.state;
		if (!l->fresh)
			continue;
		tally_look(&w->votes[i], l->cells, l->sight ? l->sight : &nothing);
		tally_count(&l->v, &w->votes[i]);
		l->v.state = before; /* until it is judged */
	}
}

static int judge_leaf(const struct work *w, struct step_leaf *l, const struct tally *votes)
{
	struct verdict_input in = input_of(w, &l->series, l->expected, l->slow_before);
	uint32_t margin = verdict_judge(&l->v, &in);
	if (w->step->emit)
		l->v.fragile = fragile_votes(votes, &l->v, &in, margin);
	l->pulse = (struct pulse){
		.expected_c = l->expected_c, .words_c = l->words_c, .state = (uint8_t)l->v.state};
	if (w->step->pulse)
		w->step->spoke(w->step->arg, &l->series, votes, &l->pulse);
	return tell(w, &l->series, &l->v, &l->pulse);
}

static int judge_leaves(struct work *w)
{
	count_leaves(w);
	for (size_t i = 0; i < w->n; i++)
		if (w->leaves[i].fresh && judge_leaf(w, &w->leaves[i], &w->votes[i]))
			return -1;
	return 0;
}

static void add_slow(struct verdict_count *sum, const struct verdict_count *c)
{
	sum->n += c->n;
	sum->hit += c->hit;
}

static void begin_parts(struct work *w)
{
	w->n_parts = 0;
	w->slow_before = (struct verdict_count){0};
}

static void add_part(struct work *w, struct rollup_part part, const struct pulse *p,
		     const struct verdict_count *slow_before)
{
	w->pulses[w->n_parts] = (struct rollup_pulse_part){p, part.people, part.unplaced};
	w->parts[w->n_parts++] = part;
	add_slow(&w->slow_before, slow_before);
}

/* Judges the whole of the parts that were added: from their votes, or from the sum of their counts when
 * votes is NULL; then the parts decide, if they can. */
static int judge_whole(const struct work *w, const struct series *s, const struct tally *votes,
		       struct verdict *v, struct pulse *p)
{
	uint32_t expected, pooled = 0;
	rollup_count(v, &expected, w->parts, w->n_parts);
	if (votes)
		tally_count(v, votes);
	struct verdict_input in = input_of(w, s, expected, w->slow_before);
	uint32_t margin = verdict_judge(v, &in);
	struct verdict judged = *v;
	bool decided = rollup_weigh(v, w->parts, w->n_parts, in.silent);
	if (w->step->emit) {
		if (!decided && votes)
			pooled = fragile_votes(votes, &judged, &in, margin);
		else if (!decided && margin < UINT32_MAX)
			pooled = margin;
		v->fragile = rollup_fragile(v, w->parts, w->n_parts, in.silent, pooled);
	}
	if (w->step->pulse)
		rollup_pulse(p, w->pulses, w->n_parts);
	p->state = (uint8_t)v->state;
	return tell(w, s, v, p);
}

/* One probe is one vote, however many networks of a region it was seen in. */
static int judge_group(struct work *w, struct group *g)
{
	const struct tally *of_leaves = &w->votes[g->leaves - w->leaves];
	struct tally votes;
	if (!g->fresh) {
		if (!stood(w, &g->series, &g->v))
			g->v = (struct verdict){0};
		return 0;
	}
	begin_parts(w);
	tally_init(&votes);
	for (size_t i = 0; i < g->n; i++) {
		struct step_leaf *l = &g->leaves[i];
		add_part(w,
			 (struct rollup_part){.v = &l->v,
					      .people = subscribers_of(w, l->series.isp)},
			 &l->pulse, &l->slow_before);
		tally_merge(&votes, &of_leaves[i]);
	}
	g->slow_before = w->slow_before;
	int rc = judge_whole(w, &g->series, &votes, &g->v, &g->pulse);
	tally_clear(&votes);
	return rc;
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

static void set_type(struct types *t, enum access_type a, const struct verdict *v,
		     const struct pulse *p, double people)
{
	t->v[a] = (struct rollup_part){.v = v, .people = people};
	t->pulse[a] = (struct rollup_pulse_part){.p = p, .people = people};
}

static int judge_types(const struct work *w, const struct series *s, const struct types *t)
{
	struct verdict v;
	struct pulse p;
	rollup_access(&v, t->v);
	rollup_pulse_access(&p, t->pulse);
	return tell(w, s, &v, &p);
}

/* (region, ISP, any) from the leaves of the region in this network, of which `first` is the first. */
static int judge_network(const struct work *w, const struct step_leaf *first, size_t n)
{
	struct series s = {.isp = first->series.isp, .access = ACCESS_ANY};
	struct types types = {0};
	bool fresh = false;
	strcpy(s.region, first->series.region); /* same size */
	for (size_t i = 0; i < n; i++) {
		if (first[i].series.isp != s.isp)
			continue;
		fresh |= first[i].fresh;
		set_type(&types, first[i].series.access, &first[i].v, &first[i].pulse, 0);
	}
	return fresh ? judge_types(w, &s, &types) : 0;
}

/* (region, any, any) from the groups of a region, (region, ISP, any) from its leaves. */
static int judge_region(const struct work *w, const struct group *g, size_t n)
{
	struct series s = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct types types = {0};
	const struct step_leaf *leaves = g->leaves;
	size_t n_leaves = 0;
	bool fresh = false;
	strcpy(s.region, g->series.region); /* same size */
	for (size_t i = 0; i < n; i++) {
		enum access_type a = g[i].series.access;
		set_type(&types, a, &g[i].v, &g[i].pulse, subscribers_by(w, a));
		fresh |= g[i].fresh;
		n_leaves += g[i].n;
	}
	if (!fresh)
		return 0;
	if (judge_types(w, &s, &types))
		return -1;
	for (size_t i = 0; i < n_leaves; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= leaves[k].series.isp == leaves[i].series.isp;
		if (!again && judge_network(w, &leaves[i], n_leaves - i))
			return -1;
	}
	return 0;
}

/* (any, ISP, access) and (any, ISP, any) from the leaves of one network. */
static int judge_isp(struct work *w, struct step_leaf *const *leaves, size_t n)
{
	struct types types = {0};
	struct verdict v[ACCESSES];
	struct pulse p[ACCESSES] = {0};
	struct series s = {.isp = leaves[0]->series.isp};
	for (size_t i = 0; i < n;) {
		s.access = leaves[i]->series.access;
		begin_parts(w);
		for (; i < n && leaves[i]->series.access == s.access; i++)
			add_part(
				w,
				(struct rollup_part){.v = &leaves[i]->v,
						     .people = population_of(w, &leaves[i]->series),
						     .unplaced = is_unplaced(&leaves[i]->series)},
				&leaves[i]->pulse, &leaves[i]->slow_before);
		if (judge_whole(w, &s, NULL, &v[s.access], &p[s.access]))
			return -1;
		set_type(&types, s.access, &v[s.access], &p[s.access], 0);
	}
	s.access = ACCESS_ANY;
	return judge_types(w, &s, &types);
}

/* (any, any, access) from the groups, (any, any, any) from those. */
static int judge_country(struct work *w)
{
	struct types types = {0};
	struct verdict v[ACCESSES];
	struct pulse p[ACCESSES] = {0};
	struct series s = {.isp = ISP_ANY};
	for (size_t a = 0; a < ACCESSES; a++) {
		s.access = (enum access_type)a;
		begin_parts(w);
		for (size_t i = 0; i < w->n_groups; i++) {
			const struct group *g = &w->groups[i];
			if (g->series.access == s.access)
				add_part(
					w,
					(struct rollup_part){.v = &g->v,
							     .people = population_of(w, &g->series),
							     .unplaced = is_unplaced(&g->series)},
					&g->pulse, &g->slow_before);
		}
		if (!w->n_parts)
			continue;
		if (judge_whole(w, &s, NULL, &v[a], &p[a]))
			return -1;
		set_type(&types, s.access, &v[a], &p[a], subscribers_by(w, s.access));
	}
	s.access = ACCESS_ANY;
	return judge_types(w, &s, &types);
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
	w.votes = xcalloc(n, sizeof(*w.votes));
	w.by_isp = xcalloc(n, sizeof(struct step_leaf *));
	w.groups = xcalloc(n, sizeof(*w.groups));
	w.parts = xcalloc(n, sizeof(*w.parts));
	w.pulses = xcalloc(n, sizeof(*w.pulses));
	qsort(leaves, n, sizeof(*leaves), by_region);
	for (size_t i = 0; i < n; i++)
		w.by_isp[i] = &leaves[i];
	qsort(w.by_isp, n, sizeof(struct step_leaf *), by_isp);
	find_groups(&w);
	int rc = judge_all(&w);
	for (size_t i = 0; i < n; i++)
		tally_clear(&w.votes[i]);
	free(w.pulses);
	free(w.parts);
	free(w.groups);
	free(w.by_isp);
	free(w.votes);
	return rc;
}
