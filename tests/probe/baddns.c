/* baddns.c: messages are put together by hand, so that each can be wrong in its own way. */
#include "tests/probe/baddns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/wire_addr.h"

#define QUERY_MAX   512
#define MESSAGE_MAX 1024

struct conn {
	LIST_ENTRY(conn) entry;
	struct service *service;
	struct event *event;
	int fd;
};

struct service {
	LIST_ENTRY(service) entry;
	struct baddns *dns;
	struct event *udp, *tcp; /* NULL when nobody serves */
	int udp_fd, tcp_fd;
	const struct bad_name *names;
	unsigned int asked; /* so many times for a name with only_nth */
	LIST_HEAD(, conn) conns;
};

/* An answer on its way. */
struct reply {
	LIST_ENTRY(reply) entry;
	struct event *event;
	struct service *service;
	const struct bad_reply *what;
	uint8_t query[QUERY_MAX];
	size_t len;
	union wire_addr peer;
	socklen_t peer_len;
};

struct baddns {
	struct event_base *base;
	LIST_HEAD(, service) services;
	LIST_HEAD(, reply) replies;
	size_t queries, connections;
};

static void need(int ok)
{
	if (!ok)
		abort();
}

struct baddns *baddns_new(struct event_base *base)
{
	struct baddns *d = xcalloc(1, sizeof(*d));
	d->base = base;
	LIST_INIT(&d->services);
	LIST_INIT(&d->replies);
	return d;
}

/* --- messages --- */

/* Reads the question into name. Its end in the packet, or 0 when it is not what a resolver gets. */
static size_t read_question(char name[static 256], int *qtype, const uint8_t *p, size_t len)
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

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* A record of the name at `owner` with so much data to come; the place of that. */
static size_t put_record(uint8_t *p, size_t at, size_t owner, int type, uint32_t ttl, size_t len)
{
	put16(p + at, 0xc000 | owner);
	put16(p + at + 2, (size_t)type);
	put16(p + at + 4, ns_c_in);
	put16(p + at + 6, ttl >> 16);
	put16(p + at + 8, ttl & 0xffff);
	put16(p + at + 10, len);
	p[7]++;
	return at + 12;
}

