/* votes.c: from the results of a batch to votes.
 *
 * A URL is reached when its last step succeeded: http for web addresses, tcp and dns for those
 * schemes. The steps before it are counted too, so that a reader can see where it stops. How it was
 * broken is symptom.c's. What counts as one measurement of a target, and which results say nothing
 * about the network, is visit.c's. */
#include "collector/votes.h"

#include <stdlib.h>

#include "collector/symptom.h"
#include "collector/visit.h"

struct collect {
	struct votes *out;
	const struct batch *batch;
	const struct country *country;
	uint64_t probe;
	int64_t bucket_ms;
};

/* Links and visits are in order of time, nearly always: it is one of the last buckets or a new one. */
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

static void count_step(struct cell_vote *v, uint64_t bit, const struct result *r, bool six)
{
	enum failure failure = (enum failure)r->v[RESULT_FAILURE];
	bool good = failure == FAIL_NONE;
	v->tried |= bit;
	v->step_tried[r->kind] |= bit;
	if (good)
		v->step_ok[r->kind] |= bit;
	if (r->v[RESULT_FP] >= 0)
		v->fp |= bit;
	if (r->kind != KIND_TCP || !six || failure_class(failure) == FCLASS_LOCAL)
		return; /* a device without IPv6 can't lose it */
	v->six_tried |= bit;
	v->six_ok |= good ? bit : 0;
}

static void collect_reach(struct collect *c, const struct visit *visit,
			  const struct country_target *t)
{
	uint64_t bit = 1ULL << t->slot, mechanisms = symptom_find(visit, t->last);
	struct cell_vote *v = NULL;
	for (size_t i = 0; i < visit->n; i++) {
		if (visit_is_beside(visit, i))
			continue;
		v = vote_at(c, visit->begun_ms, t->class);
		count_step(v, bit, visit->results[i], visit_is_six(visit, i));
		if (symptom_is_success(visit, i, t->last))
			v->ok |= bit;
	}
	for (enum mechanism m = 0; v && m < MECHANISMS; m++)
		v->mech[m] |= mechanisms & 1u << m ? bit : 0;
}

/* Of the steps to a service over QUIC only the last counts: the others are those of the name. */
static void collect_quic(struct collect *c, const struct visit *visit,
			 const struct country_target *t)
{
	uint64_t bit = 1ULL << t->slot;
	for (size_t i = 0; i < visit->n; i++) {
		const struct result *r = visit->results[i];
		if (r->kind != KIND_QUIC)
			continue;
		struct cell_vote *v = vote_at(c, visit->begun_ms, t->class);
		v->step_tried[KIND_QUIC] |= bit;
		v->step_ok[KIND_QUIC] |= r->v[RESULT_FAILURE] == FAIL_NONE ? bit : 0;
	}
}

/* A block page that came instead of the file has no speed to compare. */
static void collect_rate(struct collect *c, const struct visit *visit,
			 const struct country_target *t)
{
	for (size_t i = 0; i < visit->n; i++) {
		const struct result *r = visit->results[i];
		uint8_t rate = cell_rate(r->v[RESULT_BYTES], r->v[RESULT_US]);
		if (r->kind != KIND_SPEED || r->v[RESULT_FP] >= 0 || !rate)
			continue;
		struct cell_vote *v = vote_at(c, visit->begun_ms, t->class);
		v->rate = rate > v->rate ? rate : v->rate;
	}
}

static void collect_visit(struct collect *c, const struct visit *visit)
{
	const char *url = c->batch->targets[visit->target].url;
	const struct country_target *t = country_target(c->country, url);
	if (!t || t->class >= CLASS_LINK)
		return;
	if (t->last == KIND_SPEED)
		collect_rate(c, visit, t);
	else if (t->slot >= 0 && t->last == KIND_QUIC)
		collect_quic(c, visit, t);
	else if (t->slot >= 0)
		collect_reach(c, visit, t);
}

void votes_collect(struct votes *out, const struct batch *b, const struct country *country,
		   uint64_t probe, int64_t bucket_ms)
{
	struct collect c = {out, b, country, probe, bucket_ms};
	struct visits visits;
	*out = (struct votes){0};
	visits_find(&visits, b);
	for (size_t i = 0; i < b->n_results; i++)
		if (b->results[i].kind == KIND_LINK)
			collect_link(&c, &b->results[i]);
	for (size_t i = 0; i < visits.n; i++)
		collect_visit(&c, &visits.list[i]);
	visits_clear(&visits);
}

void votes_clear(struct votes *v)
{
	free(v->buckets);
	*v = (struct votes){0};
}
