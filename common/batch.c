/* batch.c: the tables of a batch, and what seals and opens it. The header line is in
 * batch_header.c; the whole format is described byte by byte in common/README.md:
 *
 *	sealed  crypto_box_seal(padded, collector key)     1 KiB .. 256 KiB, a power of two
 *	padded  u32 length of inner | inner | zeros
 *	inner   "FNB1" | Ed25519 public key 32 | signature 64 | one zstd frame (batch_frame.c)
 *	signed  "fanous batch v1\n" | collector key 32 | SHA-256 of the zstd frame 32
 *	plain   header line "\n" (result line "\n")*
 *
 * The collector's key is part of what is signed, so a batch can't be passed off as meant for
 * another one. */
#include "common/batch.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/batch_frame.h"
#include "common/batch_header.h"

static const char magic[4] = {'F', 'N', 'B', '1'};
static const char context[16] = "fanous batch v1\n";

#define INNER_MIN  (sizeof(magic) + KEYS_SIGN_PK + crypto_sign_BYTES + 1)
#define SIGNED_LEN (sizeof(context) + KEYS_BOX_PK + SHA256_DIGEST_LENGTH)
#define SEALED_MIN 1024

_Static_assert(BATCH_ID == SHA256_DIGEST_LENGTH, "the batch id is a SHA-256");

const char *batch_error_str(enum batch_error e)
{
	static const char *const text[] = {
		[BATCH_OK] = "ok",
		[BATCH_SHORT] = "shorter than the smallest batch",
		[BATCH_LARGE] = "larger than the largest batch",
		[BATCH_SIZE] = "the length is not one of the size classes",
		[BATCH_UNSEAL] = "damaged, or not sealed to this collector's key",
		[BATCH_PADDING] = "the inner length or the padding is wrong",
		[BATCH_VERSION] = "unknown format version",
		[BATCH_SIGNATURE] = "the signature does not verify",
		[BATCH_COMPRESSION] = "the compressed content is damaged",
		[BATCH_HEADER] = "the header line is malformed",
		[BATCH_RESULT] = "a result line is malformed",
		[BATCH_INDEX] = "a result points outside the tables of its batch",
		[BATCH_EMPTY] = "the batch has no results",
	};
	return (size_t)e < sizeof(text) / sizeof(*text) ? text[e] : "unknown error";
}

