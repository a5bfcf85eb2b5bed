/* check_tcp.c: one connection attempt to one address. The socket stays open for the step that
 * follows. */
#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>

#include "probe/check.h"
#include "probe/classify.h"
#include "probe/wire_addr.h"

/* The time from SYN to SYN-ACK as the kernel saw it. The loop's own clock adds however long the
 * loop was busy with others: 26 ms at a hundred TLS handshakes a moment. A repeated SYN makes the
 * kernel's sample start over, then the loop's time is the truer one. */
static void take_kernel_time(struct check *c)
{
	int retransmitted, rtt_us = wire_stream_rtt_us(c->stream.fd, &retransmitted);
	if (rtt_us >= 0 && !retransmitted)
		c->us = rtt_us;
}

static void finish(struct check *c)
{
	int err = 0;
	socklen_t len = sizeof(err);
	if (getsockopt(c->stream.fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (!err)
		take_kernel_time(c);
	check_done(c, classify_connect_remote(err));
}

static void on_connect(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	finish(arg);
}

static void start(struct check *c)
{
	union wire_addr a;
	/* That of the address before, when no step after tcp or tls had a use for it. */
	wire_stream_close(&c->stream);
	socklen_t len = wire_addr_make(&a, c->addr, c->port);
	c->stream.fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->stream.fd < 0) {
		check_done(c, classify_connect_local(errno));
		return;
	}
	if (connect(c->stream.fd, &a.any, len) == 0) {
		finish(c);
		return;
	}
	if (errno != EINPROGRESS) {
		check_done(c, classify_connect_local(errno));
		return;
	}
	c->state = event_new(c->env->base, c->stream.fd, EV_WRITE, on_connect, c);
	event_add(c->state, NULL);
}

static enum failure expired(struct check *c)
{
	(void)c;
	return classify_timeout(PHASE_CONNECT);
}

static void stop(struct check *c)
{
	if (c->state)
		event_free(c->state);
	c->state = NULL;
}

const struct check_ops check_tcp = {
	.kind = KIND_TCP,
	.start = start,
	.expired = expired,
	.stop = stop,
};
