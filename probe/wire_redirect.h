/* wire_redirect.h: where a Location header leads, as far as it is followed at all: to https at the
 * host that was asked. Pure. */
#ifndef PROBE_WIRE_REDIRECT_H
#define PROBE_WIRE_REDIRECT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/limits.h"

/* What was asked for. */
struct wire_place {
	const char *scheme; /* "http" or "https" */
	const char *host;   /* lower case, or an address literal without brackets */
	uint16_t port;
	const char *path; /* with query */
};

/* Resolves location (RFC 3986 section 5.2; a fragment is dropped). True, and the absolute URL in out,
 * when it is https at the same host, at any port; out is printable ASCII without spaces. */
bool wire_redirect(char out[static TARGET_URL_MAX], const struct wire_place *from,
		   const char *location);

#endif
