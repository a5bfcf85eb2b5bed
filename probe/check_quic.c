/* check_quic.c: does a QUIC server answer at this address? It is greeted in a version that nobody
 * has, and has to say which ones it does (wire_quic.h). No handshake follows: what is measured is
 * that UDP gets there and back, which a censor may cut while TCP works.
 *
 * A greeting that stays unanswered is repeated with other connection ids, so that it is known which
 * of them was answered. Datagrams that are no answer do not end the check, a forger may be quicker
 * than the server. */
#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/check.h"
#include "probe/classify.h"
#include "probe/wire_addr.h"
#include "probe/wire_quic.h"
#include "probe/wire_udp.h"

#define TIMEOUT_MS    3000
#define GREETINGS_MAX 3

/* Longer than a greeting, because nothing may come back that is (RFC 9000, section 6.1). */
#define DATAGRAM_MAX 1500

struct greeting {
	uint8_t header[WIRE_QUIC_HEADER];
	struct wire_moment at;
};

struct visit {
	struct check *check;
	int fd;
	struct event *event, *timer;
	struct greeting greetings[GREETINGS_MAX];
	size_t n_greetings;
	bool garbage;
};

static void end(struct visit *v, enum failure failure)
{
	if (v->event) {
		event_del(v->event);
		event_del(v->timer);
	}
	check_done(v->check, failure);
}

/* What the network says (ICMP), or the errno of this device before anything was sent. */
static void give_up(struct visit *v, int err)
{
	end(v, v->n_greetings ? classify_connect_remote(err) : classify_connect_local(err));
}

static void greet(struct visit *v)
{
	static const struct timeval wait[GREETINGS_MAX - 1] = {{0, 500000}, {1, 0}};
	struct greeting *g = &v->greetings[v->n_greetings];
	uint8_t packet[WIRE_QUIC_LEN];
	randombytes_buf(packet, sizeof(packet));
	wire_quic_greet(packet);
	memcpy(g->header, packet, sizeof(g->header));
	if (wire_udp_send(v->fd, packet, sizeof(packet), &g->at) < 0) {
		give_up(v, errno);
		return;
	}
	if (v->n_greetings++ < GREETINGS_MAX - 1)
		evtimer_add(v->timer, &wait[v->n_greetings - 1]);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	greet(arg);
}

static void take_datagram(struct visit *v, const struct wire_datagram *d)
{
	struct check *c = v->check;
	uint32_t version;
	for (size_t i = 0; i < v->n_greetings; i++) {
		if (!wire_quic_read(&version, d->data, d->len, v->greetings[i].header))
			continue;
		c->us = wire_udp_elapsed_us(&v->greetings[i].at, &d->at);
		c->answer.result.v[RESULT_QUICVER] = version;
		end(v, FAIL_NONE);
		return;
	}
	v->garbage = true;
}

static void on_datagram(evutil_socket_t fd, short what, void *arg)
{
	uint8_t data[DATAGRAM_MAX];
	struct wire_datagram d = {.data = data, .room = sizeof(data)};
	struct visit *v = arg;
	int err = wire_udp_receive(fd, &d);
	(void)what;
	if (!err)
		take_datagram(v, &d);
	else if (err != EAGAIN)
		give_up(v, err);
}

static void start(struct check *c)
{
	union wire_addr to;
	struct visit *v = xcalloc(1, sizeof(*v));
	c->state = v;
	v->check = c;
	wire_addr_make(&to, c->addr, c->port);
	v->fd = wire_udp_open(&to);
	if (v->fd < 0) {
		give_up(v, errno);
		return;
	}
	v->timer = evtimer_new(c->env->base, on_timer, v);
	v->event = event_new(c->env->base, v->fd, EV_READ | EV_PERSIST, on_datagram, v);
	event_add(v->event, NULL);
	greet(v);
}

static enum failure expired(struct check *c)
{
	struct visit *v = c->state;
	return v->garbage ? FAIL_QUIC_GARBAGE : FAIL_QUIC_TIMEOUT;
}

static void stop(struct check *c)
{
	struct visit *v = c->state;
	if (!v)
		return;
	if (v->event)
		event_free(v->event);
	if (v->timer)
		event_free(v->timer);
	if (v->fd >= 0)
		close(v->fd);
	free(v);
	c->state = NULL;
}

const struct check_ops check_quic = {
	.kind = KIND_QUIC,
	.timeout_ms = TIMEOUT_MS,
	.start = start,
	.expired = expired,
	.stop = stop,
};
