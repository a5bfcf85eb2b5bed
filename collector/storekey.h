/* storekey.h: keys of the store: integers big-endian, so that bytes sort as numbers do. */
#ifndef COLLECTOR_STOREKEY_H
#define COLLECTOR_STOREKEY_H

#include "collector/store.h"

/* Append to a key. */
void key_u32(struct store_key *k, uint32_t v);
void key_time(struct store_key *k, int64_t ms);
int64_t key_get_time(const uint8_t *p);

/* The key of a series' value at a time: all maps that are timelines have it. */
struct store_key key_series(uint32_t series, int64_t ms);

#endif
