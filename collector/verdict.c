/* verdict.c: the rules of METHOD.md, in its order.
 *
 * Every comparison of counts goes through at_least, which also notes how many probes would have to go for its
 * answer to change. Only comparisons that are asked are noted: as long as they answer the same, the state is
 * the same, whatever else has changed. That is the margin, from which fragile.c starts. */
#include "collector/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WILSON_Z 1.959964 /* 97.5% quantile of the normal distribution */
#define SLOW_MIN 3	  /* votes on speed */
/* Silent: at most 7 in 20 of the expected probes are heard, so that 30% who go on reporting don't hide it. */
#define HEARD_OF  7
#define SILENT_OF 20
#define DECIMALS  1e4

static const char *const signs[SIGNS] = {
#define SIGN(sym, name) [SIGN_##sym] = (name),
#include "collector/sign.def"
#undef SIGN
};

const char *sign_str(enum sign s)
{
	return (unsigned int)s < SIGNS ? signs[s] : "unknown";
}

enum sign sign_parse(const char *s)
{
	size_t i = 0;
	while (i < SIGNS && strcmp(signs[i], s))
		i++;
	return (enum sign)i;
}

static const struct {
	const char *name;
	int rank;
	bool loss;
} states[STATES] = {
#define STATE(sym, name, rank, lost) [STATE_##sym] = {name, rank, lost},
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

static const char rules[RULES][sizeof(((struct verdict *)NULL)->rule)] = {
#define RULE(sym, code) [RULE_##sym] = code,
#include "collector/rule.def"
#undef RULE
};

const char *rule_str(enum rule r)
{
	return (unsigned int)r < RULES ? rules[r] : "unknown";
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

struct judging {
	struct verdict *v;
	const struct verdict_input *in;
	uint64_t margin;
};

/* a >= b, where one probe less lowers a - b by at most `down`, or raises it by at most `up`; 0: never. */
static bool at_least(struct judging *j, uint64_t a, uint64_t b, unsigned int down, unsigned int up)
{
	uint64_t margin = UINT64_MAX;
	bool holds = a >= b;
	if (holds && down)
		margin = (a - b) / down + 1;
	else if (!holds && up)
		margin = (b - a + up - 1) / up;
	if (margin < j->margin)
		j->margin = margin;
	return holds;
}

/* Half of n. */
static bool half(struct judging *j, uint64_t hit, uint64_t n)
{
	return at_least(j, 2 * hit, n, 1, 1);
}

/* Several questions, of which one yes is enough: for the answer to change, all that were answered with yes
 * have to change, or any when none was. */
struct any {
	uint64_t outer, yes, no;
	bool is;
};

static struct any any_of(struct judging *j)
{
	struct any a = {j->margin, 0, UINT64_MAX, false};
	j->margin = UINT64_MAX;
	return a;
}

static void any_add(struct any *a, struct judging *j, bool answer)
{
	a->is |= answer;
	if (answer && j->margin > a->yes)
		a->yes = j->margin;
	if (!answer && j->margin < a->no)
		a->no = j->margin;
	j->margin = UINT64_MAX;
}

static bool any_is(const struct any *a, struct judging *j)
{
	uint64_t margin = a->is ? a->yes : a->no;
	j->margin = margin < a->outer ? margin : a->outer;
	return a->is;
}

/* Liars who are less than a third can't make a class known by themselves. */
static bool is_known(struct judging *j, enum target_class class)
{
	uint64_t n = j->v->share[class].n, heard = j->v->probes;
	return at_least(j, n, 1, 1, 0) && at_least(j, 3 * n, heard, 2, 1) &&
	       (at_least(j, n, j->in->min_probes, 1, 0) || half(j, n, heard));
}

static bool is_up(struct judging *j, enum target_class class)
{
	return half(j, j->v->share[class].up, j->v->share[class].n);
}

static bool is_part(struct judging *j, enum target_class class)
{
	return half(j, j->v->share[class].some, j->v->share[class].n);
}

/* Whether n probes may speak where few can: not everybody has IPv6. */
static bool may_speak(struct judging *j, uint64_t n)
{
	return at_least(j, n, 1, 1, 0) &&
	       (at_least(j, n, j->in->min_probes, 1, 0) ||
		(at_least(j, n, 2, 1, 0) && at_least(j, 4 * n, j->v->probes, 3, 1)));
}

static void say(struct judging *j, enum state s, enum rule rule)
{
	j->v->state = s;
	strcpy(j->v->rule, rule_str(rule)); /* checked to fit */
}

/* Most of all that were heard have no line, and most reach nothing: what is reached proves the line,
 * whatever the link check says of it. */
static bool link_is_down(struct judging *j)
{
	const struct verdict *v = j->v;
	const struct verdict_share *link = &v->share[CLASS_LINK];
	return at_least(j, 2ULL * (link->n - link->up), v->probes + 1ULL, 1, 1) &&
	       !half(j, v->share[CLASS_OPEN].some, v->probes) &&
	       !half(j, v->share[CLASS_DOMESTIC].some, v->probes);
}

static bool is_slow(struct judging *j)
{
	struct verdict_count c = j->v->sign[SIGN_SLOW];
	const struct verdict_count *before = &j->in->slow_before;
	if (!at_least(j, c.n, SLOW_MIN, 1, 0)) {
		c.n += before->n;
		c.hit += before->hit;
		if (!at_least(j, c.n, SLOW_MIN, 1, 0))
			return false;
	}
	return at_least(j, 2ULL * c.hit, c.n + 1ULL, 1, 1);
}

static bool is_lost(struct judging *j, enum sign s)
{
	const struct verdict_count *c = &j->v->sign[s];
	return may_speak(j, c->n) && at_least(j, 2ULL * c->hit, c->n + 1ULL, 1, 1);
}

/* The web works. Returns false when nothing is worse than usual. */
static bool say_restricted(struct judging *j)
{
	struct any lost = any_of(j);
	bool quic = is_lost(j, SIGN_QUIC);
	any_add(&lost, j, quic);
	bool ipv6 = is_lost(j, SIGN_IPV6);
	any_add(&lost, j, ipv6);
	if (any_is(&lost, j))
		say(j, STATE_RESTRICTED,
		    quic && ipv6 ? RULE_QUIC_IPV6
		    : quic	 ? RULE_QUIC
				 : RULE_IPV6);
	return lost.is;
}

/* Open is up, canaries are up or unknown. */
static void say_open(struct judging *j, bool canary)
{
	const struct verdict_share *f = &j->v->share[CLASS_FILTERED];
	if (is_slow(j))
		say(j, STATE_THROTTLED, RULE_SLOW);
	else if (say_restricted(j))
		return;
	else if (is_known(j, CLASS_FILTERED) && (!is_up(j, CLASS_FILTERED) || half(j, f->fp, f->n)))
		say(j, STATE_FILTERED, canary ? RULE_FILTERED : RULE_FILTERED_NOCANARY);
	else
		say(j, STATE_OPEN, canary ? RULE_OPEN : RULE_OPEN_NOCANARY);
}

/* Nothing international. */
static void say_domestic(struct judging *j)
{
	if (!may_speak(j, j->v->share[CLASS_DOMESTIC].n))
		say(j, STATE_CUT, RULE_CUT_NODOMESTIC);
	else if (is_up(j, CLASS_DOMESTIC))
		say(j, STATE_DOMESTIC_ONLY, RULE_DOMESTIC);
	else if (is_part(j, CLASS_DOMESTIC))
		say(j, STATE_PARTIAL_DOMESTIC, RULE_PARTIAL);
	else
		say(j, STATE_CUT, RULE_CUT);
}

/* Something international, or nothing. */
static void say_part(struct judging *j, enum rule rule)
{
	static const enum target_class abroad[] = {CLASS_CANARY, CLASS_OPEN, CLASS_FILTERED};
	struct any some = any_of(j);
	for (size_t i = 0; i < sizeof(abroad) / sizeof(abroad[0]); i++)
		any_add(&some, j, is_known(j, abroad[i]) && is_part(j, abroad[i]));
	if (any_is(&some, j))
		say(j, STATE_WHITELIST, rule);
	else
		say_domestic(j);
}

static enum rule nobody(const struct verdict_input *in)
{
	return in->collector_alive ? RULE_NONE : in->unreached ? RULE_UNREACHED : RULE_COLLECTOR;
}

static void say_votes(struct judging *j)
{
	if (!at_least(j, j->v->probes, 1, 1, 0))
		say(j, STATE_INSUFFICIENT, nobody(j->in));
	else if (!at_least(j, j->v->probes, j->in->min_probes, 1, 0))
		say(j, STATE_INSUFFICIENT, RULE_FEW);
	else if (link_is_down(j))
		say(j, STATE_NO_LINK, RULE_LINK);
	else if (!is_known(j, CLASS_OPEN))
		say(j, STATE_INSUFFICIENT, RULE_NO_OPEN);
	else if (!is_known(j, CLASS_CANARY))
		is_up(j, CLASS_OPEN) ? say_open(j, false) : say_part(j, RULE_WHITELIST_PART);
	else if (is_up(j, CLASS_CANARY))
		is_up(j, CLASS_OPEN) ? say_open(j, true) : say(j, STATE_FILTERED, RULE_CANARY);
	else if (is_slow(j) && is_part(j, CLASS_CANARY) && is_up(j, CLASS_OPEN))
		say(j, STATE_THROTTLED, RULE_SLOW);
	else
		say_part(j, RULE_WHITELIST);
}

uint32_t verdict_decide(struct verdict *v, const struct verdict_input *in)
{
	struct judging j = {v, in, UINT64_MAX};
	say_votes(&j);
	if (in->silent && in->collector_alive && in->expected && !state_is_loss(v->state) &&
	    at_least(&j, HEARD_OF * (uint64_t)in->expected, SILENT_OF * (uint64_t)v->probes, 0,
		     SILENT_OF))
		say(&j, STATE_SILENT, RULE_SILENT);
	return j.margin < UINT32_MAX ? (uint32_t)j.margin : UINT32_MAX;
}

uint32_t verdict_judge(struct verdict *v, const struct verdict_input *in)
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
	return verdict_decide(v, in);
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
