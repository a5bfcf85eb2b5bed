/* batch.h: what travels from a probe to a collector, and both ends of it (common/README.md has the
 * bytes). A batch is a header, five tables and results; sealed, it is
 *
 *	JSON Lines -> zstd -> Ed25519 signature -> padding to a size class -> X25519 sealed box
 *
 * The batch id is the SHA-256 of the signed inner bytes, so a batch that is sealed and sent twice
 * is one batch. batch_seal and batch_open are exact opposites; what batch_open does an
 * archive can repeat for ever, without the collector's secret. Nothing here logs; a refused batch
 * has a reason. */
#ifndef COMMON_BATCH_H
#define COMMON_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "common/batch_index.h"
#include "common/buf.h"
#include "common/keys.h"
#include "common/limits.h"
#include "common/result.h"

#define BATCH_ID	 32
#define BATCH_REGION_LEN 12 /* "IR-23", "" when not declared */

struct batch_target {
	char *url; /* owned */
	enum target_class class;
};

/* One certificate of a chain, as little of it as tells it from others: texts in a certificate are
 * whatever somebody on the path wrote. Both names are the first bytes of a SHA-256 in base64url (RFC
 * 4648): 12 bytes of that of the DER form, 6 of that of the issuer's name (DER). */
#define BATCH_CERT_ID	  17
#define BATCH_CERT_ISSUER 9

struct batch_cert {
	char id[BATCH_CERT_ID], issuer[BATCH_CERT_ISSUER];
	int64_t not_before, not_after; /* Unix seconds */
};

struct batch {
	char software[32]; /* "fanous-probe/0.1" */
	char country[3];   /* ISO 3166-1 alpha-2 */
	char region[BATCH_REGION_LEN];
	uint32_t isp; /* AS number declared by the volunteer, 0 for auto */
	enum access_type access;
	int64_t epoch;		/* UTC day of the signing key */
	int64_t t0_ms;		/* wall time of the first result; result times are relative to it */
	int64_t sealed_wall_ms; /* both clocks when the batch was sealed, and the collector's clock
				   minus */
	int64_t sealed_mono_ms; /* ours at the last contact; offset_known says whether there was one
				 */
	int64_t offset_ms;
	bool offset_known;
	char list_hash[65]; /* SHA-256 of the target list, hex; "" when none */

	struct batch_target *targets;
	size_t n_targets;
	char **addrs; /* owned, textual public addresses */
	size_t n_addrs;
	char **resolvers; /* owned: "system", "udp://9.9.9.9" */
	size_t n_resolvers;
	char **fps; /* owned fingerprint names */
	size_t n_fps;
	struct batch_cert *certs;
	size_t n_certs;
	struct batch_index target_index, addr_index, cert_index;

	struct result *results;
	size_t n_results;
	size_t room;
};

void batch_init(struct batch *b);
void batch_clear(struct batch *b);

/* Index of a name in a table of the batch, added when it is new; -1 when the table is full. */
int batch_target(struct batch *b, const char *url, enum target_class class);
/* Only public addresses get an index; a private, loopback or link-local one gives -1. */
int batch_addr(struct batch *b, const char *addr);
int batch_resolver(struct batch *b, const char *name);
int batch_fp(struct batch *b, const char *name);
/* Copies c; certificates are told apart by their id. */
int batch_cert(struct batch *b, const struct batch_cert *c);
/* Copies r. 0, or -1 when BATCH_RESULTS_MAX is reached. */
int batch_add(struct batch *b, const struct result *r);

enum batch_error {
	BATCH_OK,
	BATCH_SHORT,   /* fewer bytes than the smallest batch */
	BATCH_LARGE,   /* larger than the top size class, or the content larger than its cap */
	BATCH_SIZE,    /* not one of the size classes */
	BATCH_UNSEAL,  /* not sealed to this collector's key, or damaged */
	BATCH_PADDING, /* the inner length does not fit */
	BATCH_VERSION, /* magic or version unknown */
	BATCH_SIGNATURE,
	BATCH_COMPRESSION,
	BATCH_HEADER, /* the header line is not what it must be; see `detail` */
	BATCH_RESULT, /* a result line is not what it must be; see `detail` */
	BATCH_INDEX,  /* a result points outside a table */
	BATCH_EMPTY,  /* no results */
};
const char *batch_error_str(enum batch_error e);

/* Both ends of the sealed form. `sealed` and `inner` are initialised by the callee and owned by the
 * caller. The keys: the probe signs with k and seals to the collector's box_pk. */
enum batch_error batch_seal(struct buf *sealed, uint8_t id[static BATCH_ID], const struct batch *b,
			    const struct keys_sign *k, const uint8_t box_pk[static KEYS_BOX_PK]);
/* Unseals and checks size class and padding; inner is what is archived. */
enum batch_error batch_unseal(struct buf *inner, const void *sealed, size_t len,
			      const struct keys_box *box);
/* Verifies the signature over inner and decodes it. box_pk is part of what was signed. probe_pk and
 * id are filled. On BATCH_HEADER or BATCH_RESULT, detail (when not NULL) says what and in which
 * line. */
enum batch_error batch_open(struct batch *b, uint8_t probe_pk[static KEYS_SIGN_PK],
			    uint8_t id[static BATCH_ID], const void *inner, size_t len,
			    const uint8_t box_pk[static KEYS_BOX_PK], char *detail,
			    size_t detail_len);

/* Id in lower-case hex. */
const char *batch_id_hex(char out[static 2 * BATCH_ID + 1], const uint8_t id[static BATCH_ID]);

/* True for an address that may stand in a batch: public, not private, loopback, link-local, shared,
 * multicast or otherwise special (RFC 6890). Documentation ranges count as public: tests use them.
 */
bool batch_addr_is_public(const char *addr);

#endif
