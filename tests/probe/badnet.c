/* badnet.c: one struct conn per connection; TLS is driven by hand, so that a fault can come at any
 * moment. */
#include "tests/probe/badnet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"

#define FULL_CONNS 4

struct conn {
	LIST_ENTRY(conn) entry;
	struct service *service;
	struct event *event;
	SSL *ssl;
	int fd;
	bool faulty, ready; /* ready: no TLS, or its handshake is done */
	char in[8192];
	size_t in_len;
	const char *out;
};

struct service {
	LIST_ENTRY(service) entry;
	struct badnet *net;
	struct event *event; /* NULL when nobody accepts */
	int fd, waiting[FULL_CONNS];
	const struct bad_server *server;
	unsigned int served;
	LIST_HEAD(, conn) conns;
};

struct badnet {
	struct event_base *base;
	struct badcert *certs;
	LIST_HEAD(, service) services;
	size_t open, most_open;
};

static void need(int ok)
{
	if (!ok)
		abort();
}

struct badnet *badnet_new(struct event_base *base, struct badcert *certs)
{
	struct badnet *n = xcalloc(1, sizeof(*n));
	n->base = base;
	n->certs = certs;
	LIST_INIT(&n->services);
	return n;
}

/* --- connections --- */

static void drop(struct conn *c, bool reset)
{
	struct linger now = {.l_onoff = 1};
	if (reset)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	if (c->event)
		event_free(c->event);
	SSL_free(c->ssl);
	close(c->fd);
	LIST_REMOVE(c, entry);
	c->service->net->open--;
	free(c);
}

static void on_conn(evutil_socket_t fd, short what, void *arg);

static void wait_for(struct conn *c, short what)
{
	if (c->event)
		event_free(c->event);
	c->event = event_new(c->service->net->base, c->fd, what, on_conn, c);
	event_add(c->event, NULL);
}

/* Acts on the result of an SSL call that did not succeed. */
static void after_ssl(struct conn *c, int r)
{
	int why = SSL_get_error(c->ssl, r);
	ERR_clear_error();
	if (why == SSL_ERROR_WANT_READ)
		wait_for(c, EV_READ);
	else if (why == SSL_ERROR_WANT_WRITE)
		wait_for(c, EV_WRITE);
	else
		drop(c, false);
}

static void end(struct conn *c)
{
	switch (c->service->server->end) {
	case BAD_END_RESET: drop(c, true); break;
	case BAD_END_STALL: wait_for(c, EV_READ); break; /* until the client gives up */
	default:
		if (c->ssl)
			SSL_shutdown(c->ssl);
		ERR_clear_error();
		drop(c, false);
	}
}

static void reply(struct conn *c)
{
	const char *forever = c->service->server->forever;
	while (*c->out) {
		size_t len = strlen(c->out);
		int r = c->ssl ? SSL_write(c->ssl, c->out, (int)len)
			       : (int)send(c->fd, c->out, len, MSG_NOSIGNAL);
		if (r <= 0 && c->ssl) {
			after_ssl(c, r);
			return;
		}
		if (r <= 0) {
			if (errno == EAGAIN)
				wait_for(c, EV_WRITE);
			else
				drop(c, false);
			return;
		}
		c->out += r;
		if (!*c->out && forever)
			c->out = forever;
	}
	end(c);
}

/* A fault that waits for the client's first bytes. */
static void misbehave(struct conn *c)
{
	static const char alert[] = "\x15\x03\x01\x00\x02\x02\x28";
	const char *plain = c->service->server->reply;
	if (c->service->server->fault == BAD_STALL) {
		wait_for(c, EV_READ);
		return;
	}
	if (c->service->server->fault == BAD_ALERT)
		need(send(c->fd, alert, sizeof(alert) - 1, MSG_NOSIGNAL) > 0);
	if (c->service->server->fault == BAD_PLAIN)
		need(send(c->fd, plain, strlen(plain), MSG_NOSIGNAL) > 0);
	drop(c, c->service->server->fault == BAD_RESET);
}

