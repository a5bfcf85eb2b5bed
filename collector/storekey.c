/* storekey.c: keys are built from the left; a key that is a prefix sorts before what it begins. */
#include "collector/storekey.h"

void key_u32(struct store_key *k, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		k->bytes[k->len++] = (uint8_t)(v >> shift);
}

void key_time(struct store_key *k, int64_t ms)
{
	key_u32(k, (uint32_t)((uint64_t)ms >> 32));
	key_u32(k, (uint32_t)ms);
}

int64_t key_get_time(const uint8_t *p)
{
	uint64_t v = 0;
	for (size_t i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return (int64_t)v;
}

struct store_key key_series(uint32_t series, int64_t ms)
{
	struct store_key k = {0};
	key_u32(&k, series);
	key_time(&k, ms);
	return k;
}
