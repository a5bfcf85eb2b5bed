/* wire_stream.h: an established connection, handed from one step to the next: a socket, and TLS on
 * top of it once there was a handshake. */
#ifndef PROBE_WIRE_STREAM_H
#define PROBE_WIRE_STREAM_H

#include <openssl/types.h>

struct wire_stream {
	int fd;	  /* -1 for none */
	SSL *ssl; /* NULL for clear text */
};

/* No stream at all. */
void wire_stream_init(struct wire_stream *s);
/* Gives back both, without a close_notify: the measurement is over. */
void wire_stream_close(struct wire_stream *s);

#endif
