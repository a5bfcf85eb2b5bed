/* verdict.c: the method: from votes to a state.
 *
 * METHOD. Rule codes, which every published row carries, stand in [brackets].
 *
 * A probe has one vote. Of a class of targets it reaches "at least half" when the answer that was
 * expected came from half of the targets that it tried in the bucket; a target counts as reached
 * when any attempt in the bucket succeeded. The share `up` is that of the open class: probes that
 * reach at least half of what they tried, over probes that tried, with its Wilson 95% interval.
 *
 * A class is known when min_probes probes tried it, or half of all that were heard. A known class is
 *
 *	up	half of its probes reach at least half of it
 *	part	not up, but half of its probes (domestic: a quarter) reach something
 *	down	otherwise
 *
 * The domestic class is judged by whatever votes it has: it only tells losses from one another, and
 * what a few probes reach inside the country shows that the country's network is there. A class that
 * nobody tried, because the country's list has none, is unknown, which is not down.
 *
 * 1. Silence: [silent] the collector was up, the quorum of others holds, at least min_probes probes
 *    usually report at this time, not more than one in ten of them was heard, and there is enough
 *    evidence that this is not chance: the log-likelihood ratio of a tenth of the usual reports
 *    against all of them (Poisson), 0.9 expected - 2.3 heard, summed over the quiet buckets in a
 *    row, is at least 2 min_probes + 2. At min_probes 5 that is 12: by Wald's bound one false alarm
 *    in e^12 = 163,000 buckets of a series, 19 months of five minutes. 14 expected probes give it
 *    in one bucket, 5 in three. Silence wins over `insufficient` and over every state that is no
 *    loss: the few who still get through are not what the others see. It yields to a loss that
 *    enough probes measured, which is what a spool that arrives later makes of it.
 * 2. [none] [few] fewer than min_probes probes heard: insufficient.
 * 3. [link] most probes have no address or no gateway, and neither domestic nor open is reached:
 *    no-link.
 * 4. [no-open] the open class is not known: insufficient.
 * 5. Canaries known and up: open up is [open], or [filtered] when the filtered class is known and
 *    blocked: most of its probes reach less than half of it, or most saw a fingerprint of blocking.
 *    Open not up is [canary] filtered: hosts that nobody would put on a list answer, so the
 *    international network is there and what fails was chosen.
 * 6. Canaries known and not up: [whitelist] when open or filtered is up or part. Else as in 8.
 * 7. Canaries unknown: open up reads as in 5, [open-nocanary], [filtered-nocanary]; open part, or
 *    filtered up or part: [whitelist-part], since nothing shows that more than a list is back. Else
 *    as in 8.
 * 8. Nothing international: domestic up [domestic], part [partial], down [cut]; domestic unknown
 *    [cut-nodomestic]: nothing that was tried is reached.
 *
 * restricted and throttled need QUIC, IPv6 and throughput and are not decided here. Votes say what
 * was observed, not why. */
#include "collector/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define QUIET_IN 10	  /* quiet: at most one in ten of the expected probes was heard */
#define NATS	 10	  /* evidence is counted in tenths */
#define WILSON_Z 1.959964 /* 97.5% quantile of the normal distribution */
#define DECIMALS 1e4

enum level { UNKNOWN, DOWN, PART, UP };

static const struct {
	const char *name, *en, *fa;
} signs[SIGNS] = {
#define SIGN(sym, name, doc_en, doc_fa) [SIGN_##sym] = {name, doc_en, doc_fa},
#include "collector/sign.def"
#undef SIGN
};

const char *sign_str(enum sign s)
{
	return (unsigned int)s < SIGNS ? signs[s].name : "unknown";
}

enum sign sign_parse(const char *s)
{
	size_t i = 0;
	while (i < SIGNS && strcmp(signs[i].name, s))
		i++;
	return (enum sign)i;
}

