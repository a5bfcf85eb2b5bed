/* wire_addr.c: inet_pton for both families. */
#include "probe/wire_addr.h"

#include <arpa/inet.h>
#include <string.h>

socklen_t wire_addr_make(union wire_addr *a, const char *text, uint16_t port)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &a->four.sin_addr) == 1) {
		a->four.sin_family = AF_INET;
		a->four.sin_port = htons(port);
		return sizeof(a->four);
	}
	if (inet_pton(AF_INET6, text, &a->six.sin6_addr) == 1) {
		a->six.sin6_family = AF_INET6;
		a->six.sin6_port = htons(port);
		return sizeof(a->six);
	}
	return 0;
}
