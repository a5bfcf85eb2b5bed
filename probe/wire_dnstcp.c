/* wire_dnstcp.c: connects, says its question in one segment, and reads until the length is full. */
#include "probe/wire_dnstcp.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"

#define LENGTH 2

struct wire_dnstcp {
	struct event_base *base;
	struct event *event;
	int fd;
	const struct wire_dns_query *query;
	void (*done)(void *arg, const uint8_t *message, size_t len);
	void *arg;
	struct buf in;
};

static size_t message_len(const struct buf *in)
{
	const uint8_t *p = (const uint8_t *)in->data;
	return (size_t)p[0] << 8 | p[1];
}

static void on_read(evutil_socket_t fd, short what, void *arg)
{
	struct wire_dnstcp *t = arg;
	char part[4096];
	ssize_t got = recv(fd, part, sizeof(part), 0);
	(void)what;
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0 || buf_put(&t->in, part, (size_t)got) < 0) {
		event_del(t->event);
		t->done(t->arg, NULL, 0);
		return;
	}
	if (t->in.len < LENGTH || t->in.len - LENGTH < message_len(&t->in))
		return;
	event_del(t->event);
	t->done(t->arg, (const uint8_t *)t->in.data + LENGTH, message_len(&t->in));
}

static void watch(struct wire_dnstcp *t, short what, event_callback_fn on_event)
{
	if (t->event)
		event_free(t->event);
	t->event = event_new(t->base, t->fd, what, on_event, t);
	event_add(t->event, NULL);
}

/* A socket that has just been connected takes so little at once. What became of the connection is
 * heard from send itself. */
static void on_connect(evutil_socket_t fd, short what, void *arg)
{
	struct wire_dnstcp *t = arg;
	uint8_t out[LENGTH + WIRE_DNS_QUERY_MAX];
	size_t len = LENGTH + t->query->len;
	(void)what;
	out[0] = (uint8_t)(t->query->len >> 8);
	out[1] = (uint8_t)t->query->len;
	memcpy(out + LENGTH, t->query->bytes, t->query->len);
	if (send(fd, out, len, MSG_NOSIGNAL) == (ssize_t)len)
		watch(t, EV_READ | EV_PERSIST, on_read);
	else
		t->done(t->arg, NULL, 0);
}

struct wire_dnstcp *wire_dnstcp_new(struct event_base *base, const union wire_addr *server,
				    const struct wire_dns_query *query,
				    void (*done)(void *arg, const uint8_t *message, size_t len),
				    void *arg)
{
	int family = server->any.sa_family;
	socklen_t len = family == AF_INET6 ? sizeof(server->six) : sizeof(server->four);
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return NULL;
	if (connect(fd, &server->any, len) < 0 && errno != EINPROGRESS) {
		close(fd);
		return NULL;
	}
	struct wire_dnstcp *t = xcalloc(1, sizeof(*t));
	*t = (struct wire_dnstcp){.base = base, .fd = fd, .query = query, .done = done, .arg = arg};
	buf_init(&t->in, LENGTH + WIRE_DNS_MAX);
	watch(t, EV_WRITE, on_connect);
	return t;
}

void wire_dnstcp_free(struct wire_dnstcp *t)
{
	if (!t)
		return;
	event_free(t->event);
	close(t->fd);
	buf_clear(&t->in);
	free(t);
}
