/* wire_stream.c: who closes what. */
#include "probe/wire_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

void wire_stream_init(struct wire_stream *s)
{
	*s = (struct wire_stream){.fd = -1};
}

void wire_stream_close(struct wire_stream *s)
{
	if (s->ssl) {
		SSL_free(s->ssl);
		ERR_clear_error();
	}
	if (s->fd >= 0)
		close(s->fd);
	wire_stream_init(s);
}
