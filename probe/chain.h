/* chain.h: which steps one target takes, and in which order. Pure: it says what to do next and is
 * told how it went; the runner does it.
 *
 *	name       A and AAAA from every resolver, all at once
 *	address    of the first resolver: the first IPv4, then the first IPv6; each
 *	           tcp -> tls -> http as far as the scheme goes and the step before succeeded
 *
 * Other resolvers are asked for comparison only and nothing waits for them. A target that is an
 * address itself begins with the second line, dns:// is one question, and no target at all is the
 * link. */
#ifndef PROBE_CHAIN_H
#define PROBE_CHAIN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/result.h"
#include "probe/targets.h"

#define CHAIN_QTYPE_A	 1
#define CHAIN_QTYPE_AAAA 28

struct chain_step {
	enum kind kind;
	size_t resolver;	     /* dns: which of the resolvers */
	int qtype;		     /* dns */
	char addr[INET6_ADDRSTRLEN]; /* tcp, tls, http */
};

struct chain {
	const struct target *target;	/* borrowed; NULL for the link */
	size_t questions, asked;	/* dns steps in all, and handed out */
	size_t awaited;			/* dns steps that the addresses wait for */
	char addr[2][INET6_ADDRSTRLEN]; /* IPv4, IPv6; "" for none, or done with */
	enum kind next;			/* step to take on the address at hand, KINDS for none */
	size_t in_flight;
	bool on_addr; /* a step on an address is in flight */
};

void chain_begin(struct chain *c, const struct target *target, size_t n_resolvers);
/* True and *step filled when there is a step that can start now; ask until there is none. */
bool chain_next(struct chain *c, struct chain_step *step);
/* A step has ended; addr is the first address that a successful dns step gave, or NULL. */
void chain_ended(struct chain *c, const struct chain_step *step, bool success, const char *addr);
/* True when nothing is in flight and nothing is left to do. */
bool chain_is_over(const struct chain *c);

#endif
