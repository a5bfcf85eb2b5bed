/* quorum.c: what the leaves around say of a silence. */
#include "collector/quorum.h"

#include <string.h>

/* Silence is called at 12 nats and more with min_probes 5: by Wald's bound one false alarm in e^12 buckets. */
#define NATS 10 /* evidence is counted in tenths */

static bool is_inside(const struct series *leaf, const struct series *s)
{
	return (!*s->region || !strcmp(s->region, leaf->region)) &&
	       (s->isp == ISP_ANY || s->isp == leaf->isp) &&
	       (s->access == ACCESS_ANY || s->access == leaf->access);
}

/* Rule 4 of the method: is the silence of s more than one network's own trouble, or ours? */
bool quorum_holds(const struct quorum *q, const struct series *s)
{
	struct series control = *s; /* what does not count as elsewhere */
	if (*s->region && s->isp == ISP_ANY)
		control.access = ACCESS_ANY;
	if (q->n_dropped >= 2)
		return true;
	for (size_t i = 0; i < q->n; i++) {
		const struct step_leaf *l = &q->leaves[i];
		if (l->v.probes && 2ULL * l->v.probes >= l->expected &&
		    !is_inside(&l->series, &control))
			return true;
	}
	return false;
}

/* May the silence of s be called? `stood`: what was said of it before. */
static bool may_be_silent(const struct quorum *q, const struct series *s,
			  const struct verdict *stood)
{
	if (q->step->late)
		return stood && stood->state == STATE_SILENT;
	return q->step->collector_alive && quorum_holds(q, s);
}

/* Evidence of silence in the leaves of s that are quiet now. A silence that stands needs none. */
static uint32_t evidence_of(const struct quorum *q, const struct series *s)
{
	uint32_t sum = 0;
	if (q->step->late)
		return UINT32_MAX;
	for (size_t i = 0; i < q->n; i++) {
		const struct step_leaf *l = &q->leaves[i];
		if (verdict_is_quiet(l->v.probes, l->expected) && is_inside(&l->series, s))
			sum += l->evidence;
	}
	return sum;
}

void quorum_count(struct quorum *q, struct step_leaf *const *by_isp)
{
	q->n_dropped = 0;
	for (size_t i = 0, next; i < q->n; i = next) {
		uint64_t lost = 0;
		for (next = i; next < q->n && by_isp[next]->series.isp == by_isp[i]->series.isp;
		     next++)
			if (verdict_is_quiet(by_isp[next]->v.probes, by_isp[next]->expected))
				lost += by_isp[next]->expected;
		q->n_dropped += lost && lost >= q->step->min_probes;
	}
}

bool quorum_silent(const struct quorum *q, const struct series *s, const struct verdict *v,
		   uint32_t expected, const struct verdict *stood)
{
	return verdict_is_quiet(v->probes, expected) && expected >= q->step->min_probes &&
	       may_be_silent(q, s, stood) &&
	       verdict_evidence(v->probes, expected) + (uint64_t)evidence_of(q, s) >=
		       NATS * (2ULL * q->step->min_probes + 2);
}
