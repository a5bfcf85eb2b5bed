/* wire_hold.c: connect, be silent, listen for a reset. */
#include "probe/wire_hold.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/wire_addr.h"

/* Two round trips are enough for a reset that is on its way; the least covers a middlebox that takes
 * its time, the most what a deadline has to spare. */
#define WINDOW_MIN_US (100 * 1000)
#define WINDOW_MAX_US (1000 * 1000)

struct wire_hold {
	struct event event;
	struct timeval window;
	int fd;
	void (*done)(void *arg, bool reset);
	void *arg;
};

static void listen_for(struct wire_hold *h, short what, event_callback_fn then,
		       const struct timeval *window)
{
	event_assign(&h->event, event_get_base(&h->event), h->fd, what, then, h);
	event_add(&h->event, window);
}

/* Anything but a reset, silence too: the first one was meant personally. */
static void on_word(evutil_socket_t fd, short what, void *arg)
{
	struct wire_hold *h = arg;
	char c;
	h->done(h->arg, (what & EV_READ) && recv(fd, &c, 1, 0) < 0 && errno == ECONNRESET);
}

static void on_connect(evutil_socket_t fd, short what, void *arg)
{
	struct wire_hold *h = arg;
	int err = 0;
	socklen_t len = sizeof(err);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err || !(what & EV_WRITE))
		h->done(h->arg, err == ECONNRESET);
	else
		listen_for(h, EV_READ, on_word, &h->window);
}

struct wire_hold *wire_hold_new(struct event_base *base, const char *addr, uint16_t port,
				int rtt_us, void (*done)(void *arg, bool reset), void *arg)
{
	const struct timeval most = {.tv_sec = WINDOW_MAX_US / 1000000};
	union wire_addr a;
	socklen_t len = wire_addr_make(&a, addr, port);
	int us = rtt_us > WINDOW_MAX_US / 2 ? WINDOW_MAX_US : 2 * rtt_us;
	int fd = len ? socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
	if (fd < 0)
		return NULL;
	struct wire_hold *h = xcalloc(1, sizeof(*h));
	if (us < WINDOW_MIN_US)
		us = WINDOW_MIN_US;
	*h = (struct wire_hold){
		.window = {.tv_sec = us / 1000000, .tv_usec = us % 1000000},
		.fd = fd,
		.done = done,
		.arg = arg,
	};
	/* Its outcome is heard from SO_ERROR, whatever connect says. */
	(void)!connect(fd, &a.any, len);
	event_assign(&h->event, base, fd, EV_WRITE, on_connect, h);
	event_add(&h->event, &most);
	return h;
}

void wire_hold_free(struct wire_hold *h)
{
	if (!h)
		return;
	event_del(&h->event);
	close(h->fd);
	free(h);
}
