/* cell.c: sets of votes, and their stored form.
 *
 * A cell is a sorted array: most have fewer than 64 votes, where an array beats every tree or hash.
 *
 * Stored form (varints of varint.h, except the probe ids, which are random and would only grow):
 *
 *	n                            number of votes; then n times, ascending by probe:
 *	    probe                    8 bytes, big-endian
 *	    flags                    late | fp << 1 | miss << 2 | kinds << 3, above them more
 *	                             kinds: bit k when step_tried[k] is not 0
 *	    tried
 *	    tried & ~ok              if miss: something that was tried was not reached
 *	    fp                       if fp
 *	    tried & ~step_tried[k], step_tried[k] & ~step_ok[k]     for each kind in kinds; of QUIC, whose
 *	                             targets are others, step_tried itself
 *	    rate, seen               if more; seen: bit m when mech[m] is not 0, above them one when six_tried is not
 *	    mech[m]                  for each in seen
 *	    six_tried, six_tried & ~six_ok     if seen says so
 *
 * Differences are stored because they are nearly always 0. Every cell has exactly one form: decoding
 * refuses anything else, also masks that are not subsets of what was tried, since no result could
 * have made them. */
#include "collector/cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/varint.h"

#define FLAG_LATE  1
#define FLAG_FP	   2
#define FLAG_MISS  4
#define KINDS_BIT  3
#define FLAG_MORE  (1ULL << (KINDS_BIT + KINDS))
#define SEEN_SIX   (1ULL << MECHANISMS)
#define VOTE_BYTES 10 /* the least that a stored vote takes: probe, flags, tried */
#define RATE_MAX   255

static const struct {
	const char *name;
	enum kind kind;
} mechanisms[MECHANISMS] = {
#define MECHANISM(sym, name, kind) [MECH_##sym] = {name, KIND_##kind},
#include "collector/mechanism.def"
#undef MECHANISM
};

const char *mechanism_str(enum mechanism m)
{
	return (unsigned int)m < MECHANISMS ? mechanisms[m].name : "unknown";
}

enum kind mechanism_kind(enum mechanism m)
{
	return (unsigned int)m < MECHANISMS ? mechanisms[m].kind : KINDS;
}

uint8_t cell_rate(int64_t bytes, int64_t us)
{
	if (bytes <= 0 || us <= 0)
		return 0;
	long code = lround(4 * log2((double)bytes * 1e6 / (double)us));
	return (uint8_t)(code < 1 ? 1 : code > RATE_MAX ? RATE_MAX : code);
}

void cell_init(struct cell *c)
{
	*c = (struct cell){0};
}

void cell_clear(struct cell *c)
{
	free(c->votes);
	cell_init(c);
}

