/* server.c: listening, connections and their deadlines, on libevent 2.1's evhttp.
 *
 * evhttp 2.1 tells nobody when a connection is made, and offers a close callback only once a whole
 * request has arrived. So every connection gets a bufferevent of ours (evhttp_set_bevcb), of which
 * we keep one reference. Once a second a sweep looks at all of them: one that has passed its
 * deadline gets a timeout event, upon which evhttp closes it; one whose callbacks are gone has been
 * freed by evhttp, and our reference goes too. After its first request a connection has a close
 * callback, and the reference goes at once.
 *
 * Phases and what they may take: idle 60 s; a request, first byte to last, request_timeout_s; the
 * handler the same; a reply request_timeout_s plus a second for each KiB; a stream has no end, but
 * request.c cuts off readers who are too slow. */
#include "collector/server.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/conn.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"

#define BACKLOG	    1024
#define ALL_METHODS 0xffff /* the handler answers 405 itself; bit 15 is evhttp's "unknown" */

/* A peer whose acknowledgements stop is given up after this; else a dead phone on a stream would
 * hold its connection until TCP's own limit, some 15 minutes. */
#define UNACKED_MS 60000

/* All buffers together: 256 MiB is a thousand full batches at once. Above that, connections that
 * are still sending are closed, and large replies refused. */
#define BUFFERED_MAX (256u * 1024 * 1024)

TAILQ_HEAD(conn_list, conn);

struct server {
	struct server_config c;
	struct evhttp *http;
	struct evhttp_bound_socket *bound; /* owned by http; NULL once stopped */
	struct event *sweep;
	struct conn_list conns;
	void *by_bev; /* tsearch(3) tree of the same */
	struct server_stats stats;
	char address[SERVER_ADDRESS_LEN];
};

void conn_enter(struct conn *c, enum conn_phase phase, int64_t allowed_ms)
{
	c->phase = phase;
	c->deadline_ms = allowed_ms < 0 ? INT64_MAX : clock_mono_ms() + allowed_ms;
}

void conn_condemn(struct conn *c)
{
	c->deadline_ms = INT64_MIN;
}

static int compare_bev(const void *a, const void *b)
{
	const struct conn *x = a, *y = b;
	return x->bev < y->bev ? -1 : x->bev > y->bev;
}

static void set_accepting(struct server *s, bool on)
{
	if (!s->bound)
		return;
	struct evconnlistener *l = evhttp_bound_socket_get_listener(s->bound);
	if (on)
		evconnlistener_enable(l);
	else
		evconnlistener_disable(l);
}

/* Counts what the buffers hold, and sees the first byte of a request. */
static void buffer_changed(struct evbuffer *b, const struct evbuffer_cb_info *info, void *arg)
{
	struct conn *c = arg;
	struct server *s = c->server;
	c->buffered += info->n_added - info->n_deleted;
	s->stats.buffered_bytes += info->n_added - info->n_deleted;
	if (!info->n_added || b != bufferevent_get_input(c->bev))
		return;
	if (c->phase == CONN_IDLE)
		conn_enter(c, CONN_READING, s->c.request_timeout_s * 1000LL);
	if (s->stats.buffered_bytes > BUFFERED_MAX)
		conn_condemn(c);
}

static void conn_free(struct conn *c)
{
	struct server *s = c->server;
	evbuffer_remove_cb(bufferevent_get_input(c->bev), buffer_changed, c);
	evbuffer_remove_cb(bufferevent_get_output(c->bev), buffer_changed, c);
	s->stats.buffered_bytes -= c->buffered;
	TAILQ_REMOVE(&s->conns, c, next);
	tdelete(c, &s->by_bev, compare_bev);
	bufferevent_decref(c->bev);
	if (s->stats.connections-- == s->c.max_connections)
		set_accepting(s, true);
	free(c);
}

/* evhttp has let go of it before it had a whole request. */
static bool is_dead(const struct conn *c)
{
	bufferevent_event_cb callback;
	bufferevent_getcb(c->bev, NULL, NULL, &callback, NULL);
	return !callback;
}

static void free_dead(struct server *s)
{
	for (struct conn *c = TAILQ_FIRST(&s->conns), *after; c; c = after) {
		after = TAILQ_NEXT(c, next);
		if (is_dead(c))
			conn_free(c);
	}
}

