/* wire_quic.c: both packets begin alike (RFC 8999, section 5.1):
 *
 *	 0  0x80 for a long header; the other bits belong to the version
 *	 1  version, 4 bytes; 0 for Version Negotiation
 *	 5  8, destination connection id
 *	14  8, source connection id
 *	23  the rest: here anything, there 4 bytes for each version */
#include "probe/wire_quic.h"

#include <string.h>

#define AT_VERSION 1
#define AT_DEST	   5
#define AT_SOURCE  14
#define ID_LEN	   8
#define LONG	   0x80
#define FIXED_BIT  0x40 /* some middleboxes take only packets that have it for QUIC (RFC 9000) */

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* RFC 9000, section 15: no version will ever look like this. */
static bool is_grease(uint32_t version)
{
	return (version & 0x0f0f0f0f) == 0x0a0a0a0a;
}

void wire_quic_greet(uint8_t packet[static WIRE_QUIC_LEN])
{
	packet[0] |= LONG | FIXED_BIT;
	for (size_t i = AT_VERSION; i < AT_DEST; i++)
		packet[i] = (packet[i] & 0xf0) | 0x0a;
	packet[AT_DEST] = packet[AT_SOURCE] = ID_LEN;
}

bool wire_quic_read(uint32_t *version, const uint8_t *data, size_t len,
		    const uint8_t greeting[static WIRE_QUIC_HEADER])
{
	*version = 0;
	if (len <= WIRE_QUIC_HEADER || (len - WIRE_QUIC_HEADER) % 4 || !(data[0] & LONG) ||
	    get32(data + AT_VERSION))
		return false;
	/* Length and id in one. */
	if (memcmp(data + AT_DEST, greeting + AT_SOURCE, 1 + ID_LEN) ||
	    memcmp(data + AT_SOURCE, greeting + AT_DEST, 1 + ID_LEN))
		return false;
	for (size_t at = WIRE_QUIC_HEADER; at < len; at += 4) {
		uint32_t offered = get32(data + at);
		if (offered == get32(greeting + AT_VERSION))
			return false; /* then there was nothing to negotiate (RFC 9000, 6.2) */
		if (at == WIRE_QUIC_HEADER || (is_grease(*version) && !is_grease(offered)))
			*version = offered;
	}
	return true;
}
