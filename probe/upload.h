/* upload.h: carries the spool to the collector, oldest batch first, one at a time.
 *
 * A session tries the ways of route.h in order for each batch. A batch is dropped from the spool on
 * its own receipt and on nothing else; every other answer means: keep it. A collector that refuses
 * a batch (a problem document with a 4xx status) will refuse it again, so the session goes on
 * behind it, and so does the next one, until a whole pass is over. */
#ifndef PROBE_UPLOAD_H
#define PROBE_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/route.h"

struct event_base;
struct spool;
struct upload; /* opaque */

enum upload_end {
	UPLOAD_EMPTY,	    /* nothing waits any more */
	UPLOAD_ALLOWANCE,   /* as much was sent as was allowed */
	UPLOAD_REFUSED,	    /* the collector refused what is left, or the last few */
	UPLOAD_UNREACHABLE, /* no way to the collector worked */
};

struct upload_outcome {
	enum upload_end end;
	size_t sent, refused;
	uint64_t bytes;	   /* on the wire, both ways */
	bool offset_known; /* the collector's clock minus ours, from a receipt's answer */
	int64_t offset_ms;
	char reason[160]; /* of the last failure; names no host */
};

/* "empty", "allowance", "refused", "unreachable". */
const char *upload_end_str(enum upload_end end);

struct upload_observer {
	void (*progress)(void *arg, size_t sent, size_t waiting);
	void (*done)(void *arg, const struct upload_outcome *outcome);
	void *arg;
};

/* Takes over routes; spool and observer are borrowed. */
struct upload *upload_new(struct event_base *base, struct routes routes, struct spool *spool,
			  const struct upload_observer *observer);
/* A session under way ends without a word; what it was sending stays in the spool. */
void upload_free(struct upload *u);

/* Starts a session of at most allowance bytes of batches (but at least one batch); done is called
 * once, never from inside. 0, or -1 when one is under way. */
int upload_start(struct upload *u, uint64_t allowance);
bool upload_is_active(const struct upload *u);

#endif
