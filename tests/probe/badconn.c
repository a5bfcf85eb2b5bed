/* badconn.c: one struct conn per connection; TLS is driven by hand, so that a fault can come at any
 * moment. */
#include "tests/probe/badconn.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"

#define LATE_US 20000

struct conn {
	LIST_ENTRY(conn) entry;
	struct badconns *all;
	const struct bad_server *server;
	struct event *event;
	SSL *ssl;
	int fd;
	bool faulty, spared;
	bool ready; /* no TLS, or its handshake is done */
	char in[BADCONN_REQUEST];
	size_t in_len;
	const char *out, *out_end; /* of the reply; NULL before there is one */
};

static void need(int ok)
{
	if (!ok)
		abort();
}

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
	c->all->open--;
	free(c);
}

static void on_conn(evutil_socket_t fd, short what, void *arg);

static void wait_for(struct conn *c, short what)
{
	if (c->event)
		event_free(c->event);
	c->event = event_new(c->all->base, c->fd, what, on_conn, c);
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
	switch (c->server->end) {
	case BAD_END_RESET: drop(c, true); break;
	case BAD_END_FIN: drop(c, false); break;
	case BAD_END_STALL: wait_for(c, EV_READ); break; /* until the client gives up */
	default:
		if (c->ssl)
			SSL_shutdown(c->ssl);
		ERR_clear_error();
		drop(c, false);
	}
}

/* Bytes written, or -1 when the connection waits, or is gone. */
static int put(struct conn *c, const char *text, size_t len)
{
	const struct bad_server *server = c->server;
	if (server->before)
		server->before(c->ssl);
	if (server->slow)
		len = 1;
	int r = c->ssl ? SSL_write(c->ssl, text, (int)len)
		       : (int)send(c->fd, text, len, MSG_NOSIGNAL);
	if (r > 0)
		return r;
	if (c->ssl)
		after_ssl(c, r);
	else if (errno == EAGAIN)
		wait_for(c, EV_WRITE);
	else
		drop(c, false);
	return -1;
}

static void reply(struct conn *c)
{
	const struct bad_server *server = c->server;
	while (c->out < c->out_end) {
		int r = put(c, c->out, (size_t)(c->out_end - c->out));
		if (r < 0)
			return;
		c->out += r;
		if (c->out == c->out_end && server->forever) {
			c->out = server->forever;
			c->out_end = c->out + strlen(c->out);
		}
		if (server->slow && c->out < c->out_end) {
			wait_for(c, EV_WRITE);
			return;
		}
	}
	end(c);
}

/* A fault that waits for the client's first bytes. */
static void misbehave(struct conn *c)
{
	static const char alert[] = "\x15\x03\x01\x00\x02\x02\x28";
	const char *plain = c->server->reply;
	if (c->server->fault == BAD_STALL) {
		wait_for(c, EV_READ);
		return;
	}
	if (c->server->fault == BAD_ALERT)
		need(send(c->fd, alert, sizeof(alert) - 1, MSG_NOSIGNAL) > 0);
	if (c->server->fault == BAD_PLAIN)
		need(send(c->fd, plain, strlen(plain), MSG_NOSIGNAL) > 0);
	drop(c, c->server->fault == BAD_RESET || c->server->fault == BAD_PLAIN_AT_ACCEPT);
}

static void take_request(struct conn *c)
{
	static const char fine[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes";
	const struct bad_server *server = c->server;
	const char *text = server->reply;
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
	memcpy(c->all->request, c->in, sizeof(c->in));
	c->out = text && !c->spared ? text : fine;
	c->out_end =
		c->out + (c->out == text && server->reply_len ? server->reply_len : strlen(c->out));
	reply(c);
}

/* Whether the client has said what the fault waits for. */
static bool is_provoked(struct conn *c)
{
	const char *word = c->server->word;
	ssize_t r = word ? recv(c->fd, c->in, sizeof(c->in), MSG_PEEK) : 0;
	bool said = !word || (r > 0 && memmem(c->in, (size_t)r, word, strlen(word)));
	memset(c->in, 0, sizeof(c->in));
	return said;
}

static void on_conn(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;
	bool stalling = c->out && c->out == c->out_end;
	(void)what;
	if (c->faulty && !is_provoked(c))
		c->faulty = false;
	if (c->faulty || stalling) {
		ssize_t r = recv(fd, c->in, sizeof(c->in), 0);
		if (r <= 0 || stalling)
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

static void on_late(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	drop(arg, true);
}

/* A fault that does not wait for the client. True when that was all. */
static bool meet(struct conn *c)
{
	const struct timeval late = {.tv_usec = LATE_US};
	const struct bad_server *server = c->server;
	switch (server->fault) {
	case BAD_PLAIN_AT_ACCEPT:
		need(send(c->fd, server->reply, strlen(server->reply), MSG_NOSIGNAL) > 0);
		return false;
	case BAD_RESET_AT_ACCEPT: drop(c, true); return true;
	case BAD_RESET_LATE:
		c->event = evtimer_new(c->all->base, on_late, c);
		event_add(c->event, &late);
		return true;
	default: return false;
	}
}

void badconn_serve(struct badconns *all, int fd, const struct bad_server *server, bool spared)
{
	const int on = 1;
	struct conn *c = xcalloc(1, sizeof(*c));
	/* What was written before a reset has left already. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->all = all;
	c->server = server;
	c->fd = fd;
	c->spared = spared;
	LIST_INSERT_HEAD(&all->list, c, entry);
	all->accepted++;
	if (++all->open > all->most_open)
		all->most_open = all->open;
	c->faulty = server->fault != BAD_NONE && !spared;
	if (c->faulty && meet(c))
		return;
	c->ready = server->cert == CERT_NONE;
	if (!c->ready) {
		c->ssl = SSL_new(badcert_ctx(all->certs, server->cert));
		SSL_set_fd(c->ssl, fd);
	}
	wait_for(c, EV_READ);
}

void badconns_init(struct badconns *all, struct event_base *base, struct badcert *certs)
{
	all->base = base;
	all->certs = certs;
	LIST_INIT(&all->list);
}

void badconns_clear(struct badconns *all)
{
	struct conn *c;
	while ((c = LIST_FIRST(&all->list)))
		drop(c, false);
}
