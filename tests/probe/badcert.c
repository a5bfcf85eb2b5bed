/* badcert.c: X.509 by OpenSSL, with P-256 keys because they are made in no time. */
#include "tests/probe/badcert.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"

#define DAY (24 * 3600L)

struct badcert {
	EVP_PKEY *ca_key, *key;
	X509 *ca;
	SSL_CTX *ctx[CERTS];
	long serial; /* an authority never uses one twice */
};

static void need(int ok)
{
	if (!ok)
		abort();
}

static void add_extension(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	need(e && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
}

/* A certificate for key from ten days ago to `until` seconds from now, signed by itself or by the
 * authority. */
static X509 *make(struct badcert *b, const char *name, EVP_PKEY *key, bool by_itself, long until,
		  const char *alt_names)
{
	X509 *x = X509_new();
	need(x && X509_set_version(x, 2) && X509_set_pubkey(x, key));
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++b->serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -10 * DAY);
	X509_gmtime_adj(X509_getm_notAfter(x), until);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	need(X509_set_issuer_name(x, X509_get_subject_name(by_itself ? x : b->ca)));
	if (alt_names)
		add_extension(x, NID_subject_alt_name, alt_names);
	else
		add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	need(X509_sign(x, by_itself ? key : b->ca_key, EVP_sha256()));
	return x;
}

static void add_server(struct badcert *b, enum cert which, const char *name, bool by_itself,
		       long until, const char *alt_names)
{
	X509 *x = make(b, name, b->key, by_itself, until, alt_names);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	need(ctx && SSL_CTX_use_certificate(ctx, x) && SSL_CTX_use_PrivateKey(ctx, b->key));
	X509_free(x);
	b->ctx[which] = ctx;
}

struct badcert *badcert_new(const char *ca_path)
{
	static const char good[] = "DNS:good.test,IP:127.0.0.1", other[] = "DNS:other.test";
	struct badcert *b = xcalloc(1, sizeof(*b));
	FILE *f = fopen(ca_path, "w");
	b->ca_key = EVP_EC_gen("P-256");
	b->key = EVP_EC_gen("P-256");
	b->ca = make(b, "An authority of our own", b->ca_key, true, 10 * DAY, NULL);
	need(f && PEM_write_X509(f, b->ca) && fclose(f) == 0);
	add_server(b, CERT_GOOD, "good.test", false, DAY, good);
	add_server(b, CERT_WRONG_NAME, "other.test", false, DAY, other);
	add_server(b, CERT_EXPIRED, "good.test", false, -DAY, good);
	add_server(b, CERT_SELF_SIGNED, "good.test", true, DAY, good);
	return b;
}

void badcert_free(struct badcert *b)
{
	for (int i = 0; i < CERTS; i++)
		SSL_CTX_free(b->ctx[i]);
	X509_free(b->ca);
	EVP_PKEY_free(b->ca_key);
	EVP_PKEY_free(b->key);
	free(b);
}

SSL_CTX *badcert_ctx(struct badcert *b, enum cert which)
{
	return b->ctx[which];
}
