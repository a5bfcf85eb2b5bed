/* chain.h: which steps one target takes, and in which order. Pure: it says what to do next and is
 * told how it went; the runner does it.
 *
 *	name       A and AAAA from every resolver, all at once
 *	address    of the first resolver: some IPv4, then some IPv6 (CHAIN_ADDRS_MAX of each), one
 *	           after the other; each tcp -> tls -> http as far as the scheme goes and the step
 *	           before succeeded, all on one connection
 *	again      on the same address: after a handshake that broke, tcp -> tls with a harmless
 *	           name, which tells a blocked name from a blocked address; after a redirect to
 *	           https at the same host, its tcp -> tls -> http
 *
 * Other resolvers are asked for comparison only and nothing waits for them. A target that is an
 * address itself begins with the second line, dns:// is one question, quic:// goes to its addresses
 * by quic alone, speed+https:// ends in speed instead of http, and no target at all is the state of
 * this device: its link, and the guards against interception. */
#ifndef PROBE_CHAIN_H
#define PROBE_CHAIN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/result.h"
#include "probe/targets.h"

#define CHAIN_QTYPE_A	 1
#define CHAIN_QTYPE_AAAA 28

struct chain_step {
	enum kind kind;
	size_t resolver;	     /* dns: which of the resolvers */
	int qtype;		     /* dns */
	char addr[INET6_ADDRSTRLEN]; /* all but dns and link */
	uint16_t port;		     /* as addr */
	int hop;		     /* tcp, tls, http: so many redirects after the target itself */
	bool harmless;		     /* tcp, tls: the try with a harmless name */
};

/* Where the steps on an address go: the target itself, or what it redirects to. */
struct chain_place {
	bool tls;
	uint16_t port;
	char path[TARGET_URL_MAX]; /* only after a redirect; the target has its own */
};

struct chain {
	const struct target *target; /* borrowed; NULL for this device */
	size_t questions, asked;     /* dns steps in all, and handed out */
	size_t awaited;		     /* dns steps that the addresses wait for */
	char addrs[2][CHAIN_ADDRS_MAX][INET6_ADDRSTRLEN]; /* IPv4, IPv6; "" for none */
	size_t at;					  /* address at hand, in that order */
	enum kind next;	    /* step to take on the address at hand, KINDS for none */
	bool harmless;	    /* it is of the try with a harmless name */
	bool tried_already; /* that try was made on this address */
	int hop;
	struct chain_place place;
	uint64_t visited[CHAIN_HOPS_MAX]; /* hashes of the URLs that were redirected to */
	size_t guards;			  /* without a target: how many were handed out */
	size_t in_flight;
	bool on_addr; /* a step on an address is in flight */
};

/* What a step gave. */
struct chain_outcome {
	enum failure failure;
	const char (*addrs)[INET6_ADDRSTRLEN]; /* dns: true ones, of all answers */
	size_t n_addrs;
	bool follow; /* http: chain_redirect said yes */
};

void chain_begin(struct chain *c, const struct target *target, size_t n_resolvers);
/* True and *step filled when there is a step that can start now; ask until there is none. */
bool chain_next(struct chain *c, struct chain_step *step);
void chain_ended(struct chain *c, const struct chain_step *step,
		 const struct chain_outcome *outcome);
/* True when nothing is in flight and nothing is left to do. */
bool chain_is_over(const struct chain *c);

enum chain_redirect { CHAIN_FOLLOW, CHAIN_STAY, CHAIN_LOOP };
/* An http step ended well with a redirect to this place, https at the same host: take it up as the
 * next hop (then chain_ended with `follow`), or not. Before chain_ended. */
enum chain_redirect chain_redirect(struct chain *c, const struct target *to);
/* The place of the step at hand: path with query. */
const char *chain_path(const struct chain *c);

#endif