void batch_init(struct batch *b)
{
	*b = (struct batch){0};
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

void batch_clear(struct batch *b)
{
	for (size_t i = 0; i < b->n_targets; i++)
		free(b->targets[i].url);
	free(b->targets);
	free_names(b->addrs, b->n_addrs);
	free_names(b->resolvers, b->n_resolvers);
	free_names(b->fps, b->n_fps);
	free(b->certs);
	batch_index_clear(&b->target_index);
	batch_index_clear(&b->addr_index);
	batch_index_clear(&b->cert_index);
	free(b->results);
	batch_init(b);
}

static const char *target_name(const void *targets, size_t i)
{
	return ((const struct batch_target *)targets)[i].url;
}

static const char *plain_name(const void *names, size_t i)
{
	return ((char *const *)names)[i];
}

static const char *cert_name(const void *certs, size_t i)
{
	return ((const struct batch_cert *)certs)[i].id;
}

int batch_target(struct batch *b, const char *url, enum target_class class)
{
	int at = batch_index_find(&b->target_index, b->targets, b->n_targets, target_name, url);
	if (at >= 0 || b->n_targets == BATCH_TARGETS_MAX)
		return at;
	b->targets = xrealloc(b->targets, (b->n_targets + 1) * sizeof(*b->targets));
	b->targets[b->n_targets] = (struct batch_target){xstrdup(url), class};
	return (int)b->n_targets++;
}

/* Puts a new name at the end of a table of at most max. */
static int append(char ***table, size_t *n, size_t max, const char *name)
{
	if (*n == max)
		return -1;
	*table = xrealloc(*table, (*n + 1) * sizeof(**table));
	(*table)[*n] = xstrdup(name);
	return (int)(*n)++;
}

/* The small tables need no index. */
static int find_or_append(char ***table, size_t *n, size_t max, const char *name)
{
	for (size_t i = 0; i < *n; i++)
		if (!strcmp((*table)[i], name))
			return (int)i;
	return append(table, n, max, name);
}

int batch_addr(struct batch *b, const char *addr)
{
	int at = batch_index_find(&b->addr_index, b->addrs, b->n_addrs, plain_name, addr);
	if (at >= 0)
		return at;
	if (!batch_addr_is_public(addr))
		return -1;
	return append(&b->addrs, &b->n_addrs, BATCH_ADDRS_MAX, addr);
}

int batch_resolver(struct batch *b, const char *name)
{
	return find_or_append(&b->resolvers, &b->n_resolvers, BATCH_RESOLVERS_MAX, name);
}

int batch_fp(struct batch *b, const char *name)
{
	return find_or_append(&b->fps, &b->n_fps, BATCH_FPS_MAX, name);
}

int batch_cert(struct batch *b, const struct batch_cert *c)
{
	int at = batch_index_find(&b->cert_index, b->certs, b->n_certs, cert_name, c->id);
	if (at >= 0 || b->n_certs == BATCH_CERTS_MAX)
		return at;
	b->certs = xrealloc(b->certs, (b->n_certs + 1) * sizeof(*b->certs));
	b->certs[b->n_certs] = *c;
	return (int)b->n_certs++;
}

int batch_add(struct batch *b, const struct result *r)
{
	if (b->n_results == BATCH_RESULTS_MAX)
		return -1;
	if (b->n_results == b->room) {
		b->room = b->room ? 2 * b->room : 32;
		b->results = xrealloc(b->results, b->room * sizeof(*b->results));
	}
	b->results[b->n_results++] = *r;
	return 0;
}

static void signed_message(uint8_t out[static SIGNED_LEN], const uint8_t box_pk[static KEYS_BOX_PK],
			   const void *frame, size_t len)
{
	memcpy(out, context, sizeof(context));
	memcpy(out + sizeof(context), box_pk, KEYS_BOX_PK);
	SHA256(frame, len, out + sizeof(context) + KEYS_BOX_PK);
}

/* Header line and one line per result. */
static int encode_plain(struct buf *plain, const struct batch *b)
{
	buf_init(plain, BATCH_PLAIN_MAX);
	batch_header_encode(plain, b);
	buf_putc(plain, '\n');
	for (size_t i = 0; i < b->n_results; i++) {
		result_encode(plain, &b->results[i], b->t0_ms);
		buf_putc(plain, '\n');
	}
	return plain->overflow ? -1 : 0;
}

/* The smallest size class that holds inner, its length and the seal; 0 when none does. */
static size_t size_class(size_t inner_len)
{
	for (size_t class = SEALED_MIN; class <= BATCH_SEALED_MAX; class *= 2)
		if (inner_len + 4 + crypto_box_SEALBYTES <= class)
			return class;
	return 0;
}

static enum batch_error pad_and_seal(struct buf *sealed, const struct buf *inner,
				     const uint8_t box_pk[static KEYS_BOX_PK])
{
	size_t class = size_class(inner->len);
	if (!class)
		return BATCH_LARGE;
	struct buf len;
	buf_init(&len, 4);
	buf_put_u32(&len, (uint32_t)inner->len);

	uint8_t *padded = xcalloc(1, class), *out = xmalloc(class);
	memcpy(padded, len.data, 4);
	memcpy(padded + 4, inner->data, inner->len);
	int rc = crypto_box_seal(out, padded, class - crypto_box_SEALBYTES, box_pk);
	if (rc == 0)
		buf_put(sealed, out, class);
	keys_wipe(padded, class);
	free(padded);
	free(out);
	buf_clear(&len);
	return rc == 0 ? BATCH_OK : BATCH_UNSEAL;
}

enum batch_error batch_seal(struct buf *sealed, uint8_t id[static BATCH_ID], const struct batch *b,
			    const struct keys_sign *k, const uint8_t box_pk[static KEYS_BOX_PK])
{
	struct buf plain, frame, inner;
	uint8_t message[SIGNED_LEN], sig[crypto_sign_BYTES];
	enum batch_error e = BATCH_LARGE;

	buf_init(sealed, BATCH_SEALED_MAX);
	buf_init(&frame, BATCH_SEALED_MAX);
	buf_init(&inner, BATCH_SEALED_MAX);
	if (encode_plain(&plain, b) < 0)
		goto out;
	e = b->n_results ? batch_frame_make(&frame, &plain) : BATCH_EMPTY;
	if (e != BATCH_OK)
		goto out;
	signed_message(message, box_pk, frame.data, frame.len);
	crypto_sign_detached(sig, NULL, message, sizeof(message), k->sk);
	buf_put(&inner, magic, sizeof(magic));
	buf_put(&inner, k->pk, sizeof(k->pk));
	buf_put(&inner, sig, sizeof(sig));
	e = BATCH_LARGE;
	if (buf_put(&inner, frame.data, frame.len) < 0)
		goto out;
	SHA256((const uint8_t *)inner.data, inner.len, id);
	e = pad_and_seal(sealed, &inner, box_pk);
out:
	buf_clear(&plain);
	buf_clear(&frame);
	buf_clear(&inner);
	return e;
}

static bool is_size_class(size_t len)
{
	return (len & (len - 1)) == 0;
}

enum batch_error batch_unseal(struct buf *inner, const void *sealed, size_t len,
			      const struct keys_box *box)
{
	buf_init(inner, BATCH_SEALED_MAX);
	if (len < SEALED_MIN)
		return BATCH_SHORT;
	if (len > BATCH_SEALED_MAX)
		return BATCH_LARGE;
	if (!is_size_class(len))
		return BATCH_SIZE;

	size_t padded_len = len - crypto_box_SEALBYTES;
	uint8_t *padded = xmalloc(padded_len);
	enum batch_error e = BATCH_UNSEAL;
	if (crypto_box_seal_open(padded, sealed, len, box->pk, box->sk) < 0)
		goto out;
	size_t n = buf_get_u32(padded);
	e = BATCH_PADDING;
	if (n < INNER_MIN || n > padded_len - 4 ||
	    !sodium_is_zero(padded + 4 + n, padded_len - 4 - n))
		goto out;
	buf_put(inner, padded + 4, n);
	e = BATCH_OK;
out:
	free(padded);
	return e;
}

static bool indexes_fit(const struct batch *b, const struct result *r)
{
	if (r->v[RESULT_TARGET] >= (int64_t)b->n_targets ||
	    r->v[RESULT_ADDR] >= (int64_t)b->n_addrs ||
	    r->v[RESULT_RESOLVER] >= (int64_t)b->n_resolvers ||
	    r->v[RESULT_FP] >= (int64_t)b->n_fps)
		return false;
	size_t listed = kind_list(r->kind) == RESULT_CHAIN ? b->n_certs : b->n_addrs;
	for (size_t i = 0; i < r->n_list; i++)
		if (r->list[i] >= listed)
			return false;
	return true;
}

static enum batch_error decode_results(struct batch *b, const char *p, const char *end,
				       const struct result_columns *columns, char *detail,
				       size_t detail_len)
{
	for (size_t line = 2; p < end; line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct result r;
		const char *why = nl ? result_decode(&r, p, (size_t)(nl - p), b->t0_ms, columns)
				     : "the last line has no end";
		if (!why && !indexes_fit(b, &r))
			return BATCH_INDEX;
		if (!why && batch_add(b, &r) < 0)
			why = "more results than one batch may have";
		if (why) {
			if (detail)
				snprintf(detail, detail_len, "line %zu: %s", line, why);
			return BATCH_RESULT;
		}
		p = nl + 1;
	}
	return b->n_results ? BATCH_OK : BATCH_EMPTY;
}

static enum batch_error decode_plain(struct batch *b, const struct buf *plain, char *detail,
				     size_t detail_len)
{
	struct result_columns columns;
	const char *nl = memchr(plain->data, '\n', plain->len);
	const char *why =
		nl ? batch_header_decode(b, &columns, plain->data, (size_t)(nl - plain->data))
		   : "no header line";
	if (why) {
		if (detail)
			snprintf(detail, detail_len, "line 1: %s", why);
		return BATCH_HEADER;
	}
	return decode_results(b, nl + 1, plain->data + plain->len, &columns, detail, detail_len);
}

enum batch_error batch_open(struct batch *b, uint8_t probe_pk[static KEYS_SIGN_PK],
			    uint8_t id[static BATCH_ID], const void *inner, size_t len,
			    const uint8_t box_pk[static KEYS_BOX_PK], char *detail,
			    size_t detail_len)
{
	const uint8_t *pk = (const uint8_t *)inner + sizeof(magic);
	const uint8_t *sig = pk + KEYS_SIGN_PK, *frame = sig + crypto_sign_BYTES;
	uint8_t message[SIGNED_LEN];
	struct buf plain;

	batch_init(b);
	if (detail && detail_len)
		*detail = '\0';
	if (len < INNER_MIN)
		return BATCH_SHORT;
	if (memcmp(inner, magic, sizeof(magic)))
		return BATCH_VERSION;
	size_t frame_len = len - (INNER_MIN - 1);
	signed_message(message, box_pk, frame, frame_len);
	if (crypto_sign_verify_detached(sig, message, sizeof(message), pk) < 0)
		return BATCH_SIGNATURE;
	memcpy(probe_pk, pk, KEYS_SIGN_PK);
	SHA256(inner, len, id);

	enum batch_error e = batch_frame_open(&plain, frame, frame_len);
	if (e == BATCH_OK)
		e = decode_plain(b, &plain, detail, detail_len);
	buf_clear(&plain);
	if (e != BATCH_OK)
		batch_clear(b);
	return e;
}

const char *batch_id_hex(char out[static 2 * BATCH_ID + 1], const uint8_t id[static BATCH_ID])
{
	return sodium_bin2hex(out, 2 * BATCH_ID + 1, id, BATCH_ID);
}
