/* baddoh.c: blocking sockets, and a thread for each connection; freeing it shuts down the socket that
 * it listens on. */
#include "tests/probe/baddoh.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"

#define REQUEST_MAX 4096
#define CONNS_MAX   64

struct conn {
	struct baddoh *server;
	pthread_t thread;
	int fd;
};

struct baddoh {
	SSL_CTX *ctx; /* NULL without TLS */
	struct bad_https what;
	pthread_t thread;
	int fd;
	uint16_t port;
	atomic_uint requests, connections;
	struct conn conns[CONNS_MAX];
};

static void need(int ok)
{
	if (!ok)
		abort();
}

/* The value of Content-Length once the whole request is there, otherwise 0. */
static size_t body_len(const char *in, size_t len, size_t *head)
{
	const char *end = strstr(in, "\r\n\r\n"), *text = strcasestr(in, "\r\nContent-Length:");
	if (!end || !text)
		return 0;
	size_t body = strtoul(text + strlen("\r\nContent-Length:"), NULL, 10);
	*head = (size_t)(end + 4 - in);
	return len >= *head + body ? body : 0;
}

static void send_answer(struct baddoh *d, SSL *ssl, const uint8_t *query, size_t len)
{
	const struct bad_https *w = &d->what;
	uint8_t message[1024];
	struct buf out;
	size_t n = baddns_answer(message, query, len, w->names);
	buf_init(&out, 1 << 20);
	buf_printf(&out, "HTTP/1.1 %d Well\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
		   w->status ? w->status : 200, w->type ? w->type : "application/dns-message",
		   n + w->padding);
	if (w->location)
		buf_printf(&out, "Location: %s\r\n", w->location);
	buf_puts(&out, "\r\n");
	buf_put(&out, message, n);
	for (size_t i = 0; i < w->padding; i++)
		buf_putc(&out, '\0');
	SSL_write(ssl, out.data, (int)out.len);
	buf_clear(&out);
}

/* One request after the other on one connection, until the client has enough. */
static void serve(struct baddoh *d, SSL *ssl)
{
	char in[REQUEST_MAX];
	size_t len = 0, head = 0;
	int got;
	if (SSL_accept(ssl) != 1)
		return;
	while ((got = SSL_read(ssl, in + len, (int)(sizeof(in) - 1 - len))) > 0) {
		len += (size_t)got;
		in[len] = '\0';
		size_t body = body_len(in, len, &head);
		if (!body)
			continue;
		const uint8_t *query = (const uint8_t *)in + head;
		if (!strncmp(in, "POST /dns-query HTTP/1.1\r\n", 26) && !query[0] && !query[1] &&
		    strcasestr(in, "\r\nContent-Type: application/dns-message\r\n"))
			d->requests++;
		if (!d->what.mute)
			send_answer(d, ssl, query, body);
		len = 0;
	}
}

static void *run_conn(void *arg)
{
	struct conn *c = arg;
	if (c->server->ctx) {
		SSL *ssl = SSL_new(c->server->ctx);
		SSL_set_fd(ssl, c->fd);
		serve(c->server, ssl);
		SSL_free(ssl);
		ERR_clear_error();
	}
	close(c->fd);
	return NULL;
}

static void *run(void *arg)
{
	struct baddoh *d = arg;
	int fd;
	while ((fd = accept4(d->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		need(d->connections < CONNS_MAX);
		struct conn *c = &d->conns[d->connections];
		*c = (struct conn){.server = d, .fd = fd};
		need(pthread_create(&c->thread, NULL, run_conn, c) == 0);
		d->connections++;
	}
	return NULL;
}

struct baddoh *baddoh_new(struct badcert *certs, const struct bad_https *what)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t len = sizeof(sin);
	struct baddoh *d = xcalloc(1, sizeof(*d));
	d->what = *what;
	d->ctx = what->cert == CERT_NONE ? NULL : badcert_ctx(certs, what->cert);
	d->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(d->fd >= 0 && bind(d->fd, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	need(listen(d->fd, 64) == 0 && getsockname(d->fd, (struct sockaddr *)&sin, &len) == 0);
	d->port = ntohs(sin.sin_port);
	need(pthread_create(&d->thread, NULL, run, d) == 0);
	return d;
}

uint16_t baddoh_port(const struct baddoh *d)
{
	return d->port;
}

unsigned int baddoh_requests(const struct baddoh *d)
{
	return d->requests;
}

unsigned int baddoh_connections(const struct baddoh *d)
{
	return d->connections;
}

void baddoh_free(struct baddoh *d)
{
	shutdown(d->fd, SHUT_RDWR);
	pthread_join(d->thread, NULL);
	for (unsigned int i = 0; i < d->connections; i++)
		pthread_join(d->conns[i].thread, NULL);
	close(d->fd);
	free(d);
}
