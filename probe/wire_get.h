/* wire_get.h: one GET over HTTP/1.1 on a connection that is already there, with or without TLS, as a
 * browser would ask, but with nothing compressed and nothing kept.
 *
 * It ends with the whole answer, with as much of it as anybody wants (wire_http.h), or with the
 * failure that broke it. What had come until then stays readable until wire_get_stop. */
#ifndef PROBE_WIRE_GET_H
#define PROBE_WIRE_GET_H

#include <event2/event_struct.h>
#include <stdint.h>

#include "common/failure.h"
#include "probe/wire_http.h"
#include "probe/wire_redirect.h"
#include "probe/wire_stream.h"

struct wire_hold;

struct wire_get {
	/* The question; borrowed. */
	struct event_base *base;
	struct wire_stream *stream;
	struct wire_place place;
	const char *addr;			       /* where stream leads to, for wire_hold.h */
	void (*done)(void *arg, enum failure failure); /* once; from inside wire_get_start too */
	void *arg;

	/* The answer. Times are of clock_mono_us, taken when the loop hands out the event; 0 for
	 * never. */
	struct wire_http http;
	int64_t sent_us, first_us, last_us; /* request written; first and last bytes read */
	int64_t end_us;			    /* of the exchange, before any wire_hold */

	/* Inside. */
	struct event event;
	struct wire_hold *hold;
	char *request;
	size_t len, sent;
	int write_err;
};

/* The question is filled in, all else is zero. */
void wire_get_start(struct wire_get *g);
/* The deadline has passed: what that means. */
enum failure wire_get_expired(const struct wire_get *g);
/* Safe on one that was never started. */
void wire_get_stop(struct wire_get *g);

#endif
