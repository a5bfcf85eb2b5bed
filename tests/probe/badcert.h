/* badcert.h: an authority of our own, and servers' certificates that are right or wrong in one way
 * each. All of them are made when a test program starts. */
#ifndef TESTS_PROBE_BADCERT_H
#define TESTS_PROBE_BADCERT_H

#include <openssl/ssl.h>

enum cert {
	CERT_NONE,	  /* no TLS */
	CERT_GOOD,	  /* good.test and 127.0.0.1, by our authority */
	CERT_WRONG_NAME,  /* other.test, by our authority */
	CERT_EXPIRED,	  /* good.test, by our authority, until yesterday */
	CERT_SELF_SIGNED, /* good.test, by itself */
	CERT_TLS12,	  /* as GOOD, and no newer TLS than 1.2 */
	CERT_CROWD,	  /* as GOOD, with 40 certificates that have nothing to do with it */
	CERT_FLOOD,	  /* as GOOD, with more of them than anybody reads */
	CERT_HUGE,	  /* as GOOD, one certificate of 60 KB */
	CERT_TOO_HUGE,	  /* as GOOD, one certificate of 100 KB */
	CERT_DEEP,	  /* good.test, by our authority, over 20 others */
	CERT_NO_DATES,	  /* good.test, by our authority, with dates that are none */
	CERT_RUDE,	  /* good.test, by itself, with a name that is not printable */
	CERTS
};

struct badcert; /* opaque */

/* Writes the authority's certificate to ca_path. */
struct badcert *badcert_new(const char *ca_path);
void badcert_free(struct badcert *b);
/* Certificate and server side context, owned by b. */
const X509 *badcert_x509(const struct badcert *b, enum cert which);
SSL_CTX *badcert_ctx(struct badcert *b, enum cert which);

#endif
