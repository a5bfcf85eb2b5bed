/* pulse.c: the stored form of a pulse. Varints:
 *
 *	state, flags, spread, heard, reports_c, expected_c, words_c
 *	lost_lo, and unless 0: lost_hi
 *	usual
 *	signs			bit k when any probe has a word on sign k, or said one
 *	n, n - hit, said n, said n - hit, all n, all n - hit	for each of those */
#include "collector/pulse.h"

#include <string.h>

#include "collector/varint.h"

#define FLAGS_ALL (PULSE_ALIVE | PULSE_QUORUM | PULSE_PARENT)

bool pulse_equal(const struct pulse *a, const struct pulse *b)
{
	return a->heard == b->heard && a->reports_c == b->reports_c &&
	       a->expected_c == b->expected_c && a->words_c == b->words_c &&
	       !memcmp(a->sign, b->sign, sizeof(a->sign)) &&
	       !memcmp(a->said, b->said, sizeof(a->said)) &&
	       !memcmp(a->all, b->all, sizeof(a->all)) && a->usual == b->usual &&
	       a->lost_lo == b->lost_lo && a->lost_hi == b->lost_hi && a->spread == b->spread &&
	       a->state == b->state && a->flags == b->flags;
}

static void put_count(struct buf *out, const struct verdict_count *c)
{
	varint_put(out, c->n);
	varint_put(out, c->n - c->hit);
}

static void get_count(struct varint_in *in, struct verdict_count *c)
{
	c->n = (uint32_t)varint_get_max(in, UINT32_MAX);
	c->hit = c->n - (uint32_t)varint_get_max(in, c->n);
}

void pulse_encode(const struct pulse *p, struct buf *out)
{
	uint64_t signs = 0;
	for (size_t k = 0; k < SIGNS; k++)
		signs |= p->sign[k].n || p->said[k].n || p->all[k].n ? 1ULL << k : 0;
	varint_put(out, p->state);
	varint_put(out, p->flags);
	varint_put(out, p->spread);
	varint_put(out, p->heard);
	varint_put(out, p->reports_c);
	varint_put(out, p->expected_c);
	varint_put(out, p->words_c);
	varint_put(out, p->lost_lo);
	if (p->lost_lo)
		varint_put(out, p->lost_hi);
	varint_put(out, p->usual);
	varint_put(out, signs);
	for (size_t k = 0; k < SIGNS; k++) {
		if (!(signs & 1ULL << k))
			continue;
		put_count(out, &p->sign[k]);
		put_count(out, &p->said[k]);
		put_count(out, &p->all[k]);
	}
}

int pulse_decode(struct pulse *p, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	*p = (struct pulse){.state = (uint8_t)varint_get_max(&in, STATES - 1)};
	p->flags = (uint8_t)varint_get_max(&in, FLAGS_ALL);
	p->spread = (uint8_t)varint_get_max(&in, (1ULL << SIGNS) - 1);
	p->heard = (uint32_t)varint_get_max(&in, UINT32_MAX);
	p->reports_c = (uint32_t)varint_get_max(&in, UINT32_MAX);
	p->expected_c = (uint32_t)varint_get_max(&in, UINT32_MAX);
	p->words_c = (uint32_t)varint_get_max(&in, UINT32_MAX);
	p->lost_lo = (uint8_t)varint_get_max(&in, 101);
	if (p->lost_lo)
		p->lost_hi = (uint8_t)varint_get_max(&in, 101);
	p->usual = (uint32_t)varint_get_max(&in, UINT32_MAX);
	uint64_t signs = varint_get_max(&in, (1ULL << SIGNS) - 1);
	for (size_t k = 0; k < SIGNS; k++) {
		if (!(signs & 1ULL << k))
			continue;
		get_count(&in, &p->sign[k]);
		get_count(&in, &p->said[k]);
		get_count(&in, &p->all[k]);
		in.bad |= !p->sign[k].n && !p->said[k].n && !p->all[k].n;
	}
	return varint_done(&in) ? 0 : -1;
}
