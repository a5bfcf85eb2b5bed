/* sender.c: batches to submit. */
#include "tests/collector/sender.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

void sender_init(struct sender *s, uint8_t n)
{
	if (keys_init() < 0)
		abort();
	memset(s->seed, n, sizeof(s->seed));
	memset(s->box.sk, 42, sizeof(s->box.sk));
	crypto_scalarmult_base(s->box.pk, s->box.sk);
}

void sender_batch(struct batch *b, int64_t t_ms, size_t n)
{
	batch_init(b);
	strcpy(b->software, "fanous-probe/test");
	strcpy(b->country, "IR");
	strcpy(b->region, "IR-23");
	b->isp = 64497;
	b->access = ACCESS_MOBILE;
	b->epoch = clock_epoch_day(t_ms);
	b->t0_ms = t_ms;
	b->sealed_wall_ms = t_ms + 1000 * (int64_t)n;
	for (size_t i = 0; i < n; i++) {
		struct result r;
		char url[64];
		snprintf(url, sizeof(url), "https://open.example/%zu", i);
		result_init(&r, KIND_HTTP);
		r.v[RESULT_T] = t_ms + 1000 * (int64_t)i;
		r.v[RESULT_TARGET] = batch_target(b, url, CLASS_OPEN);
		r.v[RESULT_US] = 1000;
		r.v[RESULT_STATUS] = 200;
		batch_add(b, &r);
	}
}

void sender_seal(const struct sender *s, struct batch *b, struct buf *sealed,
		 uint8_t id[static BATCH_ID])
{
	struct keys_sign k;
	keys_sign_derive(&k, s->seed, b->epoch);
	if (batch_seal(sealed, id, b, &k, s->box.pk) != BATCH_OK)
		abort();
	batch_clear(b);
}
