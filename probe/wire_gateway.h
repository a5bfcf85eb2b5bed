/* wire_gateway.h: the default gateway, and whether it answers on the link itself: what ARP and
 * neighbour discovery know about it. Nothing here leaves the device but one empty datagram to the
 * gateway. */
#ifndef PROBE_WIRE_GATEWAY_H
#define PROBE_WIRE_GATEWAY_H

#include <stdbool.h>

#include "probe/wire_addr.h"

struct wire_gateway {
	bool found;	      /* there is a default route */
	bool neighbour;	      /* to be looked for by ARP; not so on a point-to-point line */
	union wire_addr addr; /* with port 9, discard (RFC 863) */
	unsigned int iface;
};

/* The gateway of the best default route, of IPv4 if there is one. */
struct wire_gateway wire_gateway_find(void);

/* NONE: on this link nobody is asked for neighbours, or the kernel does not say. UP: it has answered,
 * within the last minute or so. UNKNOWN: nobody has asked yet, or the answer is out. */
enum wire_neighbour { NEIGHBOUR_NONE, NEIGHBOUR_UP, NEIGHBOUR_DOWN, NEIGHBOUR_UNKNOWN };
enum wire_neighbour wire_gateway_look(const struct wire_gateway *g);

/* Makes the kernel look for it, by a datagram that nobody answers. */
void wire_gateway_poke(const struct wire_gateway *g);

#endif
