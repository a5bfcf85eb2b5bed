/* votes.c: from the results of a batch to votes.
 *
 * A URL is reached when its last step succeeded: http for web addresses, tcp and dns for those
 * schemes. The steps before it are counted too, so that a reader can see where it stops.
 *
 * Failures of class LOCAL say something about this device, not about the network: a host without
 * IPv6 fails every IPv6 attempt. They have no say while the link is up. When the link itself is
 * down they are exactly what a cut line looks like, and count. The link result nearest in time
 * decides; without any, they have no say. The link result is a vote of its own, so such a probe
 * still counts as heard.
 */
#include "collector/votes.h"

#include <stdlib.h>
#include <string.h>

/* One link result: was the line up then? */
struct link_seen {
	int64_t t_ms;
	bool up;
};

struct collect {
	struct votes *out;
	const struct batch *batch;
	uint64_t probe;
	int64_t bucket_ms;
	const struct country_target **targets; /* by index of the batch; NULL has no vote */
	struct link_seen *links;	       /* in the order of the batch */
	size_t n_links;
};

static bool link_is_up(const struct result *r)
{
	return (r->v[RESULT_IPV4] > 0 || r->v[RESULT_IPV6] > 0) && r->v[RESULT_GATEWAY] > 0;
}

/* True when the line was up at that time, as far as the batch knows. */
static bool link_was_up(const struct collect *c, int64_t t_ms)
{
	bool up = true;
	int64_t best = INT64_MAX;
	for (size_t i = 0; i < c->n_links; i++) {
		int64_t away = llabs(c->links[i].t_ms - t_ms);
		if (away < best) {
			best = away;
			up = c->links[i].up;
		}
	}
	return up;
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

static void collect_target(struct collect *c, const struct result *r)
{
	int64_t index = r->v[RESULT_TARGET], t_ms = r->v[RESULT_T];
	if (index < 0 || (size_t)index >= c->batch->n_targets || !c->targets[index])
		return;
	const struct country_target *t = c->targets[index];
	enum failure failure = (enum failure)r->v[RESULT_FAILURE];
	if (failure_class(failure) == FCLASS_LOCAL && link_was_up(c, t_ms))
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
	if (r->kind == last_step(t->url))
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

static void find_links(struct collect *c)
{
	const struct batch *b = c->batch;
	c->links = xcalloc(b->n_results + 1, sizeof(*c->links));
	for (size_t i = 0; i < b->n_results; i++)
		if (b->results[i].kind == KIND_LINK)
			c->links[c->n_links++] = (struct link_seen){b->results[i].v[RESULT_T],
								    link_is_up(&b->results[i])};
}

void votes_collect(struct votes *out, const struct batch *b, const struct country *country,
		   uint64_t probe, int64_t bucket_ms)
{
	struct collect c = {.out = out, .batch = b, .probe = probe, .bucket_ms = bucket_ms};
	*out = (struct votes){0};
	find_targets(&c, country);
	find_links(&c);
	for (size_t i = 0; i < b->n_results; i++) {
		const struct result *r = &b->results[i];
		if (r->kind == KIND_LINK)
			collect_link(&c, r);
		else
			collect_target(&c, r);
	}
	free(c.links);
	free(c.targets);
}

void votes_clear(struct votes *v)
{
	free(v->buckets);
	*v = (struct votes){0};
}
