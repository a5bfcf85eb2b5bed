/* votes.c: from the results of a batch to votes.
 *
 * A URL is reached when its last step succeeded: http for web addresses, tcp and dns for those
 * schemes. The steps before it are counted too, so that a reader can see where it stops. How it was
 * broken is symptom.c's. What counts as one measurement of a target, and which results say nothing
 * about the network, is visit.c's. */
#include "collector/votes.h"

#include <stdlib.h>
#include <string.h>

#include "collector/control.h"
#include "collector/symptom.h"
#include "collector/visit.h"

/* Of one host: more places than any has. */
#define NETWORKS_MAX 8

struct collect {
	struct votes *out;
	const struct evidence *evidence;
	int64_t bucket_ms;
	enum votes_series series; /* of what is not OUTSIDE_IN */
};

/* Links and visits are in order of time, nearly always: it is one of the last buckets or a new one. */
static struct votes_bucket *bucket_at(struct votes *v, const struct votes_bucket *key)
{
	for (size_t i = v->n; i > 0; i--) {
		struct votes_bucket *b = &v->buckets[i - 1];
		if (b->start_ms == key->start_ms && b->series == key->series &&
		    b->network == key->network)
			return b;
	}
	if (v->n == v->room) {
		v->room = v->room ? 2 * v->room : 2;
		v->buckets = xrealloc(v->buckets, v->room * sizeof(*v->buckets));
	}
	v->buckets[v->n] = *key;
	return &v->buckets[v->n++];
}

static struct cell_vote *vote_in(struct collect *c, enum votes_series series, uint32_t network,
				 int64_t t_ms, enum target_class class)
{
	const struct votes_bucket key = {series, network, t_ms - t_ms % c->bucket_ms, {0}, {{0}}};
	struct votes_bucket *b = bucket_at(c->out, &key);
	b->has[class] = true;
	b->vote[class].probe = c->evidence->probe;
	return &b->vote[class];
}

static struct cell_vote *vote_at(struct collect *c, int64_t t_ms, enum target_class class)
{
	return vote_in(c, c->series, 0, t_ms, class);
}

static void collect_link(struct collect *c, const struct result *r)
{
	struct cell_vote *v = vote_at(c, r->v[RESULT_T], CLASS_LINK);
	bool gateway = r->v[RESULT_GATEWAY] > 0 && r->v[RESULT_GWUP] != 0;
	const bool bits[] = {
		[CELL_LINK_V4] = r->v[RESULT_IPV4] > 0,
		[CELL_LINK_V6] = r->v[RESULT_IPV6] > 0,
		[CELL_LINK_GATEWAY] = gateway,
		[CELL_LINK_NS] = r->v[RESULT_NS] > 0,
	};
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		v->tried |= 1ULL << i;
		v->ok |= (uint64_t)bits[i] << i;
	}
}

static void count_step(struct cell_vote *v, const struct visit *visit, size_t i, bool good)
{
	const struct result *r = visit->results[i];
	uint64_t bit = 1ULL << visit->target->slot;
	v->tried |= bit;
	v->step_tried[r->kind] |= bit;
	if (good)
		v->step_ok[r->kind] |= bit;
	if (r->v[RESULT_FP] >= 0)
		v->fp |= bit;
	if (r->kind != KIND_TCP || !visit_is_six(visit, i) ||
	    failure_class((enum failure)r->v[RESULT_FAILURE]) == FCLASS_LOCAL)
		return; /* a device without IPv6 can't lose it */
	v->six_tried |= bit;
	v->six_ok |= good ? bit : 0;
}

static void collect_reach(struct collect *c, const struct visit *visit)
{
	uint64_t bit = 1ULL << visit->target->slot, mechanisms = symptom_find(visit);
	struct cell_vote *v = NULL;
	for (size_t i = 0; i < visit->n; i++) {
		if (visit_is_beside(visit, i))
			continue;
		v = vote_at(c, visit->begun_ms, visit->target->class);
		count_step(v, visit, i, symptom_is_good(visit, i));
		if (symptom_is_success(visit, i))
			v->ok |= bit;
	}
	for (enum mechanism m = 0; v && m < MECHANISMS; m++)
		v->mech[m] |= mechanisms & 1u << m ? bit : 0;
}

