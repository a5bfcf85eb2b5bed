/* classify.h: what a library's or the kernel's code says about the network, in the words of
 * failure.def.
 *
 * Pure. The rule that decides doubtful cases: a failure of class TCP, TLS, HTTP or DNS is evidence
 * against the network and must have come from there; what this device could have caused itself is
 * of class LOCAL. */
#ifndef PROBE_CLASSIFY_H
#define PROBE_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/failure.h"

/* How far an exchange has come; the same silence or reset means something else in each phase.
 * PHASE_BODY begins with the first byte of the answer. */
enum phase { PHASE_CONNECT, PHASE_TLS, PHASE_EXCHANGE, PHASE_BODY };

/* errno of socket(2) or of connect(2) itself: nothing has been heard from the network yet. */
enum failure classify_connect_local(int err);
/* SO_ERROR of a connection attempt that was under way: the network, or its silence, has spoken. */
enum failure classify_connect_remote(int err);
/* errno of a read or write on a connection that was once established. */
enum failure classify_io(int err, enum phase phase);
/* The deadline passed, or ETIMEDOUT. */
enum failure classify_timeout(enum phase phase);

/* An answer to a DNS query: its rcode, whether it could be read to the end, and how many addresses it
 * held. */
enum failure classify_dns(int rcode, bool whole, size_t addresses);

/* X509_V_ERR code of the verification of a chain and name; X509_V_OK is FAIL_NONE. */
enum failure classify_x509(long verify_result);
/* The first byte of the answer to a TLS greeting: true for clear text. Records of TLS and of SSLv2
 * begin with bytes that no text has. */
bool classify_is_text(unsigned char first);
/* A handshake that failed: SSL_get_error, errno of that moment, first code of the error queue. */
enum failure classify_tls(int ssl_error, int err, unsigned long queue);

/* Everything libcurl tells about a transfer that failed. */
struct classify_curl {
	int code;	     /* CURLcode */
	long os_errno;	     /* CURLINFO_OS_ERRNO */
	long verify_result;  /* CURLINFO_SSL_VERIFYRESULT */
	const char *message; /* CURLOPT_ERRORBUFFER */
	enum phase phase;
};
enum failure classify_curl(const struct classify_curl *c);

#endif
