/* varint.c: seven bits a byte, the lowest first; the top bit says that another byte follows. */
#include "collector/varint.h"

int varint_put(struct buf *out, uint64_t v)
{
	uint8_t bytes[VARINT_MAX];
	size_t n = 0;
	for (; v > 127; v >>= 7)
		bytes[n++] = (uint8_t)(v | 128);
	bytes[n++] = (uint8_t)v;
	return buf_put(out, bytes, n);
}

struct varint_in varint_from(const void *data, size_t len)
{
	const uint8_t *at = data;
	return (struct varint_in){.at = at, .end = len ? at + len : at};
}

uint64_t varint_fail(struct varint_in *in)
{
	in->bad = true;
	in->at = in->end;
	return 0;
}

uint64_t varint_get_long(struct varint_in *in)
{
	uint64_t v = 0;
	for (unsigned int shift = 0; shift < 64; shift += 7) {
		if (in->at == in->end)
			return varint_fail(in);
		uint8_t byte = *in->at++;
		if (shift == 63 && byte > 1)
			return varint_fail(in); /* more than 64 bits */
		v |= (uint64_t)(byte & 127) << shift;
		if (byte < 128)
			return byte || !shift ? v
					      : varint_fail(in); /* a zero at the end is overlong */
	}
	return varint_fail(in);
}

const uint8_t *varint_bytes(struct varint_in *in, size_t len)
{
	const uint8_t *at = in->at;
	if (in->bad || len > (size_t)(in->end - at)) {
		varint_fail(in);
		return NULL;
	}
	in->at += len;
	return at;
}

bool varint_done(const struct varint_in *in)
{
	return !in->bad && in->at == in->end;
}
