/* keys.c: key files and derivation on libsodium. Secrets are overwritten as soon as they were used.
 */
#include "common/keys.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"

/* Context of crypto_kdf: eight bytes that say what the derived key is for. */
static const char kdf_context[crypto_kdf_CONTEXTBYTES] = {'f', 'a', 'n', 'o', 'u', 's', 'e', 'p'};

_Static_assert(KEYS_BOX_PK == crypto_box_PUBLICKEYBYTES, "X25519 public key");
_Static_assert(KEYS_BOX_SK == crypto_box_SECRETKEYBYTES, "X25519 secret key");
_Static_assert(KEYS_SEED == crypto_kdf_KEYBYTES, "seed is the KDF's master key");
_Static_assert(KEYS_SIGN_PK == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
_Static_assert(KEYS_SIGN_SK == crypto_sign_SECRETKEYBYTES, "Ed25519 secret key");

int keys_init(void)
{
	return sodium_init() < 0 ? -1 : 0;
}

void keys_text(char out[static KEYS_TEXT_LEN], const uint8_t pk[static KEYS_BOX_PK])
{
	sodium_bin2base64(out, KEYS_TEXT_LEN, pk, KEYS_BOX_PK,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

int keys_parse(uint8_t pk[static KEYS_BOX_PK], const char *text)
{
	size_t len = 0;
	const char *end = NULL;
	if (sodium_base642bin(pk, KEYS_BOX_PK, text, strlen(text), NULL, &len, &end,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) < 0)
		return -1;
	return len == KEYS_BOX_PK && !*end ? 0 : -1;
}

/* Writes a secret once: an existing file is never replaced, since a lost key loses data. */
static int secret_create(const char *path, const uint8_t *secret, size_t len)
{
	if (access(path, F_OK) == 0) {
		errno = EEXIST;
		return -1;
	}
	return buf_write_file(path, secret, len, 0600);
}

static int secret_load(const char *path, uint8_t *secret, size_t len)
{
	struct buf b;
	if (buf_read_file(&b, path, len) < 0)
		return -1;
	int rc = b.len == len ? 0 : -1;
	if (rc == 0)
		memcpy(secret, b.data, len);
	else
		errno = EINVAL;
	keys_wipe(b.data, b.len);
	buf_clear(&b);
	return rc;
}

int keys_box_create(struct keys_box *k, const char *path)
{
	crypto_box_keypair(k->pk, k->sk);
	return secret_create(path, k->sk, sizeof(k->sk));
}

int keys_box_load(struct keys_box *k, const char *path)
{
	if (secret_load(path, k->sk, sizeof(k->sk)) < 0)
		return -1;
	return crypto_scalarmult_base(k->pk, k->sk);
}

int keys_seed_create(uint8_t seed[static KEYS_SEED], const char *path)
{
	crypto_kdf_keygen(seed);
	return secret_create(path, seed, KEYS_SEED);
}

int keys_seed_load(uint8_t seed[static KEYS_SEED], const char *path)
{
	return secret_load(path, seed, KEYS_SEED);
}

void keys_sign_derive(struct keys_sign *k, const uint8_t seed[static KEYS_SEED], int64_t epoch)
{
	uint8_t sub[crypto_sign_SEEDBYTES];
	crypto_kdf_derive_from_key(sub, sizeof(sub), (uint64_t)epoch, kdf_context, seed);
	crypto_sign_seed_keypair(k->pk, k->sk, sub);
	k->epoch = epoch;
	keys_wipe(sub, sizeof(sub));
}

void keys_wipe(void *p, size_t len)
{
	if (p)
		sodium_memzero(p, len);
}