static size_t put_alias(uint8_t *p, size_t at, size_t owner, uint32_t ttl, const char *name)
{
	size_t data = put_record(p, at, owner, ns_t_cname, ttl, strlen(name) + 2);
	at = data;
	while (*name) {
		size_t label = strcspn(name, ".");
		p[at++] = (uint8_t)label;
		memcpy(p + at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	p[at++] = 0;
	return at;
}

static size_t put_addresses(uint8_t *p, size_t at, size_t owner, int qtype, uint32_t ttl,
			    const char *list)
{
	char addr[64];
	size_t size = qtype == ns_t_a ? 4 : 16;
	while (list && *list) {
		size_t len = strcspn(list, ",");
		snprintf(addr, sizeof(addr), "%.*s", (int)len, list);
		at = put_record(p, at, owner, qtype, ttl, size);
		need(inet_pton(qtype == ns_t_a ? AF_INET : AF_INET6, addr, p + at) == 1);
		at += size;
		list += len + (list[len] == ',');
	}
	return at;
}

/* The answer to a query, whose question ends at `at`. */
static size_t put_answer(uint8_t *p, size_t at, int qtype, const struct bad_reply *r)
{
	uint32_t ttl = r->ttl ? r->ttl : 60;
	size_t owner = NS_HFIXEDSZ;
	p[2] = 0x81; /* an answer, recursion desired */
	p[3] = (uint8_t)(0x80 | r->rcode);
	for (int i = 0; i < BAD_ALIASES_MAX && r->aliases[i]; i++) {
		size_t next = at + 12;
		at = put_alias(p, at, owner, ttl, r->aliases[i]);
		owner = next;
	}
	return put_addresses(p, at, owner, qtype, ttl, qtype == ns_t_a ? r->a : r->aaaa);
}

static size_t spoil(uint8_t *p, size_t len, size_t question, enum bad_dns what)
{
	switch (what) {
	case BAD_DNS_TRUNCATED: p[2] |= 0x02; return len - 2;
	case BAD_DNS_EMPTY_TC:
		p[2] |= 0x02;
		p[7] = 0;
		return question;
	case BAD_DNS_WRONG_ID: p[0] ^= 0x5a; return len;
	case BAD_DNS_WRONG_QUESTION: p[NS_HFIXEDSZ + 1] ^= 1; return len;
	case BAD_DNS_NO_QUESTION: p[5] = p[7] = 0; return NS_HFIXEDSZ;
	case BAD_DNS_GARBAGE: memset(p, 0xa5, 40); return 40;
	case BAD_DNS_LOOP:
		p[7] = 0;
		len = put_record(p, question, NS_HFIXEDSZ, ns_t_cname, 60, 2);
		put16(p + len, 0xc000 | len);
		return len + 2;
	case BAD_DNS_HUGE: p[6] = p[7] = 0xff; return len;
	case BAD_DNS_CUT: return len - 2;
	default: return len;
	}
}

/* Length of the message, 0 when the query is none. */
static size_t make_message(uint8_t p[static MESSAGE_MAX], const uint8_t *query, size_t len,
			   const struct bad_reply *r)
{
	char name[256];
	int qtype;
	size_t question = len > NS_HFIXEDSZ ? read_question(name, &qtype, query, len) : 0;
	if (!question)
		return 0;
	memset(p, 0, MESSAGE_MAX);
	memcpy(p, query, question);
	return spoil(p, put_answer(p, question, qtype, r), question, r->what);
}

static const struct bad_name *find_name(const struct bad_name *names, const uint8_t *query,
					size_t len)
{
	char name[256];
	int qtype;
	if (len <= NS_HFIXEDSZ || !read_question(name, &qtype, query, len))
		return NULL;
	while (names->name && strcasecmp(names->name, name))
		names++;
	return names;
}

static struct bad_reply plain_reply(const struct bad_name *n)
{
	return (struct bad_reply){
		.what = BAD_DNS_ANSWER,
		.rcode = n->name ? n->rcode : ns_r_nxdomain,
		.a = n->a,
		.aaaa = n->aaaa,
	};
}

size_t baddns_answer(uint8_t *out, const uint8_t *query, size_t len, const struct bad_name *names)
{
	const struct bad_name *n = find_name(names, query, len);
	struct bad_reply r;
	if (!n)
		return 0;
	r = n->name && n->replies ? *n->replies : plain_reply(n);
	return make_message(out, query, len, &r);
}

/* --- UDP --- */

static void send_reply(const struct service *s, const struct bad_reply *what, const uint8_t *query,
		       size_t len, const union wire_addr *peer, socklen_t peer_len)
{
	uint8_t p[MESSAGE_MAX];
	bool six = peer->any.sa_family == AF_INET6;
	int ttl = what->ip_ttl ? what->ip_ttl : -1;
	setsockopt(s->udp_fd, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_UNICAST_HOPS : IP_TTL,
		   &ttl, sizeof(ttl));
	len = make_message(p, query, len, what);
	for (int i = 0; len && i <= what->copies; i++)
		sendto(s->udp_fd, p, len, 0, &peer->any, peer_len);
}

static void drop_reply(struct reply *r)
{
	event_free(r->event);
	LIST_REMOVE(r, entry);
	free(r);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct reply *r = arg;
	(void)fd;
	(void)what;
	send_reply(r->service, r->what, r->query, r->len, &r->peer, r->peer_len);
	drop_reply(r);
}

static void send_later(struct service *s, const struct bad_reply *what, const uint8_t *query,
		       size_t len, const union wire_addr *peer, socklen_t peer_len)
{
	struct timeval wait = {what->after_ms / 1000, what->after_ms % 1000 * 1000};
	struct reply *r = xcalloc(1, sizeof(*r));
	r->service = s;
	r->what = what;
	memcpy(r->query, query, len);
	r->len = len;
	r->peer = *peer;
	r->peer_len = peer_len;
	r->event = evtimer_new(s->dns->base, on_time, r);
	LIST_INSERT_HEAD(&s->dns->replies, r, entry);
	evtimer_add(r->event, &wait);
}

static void on_query(evutil_socket_t fd, short what, void *arg)
{
	struct service *s = arg;
	uint8_t p[QUERY_MAX];
	union wire_addr peer;
	socklen_t peer_len = sizeof(peer);
	ssize_t got = recvfrom(fd, p, sizeof(p), 0, &peer.any, &peer_len);
	const struct bad_name *n = got > 0 ? find_name(s->names, p, (size_t)got) : NULL;
	(void)what;
	s->dns->queries++;
	if (!n || (n->name && n->silent))
		return;
	if (n->name && n->only_nth && ++s->asked != (unsigned int)n->only_nth)
		return;
	const struct bad_reply plain = plain_reply(n);
	if (!n->name || !n->replies)
		send_reply(s, &plain, p, (size_t)got, &peer, peer_len);
	else
		for (const struct bad_reply *r = n->replies; r->what != BAD_DNS_END; r++)
			if (r->after_ms)
				send_later(s, r, p, (size_t)got, &peer, peer_len);
			else
				send_reply(s, r, p, (size_t)got, &peer, peer_len);
}

/* --- TCP --- */

static void drop_conn(struct conn *c)
{
	event_free(c->event);
	close(c->fd);
	LIST_REMOVE(c, entry);
	free(c);
}

/* In two parts, since a stream knows no messages. */
static void on_stream(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	uint8_t in[QUERY_MAX], out[2 + MESSAGE_MAX];
	ssize_t got = recv(fd, in, sizeof(in), 0);
	const struct bad_name *n = NULL;
	size_t len = 0;
	(void)what;
	if (got > 2)
		n = find_name(c->service->names, in + 2, (size_t)got - 2);
	if (n && n->name && n->tcp_stall && got > 0)
		return;
	if (n && n->name && n->tcp)
		len = make_message(out + 2, in + 2, (size_t)got - 2, n->tcp);
	if (len) {
		put16(out, len);
		need(send(fd, out, 7, MSG_NOSIGNAL) == 7);
		need(send(fd, out + 7, len + 2 - 7, MSG_NOSIGNAL) > 0);
	}
	drop_conn(c);
}

static void on_accept(evutil_socket_t fd, short what, void *arg)
{
	struct service *s = arg;
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	(void)what;
	if (peer < 0)
		return;
	struct conn *c = xcalloc(1, sizeof(*c));
	c->service = s;
	c->fd = peer;
	c->event = event_new(s->dns->base, peer, EV_READ | EV_PERSIST, on_stream, c);
	event_add(c->event, NULL);
	LIST_INSERT_HEAD(&s->conns, c, entry);
	s->dns->connections++;
}

/* --- services --- */

static int bind_to(int type, union wire_addr *addr, socklen_t len)
{
	int on = 1, fd = socket(addr->any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	need(fd >= 0);
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &addr->any, len) == 0) {
		need(getsockname(fd, &addr->any, &len) == 0);
		return fd;
	}
	close(fd);
	return -1;
}

static struct service *add_service(struct baddns *d, int udp_fd, int tcp_fd)
{
	struct service *s = xcalloc(1, sizeof(*s));
	s->dns = d;
	s->udp_fd = udp_fd;
	s->tcp_fd = tcp_fd;
	LIST_INIT(&s->conns);
	LIST_INSERT_HEAD(&d->services, s, entry);
	return s;
}

uint16_t baddns_serve_at(struct baddns *d, const char *addr, const struct bad_name *names,
			 uint16_t port)
{
	union wire_addr at;
	int udp = -1, tcp = -1;
	/* A port that is free for datagrams need not be free for streams. */
	for (int tries = 0; tcp < 0; tries++) {
		socklen_t len = wire_addr_make(&at, addr, port);
		need(tries < 50 && (udp = bind_to(SOCK_DGRAM, &at, len)) >= 0);
		tcp = bind_to(SOCK_STREAM, &at, len);
		if (tcp < 0)
			close(udp);
	}
	struct service *s = add_service(d, udp, tcp);
	s->names = names;
	need(listen(tcp, 16) == 0);
	s->udp = event_new(d->base, udp, EV_READ | EV_PERSIST, on_query, s);
	s->tcp = event_new(d->base, tcp, EV_READ | EV_PERSIST, on_accept, s);
	event_add(s->udp, NULL);
	event_add(s->tcp, NULL);
	return ntohs(at.four.sin_port); /* at the same place for both families */
}

uint16_t baddns_serve(struct baddns *d, const struct bad_name *names, uint16_t port)
{
	return baddns_serve_at(d, "127.0.0.1", names, port);
}

/* A socket that is connected to itself takes nothing from anybody else, and keeps the port. */
uint16_t baddns_nobody(struct baddns *d)
{
	union wire_addr at;
	socklen_t len = wire_addr_make(&at, "127.0.0.1", 0);
	int fd = bind_to(SOCK_DGRAM, &at, len);
	need(fd >= 0 && connect(fd, &at.any, len) == 0);
	add_service(d, fd, -1);
	return ntohs(at.four.sin_port);
}

void baddns_free(struct baddns *d)
{
	struct service *s;
	struct reply *r;
	struct conn *c;
	while ((r = LIST_FIRST(&d->replies)))
		drop_reply(r);
	while ((s = LIST_FIRST(&d->services))) {
		while ((c = LIST_FIRST(&s->conns)))
			drop_conn(c);
		if (s->udp) {
			event_free(s->udp);
			event_free(s->tcp);
			close(s->tcp_fd);
		}
		close(s->udp_fd);
		LIST_REMOVE(s, entry);
		free(s);
	}
	free(d);
}

size_t baddns_queries(const struct baddns *d)
{
	return d->queries;
}

size_t baddns_connections(const struct baddns *d)
{
	return d->connections;
}
