/* varint.h: unsigned integers in as few bytes as they need (LEB128, as in DWARF 5 section 7.6): the
 * form of everything that the store keeps. Reading refuses what writing would not have produced, so
 * each value has one form, and equal views are equal bytes. */
#ifndef COLLECTOR_VARINT_H
#define COLLECTOR_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

#define VARINT_MAX 10 /* bytes of the longest value */

/* Bytes being read. After a read that failed, `bad` is set and every further read gives 0. */
struct varint_in {
	const uint8_t *at; /* borrowed */
	const uint8_t *end;
	bool bad;
};

int varint_put(struct buf *out, uint64_t v);
struct varint_in varint_from(const void *data, size_t len);
/* One of more than a byte. */
uint64_t varint_get_long(struct varint_in *in);
/* Nothing more can be read. 0 */
uint64_t varint_fail(struct varint_in *in);

/* Nine of ten values of a row are a byte, and a month of a country is ten million values: here, so that the compiler sees
 * it (a third of the time of a long timeline). */
static inline uint64_t varint_get(struct varint_in *in)
{
	return in->at < in->end && *in->at < 128 ? *in->at++ : varint_get_long(in);
}

/* A value that must not be larger than max. */
static inline uint64_t varint_get_max(struct varint_in *in, uint64_t max)
{
	uint64_t v = varint_get(in);
	return v <= max ? v : varint_fail(in);
}
/* The next len bytes, pointing into the input; NULL when there are fewer. */
const uint8_t *varint_bytes(struct varint_in *in, size_t len);
/* True when everything was read and nothing was wrong. */
bool varint_done(const struct varint_in *in);

#endif
