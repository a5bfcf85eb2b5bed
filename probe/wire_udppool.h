/* wire_udppool.h: datagram sockets that are used again, for those who ask thousands of questions.
 *
 * Making a socket, telling it what we want to hear (wire_udp.h) and having it watched costs more than
 * the question itself. A socket that was given back is disconnected, so the kernel takes its port
 * away; the next user gets another one, and nothing of what was sent to the former reaches it. A second
 * after the last one in use came back all are closed, so that none stays open between cycles. */
#ifndef PROBE_WIRE_UDPPOOL_H
#define PROBE_WIRE_UDPPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/wire_addr.h"

struct event_base;
struct wire_udppool; /* opaque */

struct wire_socket {
	int fd; /* connected: for wire_udp_send and wire_udp_receive */
	/* For the pool. */
	struct wire_udppool *pool;
	struct wire_socket *next;
	struct event *event;
	int family;
	bool spare;
	void (*readable)(void *arg);
	void *arg;
};

struct wire_udppool *wire_udppool_new(struct event_base *base);
/* Every socket has to be back. Takes NULL. */
void wire_udppool_free(struct wire_udppool *p);

/* A socket connected to this address; readable is called, from the loop, while there is something to
 * receive. NULL with errno: this device has no way there. */
struct wire_socket *wire_udppool_take(struct wire_udppool *p, const union wire_addr *to,
				      void (*readable)(void *arg), void *arg);
/* From inside readable too. */
void wire_udppool_give(struct wire_socket *s);

/* 16 bits that nobody can guess, for the id of a question. */
uint16_t wire_udppool_id(struct wire_udppool *p);

#endif
