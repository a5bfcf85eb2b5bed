/* tally.c: the votes of all classes side by side, probe by probe.
 *
 * The signs of a probe (sign.def). It has lost international access when it reaches less than half of the
 * canaries it tried, or, where it tried none, of the open targets. Everything else is only asked of a probe that
 * has not lost it, since then everything fails:
 *
 *	IPV6	no target answers over IPv6, of those that it tried so
 *	QUIC	no open service answers over QUIC
 *	DNS	no resolver abroad answers
 *	TOOLS	no tool against censorship is reached
 *	SLOW	downloads from abroad at less than a quarter of the usual speed, and below 1 MB/s, while those
 *		from the country are at half of theirs or better
 *
 * A quarter: policing in past shutdowns cut speeds by 69 to 77% and more (Anderson 2013, arXiv 1306.4361), and the
 * speed of one line halves and doubles by itself. What is faster than 1 MB/s nobody would call slowed, and 64 KiB in less
 * than a sixteenth of a second measure the devices on the way more than the line. The speed at home alone says nothing of
 * what is usual abroad: a download so short takes as many round trips, and those are longer. */
#include "collector/tally.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

_Static_assert(TALLY_BITS *CLASSES <= 32 && 2 * SIGNS < 32 && 2 * MECHANISMS <= 32,
	       "a probe's part fits its words");

#define LINK_ADDR (1u << CELL_LINK_V4 | 1u << CELL_LINK_V6)
#define LINK_GATE (1u << CELL_LINK_GATEWAY)

/* In quarters of an octave (cell_rate). */
#define RATE_QUARTER 8
#define RATE_HALF    4
#define RATE_FAST    80 /* 1 MB/s */

/* What one probe saw: its vote in each class, or NULL. */
struct probe {
	uint64_t id;
	const struct cell_vote *of[CLASSES];
};

static const enum target_class abroad[] = {CLASS_OPEN, CLASS_FILTERED, CLASS_CANARY};
#define ABROAD (sizeof(abroad) / sizeof(abroad[0]))

static int bits(uint64_t mask)
{
	return __builtin_popcountll(mask);
}

static uint32_t share_of(const struct cell_vote *v, enum target_class class, uint64_t say)
{
	int tried = bits(v->tried & say), ok = bits(v->ok & say);
	bool up =
		class == CLASS_LINK ? (v->ok & LINK_ADDR) && (v->ok & LINK_GATE) : 2 * ok >= tried;
	if (!tried)
		return 0;
	return TALLY_TRIED | (up ? TALLY_UP : 0) | (ok ? TALLY_SOME : 0) |
	       (v->fp & say ? TALLY_FP : 0);
}

static void note(uint32_t *word, unsigned int which, bool did)
{
	*word |= (TALLY_COULD | (did ? TALLY_DID : 0)) << 2 * which;
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

static void note_ipv6(struct tally_probe *out, const struct probe *p, const struct sight *sight)
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
		note(&out->sign, SIGN_IPV6, !ok);
}

static void note_among(struct tally_probe *out, enum sign s, const struct cell_vote *v,
		       uint64_t which)
{
	if (v && (v->tried & which))
		note(&out->sign, s, !(v->ok & which));
}

/* 1 slow, 0 not, -1 can't say. */
static int is_slow(const struct probe *p, const struct sight *sight)
{
	int open = p->of[CLASS_OPEN] ? p->of[CLASS_OPEN]->rate : 0;
	int home = p->of[CLASS_DOMESTIC] ? p->of[CLASS_DOMESTIC]->rate : 0;
	if (!open || !sight->open_rate)
		return -1;
	if (home && sight->home_rate && home + RATE_HALF < sight->home_rate)
		return -1; /* the line itself is slow */
	return open < RATE_FAST && open + RATE_QUARTER < sight->open_rate;
}

static void note_signs(struct tally_probe *out, const struct probe *p, const struct sight *sight)
{
	const struct cell_vote *open = p->of[CLASS_OPEN];
	int lost = misses(p, CLASS_CANARY, sight);
	if (lost < 0)
		lost = misses(p, CLASS_OPEN, sight);
	if (lost >= 0)
		note(&out->sign, SIGN_LOSS, lost);
	if (lost != 0)
		return;
	note_ipv6(out, p, sight);
	if (open && open->step_tried[KIND_QUIC])
		note(&out->sign, SIGN_QUIC, !open->step_ok[KIND_QUIC]);
	note_among(out, SIGN_DNS, p->of[CLASS_RESOLVER], sight->abroad);
	note_among(out, SIGN_TOOLS, p->of[CLASS_FILTERED],
		   sight->tools & ~sight->no_say[CLASS_FILTERED]);
	int slow = is_slow(p, sight);
	if (slow >= 0)
		note(&out->sign, SIGN_SLOW, slow);
}

