/* resolver.h: somebody who can be asked for names, as written in the configuration:
 *
 *	system                       the nameservers of resolv.conf(5), in their order
 *	udp://ADDRESS[:PORT]         one server over UDP, and TCP for what does not fit (RFC 1035)
 *	https://HOST[:PORT]/PATH     DNS over HTTPS (RFC 8484)
 *
 * resolv.conf changes with the network, so a resolver is made anew for every cycle. Checks look into
 * it and do the asking. */
#ifndef PROBE_RESOLVER_H
#define PROBE_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/wire_addr.h"
#include "probe/wire_dnsudp.h"

struct event_base;
struct loop_curl;
struct timeval;

#define RESOLVER_SERVERS_MAX WIRE_DNSUDP_SERVERS_MAX /* 3, MAXNS of resolv.conf(5) */

struct resolver {
	union wire_addr servers[RESOLVER_SERVERS_MAX];
	size_t n_servers;
	const char *url; /* NULL unless it is asked by HTTPS; borrowed */
	struct loop_curl
		*loop; /* of this resolver alone: its connections live as long as it does */
	const struct timeval *waits[WIRE_DNSUDP_REPEATS]; /* before a question is sent again */
};

/* True for a text that resolver_new understands, otherwise false with one sentence in err. */
bool resolver_knows(const char *text, char *err, size_t errlen);

/* NULL when the device has no such resolver: nothing in resolv.conf, or a text that is none. text
 * stays the caller's and must stay. Questions are repeated within timeout_ms. */
struct resolver *resolver_new(struct event_base *base, const char *text, const char *resolv_conf,
			      int timeout_ms);
/* After the last check that asks it was stopped. Takes NULL. */
void resolver_free(struct resolver *r);

/* The nameservers of a resolv.conf; their number. */
size_t resolver_nameservers(union wire_addr out[static RESOLVER_SERVERS_MAX],
			    const char *resolv_conf);

#endif
