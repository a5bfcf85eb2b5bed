/* wire_udp.h: a datagram socket of our own, one per question, with everything that the kernel knows
 * about an answer and tells anybody: when it came, how many hops it had left, and what routers said
 * instead of it (ICMP). No privilege is needed for any of it: socket(7), ip(7), ipv6(7). */
#ifndef PROBE_WIRE_UDP_H
#define PROBE_WIRE_UDP_H

#include <stddef.h>
#include <stdint.h>

#include "probe/wire_addr.h"

/* A non-blocking socket that is connected to this address, so that only its datagrams and ICMP come
 * in. -1 with errno: this device has no way there. */
int wire_udp_open(const union wire_addr *to);

/* The same socket for another address: first nothing more comes in from the one before (-1 when that
 * can't be had), then it is connected anew, with another port. */
int wire_udp_disconnect(int fd);
int wire_udp_connect(int fd, const union wire_addr *to);

/* The moment of a datagram on both clocks: the kernel stamps with the one that jumps. */
struct wire_moment {
	int64_t wall_us, mono_us;
};

/* 0 with the moment just before it went out, or -1 with errno. */
int wire_udp_send(int fd, const void *data, size_t len, struct wire_moment *at);

struct wire_datagram {
	void *data; /* room bytes of the caller's */
	size_t room, len;
	int ttl; /* time to live or hop limit, -1 when unknown */
	struct wire_moment at;
};

/* 0 with a datagram, its end cut off if there was no room; EAGAIN when there is none; any other errno
 * is what the network said instead, as the kernel translates ICMP. */
int wire_udp_receive(int fd, struct wire_datagram *d);

/* Time from a question to its answer. By the kernel's stamp, unless the clock was set in between. */
int64_t wire_udp_elapsed_us(const struct wire_moment *from, const struct wire_moment *to);

/* A socket that keeps the kernel stamping datagrams as they come in. Without one it begins to with
 * the first question and may stamp the first answer when that is read. -1 with errno. */
int wire_udp_keep_stamping(void);

#endif
