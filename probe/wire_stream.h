/* wire_stream.h: an established connection, handed from one step to the next: a socket, and TLS on
 * top of it once there was a handshake. Both are non-blocking. */
#ifndef PROBE_WIRE_STREAM_H
#define PROBE_WIRE_STREAM_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>

struct wire_stream {
	int fd;	  /* -1 for none */
	SSL *ssl; /* NULL for clear text */
};

/* What came of a read or write. */
enum wire_io {
	WIRE_DONE,	 /* n bytes */
	WIRE_WAIT_READ,	 /* nothing, until the socket can be read */
	WIRE_WAIT_WRITE, /* nothing, until the socket can be written */
	WIRE_END,	 /* the peer has closed, with or without a close_notify */
	WIRE_BROKEN,	 /* err is the errno, or 0 when what came was not TLS as it has to be */
};

struct wire_got {
	enum wire_io io;
	size_t n;
	int err;
};

/* No stream at all. */
void wire_stream_init(struct wire_stream *s);
/* Gives back both, without a close_notify: the measurement is over. */
void wire_stream_close(struct wire_stream *s);

struct wire_got wire_stream_read(struct wire_stream *s, void *to, size_t room);
struct wire_got wire_stream_write(struct wire_stream *s, const void *from, size_t len);
/* There may be bytes that the socket has given away already: read again without waiting. */
bool wire_stream_has_more(const struct wire_stream *s);

/* The kernel's smoothed round trip in microseconds, -1 when it has none; and how many segments this
 * side has sent again (may be NULL). */
int wire_stream_rtt_us(int fd, int *retransmitted);

#endif
