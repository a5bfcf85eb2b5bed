/* wire_addr.h: an address as text and as the kernel has it. */
#ifndef PROBE_WIRE_ADDR_H
#define PROBE_WIRE_ADDR_H

#include <netinet/in.h>
#include <stdint.h>

union wire_addr {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* Length of the address, or 0 when text is not an IPv4 or IPv6 literal (without brackets). */
socklen_t wire_addr_make(union wire_addr *a, const char *text, uint16_t port);

#endif
