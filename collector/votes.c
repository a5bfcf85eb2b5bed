/* votes.c: from the results of a batch to votes.
 *
 * A URL is reached when its last step succeeded: http for web addresses, tcp and dns for those
 * schemes. The steps before it are counted too, so that a reader can see where it stops.
 *
 * The steps of one measurement of a target follow on one another, and all of them belong to the bucket
 * in which the first began: otherwise a target whose connection was made just after a bucket's end
 * would seem to have failed in it.
 *
 * Failures of class LOCAL say something about this device, not about the network: a host without
 * IPv6 fails every IPv6 attempt. They have no say while the link is up. When the link itself is
 * down they are exactly what a cut line looks like, and count. The link result nearest in time
 * decides; without any, they have no say. The link result is a vote of its own, so such a probe
 * still counts as heard. In the same way the guard nearest in time says whether connections alone
 * mean anything. */
#include "collector/votes.h"

#include <stdlib.h>
#include <string.h>

/* One link result: was the line up then? */
/* What a result on the device itself said, and when. */
struct seen {
	int64_t t_ms;
	bool yes;
};

/* Steps of one measurement are no further apart than this (a resolver's further answers are waited for
 * half a second), and two measurements of one target are. */
#define SAME_MS 1500

struct seen_list {
	struct seen *list; /* in the order of the batch */
	size_t n;
};

struct collect {
	struct votes *out;
	const struct batch *batch;
	uint64_t probe;
	int64_t bucket_ms;
	const struct country_target **targets; /* by index of the batch; NULL has no vote */
	int64_t *begun_ms;		       /* by result: its measurement */
	struct seen_list links;		       /* was the line up? */
	struct seen_list guards;	       /* did somebody answer for others? */
};

static bool link_is_up(const struct result *r)
{
	return (r->v[RESULT_IPV4] > 0 || r->v[RESULT_IPV6] > 0) && r->v[RESULT_GATEWAY] > 0;
}

/* What the nearest in time of them said, or what is taken for granted without any. */
static bool nearest(const struct seen_list *l, int64_t t_ms, bool otherwise)
{
	int64_t best = INT64_MAX;
	for (size_t i = 0; i < l->n; i++) {
		int64_t away = llabs(l->list[i].t_ms - t_ms);
		if (away < best) {
			best = away;
			otherwise = l->list[i].yes;
		}
	}
	return otherwise;
}

/* The step whose success means that the address was reached. */
static enum kind last_step(const char *url)
{
	if (!strncmp(url, "tcp://", 6))
		return KIND_TCP;
	return strncmp(url, "dns://", 6) ? KIND_HTTP : KIND_DNS;
}

/* Batches are in order of time, nearly always: the bucket is the last one or a new one. */
static struct votes_bucket *bucket_at(struct votes *v, int64_t start_ms)
{
	for (size_t i = v->n; i > 0; i--)
		if (v->buckets[i - 1].start_ms == start_ms)
			return &v->buckets[i - 1];
	if (v->n == v->room) {
		v->room = v->room ? 2 * v->room : 2;
		v->buckets = xrealloc(v->buckets, v->room * sizeof(*v->buckets));
	}
	v->buckets[v->n] = (struct votes_bucket){.start_ms = start_ms};
	return &v->buckets[v->n++];
}

static struct cell_vote *vote_at(struct collect *c, int64_t t_ms, enum target_class class)
{
	struct votes_bucket *b = bucket_at(c->out, t_ms - t_ms % c->bucket_ms);
	b->has[class] = true;
	b->vote[class].probe = c->probe;
	return &b->vote[class];
}

static void collect_link(struct collect *c, const struct result *r)
{
	struct cell_vote *v = vote_at(c, r->v[RESULT_T], CLASS_LINK);
	const struct {
		enum result_field field;
		enum cell_link_bit bit;
	} bits[] = {{RESULT_IPV4, CELL_LINK_V4},
		    {RESULT_IPV6, CELL_LINK_V6},
		    {RESULT_GATEWAY, CELL_LINK_GATEWAY},
		    {RESULT_NS, CELL_LINK_NS}};
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		v->tried |= 1ULL << bits[i].bit;
		if (r->v[bits[i].field] > 0)
			v->ok |= 1ULL << bits[i].bit;
	}
}

/* Evidence that is not of the way that an ordinary program on this line would have gone, or that is
 * worth nothing here: a second answer behind the first, a try with a name that is not the target's,
 * connections that somebody on the path accepts for everybody. */
static bool has_no_say(const struct collect *c, const struct result *r)
{
	int64_t t_ms = r->v[RESULT_T];
	if (failure_class((enum failure)r->v[RESULT_FAILURE]) == FCLASS_LOCAL &&
	    nearest(&c->links, t_ms, true))
		return true;
	if (r->kind == KIND_TCP && nearest(&c->guards, t_ms, false))
		return true;
	return r->v[RESULT_SNI] > 0 || r->v[RESULT_NTH] > 0;
}

