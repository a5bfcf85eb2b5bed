/* wire_cert.h: the certificates that a TLS server showed, whether they verified or not. */
#ifndef PROBE_WIRE_CERT_H
#define PROBE_WIRE_CERT_H

#include <openssl/types.h>
#include <stddef.h>

#include "common/batch.h"

#define WIRE_CERT_NAME 128

struct wire_cert {
	struct batch_cert brief; /* what may leave this device; a date that is none is 0 */
	/* For the person in front of it, and for exports that they ask for: common name or
	 * organisation, printable ASCII only, whatever the certificate says. */
	char subject[WIRE_CERT_NAME], issuer[WIRE_CERT_NAME];
};

void wire_cert_take(struct wire_cert *c, const X509 *x);

/* What ssl has been shown so far, the server's own first, RESULT_CHAIN_MAX at most: *n of them,
 * allocated, or NULL when there is none. */
struct wire_cert *wire_cert_chain(const SSL *ssl, size_t *n);

#endif
