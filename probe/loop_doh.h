/* loop_doh.h: one DNS question by HTTPS: POST of application/dns-message (RFC 8484), by libcurl.
 *
 * Questions to one server share the connections of their loop, so that a handshake is paid once per
 * cycle and not per name. No redirect is followed and no proxy is taken from the environment. The
 * name of the server is looked up by the system. */
#ifndef PROBE_LOOP_DOH_H
#define PROBE_LOOP_DOH_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"

struct loop_curl;
struct loop_doh; /* opaque */

/* What a server may answer: the body's cap, like that of its headers. */
#define LOOP_DOH_MAX (64 * 1024)

/* done comes once, never from inside this call: with FAIL_NONE and the message, or with a failure.
 * Everything is borrowed until then. NULL when libcurl refuses. */
struct loop_doh *loop_doh_new(struct loop_curl *loop, const char *url, const char *ca_file,
			      const void *query, size_t len,
			      void (*done)(void *arg, enum failure failure, const uint8_t *message,
					   size_t len),
			      void *arg);
/* What it means that it takes too long. */
enum failure loop_doh_expired(const struct loop_doh *d);
/* At any time, from inside done too; takes NULL. */
void loop_doh_free(struct loop_doh *d);

#endif
