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
	CERTS
};

struct badcert; /* opaque */

/* Writes the authority's certificate to ca_path. */
struct badcert *badcert_new(const char *ca_path);
void badcert_free(struct badcert *b);
/* Server side context, owned by b. */
SSL_CTX *badcert_ctx(struct badcert *b, enum cert which);

#endif
