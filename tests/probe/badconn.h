/* badconn.h: a connection that was accepted and is served, well or badly, as a struct bad_server
 * says. */
#ifndef TESTS_PROBE_BADCONN_H
#define TESTS_PROBE_BADCONN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "tests/probe/badnet.h"

#define BADCONN_REQUEST 8192

struct badconns {
	struct event_base *base;
	struct badcert *certs;
	LIST_HEAD(, conn) list;
	size_t open, most_open, accepted;
	char request[BADCONN_REQUEST]; /* the last one */
};

void badconns_init(struct badconns *all, struct event_base *base, struct badcert *certs);
/* Ends all of them. */
void badconns_clear(struct badconns *all);
/* Takes fd. spared: without the fault, whatever server says. */
void badconn_serve(struct badconns *all, int fd, const struct bad_server *server, bool spared);

#endif
