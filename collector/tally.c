/* tally.c: the probes of all classes side by side, one after the other.
 *
 * The signs of a probe (sign.def). It has lost international access when it reaches less than half of the
 * canaries it tried, or, where it tried none, of the open targets. Everything else is only asked of a probe that
 * has not lost it, since then everything fails:
 *
 *	IPV6	no target answers over IPv6, of those that it tried so
 *	QUIC	no open service answers over QUIC
 *	DNS	no resolver abroad answers
 *	TOOLS	no tool against censorship is reached
 *	SLOW	downloads from abroad at less than a quarter of the usual speed while those from the country
 *		are at half of theirs or better; where no usual speed is known, at less than an eighth of the
 *		probe's own speed within the country
 *
 * A quarter: policing in past shutdowns cut speeds by 69 to 77% and more (Anderson 2013, arXiv 1306.4361), and the
 * speed of one line halves and doubles by itself. */
#include "collector/tally.h"

#define LINK_ADDR (1u << CELL_LINK_V4 | 1u << CELL_LINK_V6)
#define LINK_GATE (1u << CELL_LINK_GATEWAY)

/* In quarters of an octave (cell_rate). */
#define RATE_QUARTER 8
#define RATE_HALF    4
#define RATE_EIGHTH  12

/* What one probe saw: its vote in each class, or NULL. */
struct probe {
	const struct cell_vote *of[CLASSES];
};

static const enum target_class abroad[] = {CLASS_OPEN, CLASS_FILTERED, CLASS_CANARY};
#define ABROAD (sizeof(abroad) / sizeof(abroad[0]))

static int bits(uint64_t mask)
{
	return __builtin_popcountll(mask);
}

static void count_share(struct verdict_share *s, const struct cell_vote *v, enum target_class class,
			uint64_t say)
{
	int tried = bits(v->tried & say), ok = bits(v->ok & say);
	bool up =
		class == CLASS_LINK ? (v->ok & LINK_ADDR) && (v->ok & LINK_GATE) : 2 * ok >= tried;
	if (!tried)
		return;
	s->n++;
	s->up += up;
	s->some += ok > 0;
	s->fp += (v->fp & say) != 0;
}

static void count(struct verdict_count *c, bool hit)
{
	c->n++;
	c->hit += hit;
}

/* Whether the probe could and did reach too little of a class: 1, 0, or -1 when it did not try. */
static int misses(const struct probe *p, enum target_class class, const struct sight *sight)
{
	const struct cell_vote *v = p->of[class];
	uint64_t say = ~sight->no_say[class];
	if (!v || !(v->tried & say))
		return -1;
	return 2 * bits(v->ok & say) < bits(v->tried & say);
}

static void count_ipv6(struct verdict *out, const struct probe *p, const struct sight *sight)
{
	uint64_t tried = 0, ok = 0;
	for (size_t i = 0; i < ABROAD; i++) {
		const struct cell_vote *v = p->of[abroad[i]];
		uint64_t say = v ? v->ok & ~sight->no_say[abroad[i]]
				 : 0; /* reached, so over IPv4 at least */
		tried |= v ? v->six_tried & say : 0;
		ok |= v ? v->six_ok & say : 0;
	}
	if (tried)
		count(&out->sign[SIGN_IPV6], !ok);
}

static void count_among(struct verdict_count *c, const struct cell_vote *v, uint64_t which)
{
	if (v && (v->tried & which))
		count(c, !(v->ok & which));
}

/* 1 slow, 0 not, -1 can't say. */
static int is_slow(const struct probe *p, const struct sight *sight)
{
	int open = p->of[CLASS_OPEN] ? p->of[CLASS_OPEN]->rate : 0;
	int home = p->of[CLASS_DOMESTIC] ? p->of[CLASS_DOMESTIC]->rate : 0;
	if (!open)
		return -1;
	if (!sight->open_rate)
		return home ? open + RATE_EIGHTH < home : -1;
	if (home && sight->home_rate && home + RATE_HALF < sight->home_rate)
		return -1; /* the line itself is slow */
	return open + RATE_QUARTER < sight->open_rate;
}

