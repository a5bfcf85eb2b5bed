/* fuzz_batch.c: the plain content of a batch, as a collector meets it behind a valid signature. The
 * input is the JSON Lines text; it is compressed and signed here, since no fuzzer can guess a
 * signature. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "common/batch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void open_signed(const struct keys_sign *k, const uint8_t box_pk[static KEYS_BOX_PK],
			const uint8_t *frame, size_t n)
{
	uint8_t message[16 + 32 + 32], sig[64], pk[KEYS_SIGN_PK], id[BATCH_ID];
	char detail[128];
	struct batch b;
	struct buf inner;

	memcpy(message, "fanous batch v1\n", 16);
	memcpy(message + 16, box_pk, 32);
	crypto_hash_sha256(message + 48, frame, n);
	crypto_sign_detached(sig, NULL, message, sizeof(message), k->sk);
	buf_init(&inner, n + 100);
	buf_put(&inner, "FNB1", 4);
	buf_put(&inner, k->pk, 32);
	buf_put(&inner, sig, 64);
	buf_put(&inner, frame, n);
	batch_open(&b, pk, id, inner.data, inner.len, box_pk, detail, sizeof(detail));
	batch_clear(&b);
	buf_clear(&inner);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t seed[KEYS_SEED] = {0}, box_pk[KEYS_BOX_PK] = {1};
	struct keys_sign k;
	if (keys_init() < 0)
		abort();
	keys_sign_derive(&k, seed, 0);
	open_signed(&k, box_pk, data, len); /* as a broken zstd frame */
	size_t bound = ZSTD_compressBound(len);
	uint8_t *frame = xmalloc(bound);
	size_t n = ZSTD_compress(frame, bound, data, len, 1);
	if (!ZSTD_isError(n))
		open_signed(&k, box_pk, frame, n);
	free(frame);
	return 0;
}