/* evhttp asks for the bufferevent of a connection that it has just accepted. */
static struct bufferevent *conn_new(struct event_base *base, void *arg)
{
	struct server *s = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		abort();
	struct conn *c = xcalloc(1, sizeof(*c));
	c->server = s;
	c->bev = bev;
	bufferevent_incref(bev);
	if (s->stats.connections + 1 >= s->c.max_connections)
		free_dead(s);
	/* While a reply is being written evhttp reads on and looks at nothing: this is where a
	 * peer that sends for ever is stopped. A whole body has to fit, evhttp waits for it. */
	bufferevent_setwatermark(bev, EV_READ, 0, s->c.max_body + 2 * HTTP_HEADERS_MAX);
	evbuffer_add_cb(bufferevent_get_input(bev), buffer_changed, c);
	evbuffer_add_cb(bufferevent_get_output(bev), buffer_changed, c);
	TAILQ_INSERT_TAIL(&s->conns, c, next);
	if (!tsearch(c, &s->by_bev, compare_bev))
		abort();
	conn_enter(c, CONN_IDLE, CONN_IDLE_MS);
	s->stats.accepted++;
	if (++s->stats.connections >= s->c.max_connections)
		set_accepting(s, false);
	return bev;
}

/* Out of descriptors: without a pause the loop would spin on a listener that stays readable. The
 * next sweep tries again. */
static void accept_failed(struct evconnlistener *listener, void *arg)
{
	(void)arg;
	log_warn("cannot take a connection");
	evconnlistener_disable(listener);
}

static void conn_closed(struct evhttp_connection *evcon, void *arg)
{
	struct conn *c = arg;
	(void)evcon;
	if (c->request)
		request_lost(c->request);
	conn_free(c);
}

static void sweep(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	int64_t now = clock_mono_ms();
	(void)fd;
	(void)what;
	free_dead(s);
	set_accepting(s, s->stats.connections < s->c.max_connections);
	for (struct conn *c = TAILQ_FIRST(&s->conns), *after; c; c = after) {
		after = TAILQ_NEXT(c, next);
		if (now < c->deadline_ms)
			continue;
		s->stats.timeouts++;
		bufferevent_trigger_event(c->bev, BEV_EVENT_TIMEOUT | BEV_EVENT_READING, 0);
	}
}

/* evhttp 2.1 takes these, and a proxy in front may read them otherwise: a request whose length or
 * version is in doubt is answered by closing. */
static const char *doubt(const struct evhttp_request *ev)
{
	const struct evkeyval *h;
	int lengths = 0;
	TAILQ_FOREACH(h, ev->input_headers, next)
	{
		if (!evutil_ascii_strcasecmp(h->key, "Content-Length")) {
			lengths++;
			if (!h->value[0] || h->value[strspn(h->value, "0123456789")])
				return "Content-Length is not a number";
		}
	}
	if (lengths > 1)
		return "two Content-Length headers";
	if (lengths && evhttp_find_header(ev->input_headers, "Transfer-Encoding"))
		return "Content-Length and Transfer-Encoding";
	if (ev->major != 1 || ev->minor < 0 || ev->minor > 1)
		return "not HTTP/1.0 or HTTP/1.1";
	return NULL;
}

static void request_arrived(struct evhttp_request *ev, void *arg)
{
	struct server *s = arg;
	struct evhttp_connection *evcon = evhttp_request_get_connection(ev);
	const struct conn key = {.bev = evhttp_connection_get_bufferevent(evcon)};
	struct conn *c = *(struct conn **)tfind(&key, &s->by_bev, compare_bev);
	const char *why = doubt(ev);

	evhttp_connection_set_closecb(evcon, conn_closed, c);
	conn_enter(c, CONN_SERVING, s->c.request_timeout_s * 1000LL);
	s->stats.requests++;
	if (why) {
		ev->major = ev->minor = 1;
		evhttp_send_error(ev, HTTP_BADREQUEST, why);
		return;
	}
	c->request = request_new(c, ev);
	s->c.handle(s->c.arg, c->request);
}

