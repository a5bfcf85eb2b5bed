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

static const char good[] = "DNS:good.test,IP:127.0.0.1", other[] = "DNS:other.test";

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

/* An extension that nobody knows. */
static void add_ballast(X509 *x, size_t bytes)
{
	ASN1_OBJECT *any = OBJ_txt2obj("1.2.3.4.5", 1);
	ASN1_OCTET_STRING *data = ASN1_OCTET_STRING_new();
	char *zeros = xcalloc(1, bytes);
	need(ASN1_OCTET_STRING_set(data, (const unsigned char *)zeros, (int)bytes));
	X509_EXTENSION *e = X509_EXTENSION_create_by_OBJ(NULL, any, 0, data);
	need(e && X509_add_ext(x, e, -1));
	X509_EXTENSION_free(e);
	ASN1_OCTET_STRING_free(data);
	ASN1_OBJECT_free(any);
	free(zeros);
}

/* A certificate for key from ten days ago to `until` seconds from now; issuer is NULL for itself. To
 * be signed. */
static X509 *make(struct badcert *b, const char *name, EVP_PKEY *key, const X509 *issuer,
		  long until, const char *alt_names)
{
	X509 *x = X509_new();
	need(x && X509_set_version(x, 2) && X509_set_pubkey(x, key));
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++b->serial);
	X509_gmtime_adj(X509_getm_notBefore(x), -10 * DAY);
	X509_gmtime_adj(X509_getm_notAfter(x), until);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	need(X509_set_issuer_name(x, X509_get_subject_name(issuer ? issuer : x)));
	if (alt_names)
		add_extension(x, NID_subject_alt_name, alt_names);
	else
		add_extension(x, NID_basic_constraints, "critical,CA:TRUE");
	return x;
}

static X509 *sign(X509 *x, EVP_PKEY *key)
{
	need(X509_sign(x, key, EVP_sha256()));
	return x;
}

/* The only protocol that these servers speak. */
static int agree(SSL *ssl, const unsigned char **out, unsigned char *len, const unsigned char *in,
		 unsigned int in_len, void *arg)
{
	static const unsigned char known[] = "\x08http/1.1";
	(void)ssl;
	(void)arg;
	return SSL_select_next_proto((unsigned char **)out, len, known, sizeof(known) - 1, in,
				     in_len) == OPENSSL_NPN_NEGOTIATED
		       ? SSL_TLSEXT_ERR_OK
		       : SSL_TLSEXT_ERR_NOACK;
}

/* Takes x. */
static void serve(struct badcert *b, enum cert which, X509 *x)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	need(ctx && SSL_CTX_use_certificate(ctx, x) && SSL_CTX_use_PrivateKey(ctx, b->key));
	X509_free(x);
	b->ctx[which] = ctx;
}

static void add_server(struct badcert *b, enum cert which, const char *name, bool by_itself,
		       long until, const char *alt_names)
{
	X509 *x = make(b, name, b->key, by_itself ? NULL : b->ca, until, alt_names);
	serve(b, which, sign(x, by_itself ? b->key : b->ca_key));
}

static void add_crowd(struct badcert *b, enum cert which, int n)
{
	for (int i = 0; i < n; i++) {
		X509 *x = make(b, "somebody", b->ca_key, NULL, DAY, NULL);
		need(SSL_CTX_add_extra_chain_cert(b->ctx[which], sign(x, b->ca_key)));
	}
}

/* Each of the authorities in between signs the next one. They share a key. */
static void add_deep(struct badcert *b, int n)
{
	X509 *above = b->ca, *between[64];
	for (int i = 0; i < n; i++) {
		char name[32];
		snprintf(name, sizeof(name), "in between %d", i);
		above = between[i] = sign(make(b, name, b->ca_key, above, DAY, NULL), b->ca_key);
	}
	serve(b, CERT_DEEP, sign(make(b, "good.test", b->key, above, DAY, good), b->ca_key));
	while (n--)
		need(SSL_CTX_add_extra_chain_cert(b->ctx[CERT_DEEP], between[n]));
}

static void add_absurd(struct badcert *b)
{
	static const char name[] = "\x1b[2J\xff<script>\r\n";
	add_server(b, CERT_CROWD, "good.test", false, DAY, good);
	add_crowd(b, CERT_CROWD, 40);
	add_server(b, CERT_FLOOD, "good.test", false, DAY, good);
	add_crowd(b, CERT_FLOOD, 400);
	add_deep(b, 20);

	X509 *x = make(b, "good.test", b->key, b->ca, DAY, good);
	add_ballast(x, 60 * 1000);
	serve(b, CERT_HUGE, sign(x, b->ca_key));
	x = make(b, "good.test", b->key, b->ca, DAY, good);
	add_ballast(x, 100 * 1000);
	serve(b, CERT_TOO_HUGE, sign(x, b->ca_key));

	x = make(b, "good.test", b->key, b->ca, DAY, good);
	need(ASN1_STRING_set(X509_getm_notBefore(x), "never", -1));
	need(ASN1_STRING_set(X509_getm_notAfter(x), "99999999999999Z", -1));
	serve(b, CERT_NO_DATES, sign(x, b->ca_key));
	serve(b, CERT_RUDE, sign(make(b, name, b->key, NULL, DAY, good), b->key));
}

struct badcert *badcert_new(const char *ca_path)
{
	struct badcert *b = xcalloc(1, sizeof(*b));
	FILE *f = fopen(ca_path, "w");
	b->ca_key = EVP_EC_gen("P-256");
	b->key = EVP_EC_gen("P-256");
	b->ca = sign(make(b, "An authority of our own", b->ca_key, NULL, 10 * DAY, NULL),
		     b->ca_key);
	need(f && PEM_write_X509(f, b->ca) && fclose(f) == 0);
	add_server(b, CERT_GOOD, "good.test", false, DAY, good);
	add_server(b, CERT_WRONG_NAME, "other.test", false, DAY, other);
	add_server(b, CERT_EXPIRED, "good.test", false, -DAY, good);
	add_server(b, CERT_SELF_SIGNED, "good.test", true, DAY, good);
	add_server(b, CERT_TLS12, "good.test", false, DAY, good);
	need(SSL_CTX_set_max_proto_version(b->ctx[CERT_TLS12], TLS1_2_VERSION));
	SSL_CTX_set_alpn_select_cb(b->ctx[CERT_GOOD], agree, NULL);
	add_absurd(b);
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

const X509 *badcert_x509(const struct badcert *b, enum cert which)
{
	return SSL_CTX_get0_certificate(b->ctx[which]);
}