static void collect_target(struct collect *c, const struct result *r)
{
	int64_t index = r->v[RESULT_TARGET], t_ms = c->begun_ms[r - c->batch->results];
	if (index < 0 || (size_t)index >= c->batch->n_targets || !c->targets[index])
		return;
	const struct country_target *t = c->targets[index];
	enum failure failure = (enum failure)r->v[RESULT_FAILURE];
	if (has_no_say(c, r))
		return;

	struct cell_vote *v = vote_at(c, t_ms, t->class);
	uint64_t bit = 1ULL << t->slot;
	v->tried |= bit;
	v->step_tried[r->kind] |= bit;
	if (r->v[RESULT_FP] >= 0)
		v->fp |= bit;
	if (failure != FAIL_NONE)
		return;
	v->step_ok[r->kind] |= bit;
	/* A redirect that was followed is not the answer; what it led to is. */
	if (r->kind == last_step(t->url) && r->v[RESULT_NEXT] <= 0)
		v->ok |= bit;
}

/* Targets that have a vote: on the collector's own list, in a class of the verdict, with a bit
 * left. */
static void find_targets(struct collect *c, const struct country *country)
{
	const struct batch *b = c->batch;
	c->targets = xcalloc(b->n_targets + 1, sizeof(*c->targets));
	for (size_t i = 0; i < b->n_targets; i++) {
		const struct country_target *t = country_target(country, b->targets[i].url);
		if (t && t->slot >= 0 && t->slot < CELL_TARGETS_MAX && t->class < CLASS_LINK)
			c->targets[i] = t;
	}
}

struct timed {
	size_t i;
	int64_t target, t_ms, end_ms;
};

static int by_target_and_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;
	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	return x->t_ms != y->t_ms ? (x->t_ms < y->t_ms ? -1 : 1) : 0;
}

/* When the measurement of each result began. */
static void find_begun(struct collect *c)
{
	const struct batch *b = c->batch;
	struct timed *all = xcalloc(b->n_results + 1, sizeof(*all));
	c->begun_ms = xcalloc(b->n_results + 1, sizeof(*c->begun_ms));
	for (size_t i = 0; i < b->n_results; i++) {
		const int64_t *v = b->results[i].v;
		int64_t us = v[RESULT_US] > 0 ? v[RESULT_US] : 0;
		all[i] = (struct timed){i, v[RESULT_TARGET], v[RESULT_T], v[RESULT_T] + us / 1000};
	}
	qsort(all, b->n_results, sizeof(*all), by_target_and_time);
	int64_t begun = 0, end = 0;
	for (size_t i = 0; i < b->n_results; i++) {
		const struct timed *t = &all[i];
		if (!i || t->target != all[i - 1].target || t->t_ms > end + SAME_MS) {
			begun = t->t_ms;
			end = t->end_ms;
		}
		end = t->end_ms > end ? t->end_ms : end;
		c->begun_ms[t->i] = begun;
	}
	free(all);
}

static void see(struct seen_list *l, int64_t t_ms, bool yes)
{
	l->list[l->n++] = (struct seen){t_ms, yes};
}

static void find_device(struct collect *c)
{
	const struct batch *b = c->batch;
	c->links.list = xcalloc(b->n_results + 1, sizeof(struct seen));
	c->guards.list = xcalloc(b->n_results + 1, sizeof(struct seen));
	for (size_t i = 0; i < b->n_results; i++) {
		const struct result *r = &b->results[i];
		if (r->kind == KIND_LINK)
			see(&c->links, r->v[RESULT_T], link_is_up(r));
		else if (r->kind == KIND_GUARD)
			see(&c->guards, r->v[RESULT_T], r->v[RESULT_FAILURE] == FAIL_INTERCEPTED);
	}
}

void votes_collect(struct votes *out, const struct batch *b, const struct country *country,
		   uint64_t probe, int64_t bucket_ms)
{
	struct collect c = {.out = out, .batch = b, .probe = probe, .bucket_ms = bucket_ms};
	*out = (struct votes){0};
	find_targets(&c, country);
	find_device(&c);
	find_begun(&c);
	for (size_t i = 0; i < b->n_results; i++) {
		const struct result *r = &b->results[i];
		if (r->kind == KIND_LINK)
			collect_link(&c, r);
		else
			collect_target(&c, r);
	}
	free(c.begun_ms);
	free(c.links.list);
	free(c.guards.list);
	free(c.targets);
}

void votes_clear(struct votes *v)
{
	free(v->buckets);
	*v = (struct votes){0};
}
