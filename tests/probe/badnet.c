/* badnet.c: who listens where, and DNS. What is done to a connection is in badconn.c. */
#include "tests/probe/badnet.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
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
	const struct bad_name *names;
	unsigned int served;
};

struct badnet {
	struct event_base *base;
	LIST_HEAD(, service) services;
	struct badconns conns;
	size_t queries;
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

/* --- DNS --- */

/* Reads the question into name. Its end in the packet, or 0 when it is not what a resolver gets. */
static size_t read_question(char name[static 256], int *qtype, const unsigned char *p, size_t len)
{
	size_t at = NS_HFIXEDSZ, to = 0;
	while (at < len && p[at]) {
		size_t label = p[at++];
		if (label > 63 || at + label >= len || to + label + 1 > 255)
			return 0;
		if (to)
			name[to++] = '.';
		memcpy(name + to, p + at, label);
		to += label;
		at += label;
	}
	name[to] = '\0';
	if (at + 5 > len)
		return 0;
	*qtype = p[at + 1] << 8 | p[at + 2];
	return at + 5;
}

static size_t put_answer(unsigned char *p, int qtype, const char *addr)
{
	static const unsigned char fixed[] = {0xc0, NS_HFIXEDSZ, 0, 0, 0, 1, 0, 0, 0, 60, 0, 0};
	size_t len = qtype == ns_t_a ? 4 : 16;
	memcpy(p, fixed, sizeof(fixed));
	p[3] = (unsigned char)qtype;
	p[11] = (unsigned char)len;
	need(inet_pton(qtype == ns_t_a ? AF_INET : AF_INET6, addr, p + sizeof(fixed)) == 1);
	return sizeof(fixed) + len;
}

static void on_query(evutil_socket_t fd, short what, void *arg)
{
	struct service *s = arg;
	const struct bad_name *n = s->names;
	unsigned char p[1024];
	struct sockaddr_in peer;
	socklen_t peer_len = sizeof(peer);
	char name[256];
	int qtype;
	ssize_t got = recvfrom(fd, p, 512, 0, (struct sockaddr *)&peer, &peer_len);
	size_t len = got > NS_HFIXEDSZ ? read_question(name, &qtype, p, (size_t)got) : 0;
	(void)what;
	s->net->queries++;
	while (len && n->name && strcasecmp(n->name, name))
		n++;
	if (!len || n->silent)
		return;
	const char *addr = qtype == ns_t_a ? n->a : n->aaaa;
	p[2] = 0x81; /* an answer, recursion desired */
	p[3] = (unsigned char)(0x80 | (n->name ? n->rcode : ns_r_nxdomain));
	p[7] = addr != NULL;
	if (addr)
		len += put_answer(p + len, qtype, addr);
	sendto(fd, p, len, 0, (struct sockaddr *)&peer, peer_len);
}

uint16_t badnet_dns(struct badnet *n, const struct bad_name *names, uint16_t port)
{
	struct service *s = add_service(n, SOCK_DGRAM, &port);
	s->names = names;
	serve(s, on_query);
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

size_t badnet_queries(const struct badnet *n)
{
	return n->queries;
}
