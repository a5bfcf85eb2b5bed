/* wire_dnsudp.h: one DNS question over UDP, and everything that comes back for it.
 *
 * A forger on the path answers first, but can't stop the true answer; so after the first answer the
 * socket is listened to for a while, and each further one to the same question is handed on too:
 *
 *	send --- wait --- send --- wait --- send ...    until somebody answers
 *	answer ------ linger ------> end
 *
 * Each time the question has another id: so it is known which of them was answered, and a resolver
 * that answers two of them differently, as those of large sites do, is not taken for a forger.
 * Several servers are asked in turn, and when ICMP says that one can't be reached, the next at once.
 * There is no deadline. */
#ifndef PROBE_WIRE_DNSUDP_H
#define PROBE_WIRE_DNSUDP_H

#include "common/failure.h"
#include "probe/wire_addr.h"
#include "probe/wire_dns.h"
#include "probe/wire_udppool.h"

struct event_base;
struct timeval;
struct wire_dnsudp; /* opaque */

#define WIRE_DNSUDP_SERVERS_MAX 3
#define WIRE_DNSUDP_REPEATS	2 /* a question is sent so many times more while nobody answers */

struct wire_dnsudp_answer {
	struct wire_dns message;
	int64_t us; /* from the question that it answers, by the kernel's clock */
	int ip_ttl; /* -1 when unknown */
	const union wire_addr *server;
};

/* Everything is borrowed until the end. */
struct wire_dnsudp_ask {
	struct event_base *base;
	struct wire_udppool *pool;
	const union wire_addr *servers;
	size_t n_servers; /* at most WIRE_DNSUDP_SERVERS_MAX */
	/* Common timeouts of the base: before each repetition, and after the first answer. */
	const struct timeval *const *waits;
	const struct timeval *linger;
	struct wire_dns_query *query; /* its id changes */
	void (*answer)(void *arg, const struct wire_dnsudp_answer *answer);
	/* FAIL_NONE: after an answer. Otherwise why no server is left that could be asked. Once. */
	void (*end)(void *arg, enum failure failure);
	void *arg;
};

/* Neither callback comes from inside this call. NULL, with the reason in *why, when this device can't
 * ask any of the servers. */
struct wire_dnsudp *wire_dnsudp_new(const struct wire_dnsudp_ask *ask, enum failure *why);
/* What it means that nobody has answered yet. */
enum failure wire_dnsudp_silence(const struct wire_dnsudp *u);
/* At any time, from inside a callback too; takes NULL. */
void wire_dnsudp_free(struct wire_dnsudp *u);

#endif
