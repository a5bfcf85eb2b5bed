/* wire_cert.h: the certificates that a TLS server showed, whether they verified or not. */
#ifndef PROBE_WIRE_CERT_H
#define PROBE_WIRE_CERT_H

#include "common/batch.h"

#define WIRE_CERT_NAME 128

struct wire_cert {
	struct batch_cert brief; /* what may leave this device */
	/* For the person in front of it, and for exports that they ask for: common name or
	 * organisation, printable ASCII only, whatever the certificate says. */
	char subject[WIRE_CERT_NAME], issuer[WIRE_CERT_NAME];
};

#endif
