/* visit.c: sorts the results by target and time, and cuts them where a visit ends.
 *
 * Failures of class LOCAL say something about this device, not about the network: a host without
 * IPv6 fails every IPv6 attempt. They have no say while the link is up. When the link itself is
 * down they are exactly what a cut line looks like, and count. The link result nearest in time
 * decides; without any, they have no say. The link result is a vote of its own, so such a probe
 * still counts as heard. In the same way the guard nearest in time says whether connections alone
 * mean anything. */
#include "collector/visit.h"

#include <stdlib.h>
#include <string.h>

/* Steps of one visit are no further apart than this (a resolver's further answers are waited for half a
 * second), and two visits to one target are. */
#define SAME_MS 1500

/* What a result on the device itself said, and when. */
struct seen {
	int64_t t_ms;
	bool yes;
};

struct seen_list {
	struct seen *list; /* in the order of the batch */
	size_t n;
};

struct device {
	struct seen_list links;	 /* was the line up? */
	struct seen_list guards; /* did somebody answer for others? */
};

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

static void see(struct seen_list *l, int64_t t_ms, bool yes)
{
	l->list[l->n++] = (struct seen){t_ms, yes};
}

static bool link_is_up(const struct result *r)
{
	return (r->v[RESULT_IPV4] > 0 || r->v[RESULT_IPV6] > 0) && r->v[RESULT_GATEWAY] > 0 &&
	       r->v[RESULT_GWUP] != 0;
}

static void find_device(struct device *d, const struct batch *b)
{
	d->links.list = xcalloc(b->n_results + 1, sizeof(struct seen));
	d->guards.list = xcalloc(b->n_results + 1, sizeof(struct seen));
	for (size_t i = 0; i < b->n_results; i++) {
		const struct result *r = &b->results[i];
		if (r->kind == KIND_LINK)
			see(&d->links, r->v[RESULT_T], link_is_up(r));
		else if (r->kind == KIND_GUARD)
			see(&d->guards, r->v[RESULT_T], r->v[RESULT_FAILURE] == FAIL_INTERCEPTED);
	}
}

static bool says_nothing(const struct device *d, const struct result *r)
{
	int64_t t_ms = r->v[RESULT_T];
	if (failure_class((enum failure)r->v[RESULT_FAILURE]) == FCLASS_LOCAL &&
	    nearest(&d->links, t_ms, true))
		return true;
	return r->kind == KIND_TCP && nearest(&d->guards, t_ms, false);
}

static int by_target_and_time(const void *a, const void *b)
{
	const struct result *x = *(const struct result *const *)a;
	const struct result *y = *(const struct result *const *)b;
	const enum result_field fields[] = {RESULT_TARGET, RESULT_T};
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (x->v[fields[i]] != y->v[fields[i]])
			return x->v[fields[i]] < y->v[fields[i]] ? -1 : 1;
	return x < y ? -1 : 1; /* as in the batch: a step ends before the next one begins */
}

static int by_time(const void *a, const void *b)
{
	const struct visit *x = a, *y = b;
	if (x->begun_ms != y->begun_ms)
		return x->begun_ms < y->begun_ms ? -1 : 1;
	return x->target < y->target ? -1 : 1;
}

static int64_t end_of(const struct result *r)
{
	return r->v[RESULT_T] + (r->v[RESULT_US] > 0 ? r->v[RESULT_US] / 1000 : 0);
}

/* Cuts the sorted results, all of them: one that says nothing still shows that its visit went on. */
static void cut(struct visits *out, const struct evidence *e,
		const struct country_target *const *targets, size_t n)
{
	int64_t target = -1, until = 0;
	for (size_t i = 0; i < n; i++) {
		const struct result *r = out->results[i];
		if (r->v[RESULT_TARGET] != target || r->v[RESULT_T] > until + SAME_MS) {
			target = r->v[RESULT_TARGET];
			until = 0;
			out->list[out->n++] = (struct visit){.evidence = e,
							     .target = targets[target],
							     .begun_ms = r->v[RESULT_T],
							     .results = &out->results[i]};
		}
		out->list[out->n - 1].n++;
		until = end_of(r) > until ? end_of(r) : until;
	}
}

static void leave_out(struct visit *v, const struct device *d)
{
	size_t n = 0;
	for (size_t i = 0; i < v->n; i++)
		if (!says_nothing(d, v->results[i]))
			v->results[n++] = v->results[i];
	v->n = n;
}

void visits_find(struct visits *out, const struct evidence *e)
{
	const struct batch *b = e->batch;
	const struct country_target **targets = xcalloc(b->n_targets + 1, sizeof(*targets));
	struct device device = {0};
	size_t n = 0;
	out->n = 0;
	out->results = xcalloc(b->n_results + 1, sizeof(*out->results));
	out->list = xcalloc(b->n_results + 1, sizeof(*out->list));
	for (size_t i = 0; i < b->n_targets; i++)
		targets[i] = country_target(e->country, b->targets[i].url);
	for (size_t i = 0; i < b->n_results; i++) {
		int64_t target = b->results[i].v[RESULT_TARGET];
		if (target >= 0 && (size_t)target < b->n_targets && targets[target])
			out->results[n++] = &b->results[i];
	}
	qsort(out->results, n, sizeof(*out->results), by_target_and_time);
	cut(out, e, targets, n);
	find_device(&device, b);
	for (size_t i = 0; i < out->n; i++)
		leave_out(&out->list[i], &device);
	free(device.links.list);
	free(device.guards.list);
	free(targets);
	qsort(out->list, out->n, sizeof(*out->list), by_time);
}

void visits_clear(struct visits *v)
{
	free(v->list);
	free(v->results);
	*v = (struct visits){0};
}

/* The connection for a try with a harmless name follows the handshake that broke, on the same address; the
 * column that marks the try is the handshake's alone. */
static bool follows_broken_handshake(const struct visit *v, size_t i)
{
	const int64_t *tcp = v->results[i]->v;
	while (tcp[RESULT_ADDR] >= 0 && i-- > 0) {
		const struct result *r = v->results[i];
		if (r->kind != KIND_DNS && r->v[RESULT_ADDR] == tcp[RESULT_ADDR])
			return r->kind == KIND_TLS && r->v[RESULT_FAILURE] != FAIL_NONE &&
			       r->v[RESULT_HOP] == tcp[RESULT_HOP];
	}
	return false;
}

bool visit_is_beside(const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	if (r->kind == KIND_TCP)
		return follows_broken_handshake(v, i);
	return r->v[RESULT_SNI] > 0 || r->v[RESULT_NTH] > 0;
}

bool visit_is_six(const struct visit *v, size_t i)
{
	const struct batch *b = v->evidence->batch;
	int64_t addr = v->results[i]->v[RESULT_ADDR];
	return addr >= 0 && (size_t)addr < b->n_addrs && strchr(b->addrs[addr], ':');
}

bool visit_is_inside(const struct visit *v)
{
	const struct country_target *t = v->target;
	return t->inside || (t->class == CLASS_DOMESTIC && t->last != KIND_QUIC && t->slot >= 0);
}

uint32_t visit_network(const struct visit *v, int64_t addr)
{
	const struct evidence *e = v->evidence;
	return e->networks && addr >= 0 && (size_t)addr < e->batch->n_addrs ? e->networks[addr] : 0;
}
