/* baddoh.h: a DNS over HTTPS server on 127.0.0.1, in threads of its own. It is no better than it has
 * to be: HTTP/1.1, one request after the other on each connection. */
#ifndef TESTS_PROBE_BADDOH_H
#define TESTS_PROBE_BADDOH_H

#include <stddef.h>
#include <stdint.h>

#include "tests/probe/badcert.h"
#include "tests/probe/baddns.h"

struct baddoh; /* opaque */

struct bad_https {
	enum cert cert;	      /* CERT_NONE: it does not speak TLS at all */
	int status;	      /* 0 for 200 */
	const char *type;     /* NULL for the right one */
	const char *location; /* a redirect, with a status of that kind */
	size_t padding;	      /* bytes after the answer */
	int mute;	      /* takes the request and says nothing */
	const struct bad_name *names;
};

struct baddoh *baddoh_new(struct badcert *certs, const struct bad_https *what);
uint16_t baddoh_port(const struct baddoh *d);
/* Requests that were right: POST of application/dns-message with id 0; and connections. */
unsigned int baddoh_requests(const struct baddoh *d);
unsigned int baddoh_connections(const struct baddoh *d);
/* Every client has to be gone: when it ends, the runner has closed its connections. */
void baddoh_free(struct baddoh *d);

#endif
