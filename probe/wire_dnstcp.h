/* wire_dnstcp.h: one DNS question over TCP, for the answers that did not fit into a datagram
 * (RFC 1035 section 4.2.2, RFC 7766): both messages with two bytes of length before them. */
#ifndef PROBE_WIRE_DNSTCP_H
#define PROBE_WIRE_DNSTCP_H

#include "probe/wire_addr.h"
#include "probe/wire_dns.h"

struct event_base;
struct wire_dnstcp; /* opaque */

/* done comes once, never from inside this call, with the message, or with NULL when there is none to
 * be had. There is no deadline. NULL when it can't even begin. query is borrowed until then. */
struct wire_dnstcp *wire_dnstcp_new(struct event_base *base, const union wire_addr *server,
				    const struct wire_dns_query *query,
				    void (*done)(void *arg, const uint8_t *message, size_t len),
				    void *arg);
/* At any time, from inside done too; takes NULL. */
void wire_dnstcp_free(struct wire_dnstcp *t);

#endif
