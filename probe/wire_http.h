/* wire_http.h: an HTTP/1.x answer (RFC 9112), read as it comes in, by somebody who trusts nobody.
 *
 * Pure and incremental: the bytes may come in pieces of any size. CHECK_READ_MAX bytes are read of one
 * answer, and more are not held, so that an answer without an end ends here. Informational answers
 * (1xx) are passed over. No compression is undone: none was asked for. */
#ifndef PROBE_WIRE_HTTP_H
#define PROBE_WIRE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum wire_http_state {
	WIRE_HTTP_MORE,	  /* nothing is decided, more has to come */
	WIRE_HTTP_WHOLE,  /* the answer is complete */
	WIRE_HTTP_ENOUGH, /* not complete, but as much of the body as anybody wants was read */
	WIRE_HTTP_BAD,	  /* this is not HTTP, or headers that do not end in time */
};

struct wire_http {
	/* What is known so far. */
	int status;	    /* of the final answer; 0 for none */
	bool headers_whole; /* of the final answer */
	char *location;	    /* first Location header, NULL for none; owned */
	struct buf body;    /* without the framing of chunks */

	/* Inside. */
	enum wire_http_state state;
	int stage;
	struct buf line;
	size_t taken;	/* bytes that were read, CHECK_READ_MAX at most */
	int64_t left;	/* bytes to come of the body or of this chunk; -1: until the end */
	int64_t length; /* Content-Length, -1 for none */
	bool chunked, coded;
};

void wire_http_init(struct wire_http *h);
void wire_http_clear(struct wire_http *h);
/* Bytes that come after the end, or are too many, are not looked at. */
enum wire_http_state wire_http_feed(struct wire_http *h, const char *data, size_t len);
/* The stream has ended in good order: true when that completes the answer, false when it breaks
 * it. */
bool wire_http_end(const struct wire_http *h);

#endif
