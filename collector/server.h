/* server.h: HTTP on libevent's evhttp, with the limits that evhttp lacks.
 *
 * evhttp's timeout is per read, so a request that drips a byte a second lives for ever; here every
 * phase of a connection has one deadline. Connections are counted, and the listener rests while
 * there are too many. Whole requests go to one handler; how it answers is in request.h. Peer
 * addresses are never logged. */
#ifndef COLLECTOR_SERVER_H
#define COLLECTOR_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct request;
struct server; /* opaque */

#define SERVER_ADDRESS_LEN 64

struct server_config {
	struct event_base *base; /* borrowed */
	const char *listen;	 /* "127.0.0.1:8080", "[::1]:8080"; port 0 takes any free one */
	size_t max_connections;
	size_t max_body;       /* larger requests are refused with 413 */
	int request_timeout_s; /* first byte to last byte of one request */
	void (*handle)(void *arg, struct request *r);
	void *arg;
};

struct server_stats {
	size_t connections;    /* open at this moment */
	uint64_t accepted;     /* since the start */
	uint64_t requests;     /* whole requests */
	uint64_t timeouts;     /* connections ended at a deadline */
	size_t buffered_bytes; /* what peers have sent or not yet read */
};

/* Listens at once; requests arrive from the loop. NULL with err. */
struct server *server_new(const struct server_config *c, char *err, size_t errlen);
/* Takes no more connections; what is under way goes on. */
void server_stop(struct server *s);
/* Ends every connection; requests that wait for a reply become gone (request.h). */
void server_free(struct server *s);

/* "127.0.0.1:8080", with the port that was really taken. */
const char *server_address(const struct server *s);
void server_stats(const struct server *s, struct server_stats *out);
/* True when so much is buffered that large replies must be refused. */
bool server_is_full(const struct server *s);

#endif
