/* check_guard.c: a connection attempt to an address that nobody has. Whoever accepts it sits on the
 * path and answers for others; then a connection that succeeds is no evidence that its target was
 * reached. Silence, unreachable and refused are all as they should be. */
#include <errno.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/check.h"
#include "probe/classify.h"
#include "probe/wire_addr.h"

/* An interceptor answers from nearby; a person waits for it. */
#define TIMEOUT_MS 2000

static void finish(struct check *c, int err)
{
	check_done(c, err ? FAIL_NONE : FAIL_INTERCEPTED);
}

static void on_connect(evutil_socket_t fd, short what, void *arg)
{
	int err = 0;
	socklen_t len = sizeof(err);
	(void)what;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	finish(arg, err);
}

static void start(struct check *c)
{
	union wire_addr a;
	socklen_t len = wire_addr_make(&a, c->addr, c->port);
	c->stream.fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->stream.fd < 0) {
		check_done(c, classify_connect_local(errno));
	} else if (connect(c->stream.fd, &a.any, len) == 0) {
		finish(c, 0);
	} else if (errno != EINPROGRESS) {
		/* A device without any route has not asked anybody. */
		check_done(c, classify_connect_local(errno));
	} else {
		c->state = event_new(c->env->base, c->stream.fd, EV_WRITE, on_connect, c);
		event_add(c->state, NULL);
	}
}

static enum failure expired(struct check *c)
{
	(void)c;
	return FAIL_NONE;
}

static void stop(struct check *c)
{
	if (c->state)
		event_free(c->state);
	c->state = NULL;
}

const struct check_ops check_guard = {
	.kind = KIND_GUARD,
	.timeout_ms = TIMEOUT_MS,
	.start = start,
	.expired = expired,
	.stop = stop,
};
