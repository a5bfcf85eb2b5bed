/* conn.h: the inside of a connection, for server.c and request.c alone. */
#ifndef COLLECTOR_CONN_H
#define COLLECTOR_CONN_H

#include <event2/bufferevent.h>
#include <event2/http.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "collector/server.h"

/* A connection without a request; browsers ask again for pages within a minute or not at all. */
#define CONN_IDLE_MS 60000

enum conn_phase {
	CONN_IDLE,	/* no byte of a request yet */
	CONN_READING,	/* some bytes, not the whole request */
	CONN_SERVING,	/* the handler has it */
	CONN_WRITING,	/* the reply is on its way */
	CONN_STREAMING, /* a reply without end */
};

struct conn {
	TAILQ_ENTRY(conn) next;
	struct server *server;	 /* borrowed */
	struct bufferevent *bev; /* one reference is ours */
	struct request *request; /* owned while the handler has it or streams, else NULL */
	enum conn_phase phase;
	int64_t deadline_ms; /* monotonic */
	size_t buffered;     /* bytes in both buffers of bev */
};

/* Enters a phase with the time that it may take; negative for no limit. */
void conn_enter(struct conn *c, enum conn_phase phase, int64_t allowed_ms);
/* Ends the connection at the next sweep. */
void conn_condemn(struct conn *c);

/* request.c: a whole request has arrived on c. */
struct request *request_new(struct conn *c, struct evhttp_request *ev);
/* request.c: the connection under r has closed; r is freed unless a handler still owes the reply. */
void request_lost(struct request *r);

#endif
