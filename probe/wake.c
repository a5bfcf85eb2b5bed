/* wake.c: a timerfd(2) in the event loop. */
#include "probe/wake.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/buf.h"

struct wake {
	int fd;
	struct event *event;
	void (*ring)(void *arg);
	void *arg;
};

static void on_ring(evutil_socket_t fd, short what, void *arg)
{
	struct wake *w = arg;
	uint64_t times;
	(void)what;
	if (read(fd, &times, sizeof(times)) == sizeof(times)) /* not set anew in the meantime */
		w->ring(w->arg);
}

struct wake *wake_new(struct event_base *base, void (*ring)(void *arg), void *arg)
{
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	struct wake *w = xcalloc(1, sizeof(*w));
	*w = (struct wake){.fd = fd, .ring = ring, .arg = arg};
	w->event = event_new(base, fd, EV_READ | EV_PERSIST, on_ring, w);
	event_add(w->event, NULL);
	return w;
}

void wake_free(struct wake *w)
{
	if (!w)
		return;
	event_free(w->event);
	close(w->fd);
	free(w);
}

void wake_at(struct wake *w, int64_t boot_ms)
{
	int64_t ms = boot_ms > 0 ? boot_ms : 1; /* zero would disarm it */
	struct itimerspec at = {.it_value = {ms / 1000, ms % 1000 * 1000000}};
	timerfd_settime(w->fd, TFD_TIMER_ABSTIME, &at, NULL);
}
