/* badnet.c: who listens where, and DNS. What is done to a connection is in badconn.c. */
#include "tests/probe/badnet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"
#include "tests/probe/badconn.h"

#define FULL_CONNS 4

struct service {
	LIST_ENTRY(service) entry;
	struct badnet *net;
	struct event *event; /* NULL when nobody accepts */
	int fd, waiting[FULL_CONNS];
	const struct bad_server *server;
	unsigned int served;
};

struct badnet {
	struct event_base *base;
	LIST_HEAD(, service) services;
	struct badconns conns;
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
	badconns_init(&n->conns, base, certs);
	LIST_INIT(&n->services);
	return n;
}

/* --- services --- */

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct service *s = arg;
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	(void)what;
	if (peer >= 0)
		badconn_serve(&s->net->conns, peer, s->server, s->served++ < s->server->spare);
}

static struct service *add_service(struct badnet *n, int type, uint16_t *port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t len = sizeof(sin);
	struct service *s = xcalloc(1, sizeof(*s));
	s->net = n;
	memset(s->waiting, -1, sizeof(s->waiting));
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
	badconns_clear(&n->conns);
	while ((s = LIST_FIRST(&n->services))) {
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

size_t badnet_open(const struct badnet *n)
{
	return n->conns.open;
}

size_t badnet_most_open(const struct badnet *n)
{
	return n->conns.most_open;
}

size_t badnet_accepted(const struct badnet *n)
{
	return n->conns.accepted;
}

const char *badnet_request(const struct badnet *n)
{
	return n->conns.request;
}
