/* request.h: one HTTP request, from its arrival to its reply.
 *
 * A request is answered exactly once, with request_reply_take or as a stream, at once or later. The
 * peer may leave at any moment before; then the request is gone: its connection is no longer there,
 * and a reply to it does nothing but free it. So a handler that answers later keeps only the
 * pointer and never needs to know. */
#ifndef COLLECTOR_REQUEST_H
#define COLLECTOR_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"

struct request; /* opaque */
struct evbuffer;
struct sockaddr;
struct sockaddr_storage;

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OPTIONS, METHOD_OTHER };

/* Headers beyond what every reply carries (request.c). */
#define REPLY_HEADERS_MAX 12
struct reply {
	int status;
	struct buf body;
	bool coded;			      /* it is compressed, or is not worth it */
	bool endless;			      /* the head of a stream */
	const char *names[REPLY_HEADERS_MAX]; /* static texts */
	char *values[REPLY_HEADERS_MAX];      /* owned */
	size_t n_headers;
};

void reply_init(struct reply *p, int status, size_t body_cap);
void reply_clear(struct reply *p);
/* name must be a static text. Values with control characters are dropped. */
void reply_header(struct reply *p, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

enum method request_method(const struct request *r);
/* As sent, before the '?', not decoded. */
const char *request_path(const struct request *r);
/* After the '?', or "". */
const char *request_query(const struct request *r);
/* NULL when there is none. Names are compared without case. */
const char *request_header(const struct request *r, const char *name);
/* The body in one piece; borrowed until the reply. */
const void *request_body(struct request *r, size_t *len);
bool request_is_gone(const struct request *r);
/* Where the request comes from: the peer or, when that is a reverse proxy on this machine (loopback
 * or a local socket), the last address of X-Forwarded-For. NULL when nobody can say. */
const struct sockaddr *request_peer(const struct request *r, struct sockaddr_storage *room);

/* Sends p (and frees its content) and frees r. A HEAD request gets the headers alone. */
void request_reply_take(struct request *r, struct reply *p);

/* A reply without an end; from the handler itself only, never later. gone fires once, when the
 * connection closes, whoever closed it; after that r is no more. */
void request_stream(struct request *r, struct reply *head, void (*gone)(void *arg), void *arg);
/* Appends to the stream what text holds, which is the caller's and must not change any more: however many streams it goes to,
 * it is in memory once. A reader who is too slow is cut off: gone fires soon, never from here. */
void request_stream_put(struct request *r, struct evbuffer *text);

#endif
