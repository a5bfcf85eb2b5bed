/* wire_dnsudp.c: one connected socket for each server that was asked. */
#include "probe/wire_dnsudp.h"

#include <errno.h>
#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/buf.h"
#include "probe/classify.h"
#include "probe/wire_udp.h"

/* Without EDNS no answer is longer than 512 bytes; liars need not know. */
#define DATAGRAM_MAX 4096

/* One more for each server that turns out to be dead. */
#define SENDS_MAX (WIRE_DNSUDP_SERVERS_MAX + WIRE_DNSUDP_REPEATS)

struct server {
	struct wire_dnsudp *asked_by;
	const union wire_addr *addr;
	struct wire_socket *socket; /* NULL while it was not asked */
	bool dead;
};

struct sent {
	const struct server *to;
	struct wire_moment at;
	uint16_t id;
};

struct wire_dnsudp {
	struct wire_dnsudp_ask ask;
	struct event *timer;
	struct server servers[WIRE_DNSUDP_SERVERS_MAX];
	size_t next; /* server to be asked, modulo their number */
	struct sent sent[SENDS_MAX];
	size_t n_sent, repeats;
	const struct sent *answered; /* the question that was; NULL while none is */
	bool astray;		     /* something came that is no answer */
	enum failure failure;	     /* why a server could not be asked */
};

static void drop_server(struct server *s)
{
	if (s->socket)
		wire_udppool_give(s->socket);
	s->socket = NULL;
}

/* Nothing calls back from here on. */
static void end(struct wire_dnsudp *u, enum failure failure)
{
	evtimer_del(u->timer);
	for (size_t i = 0; i < u->ask.n_servers; i++)
		drop_server(&u->servers[i]);
	u->ask.end(u->ask.arg, failure);
}

static void give_up_server(struct server *s, enum failure failure)
{
	struct wire_dnsudp *u = s->asked_by;
	s->dead = true;
	/* What the network said counts more than what this device lacks. */
	if (u->failure == FAIL_NONE || failure_class(u->failure) == FCLASS_LOCAL)
		u->failure = failure;
	drop_server(s);
}

/* ICMP, in the words of DNS. */
static enum failure unreachable(int err)
{
	enum failure failure = classify_connect_remote(err);
	return failure_class(failure) == FCLASS_LOCAL ? failure : FAIL_DNS_UNREACHABLE;
}

/* --- answers --- */

/* The question to this server with that id, or NULL. */
static const struct sent *find_question(const struct wire_dnsudp *u, const struct server *s,
					uint16_t id)
{
	for (size_t i = 0; i < u->n_sent; i++)
		if (u->sent[i].to == s && u->sent[i].id == id)
			return &u->sent[i];
	return NULL;
}

static void listen_to(struct wire_dnsudp *u, const struct sent *question)
{
	u->answered = question;
	for (size_t i = 0; i < u->ask.n_servers; i++)
		if (&u->servers[i] != question->to)
			drop_server(&u->servers[i]);
	event_add(u->timer, u->ask.linger);
}

static void take_datagram(struct server *s, const struct wire_datagram *d)
{
	struct wire_dnsudp *u = s->asked_by;
	struct wire_dnsudp_answer answer = {.ip_ttl = d->ttl, .server = s->addr};
	const struct sent *question = NULL;
	if (wire_dns_read(&answer.message, d->data, d->len, u->ask.query))
		question = find_question(u, s, answer.message.id);
	if (!question) {
		u->astray = true;
		return;
	}
	if (!u->answered)
		listen_to(u, question);
	if (question != u->answered)
		return;
	answer.us = wire_udp_elapsed_us(&question->at, &d->at);
	u->ask.answer(u->ask.arg, &answer);
}

static bool ask_next(struct wire_dnsudp *u);

static void on_datagram(void *arg)
{
	uint8_t data[DATAGRAM_MAX];
	struct wire_datagram d = {.data = data, .room = sizeof(data)};
	struct server *s = arg;
	struct wire_dnsudp *u = s->asked_by;
	int err = wire_udp_receive(s->socket->fd, &d);
	if (!err) {
		take_datagram(s, &d);
	} else if (err != EAGAIN && !u->answered) {
		give_up_server(s, unreachable(err));
		if (!ask_next(u))
			end(u, u->failure);
	}
}

/* --- questions --- */

/* again: it was asked before, and ICMP about that may come back at this moment. */
static enum failure send_question(struct server *s, bool again)
{
	struct wire_dnsudp *u = s->asked_by;
	struct wire_dns_query *q = u->ask.query;
	struct sent *sent = &u->sent[u->n_sent];
	sent->id = wire_udppool_id(u->ask.pool);
	sent->to = s;
	wire_dns_number(q, sent->id);
	if (wire_udp_send(s->socket->fd, q->bytes, q->len, &sent->at) < 0)
		return again ? unreachable(errno) : classify_connect_local(errno);
	u->n_sent++;
	return FAIL_NONE;
}

static enum failure ask_server(struct server *s)
{
	bool again = s->socket;
	if (!again)
		s->socket = wire_udppool_take(s->asked_by->ask.pool, s->addr, on_datagram, s);
	if (!s->socket)
		return classify_connect_local(errno);
	return send_question(s, again);
}

static bool anybody_may_answer(const struct wire_dnsudp *u)
{
	for (size_t i = 0; i < u->ask.n_servers; i++)
		if (u->servers[i].socket)
			return true;
	return false;
}

/* Asks the next server that may be there, and sets the time when to ask again. False when there is
 * nobody who could answer. */
static bool ask_next(struct wire_dnsudp *u)
{
	for (size_t i = 0; i < u->ask.n_servers && u->n_sent < SENDS_MAX; i++) {
		struct server *s = &u->servers[u->next++ % u->ask.n_servers];
		if (s->dead)
			continue;
		enum failure failure = ask_server(s);
		if (failure != FAIL_NONE) {
			give_up_server(s, failure);
			continue;
		}
		if (u->repeats < WIRE_DNSUDP_REPEATS)
			event_add(u->timer, u->ask.waits[u->repeats]);
		return true;
	}
	return anybody_may_answer(u);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct wire_dnsudp *u = arg;
	(void)fd;
	(void)what;
	u->repeats++;
	if (u->answered)
		end(u, FAIL_NONE);
	else if (!ask_next(u))
		end(u, u->failure);
}

struct wire_dnsudp *wire_dnsudp_new(const struct wire_dnsudp_ask *ask, enum failure *why)
{
	struct wire_dnsudp *u = xcalloc(1, sizeof(*u));
	u->ask = *ask;
	u->timer = evtimer_new(ask->base, on_timer, u);
	for (size_t i = 0; i < ask->n_servers; i++) {
		u->servers[i].asked_by = u;
		u->servers[i].addr = &ask->servers[i];
	}
	if (ask_next(u))
		return u;
	*why = u->failure;
	wire_dnsudp_free(u);
	return NULL;
}

enum failure wire_dnsudp_silence(const struct wire_dnsudp *u)
{
	return u->astray ? FAIL_DNS_WRONG_ID : FAIL_DNS_TIMEOUT;
}

void wire_dnsudp_free(struct wire_dnsudp *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->ask.n_servers; i++)
		drop_server(&u->servers[i]);
	event_free(u->timer);
	free(u);
}
