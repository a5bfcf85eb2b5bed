/* badnet.h: servers on 127.0.0.1 that misbehave as told, in the event loop of the test itself. */
#ifndef TESTS_PROBE_BADNET_H
#define TESTS_PROBE_BADNET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/probe/badcert.h"

struct event_base;
struct badnet; /* opaque */

enum bad_fault {
	BAD_NONE,	     /* serves: TLS when there is a certificate, then the reply */
	BAD_RESET_AT_ACCEPT, /* RST as soon as there is a connection */
	BAD_RESET,	     /* RST once the client has said something */
	BAD_CLOSE,	     /* FIN once the client has said something */
	BAD_STALL,	     /* listens, says nothing */
	BAD_ALERT,	     /* fatal TLS alert 40 */
	BAD_PLAIN,	     /* the reply in clear, whatever the client said */
	BAD_PLAIN_AT_ACCEPT, /* the same before that, and RST once the client has said something */
	BAD_RESET_LATE,	     /* RST a little after there is a connection, said or not */
};

/* FIN: without the close_notify that CLOSE sends over TLS. */
enum bad_end { BAD_END_CLOSE, BAD_END_RESET, BAD_END_STALL, BAD_END_FIN };

struct bad_server {
	enum bad_fault fault;
	unsigned int spare; /* so many connections are served well before the fault begins */
	enum cert cert;
	const char *reply;   /* to a whole request; NULL for a short 200 */
	const char *forever; /* then this, again and again */
	enum bad_end end;
	const char *word;	  /* the fault only comes when the client says this */
	size_t reply_len;	  /* of a reply with bytes NUL in it; 0 for strlen */
	bool slow;		  /* one byte at a time */
	void (*before)(SSL *ssl); /* called before each piece of the reply */
};

struct badnet *badnet_new(struct event_base *base, struct badcert *certs);
void badnet_free(struct badnet *n);

/* Each gives a port of 127.0.0.1. What is passed is borrowed. */
uint16_t badnet_listen(struct badnet *n, const struct bad_server *s);
uint16_t badnet_full(struct badnet *n); /* SYNs are dropped: the queue is full and nobody accepts */
uint16_t badnet_nobody(struct badnet *n); /* SYNs are answered with RST */

/* Connections that are open, and the most that were at once. */
size_t badnet_open(const struct badnet *n);
size_t badnet_most_open(const struct badnet *n);
/* Connections that were accepted, and the last request that was read. */
size_t badnet_accepted(const struct badnet *n);
const char *badnet_request(const struct badnet *n);

#endif