const char *sign_meaning(enum sign s, const char *lang)
{
	if ((unsigned int)s >= SIGNS)
		return "";
	return strcmp(lang, "fa") ? signs[s].en : signs[s].fa;
}

static const struct {
	const char *name;
	int rank;
	bool loss;
	const char *en, *fa;
} states[STATES] = {
#define STATE(sym, name, rank, lost, doc_en, doc_fa)                                               \
	[STATE_##sym] = {name, rank, lost, doc_en, doc_fa},
#include "collector/state.def"
#undef STATE
};

const char *state_str(enum state s)
{
	return (unsigned int)s < STATES ? states[s].name : "unknown";
}

enum state state_parse(const char *s)
{
	size_t i = 0;
	while (i < STATES && strcmp(states[i].name, s))
		i++;
	return (enum state)i;
}

int state_rank(enum state s)
{
	return (unsigned int)s < STATES ? states[s].rank : -1;
}

bool state_is_loss(enum state s)
{
	return (unsigned int)s < STATES && states[s].loss;
}

const char *state_meaning(enum state s, const char *lang)
{
	if ((unsigned int)s >= STATES)
		return "";
	return strcmp(lang, "fa") ? states[s].en : states[s].fa;
}

double verdict_round(double share)
{
	return isnan(share) ? share : round(share * DECIMALS) / DECIMALS;
}

/* Wilson 1927, JASA 22:209; unlike the normal interval it holds for few probes and for shares of 0
 * and 1, where the ends are set exactly: rounding leaves some 1e-17. */
void verdict_interval(double share, double n, double *lo, double *hi)
{
	double z2 = WILSON_Z * WILSON_Z, scale = 1 + z2 / n;
	double mid = (share + z2 / (2 * n)) / scale;
	double half = WILSON_Z / scale * sqrt(share * (1 - share) / n + z2 / (4 * n * n));
	*lo = share > 0 ? mid - half : 0;
	*hi = share < 1 ? mid + half : 1;
}

void verdict_wilson(uint32_t up, uint32_t n, double *lo, double *hi)
{
	verdict_interval((double)up / n, n, lo, hi);
}

void verdict_clear(struct verdict *v)
{
	*v = (struct verdict){.up = NAN, .lo = NAN, .hi = NAN, .part_lo = NAN, .part_hi = NAN};
}

bool verdict_is_quiet(uint32_t probes, uint32_t expected)
{
	return expected && (uint64_t)probes * QUIET_IN <= expected;
}

uint32_t verdict_evidence(uint32_t probes, uint32_t expected)
{
	uint64_t against = 23ULL * probes, all = 9ULL * expected; /* ln 10 = 2.3 */
	return verdict_is_quiet(probes, expected) && all > against ? (uint32_t)(all - against) : 0;
}

static enum level level_of(const struct verdict *v, enum target_class class, uint32_t min_probes)
{
	const struct verdict_share *s = &v->share[class];
	bool domestic = class == CLASS_DOMESTIC;
	if (!s->n || (!domestic && s->n < min_probes && 2ULL * s->n < v->probes))
		return UNKNOWN;
	if (2ULL * s->up >= s->n)
		return UP;
	return (domestic ? 4ULL : 2ULL) * s->some >= s->n ? PART : DOWN;
}

static bool link_is_down(const struct verdict *v, uint32_t min_probes)
{
	const struct verdict_share *s = &v->share[CLASS_LINK];
	return s->n && (s->n >= min_probes || 2ULL * s->n >= v->probes) && 2ULL * s->up < s->n &&
	       level_of(v, CLASS_OPEN, min_probes) < PART &&
	       level_of(v, CLASS_DOMESTIC, min_probes) < PART;
}

static enum state by_rule(struct verdict *v, enum state s, const char *rule)
{
	snprintf(v->rule, sizeof(v->rule), "%s", rule);
	return s;
}

/* Rules 5 and 7 with open up. */
static enum state decide_open(struct verdict *v, bool canary, enum level filtered)
{
	const struct verdict_share *f = &v->share[CLASS_FILTERED];
	bool blocked = filtered != UNKNOWN && (filtered != UP || 2ULL * f->fp >= f->n);
	if (blocked)
		return by_rule(v, STATE_FILTERED, canary ? "filtered" : "filtered-nocanary");
	return by_rule(v, STATE_OPEN, canary ? "open" : "open-nocanary");
}

/* Rule 8. */
static enum state decide_domestic(struct verdict *v, enum level domestic)
{
	switch (domestic) {
	case UP: return by_rule(v, STATE_DOMESTIC_ONLY, "domestic");
	case PART: return by_rule(v, STATE_PARTIAL_DOMESTIC, "partial");
	case DOWN: return by_rule(v, STATE_CUT, "cut");
	default: return by_rule(v, STATE_CUT, "cut-nodomestic");
	}
}

/* Rules 2 to 8. */
static enum state decide_votes(struct verdict *v, uint32_t min_probes)
{
	enum level open = level_of(v, CLASS_OPEN, min_probes);
	enum level filtered = level_of(v, CLASS_FILTERED, min_probes);
	enum level canary = level_of(v, CLASS_CANARY, min_probes);
	bool some = open >= PART || filtered >= PART;

	if (v->probes < min_probes || !v->probes)
		return by_rule(v, STATE_INSUFFICIENT, v->probes ? "few" : "none");
	if (link_is_down(v, min_probes))
		return by_rule(v, STATE_NO_LINK, "link");
	if (open == UNKNOWN)
		return by_rule(v, STATE_INSUFFICIENT, "no-open");
	if (canary == UP)
		return open == UP ? decide_open(v, true, filtered)
				  : by_rule(v, STATE_FILTERED, "canary");
	if (canary == UNKNOWN && open == UP)
		return decide_open(v, false, filtered);
	if (some)
		return by_rule(v, STATE_WHITELIST,
			       canary == UNKNOWN ? "whitelist-part" : "whitelist");
	return decide_domestic(v, level_of(v, CLASS_DOMESTIC, min_probes));
}

void verdict_judge(struct verdict *v, const struct verdict_input *in)
{
	const struct verdict_share *open = &v->share[CLASS_OPEN];
	v->expected = in->expected;
	v->up = v->lo = v->hi = NAN;
	if (open->n) {
		verdict_wilson(open->up, open->n, &v->lo, &v->hi);
		v->up = verdict_round((double)open->up / open->n);
		v->lo = verdict_round(v->lo);
		v->hi = verdict_round(v->hi);
	}
	v->state = decide_votes(v, in->min_probes);
	uint64_t evidence = verdict_evidence(v->probes, in->expected) + (uint64_t)in->evidence;
	if (in->collector_alive && in->others_heard && in->expected >= in->min_probes &&
	    verdict_is_quiet(v->probes, in->expected) && !state_is_loss(v->state) &&
	    evidence >= NATS * (2ULL * in->min_probes + 2))
		v->state = by_rule(v, STATE_SILENT, "silent");
}

static bool same_share(double a, double b)
{
	return isnan(a) ? isnan(b) : !isnan(b) && !(a < b) && !(a > b);
}

bool verdict_equal(const struct verdict *a, const struct verdict *b)
{
	return a->state == b->state && a->probes == b->probes && a->expected == b->expected &&
	       a->late == b->late && same_share(a->up, b->up) && same_share(a->lo, b->lo) &&
	       same_share(a->hi, b->hi) && same_share(a->part_lo, b->part_lo) &&
	       same_share(a->part_hi, b->part_hi) && a->fragile == b->fragile &&
	       !memcmp(a->share, b->share, sizeof(a->share)) &&
	       !memcmp(a->sign, b->sign, sizeof(a->sign)) &&
	       !memcmp(a->mech, b->mech, sizeof(a->mech)) && !strcmp(a->rule, b->rule);
}