/* "127.0.0.1:8080" or "[::1]:8080"; port 0 is any free one. Returns the length of ss, or 0. */
static socklen_t parse_listen(const char *text, struct sockaddr_storage *ss)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ss;
	char host[INET6_ADDRSTRLEN];
	const char *colon = strrchr(text, ':');
	if (!colon || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")])
		return 0;
	size_t len = (size_t)(colon - text);
	unsigned long port = strtoul(colon + 1, NULL, 10);
	bool bracketed = len > 2 && text[0] == '[' && colon[-1] == ']';
	if (port > UINT16_MAX || len >= sizeof(host))
		return 0;
	snprintf(host, sizeof(host), "%.*s", (int)(bracketed ? len - 2 : len), text + bracketed);
	memset(ss, 0, sizeof(*ss));
	if (!bracketed && evutil_inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons((uint16_t)port);
		return sizeof(*v4);
	}
	if (bracketed && evutil_inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		return sizeof(*v6);
	}
	return 0;
}

/* A socket that listens, or -1 with err. */
static int listen_on(const char *text, char *err, size_t errlen)
{
	struct sockaddr_storage ss;
	int one = 1, unacked = UNACKED_MS;
	socklen_t len = parse_listen(text, &ss);
	if (!len) {
		snprintf(err, errlen, "listen must be ADDRESS:PORT or [ADDRESS]:PORT, not '%s'",
			 text);
		return -1;
	}
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* Accepted sockets inherit the options. Without NODELAY a deferred reply waits for the
	 * peer's delayed acknowledgement (measured: 48 ms instead of 8). */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) < 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked, sizeof(unacked)) < 0 ||
	    bind(fd, (struct sockaddr *)&ss, len) < 0 || listen(fd, BACKLOG) < 0) {
		snprintf(err, errlen, "cannot listen on %s: %s", text, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static void format_address(char out[static SERVER_ADDRESS_LEN], int fd)
{
	struct sockaddr_storage ss = {0};
	socklen_t len = sizeof(ss);
	char host[48] = "?";
	getsockname(fd, (struct sockaddr *)&ss, &len);
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&ss;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&ss;
	if (ss.ss_family == AF_INET6) {
		evutil_inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(out, SERVER_ADDRESS_LEN, "[%s]:%d", host, ntohs(v6->sin6_port));
	} else {
		evutil_inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(out, SERVER_ADDRESS_LEN, "%s:%d", host, ntohs(v4->sin_port));
	}
}

struct server *server_new(const struct server_config *config, char *err, size_t errlen)
{
	const struct timeval second = {1, 0};
	int fd = listen_on(config->listen, err, errlen);
	if (fd < 0)
		return NULL;
	struct server *s = xcalloc(1, sizeof(*s));
	s->c = *config;
	TAILQ_INIT(&s->conns);
	format_address(s->address, fd);
	s->http = evhttp_new(s->c.base);
	s->sweep = event_new(s->c.base, -1, EV_PERSIST, sweep, s);
	if (!s->http || !s->sweep)
		abort();
	evhttp_set_max_headers_size(s->http, HTTP_HEADERS_MAX);
	evhttp_set_max_body_size(s->http, (ev_ssize_t)s->c.max_body);
	evhttp_set_allowed_methods(s->http, ALL_METHODS);
	evhttp_set_default_content_type(s->http, NULL);
	evhttp_set_flags(s->http, EVHTTP_SERVER_LINGERING_CLOSE);
	evhttp_set_bevcb(s->http, conn_new, s);
	evhttp_set_gencb(s->http, request_arrived, s);
	s->bound = evhttp_accept_socket_with_handle(s->http, fd);
	if (!s->bound || event_add(s->sweep, &second) < 0)
		abort();
	evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(s->bound), accept_failed);
	return s;
}

void server_stop(struct server *s)
{
	if (s->bound)
		evhttp_del_accept_socket(s->http, s->bound);
	s->bound = NULL;
}

void server_free(struct server *s)
{
	if (!s)
		return;
	s->bound = NULL;
	evhttp_free(s->http);
	while (!TAILQ_EMPTY(&s->conns))
		conn_free(TAILQ_FIRST(&s->conns));
	event_free(s->sweep);
	free(s);
}

const char *server_address(const struct server *s)
{
	return s->address;
}

void server_stats(const struct server *s, struct server_stats *out)
{
	*out = s->stats;
}

bool server_is_full(const struct server *s)
{
	return s->stats.buffered_bytes > BUFFERED_MAX / 2;
}
