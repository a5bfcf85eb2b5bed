/* keys.h: the keys of both programs.
 *
 * Collector: one X25519 box key. Its public half, in base64url without padding, is the KEY that
 * `collector init` prints and `probe init --key` takes.
 * Probe: one 32-byte seed per installation, never sent. The Ed25519 key that signs batches is
 * derived from it for one epoch (a UTC day) with libsodium's crypto_kdf (BLAKE2b), so two days of
 * one volunteer can't be linked without the seed. Wiping the seed wipes every epoch. */
#ifndef COMMON_KEYS_H
#define COMMON_KEYS_H

#include <stddef.h>
#include <stdint.h>

#define KEYS_BOX_PK   32
#define KEYS_BOX_SK   32
#define KEYS_SEED     32
#define KEYS_SIGN_PK  32
#define KEYS_SIGN_SK  64
#define KEYS_TEXT_LEN 44 /* base64url of 32 bytes, and NUL */

struct keys_box {
	uint8_t pk[KEYS_BOX_PK];
	uint8_t sk[KEYS_BOX_SK];
};

struct keys_sign {
	int64_t epoch; /* UTC day number */
	uint8_t pk[KEYS_SIGN_PK];
	uint8_t sk[KEYS_SIGN_SK];
};

/* libsodium's initialisation; call once before anything else. 0 or -1. */
int keys_init(void);

/* Text form of a public box key, both ways. parse: 0, or -1 when it is not 32 bytes of base64url.
 */
void keys_text(char out[static KEYS_TEXT_LEN], const uint8_t pk[static KEYS_BOX_PK]);
int keys_parse(uint8_t pk[static KEYS_BOX_PK], const char *text);

/* Collector key file (the 32 secret bytes, mode 0600). create fails with EEXIST when there is one.
 */
int keys_box_create(struct keys_box *k, const char *path);
int keys_box_load(struct keys_box *k, const char *path);

/* Probe seed file, likewise. */
int keys_seed_create(uint8_t seed[static KEYS_SEED], const char *path);
int keys_seed_load(uint8_t seed[static KEYS_SEED], const char *path);
void keys_sign_derive(struct keys_sign *k, const uint8_t seed[static KEYS_SEED], int64_t epoch);

/* Overwrites secrets so that the compiler can't leave them. */
void keys_wipe(void *p, size_t len);

#endif