/* Of the steps to a service over QUIC only the last counts: the others are those of the name. */
static void collect_quic(struct collect *c, const struct visit *visit)
{
	uint64_t bit = 1ULL << visit->target->slot;
	for (size_t i = 0; i < visit->n; i++) {
		const struct result *r = visit->results[i];
		if (r->kind != KIND_QUIC)
			continue;
		struct cell_vote *v = vote_at(c, visit->begun_ms, visit->target->class);
		v->step_tried[KIND_QUIC] |= bit;
		v->step_ok[KIND_QUIC] |= r->v[RESULT_FAILURE] == FAIL_NONE ? bit : 0;
	}
}

/* A block page that came instead of the file has no speed to compare. */
static void collect_rate(struct collect *c, const struct visit *visit)
{
	for (size_t i = 0; i < visit->n; i++) {
		const struct result *r = visit->results[i];
		uint8_t rate = cell_rate(r->v[RESULT_BYTES], r->v[RESULT_US]);
		if (r->kind != KIND_SPEED || r->v[RESULT_FP] >= 0 || !rate)
			continue;
		struct cell_vote *v = vote_at(c, visit->begun_ms, visit->target->class);
		v->rate = rate > v->rate ? rate : v->rate;
	}
}

static void collect_visit(struct collect *c, const struct visit *visit)
{
	const struct country_target *t = visit->target;
	if (t->class >= CLASS_LINK)
		return;
	if (t->last == KIND_SPEED)
		collect_rate(c, visit);
	else if (t->slot >= 0 && t->last == KIND_QUIC)
		collect_quic(c, visit);
	else if (t->slot >= 0)
		collect_reach(c, visit);
}

/* Any answer of the host itself. */
static bool has_answered(const struct visit *visit, size_t i)
{
	const struct result *r = visit->results[i];
	bool page = r->kind == KIND_HTTP && r->v[RESULT_STATUS] > 0 && r->v[RESULT_FP] < 0;
	return page || symptom_is_success(visit, i);
}

static void count_outside_in(struct collect *c, const struct visit *visit, size_t i,
			     uint32_t network)
{
	struct cell_vote *v =
		vote_in(c, VOTES_OUTSIDE_IN, network, visit->begun_ms, CLASS_DOMESTIC);
	count_step(v, visit, i, symptom_is_good(visit, i));
	if (has_answered(visit, i))
		v->ok |= 1ULL << visit->target->slot;
}

/* The name servers of a country that is cut off are cut off too: the host is missed where it was. */
static void collect_lost_name(struct collect *c, const struct visit *visit)
{
	uint32_t networks[NETWORKS_MAX];
	size_t n = control_networks(visit, networks, NETWORKS_MAX);
	for (size_t i = 0; i < visit->n; i++)
		for (size_t k = 0; k < n; k++)
			count_outside_in(c, visit, i, networks[k]);
}

/* A host inside, as seen by a control: for the network of each address that it went to. */
static void collect_outside_in(struct collect *c, const struct visit *visit)
{
	bool named = false;
	if (!visit_is_inside(visit))
		return;
	for (size_t i = 0; i < visit->n; i++) {
		const struct result *r = visit->results[i];
		uint32_t network = visit_network(visit, r->v[RESULT_ADDR]);
		named |= r->kind != KIND_DNS || r->v[RESULT_FAILURE] == FAIL_NONE;
		if (network && !visit_is_beside(visit, i))
			count_outside_in(c, visit, i, network);
	}
	if (!named)
		collect_lost_name(c, visit);
}

void votes_collect(struct votes *out, const struct evidence *e, int64_t bucket_ms)
{
	const struct batch *b = e->batch;
	bool here = !strcmp(b->country, e->country->code);
	struct collect c = {out, e, bucket_ms, here ? VOTES_HERE : VOTES_CONTROL};
	struct visits visits;
	*out = (struct votes){0};
	visits_find(&visits, e);
	for (size_t i = 0; i < b->n_results; i++)
		if (b->results[i].kind == KIND_LINK)
			collect_link(&c, &b->results[i]);
	for (size_t i = 0; i < visits.n; i++) {
		collect_visit(&c, &visits.list[i]);
		if (!here)
			collect_outside_in(&c, &visits.list[i]);
	}
	visits_clear(&visits);
}

void votes_clear(struct votes *v)
{
	free(v->buckets);
	*v = (struct votes){0};
}
