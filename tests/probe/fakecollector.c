/* fakecollector.c: as much HTTP and SOCKS as an upload needs, on bufferevents. */
#include "tests/probe/fakecollector.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/batch.h"
#include "common/limits.h"

struct conn {
	LIST_ENTRY(conn) entry;
	struct fake *fake;
	struct bufferevent *bev;
	unsigned int socks; /* messages of the SOCKS exchange so far */
};

struct fake {
	struct evconnlistener *listener;
	const enum fake_answer *script;
	const char *date;
	uint16_t port;
	size_t requests;
	char head[2048], socks_name[256];
	LIST_HEAD(, conn) conns;
};

static void close_conn(struct conn *c)
{
	LIST_REMOVE(c, entry);
	bufferevent_free(c->bev);
	free(c);
}

static void say(struct conn *c, const char *status, const char *type, const char *body)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	evbuffer_add_printf(out, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
			    status, type, strlen(body));
	if (c->fake->date)
		evbuffer_add_printf(out, "Date: %s\r\n", c->fake->date);
	evbuffer_add_printf(out, "Location: http://127.0.0.1:%u/api/v1/submit\r\n\r\n%s",
			    c->fake->port, body);
}

static void say_receipt(struct conn *c, const uint8_t *id, const char *status, size_t padding)
{
	char hex[2 * BATCH_ID + 1];
	char *body = xasprintf("{\"batch\":\"%s\",\"status\":\"%s\",\"received\":1}%*s",
			       batch_id_hex(hex, id), status, (int)padding, "");
	say(c, "200 OK", "application/json", body);
	free(body);
}

/* True when the connection is still there. */
static bool answer(struct conn *c, const uint8_t *body)
{
	static const uint8_t other[BATCH_ID] = {0xff};
	enum fake_answer a = *c->fake->script;
	if (c->fake->script[1] != FAKE_END)
		c->fake->script++;
	c->fake->requests++;
	switch (a) {
	case FAKE_NEW: say_receipt(c, body, "new", 0); break;
	case FAKE_DUPLICATE: say_receipt(c, body, "duplicate", 0); break;
	case FAKE_OTHER_ID: say_receipt(c, other, "new", 0); break;
	case FAKE_HUGE: say_receipt(c, body, "new", RECEIPT_MAX); break;
	case FAKE_PORTAL: say(c, "200 OK", "text/html", "<html>Please log in</html>"); break;
	case FAKE_BROKEN: say(c, "502 Bad Gateway", "text/html", "<html>oops</html>"); break;
	case FAKE_REDIRECT: say(c, "302 Found", "text/plain", "there"); break;
	case FAKE_REFUSAL:
		say(c, "400 Bad Request", "application/problem+json",
		    "{\"title\":\"not sealed to us\",\"status\":400}");
		break;
	case FAKE_BUSY:
		say(c, "429 Too Many Requests", "application/problem+json",
		    "{\"title\":\"slower\",\"status\":429}");
		break;
	case FAKE_CLOSE: close_conn(c); return false;
	case FAKE_STALL:
	case FAKE_END: break;
	}
	return true;
}

/* One message of RFC 1928 if it is there whole; true when there was one. */
static bool socks(struct conn *c, struct evbuffer *in)
{
	uint8_t m[300];
	size_t len = (size_t)evbuffer_copyout(in, m, sizeof(m));
	if (c->socks == 0) {
		if (len < 2 || len < 2u + m[1])
			return false;
		evbuffer_drain(in, 2u + m[1]);
		bufferevent_write(c->bev, "\x05\x00", 2);
	} else {
		bool name = len > 4 && m[3] == 3;
		size_t need = name ? 7u + m[4] : 10;
		if (len < need)
			return false;
		if (name)
			snprintf(c->fake->socks_name, sizeof(c->fake->socks_name), "%.*s", m[4],
				 (char *)m + 5);
		evbuffer_drain(in, need);
		bufferevent_write(c->bev, "\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00", 10);
	}
	c->socks++;
	return true;
}

/* One whole request; false when more must come or the connection is gone. */
static bool request(struct conn *c, struct evbuffer *in)
{
	struct evbuffer_ptr end = evbuffer_search(in, "\r\n\r\n", 4, NULL);
	struct fake *f = c->fake;
	if (end.pos < 0 || (size_t)end.pos >= sizeof(f->head))
		return false;
	evbuffer_copyout(in, f->head, (size_t)end.pos);
	f->head[end.pos] = '\0';
	const char *length = strcasestr(f->head, "content-length:");
	size_t body = length ? strtoul(length + 15, NULL, 10) : 0;
	if (evbuffer_get_length(in) < (size_t)end.pos + 4 + body)
		return false;
	evbuffer_drain(in, (size_t)end.pos + 4);
	uint8_t *bytes = xcalloc(1, body + BATCH_ID);
	evbuffer_remove(in, bytes, body);
	bool there = answer(c, bytes);
	free(bytes);
	return there;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct conn *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	uint8_t first;
	while (evbuffer_copyout(in, &first, 1) == 1) {
		bool is_socks = c->socks == 1 || (c->socks == 0 && first == 5);
		if (is_socks ? !socks(c, in) : !request(c, in))
			return;
	}
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR))
		close_conn(arg);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa, int len,
		      void *arg)
{
	struct fake *f = arg;
	struct conn *c = xcalloc(1, sizeof(*c));
	(void)sa;
	(void)len;
	c->fake = f;
	c->bev = bufferevent_socket_new(evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(c->bev, on_read, NULL, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	LIST_INSERT_HEAD(&f->conns, c, entry);
}

struct fake *fake_new(struct event_base *base, const enum fake_answer *script, const char *date)
{
	struct fake *f = xcalloc(1, sizeof(*f));
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);
	f->script = script;
	f->date = date;
	LIST_INIT(&f->conns);
	f->listener = evconnlistener_new_bind(base, on_accept, f, LEV_OPT_CLOSE_ON_FREE, 16,
					      (struct sockaddr *)&sin, sizeof(sin));
	if (!f->listener ||
	    getsockname(evconnlistener_get_fd(f->listener), (struct sockaddr *)&sin, &len) < 0)
		abort();
	f->port = ntohs(sin.sin_port);
	return f;
}

void fake_free(struct fake *f)
{
	while (!LIST_EMPTY(&f->conns))
		close_conn(LIST_FIRST(&f->conns));
	evconnlistener_free(f->listener);
	free(f);
}

uint16_t fake_port(const struct fake *f)
{
	return f->port;
}

size_t fake_requests(const struct fake *f)
{
	return f->requests;
}

const char *fake_head(const struct fake *f)
{
	return f->head;
}

const char *fake_socks_name(const struct fake *f)
{
	return f->socks_name;
}
