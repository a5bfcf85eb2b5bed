/* wire_get.c: write the request, read the answer, and say what broke it.
 *
 * One read per event: what the kernel still has makes the next event at once, so a server that
 * sends without end takes turns with everybody else. */
#include "probe/wire_get.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/limits.h"
#include "probe/classify.h"
#include "probe/wire_hold.h"

#define READ_BYTES (16 * 1024) /* a whole record of TLS */

/* Some sites refuse a request without these, and words of our own would single volunteers out. */
#define USER_AGENT "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
#define ACCEPT	   "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

static char *make_request(const struct wire_place *p)
{
	char port[8] = "";
	const char *open = strchr(p->host, ':') ? "[" : "", *close = *open ? "]" : "";
	if (p->port != (strcmp(p->scheme, "https") ? 80 : 443))
		snprintf(port, sizeof(port), ":%u", p->port);
	return xasprintf("GET %s HTTP/1.1\r\n"
			 "Host: %s%s%s%s\r\n"
			 "User-Agent: " USER_AGENT "\r\n"
			 "Accept: " ACCEPT "\r\n"
			 "Connection: close\r\n\r\n",
			 p->path, open, p->host, close, port);
}

static enum phase phase(const struct wire_get *g)
{
	return g->first_us ? PHASE_BODY : PHASE_EXCHANGE;
}

static void on_hold(void *arg, bool reset)
{
	struct wire_get *g = arg;
	g->done(g->arg, reset ? FAIL_CONNECTION_RESET : FAIL_HTTP_RESET);
}

/* Over TLS there was an answer before: the handshake. */
static void finish(struct wire_get *g, enum failure failure)
{
	g->end_us = clock_mono_us();
	event_del(&g->event);
	if (failure == FAIL_HTTP_RESET && !g->stream->ssl)
		g->hold = wire_hold_new(g->base, g->addr, g->place.port,
					wire_stream_rtt_us(g->stream->fd, NULL), on_hold, g);
	if (!g->hold)
		g->done(g->arg, failure);
}

static void on_socket(evutil_socket_t fd, short what, void *arg);

static void wait_for(struct wire_get *g, short what)
{
	if (event_pending(&g->event, what, NULL))
		return;
	event_del(&g->event);
	event_assign(&g->event, g->base, g->stream->fd, what | EV_PERSIST, on_socket, g);
	event_add(&g->event, NULL);
}

/* A read that gave no bytes. */
static void no_bytes(struct wire_get *g, const struct wire_got *got)
{
	int err = g->write_err ? g->write_err : got->err;
	if (got->io == WIRE_WAIT_READ && !g->write_err)
		wait_for(g, EV_READ);
	else if (got->io == WIRE_WAIT_WRITE)
		wait_for(g, EV_WRITE);
	else if (got->io == WIRE_END && !g->write_err && wire_http_end(&g->http))
		finish(g, FAIL_NONE);
	else if (got->io == WIRE_BROKEN && !err)
		finish(g, FAIL_HTTP_REQUEST_FAILED); /* records that are not TLS */
	else
		finish(g, classify_io(err, phase(g)));
}

static void receive(struct wire_get *g, int64_t now)
{
	char bytes[READ_BYTES];
	do {
		size_t room = CHECK_READ_MAX - g->http.taken;
		struct wire_got got = wire_stream_read(g->stream, bytes,
						       room < sizeof(bytes) ? room : sizeof(bytes));
		if (got.io != WIRE_DONE) {
			no_bytes(g, &got);
			return;
		}
		if (!g->first_us)
			g->first_us = now;
		g->last_us = now;
		enum wire_http_state state = wire_http_feed(&g->http, bytes, got.n);
		if (state != WIRE_HTTP_MORE) {
			finish(g, state == WIRE_HTTP_BAD ? FAIL_HTTP_REQUEST_FAILED : FAIL_NONE);
			return;
		}
	} while (wire_stream_has_more(g->stream));
	wait_for(g, EV_READ);
}

/* TLS may hold bytes already that came with the end of its handshake: no event tells of them. */
static void wait_for_answer(struct wire_get *g)
{
	if (wire_stream_has_more(g->stream))
		receive(g, clock_mono_us());
	else
		wait_for(g, EV_READ);
}

static void send_request(struct wire_get *g)
{
	/* Before the write: a near server may have answered by the time that it returns. */
	int64_t now = clock_mono_us();
	struct wire_got got = wire_stream_write(g->stream, g->request + g->sent, g->len - g->sent);
	switch (got.io) {
	case WIRE_DONE:
		g->sent += got.n;
		if (g->sent < g->len) {
			wait_for(g, EV_WRITE);
			break;
		}
		g->sent_us = now;
		wait_for_answer(g);
		break;
	case WIRE_WAIT_READ: wait_for(g, EV_READ); break;
	case WIRE_WAIT_WRITE: wait_for(g, EV_WRITE); break;
	default:
		/* Somebody who resets may have sent a page before. */
		g->write_err = got.err ? got.err : EPIPE;
		receive(g, clock_mono_us());
	}
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct wire_get *g = arg;
	(void)fd;
	(void)what;
	if (g->sent < g->len && !g->write_err)
		send_request(g);
	else
		receive(g, clock_mono_us());
}

void wire_get_start(struct wire_get *g)
{
	wire_http_init(&g->http);
	g->request = make_request(&g->place);
	g->len = strlen(g->request);
	event_assign(&g->event, g->base, g->stream->fd, EV_READ, on_socket, g);
	send_request(g);
}

enum failure wire_get_expired(const struct wire_get *g)
{
	return g->hold ? FAIL_HTTP_RESET : classify_timeout(phase(g));
}

void wire_get_stop(struct wire_get *g)
{
	if (!g->request)
		return;
	event_del(&g->event);
	wire_hold_free(g->hold);
	wire_http_clear(&g->http);
	free(g->request);
	g->request = NULL;
}
