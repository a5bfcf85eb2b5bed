/* roster.c: two sorted lists, merged.
 *
 * What a probe says in a bucket weighs
 *
 *	1			when its word is new or another one than before
 *	min(1, median / own)	otherwise
 *
 * where own is the number of buckets, of those that the roster spans, in which it was heard, and
 * median that of all probes of the leaf: on other days, where that is known, since otherwise those
 * who go on when all others fall silent would be the measure of what is usual. With equal intervals
 * that is 1 for half of the probes and 0.9 on average (Poisson, a report in five minutes); of a
 * probe that reports every minute among those that report every five, 0.3.
 *
 * Stored form: last_ms + 1, n, then of each entry its probe (8 bytes), heard, hit, and the ages, varints otherwise. */
#include "collector/roster.h"

#include <stdlib.h>
#include <string.h>

#include "collector/varint.h"
#include "common/buf.h"
#include "common/clock.h"

#define WEIGHT_1 100

void roster_init(struct roster *r, int64_t bucket_ms)
{
	*r = (struct roster){.bucket_ms = bucket_ms, .last_ms = -1};
}

void roster_clear(struct roster *r)
{
	free(r->entries);
	roster_init(r, r->bucket_ms);
}

int64_t roster_from(int64_t start_ms, int64_t bucket_ms)
{
	int64_t day = start_ms - start_ms % CLOCK_DAY_MS,
		from = start_ms - (ROSTER_BUCKETS - 1) * bucket_ms;
	return from > day ? from : day;
}

/* Moves on to the bucket that starts at start_ms, and forgets who was not heard since roster_from. */
static void move_on(struct roster *r, int64_t start_ms)
{
	int64_t by = r->last_ms < 0 ? ROSTER_BUCKETS : (start_ms - r->last_ms) / r->bucket_ms;
	size_t n = 0;
	if (by >= ROSTER_BUCKETS || r->last_ms < roster_from(start_ms, r->bucket_ms))
		r->n = 0;
	for (size_t i = 0; i < r->n; i++) {
		struct roster_entry e = r->entries[i];
		e.heard <<= by;
		for (size_t k = 0; k < SIGNS; k++)
			e.age[k] = e.age[k] + by < ROSTER_BUCKETS ? (uint8_t)(e.age[k] + by)
								  : ROSTER_BUCKETS;
		if (e.heard)
			r->entries[n++] = e;
	}
	r->n = n;
	r->last_ms = start_ms;
}

/* Makes an entry for every probe that was heard now. */
static void enter(struct roster *r, const struct tally *votes)
{
	struct roster_entry *old = r->entries, *out = xcalloc(r->n + votes->n + 1, sizeof(*out));
	size_t i = 0, n = 0;
	for (size_t v = 0; v < votes->n; v++) {
		uint64_t probe = votes->probes[v].id;
		while (i < r->n && old[i].probe < probe)
			out[n++] = old[i++];
		if (i < r->n && old[i].probe == probe) {
			out[n] = old[i++];
		} else {
			out[n].probe = probe;
			memset(out[n].age, ROSTER_BUCKETS, sizeof(out[n].age));
		}
		out[n++].heard |= 1;
	}
	while (i < r->n)
		out[n++] = old[i++];
	free(old);
	r->entries = out;
	r->n = n;
}

static uint32_t times_heard(const struct roster_entry *e)
{
	return (uint32_t)__builtin_popcount(e->heard);
}

uint32_t roster_times(const struct roster *r)
{
	uint32_t of[ROSTER_BUCKETS + 1] = {0}, times = 0;
	size_t below = 0;
	for (size_t i = 0; i < r->n; i++)
		of[times_heard(&r->entries[i])]++;
	while (times < ROSTER_BUCKETS && 2 * (below + of[times]) < r->n)
		below += of[times++];
	return times;
}

static void speak(struct roster_entry *e, uint32_t sign, uint32_t weight, struct pulse *p)
{
	for (size_t k = 0; k < SIGNS; k++) {
		uint8_t bit = (uint8_t)(1u << k);
		bool hit = sign >> 2 * k & TALLY_DID, before = e->hit & bit;
		if (!(sign >> 2 * k & TALLY_COULD))
			continue;
		uint32_t w = e->age[k] == ROSTER_BUCKETS || hit != before ? WEIGHT_1 : weight;
		e->age[k] = 0;
		e->hit = (uint8_t)(hit ? e->hit | bit : e->hit & ~bit);
		p->said[k].n += w;
		p->said[k].hit += hit ? w : 0;
	}
}

static void count_words(const struct roster *r, struct pulse *p)
{
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; k < SIGNS; k++)
			if (r->entries[i].age[k] < ROSTER_BUCKETS) {
				p->sign[k].n++;
				p->sign[k].hit += r->entries[i].hit >> k & 1;
			}
}

void roster_take(struct roster *r, int64_t start_ms, const struct tally *votes, uint32_t usual,
		 struct pulse *p)
{
	memset(p->sign, 0, sizeof(p->sign));
	memset(p->said, 0, sizeof(p->said));
	p->heard = (uint32_t)votes->n;
	p->reports_c = 0;
	move_on(r, start_ms);
	if (votes->n)
		enter(r, votes);
	uint32_t median = usual ? usual : roster_times(r);
	for (size_t i = 0, v = 0; v < votes->n; i++) {
		struct roster_entry *e = &r->entries[i];
		uint32_t own = times_heard(e);
		if (e->probe != votes->probes[v].id)
			continue;
		uint32_t weight = own > median ? WEIGHT_1 * median / own : WEIGHT_1;
		p->reports_c += weight;
		speak(e, votes->probes[v++].sign, weight, p);
	}
	count_words(r, p);
}

void roster_encode(const struct roster *r, struct buf *out)
{
	varint_put(out, (uint64_t)(r->last_ms + 1));
	varint_put(out, r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct roster_entry *e = &r->entries[i];
		buf_put_u64(out, e->probe);
		varint_put(out, e->heard);
		varint_put(out, e->hit);
		for (size_t k = 0; k < SIGNS; k++)
			varint_put(out, e->age[k]);
	}
}

int roster_decode(struct roster *r, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	int64_t last = (int64_t)varint_get_max(&in, INT64_MAX) - 1;
	size_t n = varint_get_max(&in, len / (8 + 2 + SIGNS));
	if (in.bad)
		return -1;
	struct roster_entry *entries = xcalloc(n + 1, sizeof(*entries));
	for (size_t i = 0; i < n && !in.bad; i++) {
		struct roster_entry *e = &entries[i];
		const uint8_t *probe = varint_bytes(&in, 8);
		e->probe = probe ? buf_get_u64(probe) : 0;
		e->heard = (uint32_t)varint_get_max(&in, UINT32_MAX);
		e->hit = (uint8_t)varint_get_max(&in, (1u << SIGNS) - 1);
		for (size_t k = 0; k < SIGNS; k++)
			e->age[k] = (uint8_t)varint_get_max(&in, ROSTER_BUCKETS);
		in.bad |= i && e->probe <= entries[i - 1].probe;
	}
	if (!varint_done(&in)) {
		free(entries);
		return -1;
	}
	free(r->entries);
	*r = (struct roster){r->bucket_ms, last, entries, n, n};
	return 0;
}
