/* wire_cert.c: from X.509 to a few bytes that tell one certificate from another. */
#include "probe/wire_cert.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sodium.h>
#include <time.h>

#include "common/buf.h"

#define ID_BYTES     12
#define ISSUER_BYTES 6

static void encode(char *out, size_t room, const unsigned char *sum, size_t n)
{
	sodium_bin2base64(out, room, sum, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Dates are written by whoever made the certificate. */
static int64_t unix_time(const ASN1_TIME *t)
{
	struct tm tm;
	return ASN1_TIME_to_tm(t, &tm) == 1 ? timegm(&tm) : 0;
}

static void take_text(char out[static WIRE_CERT_NAME], const X509_NAME *name)
{
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	unsigned char *text = NULL;
	*out = '\0';
	if (at < 0)
		at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
	if (at < 0)
		return;
	int len =
		ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
	size_t n = len < 0 ? 0 : (size_t)len;
	if (n >= WIRE_CERT_NAME)
		n = WIRE_CERT_NAME - 1;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(text[i] >= ' ' && text[i] <= '~' ? text[i] : '?');
	out[n] = '\0';
	OPENSSL_free(text);
}

void wire_cert_take(struct wire_cert *c, const X509 *x)
{
	unsigned char sum[EVP_MAX_MD_SIZE] = {0};
	unsigned int len;
	X509_digest(x, EVP_sha256(), sum, &len);
	encode(c->brief.id, sizeof(c->brief.id), sum, ID_BYTES);
	X509_NAME_digest(X509_get_issuer_name(x), EVP_sha256(), sum, &len);
	encode(c->brief.issuer, sizeof(c->brief.issuer), sum, ISSUER_BYTES);
	c->brief.not_before = unix_time(X509_get0_notBefore(x));
	c->brief.not_after = unix_time(X509_get0_notAfter(x));
	take_text(c->subject, X509_get_subject_name(x));
	take_text(c->issuer, X509_get_issuer_name(x));
}

struct wire_cert *wire_cert_chain(const SSL *ssl, size_t *n)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	int count = chain ? sk_X509_num(chain) : 0;
	*n = count < RESULT_CHAIN_MAX ? (size_t)count : RESULT_CHAIN_MAX;
	if (!*n)
		return NULL;
	struct wire_cert *list = xcalloc(*n, sizeof(*list));
	for (size_t i = 0; i < *n; i++)
		wire_cert_take(&list[i], sk_X509_value(chain, (int)i));
	ERR_clear_error();
	return list;
}