static void take_request(struct conn *c)
{
	static const char fine[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
	const char *text = c->service->server->reply;
	size_t room = sizeof(c->in) - 1 - c->in_len;
	int r = c->ssl ? SSL_read(c->ssl, c->in + c->in_len, (int)room)
		       : (int)recv(c->fd, c->in + c->in_len, room, 0);
	if (r <= 0 && c->ssl) {
		after_ssl(c, r);
		return;
	}
	if (r <= 0) {
		drop(c, false);
		return;
	}
	c->in_len += (size_t)r;
	if (!strstr(c->in, "\r\n\r\n")) {
		wait_for(c, EV_READ);
		return;
	}
	c->out = text && c->service->served > c->service->server->spare ? text : fine;
	reply(c);
}

static void on_conn(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	(void)what;
	if (c->faulty || (c->out && !*c->out)) { /* the latter: stalling at the end */
		ssize_t r = recv(fd, c->in, sizeof(c->in), 0);
		if (r <= 0 || c->out)
			drop(c, false);
		else
			misbehave(c);
		return;
	}
	if (!c->ready) {
		int r = SSL_accept(c->ssl);
		if (r != 1) {
			after_ssl(c, r);
			return;
		}
		c->ready = true;
	}
	if (c->out)
		reply(c);
	else
		take_request(c);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct service *s = arg;
	struct badnet *n = s->net;
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	(void)what;
	if (peer < 0)
		return;
	struct conn *c = xcalloc(1, sizeof(*c));
	c->service = s;
	c->fd = peer;
	LIST_INSERT_HEAD(&s->conns, c, entry);
	if (++n->open > n->most_open)
		n->most_open = n->open;
	c->faulty = s->server->fault != BAD_NONE && s->served >= s->server->spare;
	s->served++;
	if (c->faulty && s->server->fault == BAD_RESET_AT_ACCEPT) {
		drop(c, true);
		return;
	}
	c->ready = s->server->cert == CERT_NONE;
	if (!c->ready) {
		c->ssl = SSL_new(badcert_ctx(n->certs, s->server->cert));
		SSL_set_fd(c->ssl, peer);
	}
	wait_for(c, EV_READ);
}

/* --- services --- */

static struct service *add_service(struct badnet *n, int type, uint16_t *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t len = sizeof(sin);
	struct service *s = xcalloc(1, sizeof(*s));
	s->net = n;
	memset(s->waiting, -1, sizeof(s->waiting));
	LIST_INIT(&s->conns);
	s->fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(s->fd >= 0 && bind(s->fd, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	need(getsockname(s->fd, (struct sockaddr *)&sin, &len) == 0);
	*port = ntohs(sin.sin_port);
	LIST_INSERT_HEAD(&n->services, s, entry);
	return s;
}

static void serve(struct service *s, event_callback_fn on_event)
{
	s->event = event_new(s->net->base, s->fd, EV_READ | EV_PERSIST, on_event, s);
	event_add(s->event, NULL);
}

uint16_t badnet_listen(struct badnet *n, const struct bad_server *server)
{
	uint16_t port = 0;
	struct service *s = add_service(n, SOCK_STREAM, &port);
	s->server = server;
	need(listen(s->fd, 256) == 0);
	serve(s, on_accept);
	return port;
}

uint16_t badnet_nobody(struct badnet *n)
{
	uint16_t port = 0;
	add_service(n, SOCK_STREAM, &port); /* bound, so that nobody else gets it; not listening */
	return port;
}

/* With a queue of length 0 Linux takes one connection, then drops SYNs (net/ipv4,
 * tcp_conn_request()). */
uint16_t badnet_full(struct badnet *n)
{
	uint16_t port = 0;
	struct service *s = add_service(n, SOCK_STREAM, &port);
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	need(listen(s->fd, 0) == 0);
	for (int i = 0; i < FULL_CONNS; i++) {
		s->waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		need(connect(s->waiting[i], (struct sockaddr *)&sin, sizeof(sin)) == 0 ||
		     errno == EINPROGRESS);
	}
	return port;
}

/* --- the whole --- */

void badnet_free(struct badnet *n)
{
	struct service *s;
	struct conn *c;
	while ((s = LIST_FIRST(&n->services))) {
		while ((c = LIST_FIRST(&s->conns)))
			drop(c, false);
		for (int i = 0; i < FULL_CONNS; i++)
			if (s->waiting[i] >= 0)
				close(s->waiting[i]);
		if (s->event)
			event_free(s->event);
		close(s->fd);
		LIST_REMOVE(s, entry);
		free(s);
	}
	free(n);
}

size_t badnet_most_open(const struct badnet *n)
{
	return n->most_open;
}