/* Position of the first vote whose probe is not below. */
static size_t find(const struct cell *c, uint64_t probe)
{
	size_t lo = 0, hi = c->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (c->votes[mid].probe < probe)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void reserve(struct cell *c, size_t n)
{
	if (n <= c->room)
		return;
	size_t room = c->room ? c->room : 4;
	while (room < n)
		room *= 2;
	c->votes = xrealloc(c->votes, room * sizeof(*c->votes));
	c->room = room;
}

static bool unite(uint64_t *dst, uint64_t src)
{
	uint64_t old = *dst;
	*dst |= src;
	return *dst != old;
}

static bool vote_unite(struct cell_vote *dst, const struct cell_vote *src)
{
	bool changed = unite(&dst->tried, src->tried);
	changed |= unite(&dst->ok, src->ok);
	changed |= unite(&dst->fp, src->fp);
	for (size_t k = 0; k < KINDS; k++) {
		changed |= unite(&dst->step_tried[k], src->step_tried[k]);
		changed |= unite(&dst->step_ok[k], src->step_ok[k]);
	}
	changed |= unite(&dst->six_tried, src->six_tried);
	changed |= unite(&dst->six_ok, src->six_ok);
	for (size_t m = 0; m < MECHANISMS; m++)
		changed |= unite(&dst->mech[m], src->mech[m]);
	if (src->rate > dst->rate) {
		dst->rate = src->rate;
		changed = true;
	}
	changed |= src->late && !dst->late;
	dst->late |= src->late;
	return changed;
}

bool cell_add(struct cell *c, const struct cell_vote *v)
{
	size_t at = find(c, v->probe);
	if (at < c->n && c->votes[at].probe == v->probe)
		return vote_unite(&c->votes[at], v);
	reserve(c, c->n + 1);
	memmove(&c->votes[at + 1], &c->votes[at], (c->n - at) * sizeof(*c->votes));
	c->votes[at] = *v;
	c->n++;
	return true;
}

/* Votes of src whose probe is not in dst. */
static size_t count_new(const struct cell *dst, const struct cell *src)
{
	size_t n = 0;
	for (size_t d = 0, s = 0; s < src->n; s++) {
		while (d < dst->n && dst->votes[d].probe < src->votes[s].probe)
			d++;
		n += d == dst->n || dst->votes[d].probe != src->votes[s].probe;
	}
	return n;
}

/* Merges from the back, so that every vote moves once and no second array is needed. */
bool cell_merge(struct cell *dst, const struct cell *src)
{
	size_t fresh = count_new(dst, src), d = dst->n, s = src->n, at = dst->n + fresh;
	bool changed = fresh > 0;
	reserve(dst, at);
	while (s > 0) {
		const struct cell_vote *v = &src->votes[s - 1];
		if (d > 0 && dst->votes[d - 1].probe > v->probe) {
			dst->votes[--at] = dst->votes[--d];
			continue;
		}
		s--;
		if (d > 0 && dst->votes[d - 1].probe == v->probe) {
			dst->votes[--at] = dst->votes[--d];
			changed |= vote_unite(&dst->votes[at], v);
		} else {
			dst->votes[--at] = *v;
		}
	}
	dst->n += fresh;
	return changed;
}

static uint64_t seen_in(const struct cell_vote *v)
{
	uint64_t seen = v->six_tried ? SEEN_SIX : 0;
	for (size_t m = 0; m < MECHANISMS; m++)
		seen |= v->mech[m] ? 1ULL << m : 0;
	return seen;
}

static void put_more(struct buf *out, const struct cell_vote *v, uint64_t seen)
{
	varint_put(out, v->rate);
	varint_put(out, seen);
	for (size_t m = 0; m < MECHANISMS; m++)
		if (v->mech[m])
			varint_put(out, v->mech[m]);
	if (seen & SEEN_SIX) {
		varint_put(out, v->six_tried);
		varint_put(out, v->six_tried & ~v->six_ok);
	}
}

static void put_vote(struct buf *out, const struct cell_vote *v)
{
	uint64_t miss = v->tried & ~v->ok, kinds = 0, seen = seen_in(v);
	bool more = seen || v->rate;
	uint8_t probe[8];
	for (size_t i = 0; i < sizeof(probe); i++)
		probe[i] = (uint8_t)(v->probe >> (56 - 8 * i));
	for (size_t k = 0; k < KINDS; k++)
		kinds |= v->step_tried[k] ? 1ULL << k : 0;
	buf_put(out, probe, sizeof(probe));
	varint_put(out, (v->late ? FLAG_LATE : 0) | (v->fp ? FLAG_FP : 0) | (miss ? FLAG_MISS : 0) |
				(more ? FLAG_MORE : 0) | kinds << KINDS_BIT);
	varint_put(out, v->tried);
	if (miss)
		varint_put(out, miss);
	if (v->fp)
		varint_put(out, v->fp);
	for (size_t k = 0; k < KINDS; k++) {
		if (!v->step_tried[k])
			continue;
		varint_put(out, k == KIND_QUIC ? v->step_tried[k] : v->tried & ~v->step_tried[k]);
		varint_put(out, v->step_tried[k] & ~v->step_ok[k]);
	}
	if (more)
		put_more(out, v, seen);
}

void cell_encode(const struct cell *c, struct buf *out)
{
	varint_put(out, c->n);
	for (size_t i = 0; i < c->n; i++)
		put_vote(out, &c->votes[i]);
}

/* A part of whole that is left out; sets bad when it is no part of it. */
static uint64_t get_rest(struct varint_in *in, uint64_t whole)
{
	uint64_t out = varint_get(in);
	in->bad |= (out & ~whole) != 0;
	return whole & ~out;
}

/* A part of what was tried, and not nothing. */
static uint64_t get_part(struct varint_in *in, uint64_t whole)
{
	uint64_t part = varint_get(in);
	in->bad |= !part || (part & ~whole);
	return part;
}

static void get_more(struct varint_in *in, struct cell_vote *v)
{
	v->rate = (uint8_t)varint_get_max(in, RATE_MAX);
	uint64_t seen = varint_get_max(in, 2 * SEEN_SIX - 1);
	in->bad |= !seen && !v->rate;
	for (size_t m = 0; m < MECHANISMS; m++)
		if (seen & 1ULL << m)
			v->mech[m] = get_part(in, v->tried);
	if (seen & SEEN_SIX) {
		v->six_tried = get_part(in, v->tried);
		v->six_ok = get_rest(in, v->six_tried);
	}
}

static void get_vote(struct varint_in *in, struct cell_vote *v)
{
	*v = (struct cell_vote){0};
	const uint8_t *probe = varint_bytes(in, 8);
	for (size_t i = 0; probe && i < 8; i++)
		v->probe = v->probe << 8 | probe[i];
	uint64_t flags = varint_get_max(in, 2 * FLAG_MORE - 1);
	v->late = flags & FLAG_LATE;
	v->tried = v->ok = varint_get(in);
	if (flags & FLAG_MISS) {
		v->ok = get_rest(in, v->tried);
		in->bad |= v->ok == v->tried;
	}
	if (flags & FLAG_FP)
		v->fp = get_part(in, v->tried);
	for (size_t k = 0; k < KINDS; k++) {
		if (!(flags >> KINDS_BIT & 1ULL << k))
			continue;
		v->step_tried[k] =
			k == KIND_QUIC ? get_part(in, UINT64_MAX) : get_rest(in, v->tried);
		v->step_ok[k] = get_rest(in, v->step_tried[k]);
		in->bad |= !v->step_tried[k];
	}
	if (flags & FLAG_MORE)
		get_more(in, v);
}

int cell_decode(struct cell *c, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	uint64_t n = varint_get_max(&in, len / VOTE_BYTES);
	cell_init(c);
	if (in.bad)
		return -1;
	reserve(c, n);
	while (c->n < n && !in.bad) {
		get_vote(&in, &c->votes[c->n]);
		in.bad |= c->n && c->votes[c->n - 1].probe >= c->votes[c->n].probe;
		c->n++;
	}
	if (varint_done(&in))
		return 0;
	cell_clear(c);
	return -1;
}
