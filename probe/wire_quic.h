/* wire_quic.h: the one QUIC packet that any QUIC server has to answer without any cryptography: a
 * long header of a version that it can't know. It answers with the versions that it does
 * (RFC 8999; RFC 9000, sections 6, 14.1 and 17.2.1). Pure. */
#ifndef PROBE_WIRE_QUIC_H
#define PROBE_WIRE_QUIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A server answers no smaller one, lest it be used to flood others. */
#define WIRE_QUIC_LEN 1200

/* The part of a greeting that an answer refers to. */
#define WIRE_QUIC_HEADER 23

/* Lays the header into random bytes of the caller's, which give the connection ids, the rest of the
 * version and what follows. */
void wire_quic_greet(uint8_t packet[static WIRE_QUIC_LEN]);

/* True for a Version Negotiation packet in answer to this greeting: it has both connection ids, the
 * other way round. *version is the first version offered; one of those that are kept for greasing
 * (0x?a?a?a?a, section 15) only if there is no other. */
bool wire_quic_read(uint32_t *version, const uint8_t *data, size_t len,
		    const uint8_t greeting[static WIRE_QUIC_HEADER]);

#endif
