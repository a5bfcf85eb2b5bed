/* pulse.c: the stored form of a pulse. Varints:
 *
 *	state, flags, heard, expected_c
 *	signs			bit k when any probe could have shown sign k
 *	n, hit			for each of those */
#include "collector/pulse.h"

#include "collector/varint.h"

#define FLAGS_ALL (PULSE_ALIVE | PULSE_QUORUM | PULSE_PARENT)

void pulse_encode(const struct pulse *p, struct buf *out)
{
	uint64_t signs = 0;
	for (size_t k = 0; k < SIGNS; k++)
		signs |= p->sign[k].n ? 1ULL << k : 0;
	varint_put(out, p->state);
	varint_put(out, p->flags);
	varint_put(out, p->heard);
	varint_put(out, p->expected_c);
	varint_put(out, signs);
	for (size_t k = 0; k < SIGNS; k++) {
		if (!p->sign[k].n)
			continue;
		varint_put(out, p->sign[k].n);
		varint_put(out, p->sign[k].hit);
	}
}

int pulse_decode(struct pulse *p, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	*p = (struct pulse){.state = (uint8_t)varint_get_max(&in, STATES - 1)};
	p->flags = (uint8_t)varint_get_max(&in, FLAGS_ALL);
	p->heard = (uint32_t)varint_get_max(&in, UINT32_MAX);
	p->expected_c = (uint32_t)varint_get_max(&in, UINT32_MAX);
	uint64_t signs = varint_get_max(&in, (1ULL << SIGNS) - 1);
	for (size_t k = 0; k < SIGNS; k++) {
		if (!(signs & 1ULL << k))
			continue;
		p->sign[k].n = (uint32_t)varint_get_max(&in, UINT32_MAX);
		p->sign[k].hit = (uint32_t)varint_get_max(&in, p->sign[k].n);
		in.bad |= !p->sign[k].n;
	}
	return varint_done(&in) ? 0 : -1;
}
