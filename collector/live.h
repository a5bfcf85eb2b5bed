/* live.h: tells readers of the stream what has changed.
 *
 * Listens to the views, asks the publisher for what may be shown of each change, keeps the last
 * changes in a ring, and sends them to every reader that asked for their series. A reader who comes
 * back with the id of the last message that he got receives what he missed or, when that is too
 * long ago, one `reset`: load again. The stream begins with an id, so that a reader who got nothing yet can
 * come back too. Nothing is sent from inside the views' own work. */
#ifndef COLLECTOR_LIVE_H
#define COLLECTOR_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "collector/params.h"
#include "collector/publish.h"
#include "collector/rowtext.h"
#include "collector/views.h"

struct event_base;
struct reply;
struct request;
struct live; /* opaque */

struct live_stats {
	size_t readers;
	uint64_t rows, events; /* changes since the start */
};

/* base and publish are borrowed. */
struct live *live_new(struct event_base *base, const struct publish *publish);
/* Readers must have gone before: free the server first. */
void live_free(struct live *l);

/* For views_listen. */
struct views_listener live_listener(struct live *l);

/* Takes over r and its head, and streams what matches filter, which is copied. last_id is Last-Event-ID or
 * NULL. The head's body has room for LIVE_MISSED_MAX bytes. */
#define LIVE_MISSED_MAX (16u * 1024 * 1024)
void live_subscribe_take(struct live *l, struct request *r, struct reply *head,
			 const struct params *filter, const char *last_id);
void live_stats(const struct live *l, struct live_stats *out);

#endif