static void count_signs(struct verdict *out, const struct probe *p, const struct sight *sight)
{
	const struct cell_vote *open = p->of[CLASS_OPEN];
	int lost = misses(p, CLASS_CANARY, sight);
	if (lost < 0)
		lost = misses(p, CLASS_OPEN, sight);
	if (lost >= 0)
		count(&out->sign[SIGN_LOSS], lost);
	if (lost != 0)
		return;
	count_ipv6(out, p, sight);
	if (open && open->step_tried[KIND_QUIC])
		count(&out->sign[SIGN_QUIC], !open->step_ok[KIND_QUIC]);
	count_among(&out->sign[SIGN_DNS], p->of[CLASS_RESOLVER], sight->abroad);
	count_among(&out->sign[SIGN_TOOLS], p->of[CLASS_FILTERED],
		    sight->tools & ~sight->no_say[CLASS_FILTERED]);
	int slow = is_slow(p, sight);
	if (slow >= 0)
		count(&out->sign[SIGN_SLOW], slow);
}

static void count_mechanisms(struct verdict *out, const struct probe *p, const struct sight *sight)
{
	for (enum mechanism m = 0; m < MECHANISMS; m++) {
		enum kind kind = mechanism_kind(m);
		bool could = false, did = false;
		for (size_t i = 0; i < ABROAD; i++) {
			const struct cell_vote *v = p->of[abroad[i]];
			uint64_t say = ~sight->no_say[abroad[i]];
			if (!v)
				continue;
			if (m == MECH_IPV6_LOSS)
				could |= (v->six_tried & say) != 0;
			else if (m == MECH_QUIC_DROP)
				could |= v->step_tried[KIND_QUIC] != 0;
			else
				could |= (v->step_tried[kind] & say) != 0;
			did |= m == MECH_QUIC_DROP
				       ? (v->step_tried[KIND_QUIC] & ~v->step_ok[KIND_QUIC]) != 0
				       : (v->mech[m] & say) != 0;
		}
		if (could && m != MECH_THROTTLE)
			count(&out->mech[m], did);
	}
}

static void count_probe(struct verdict *out, const struct probe *p, const struct sight *sight)
{
	bool late = false;
	for (size_t c = 0; c < CLASSES; c++) {
		if (!p->of[c])
			continue;
		late |= p->of[c]->late;
		count_share(&out->share[c], p->of[c], (enum target_class)c, ~sight->no_say[c]);
	}
	out->probes++;
	out->late += late;
	count_signs(out, p, sight);
	count_mechanisms(out, p, sight);
}

/* Takes the votes of the lowest probe that is left: a merge of up to CLASSES sorted arrays. */
static bool next_probe(struct probe *p, const struct cell *const cells[static CLASSES],
		       size_t at[static CLASSES])
{
	uint64_t lowest = UINT64_MAX;
	bool any = false;
	for (size_t c = 0; c < CLASSES; c++)
		if (cells[c] && at[c] < cells[c]->n) {
			uint64_t probe = cells[c]->votes[at[c]].probe;
			lowest = probe < lowest ? probe : lowest;
			any = true;
		}
	for (size_t c = 0; c < CLASSES; c++) {
		p->of[c] = NULL;
		if (cells[c] && at[c] < cells[c]->n && cells[c]->votes[at[c]].probe == lowest)
			p->of[c] = &cells[c]->votes[at[c]++];
	}
	return any;
}

void tally_votes(struct verdict *v, const struct cell *const cells[static CLASSES],
		 const struct sight *sight)
{
	size_t at[CLASSES] = {0};
	struct probe p;
	verdict_clear(v);
	while (next_probe(&p, cells, at))
		count_probe(v, &p, sight);
	v->mech[MECH_THROTTLE] = v->sign[SIGN_SLOW];
}
