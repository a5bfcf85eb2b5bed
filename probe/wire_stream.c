/* wire_stream.c: reading and writing with and without TLS, in the same words; and who closes what. */
#include "probe/wire_stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
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

/* OpenSSL 3 calls a stream that ends without close_notify an error of the protocol. It is how half of
 * the web ends. */
static bool is_end(int why, int err)
{
	if (why == SSL_ERROR_SSL)
		return ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
	return why == SSL_ERROR_ZERO_RETURN || (why == SSL_ERROR_SYSCALL && !err);
}

static struct wire_got after_ssl(const SSL *ssl, int r, size_t n, int err)
{
	if (r == 1)
		return (struct wire_got){WIRE_DONE, n, 0};
	int why = SSL_get_error(ssl, r);
	struct wire_got got = {WIRE_BROKEN, 0, why == SSL_ERROR_SYSCALL ? err : 0};
	if (why == SSL_ERROR_WANT_READ)
		got.io = WIRE_WAIT_READ;
	else if (why == SSL_ERROR_WANT_WRITE)
		got.io = WIRE_WAIT_WRITE;
	else if (is_end(why, err))
		got.io = WIRE_END;
	ERR_clear_error();
	return got;
}

struct wire_got wire_stream_read(struct wire_stream *s, void *to, size_t room)
{
	size_t n = 0;
	errno = 0;
	if (s->ssl) {
		ERR_clear_error();
		int r = SSL_read_ex(s->ssl, to, room, &n), err = errno;
		return after_ssl(s->ssl, r, n, err);
	}
	ssize_t r = recv(s->fd, to, room, 0);
	if (r > 0)
		return (struct wire_got){WIRE_DONE, (size_t)r, 0};
	if (!r)
		return (struct wire_got){WIRE_END, 0, 0};
	return (struct wire_got){errno == EAGAIN ? WIRE_WAIT_READ : WIRE_BROKEN, 0, errno};
}

struct wire_got wire_stream_write(struct wire_stream *s, const void *from, size_t len)
{
	size_t n = 0;
	errno = 0;
	if (s->ssl) {
		ERR_clear_error();
		int r = SSL_write_ex(s->ssl, from, len, &n), err = errno;
		return after_ssl(s->ssl, r, n, err);
	}
	ssize_t r = send(s->fd, from, len, MSG_NOSIGNAL);
	if (r >= 0)
		return (struct wire_got){WIRE_DONE, (size_t)r, 0};
	return (struct wire_got){errno == EAGAIN ? WIRE_WAIT_WRITE : WIRE_BROKEN, 0, errno};
}

bool wire_stream_has_more(const struct wire_stream *s)
{
	return s->ssl && SSL_has_pending(s->ssl);
}

int wire_stream_rtt_us(int fd, int *retransmitted)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 || !info.tcpi_rtt)
		return -1;
	if (retransmitted)
		*retransmitted = (int)info.tcpi_total_retrans;
	return (int)info.tcpi_rtt;
}