static void note_mechanisms(struct tally_probe *out, const struct probe *p,
			    const struct sight *sight)
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
		if ((could || did) && m != MECH_THROTTLE)
			note(&out->mech, m, did);
	}
}

static struct tally_probe probe_of(const struct probe *p, const struct sight *sight)
{
	struct tally_probe out = {.id = p->id};
	bool late = false;
	for (size_t c = 0; c < CLASSES; c++) {
		if (!p->of[c])
			continue;
		late |= p->of[c]->late;
		out.class |= share_of(p->of[c], (enum target_class)c, ~sight->no_say[c])
			     << TALLY_BITS * c;
	}
	note_signs(&out, p, sight);
	note_mechanisms(&out, p, sight);
	out.sign |= late ? TALLY_LATE : 0;
	return out;
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
	p->id = lowest;
	for (size_t c = 0; c < CLASSES; c++) {
		p->of[c] = NULL;
		if (cells[c] && at[c] < cells[c]->n && cells[c]->votes[at[c]].probe == lowest)
			p->of[c] = &cells[c]->votes[at[c]++];
	}
	return any;
}

void tally_init(struct tally *t)
{
	*t = (struct tally){0};
}

void tally_clear(struct tally *t)
{
	free(t->probes);
	tally_init(t);
}

static void append(struct tally *t, const struct tally_probe *p)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 16;
		t->probes = xrealloc(t->probes, t->room * sizeof(*t->probes));
	}
	t->probes[t->n++] = *p;
}

void tally_look(struct tally *t, const struct cell *const cells[static CLASSES],
		const struct sight *sight)
{
	size_t at[CLASSES] = {0};
	struct probe p;
	while (next_probe(&p, cells, at)) {
		struct tally_probe part = probe_of(&p, sight);
		append(t, &part);
	}
}

#define ODD 0x55555555u /* the lower one of every two bits */

/* Pairs of could and did: did only where no side could and did not. */
static uint32_t unite_pairs(uint32_t a, uint32_t b)
{
	uint32_t could = (a | b) & ODD;
	uint32_t not = (a & ~a >> 1) | (b & ~b >> 1);
	return could | (could & ~not ) << 1;
}

static struct tally_probe unite(const struct tally_probe *a, const struct tally_probe *b)
{
	const uint32_t pairs = TALLY_LATE - 1;
	struct tally_probe u = {.id = a->id, .class = a->class | b->class};
	u.sign = unite_pairs(a->sign & pairs, b->sign & pairs) | ((a->sign | b->sign) & TALLY_LATE);
	u.mech = a->mech | b->mech;
	return u;
}

void tally_merge(struct tally *dst, const struct tally *src)
{
	struct tally out = {.room = dst->n + src->n};
	size_t i = 0, k = 0;
	out.probes = xcalloc(out.room + 1, sizeof(*out.probes));
	while (i < dst->n || k < src->n) {
		const struct tally_probe *a = i < dst->n ? &dst->probes[i] : NULL;
		const struct tally_probe *b = k < src->n ? &src->probes[k] : NULL;
		bool from_a = a && (!b || a->id <= b->id), from_b = b && (!a || b->id <= a->id);
		out.probes[out.n++] = from_a && from_b ? unite(a, b) : from_a ? *a : *b;
		i += from_a;
		k += from_b;
	}
	free(dst->probes);
	*dst = out;
}

static void add(uint32_t *figure, uint32_t word, uint32_t bit, int n)
{
	if (word & bit)
		*figure += (uint32_t)n; /* wraps back when n is below 0 */
}

static void add_pair(struct verdict_count *c, uint32_t pair, int n)
{
	add(&c->n, pair, TALLY_COULD, n);
	add(&c->hit, pair, TALLY_DID, n);
}

void tally_add(struct verdict *v, const struct tally_probe *p, int n)
{
	v->probes += (uint32_t)n;
	add(&v->late, p->sign, TALLY_LATE, n);
	for (size_t c = 0; c < CLASSES; c++) {
		uint32_t word = p->class >> TALLY_BITS * c;
		add(&v->share[c].n, word, TALLY_TRIED, n);
		add(&v->share[c].up, word, TALLY_UP, n);
		add(&v->share[c].some, word, TALLY_SOME, n);
		add(&v->share[c].fp, word, TALLY_FP, n);
	}
	for (size_t s = 0; s < SIGNS; s++)
		add_pair(&v->sign[s], p->sign >> 2 * s, n);
	for (size_t m = 0; m < MECHANISMS; m++)
		add_pair(&v->mech[m], p->mech >> 2 * m, n);
	v->mech[MECH_THROTTLE] = v->sign[SIGN_SLOW];
}

void tally_count(struct verdict *v, const struct tally *t)
{
	verdict_clear(v);
	for (size_t i = 0; i < t->n; i++)
		tally_add(v, &t->probes[i], 1);
}
