/* wire_dns.h: one DNS question, and what a message says in answer to it (RFC 1035, RFC 2181).
 *
 * Pure. A message is read as evidence and not to go by it: every address of the type that was asked
 * for counts, whatever name stands beside it, because a forger may have put any. Nothing beyond the
 * answer section is looked at. */
#ifndef PROBE_WIRE_DNS_H
#define PROBE_WIRE_DNS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/limits.h"

#define WIRE_DNS_HEADER	   12
#define WIRE_DNS_QUERY_MAX (WIRE_DNS_HEADER + 255 + 4)
#define WIRE_DNS_NAME_MAX  256
#define WIRE_DNS_MAX	   65535 /* over a stream: its length has 16 bits */

enum wire_dns_type { WIRE_DNS_A = 1, WIRE_DNS_NS = 2, WIRE_DNS_CNAME = 5, WIRE_DNS_AAAA = 28 };

struct wire_dns_query {
	uint8_t bytes[WIRE_DNS_QUERY_MAX];
	size_t len;
	int qtype;
	uint16_t id;
};

/* "." is the root. -1 when the name can't be asked for, like one with a label of 64 letters. */
int wire_dns_ask(struct wire_dns_query *q, const char *name, int qtype, uint16_t id);
/* The same question with another id. */
void wire_dns_number(struct wire_dns_query *q, uint16_t id);

struct wire_dns {
	uint16_t id;
	int rcode;
	bool tc;    /* truncated: there is more to be had over TCP */
	bool whole; /* false: the records, or a part of them, can't be read */
	char addrs[RESULT_ANSWERS_MAX][INET6_ADDRSTRLEN]; /* the first ones */
	size_t n_addrs;
	size_t total;  /* all addresses */
	uint64_t set;  /* and their sum: the same for the same ones in another order */
	int64_t ttl;   /* smallest of theirs, -1 for none */
	size_t cnames; /* aliases, and the last of them in lower case, "" for none */
	char cname[WIRE_DNS_NAME_MAX];
};

/* False when the message is not an answer to this question but to another one, or no answer at all.
 * Whether its id is right is left to the caller, who may have asked more than once. */
bool wire_dns_read(struct wire_dns *d, const uint8_t *data, size_t len,
		   const struct wire_dns_query *q);

/* What tells an answer from a different one: rcode and addresses. */
struct wire_dns_gist {
	int rcode;
	bool whole;
	size_t total;
	uint64_t set;
};
struct wire_dns_gist wire_dns_gist(const struct wire_dns *d);
bool wire_dns_same(const struct wire_dns_gist *a, const struct wire_dns_gist *b);

#endif
