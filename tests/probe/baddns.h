/* baddns.h: DNS servers on the loopback interface that answer as told: late, twice, wrongly, or not
 * at all. In the event loop of the test itself. */
#ifndef TESTS_PROBE_BADDNS_H
#define TESTS_PROBE_BADDNS_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct baddns; /* opaque */

enum bad_dns {
	BAD_DNS_END, /* ends a list */
	BAD_DNS_ANSWER,
	BAD_DNS_TRUNCATED,	/* an answer with TC, its last record cut in the middle */
	BAD_DNS_EMPTY_TC,	/* TC, and no record at all */
	BAD_DNS_WRONG_ID,	/* an answer with another id */
	BAD_DNS_WRONG_QUESTION, /* an answer for another name */
	BAD_DNS_NO_QUESTION,	/* a header alone */
	BAD_DNS_GARBAGE,	/* bytes that mean nothing */
	BAD_DNS_LOOP,		/* an alias that is a pointer to itself */
	BAD_DNS_HUGE,		/* an answer that says it has 65,535 records */
	BAD_DNS_CUT,		/* an answer whose last record is cut, without TC */
};

#define BAD_ALIASES_MAX 4

struct bad_reply {
	enum bad_dns what;
	int after_ms;
	int rcode;
	const char *a, *aaaa; /* addresses, separated by commas */
	uint32_t ttl;	      /* of the records; 0 for 60 */
	int ip_ttl;	      /* of the packet; 0 for the system's */
	int copies;	      /* sent so many times more */
	const char *aliases[BAD_ALIASES_MAX];
};

struct bad_name {
	const char *name; /* NULL ends the list; names that are not in it do not exist */
	int rcode;
	const char *a, *aaaa; /* NULL: no address of this kind */
	int silent;
	const struct bad_reply *replies; /* instead of all that, each of them */
	const struct bad_reply *tcp;	 /* over TCP; NULL: it closes at once */
	int tcp_stall;			 /* or says nothing */
	int only_nth;			 /* answers the nth query for it only; 0 for each */
};

struct baddns *baddns_new(struct event_base *base);
void baddns_free(struct baddns *d);

/* A server on 127.0.0.1, over UDP and TCP; its port. What is passed is borrowed. */
uint16_t baddns_serve(struct baddns *d, const struct bad_name *names, uint16_t port);
/* The same on another address, like 127.0.0.2 or ::1. */
uint16_t baddns_serve_at(struct baddns *d, const char *addr, const struct bad_name *names,
			 uint16_t port);
/* A port where nobody is: the kernel answers with ICMP. */
uint16_t baddns_nobody(struct baddns *d);
/* Queries that came in by UDP, and connections by TCP. */
size_t baddns_queries(const struct baddns *d);
size_t baddns_connections(const struct baddns *d);

/* The plain answer to a query, of its length (0 when it is none); out has room for 1,024 bytes. */
size_t baddns_answer(uint8_t *out, const uint8_t *query, size_t len, const struct bad_name *names);

#endif
