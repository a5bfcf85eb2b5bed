/* sender.h: a probe as the collector sees it: one key, batches of a few results, sealed. */
#ifndef TESTS_COLLECTOR_SENDER_H
#define TESTS_COLLECTOR_SENDER_H

#include "common/batch.h"

struct sender {
	uint8_t seed[KEYS_SEED];
	struct keys_box box; /* the collector's */
};

/* The same n gives the same probe and, for all of them, the same collector. */
void sender_init(struct sender *s, uint8_t n);

/* A batch of n https results at t_ms, one second apart, for https://open.example/0, 1, ... */
void sender_batch(struct batch *b, int64_t t_ms, size_t n);
/* Signs with the key of b->epoch and seals; clears b. sealed is initialised here. */
void sender_seal(const struct sender *s, struct batch *b, struct buf *sealed,
		 uint8_t id[static BATCH_ID]);

#endif
