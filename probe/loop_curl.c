/* loop_curl.c: libcurl <-> libevent (curl_multi_socket_action).
 *
 * libcurl 7.88.1 closes the socket of a connection attempt that is given up BEFORE it says
 * CURL_POLL_REMOVE (curl#11439, #14976), so an event may stand for a descriptor that is closed, or
 * already somebody else's. libevent counts events per descriptor and takes an EBADF or ENOENT of
 * epoll for what it is, so a stale event does no harm as long as it never decides anything: it only
 * makes libcurl look at a socket, and each change deletes it and makes it anew.
 * (EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST would break this.) */
#include "probe/loop_curl.h"

#include <event2/event.h>
#include <stdlib.h>

#include "common/buf.h"

struct loop_curl {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
};

struct loop_curl_transfer {
	struct loop_curl *loop;
	CURL *easy;
	void (*done)(void *arg, CURLcode code);
	void *arg;
};

/* Tells the owners of transfers that have ended. An owner may drop its transfer or start
 * another. */
static void reap(struct loop_curl *c)
{
	CURLMsg *m;
	int left;
	while ((m = curl_multi_info_read(c->multi, &left))) {
		struct loop_curl_transfer *t = NULL;
		CURLcode code = m->data.result;
		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&t);
		t->done(t->arg, code);
	}
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct loop_curl *c = arg;
	int running;
	curl_multi_socket_action(c->multi, fd,
				 (what & EV_READ ? CURL_CSELECT_IN : 0) |
					 (what & EV_WRITE ? CURL_CSELECT_OUT : 0),
				 &running);
	reap(c);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_curl *c = arg;
	int running;
	(void)fd;
	(void)what;
	curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	reap(c);
}

/* CURLMOPT_SOCKETFUNCTION; event is what was assigned to this socket before, NULL at first. */
static int watch(CURL *easy, curl_socket_t fd, int what, void *arg, void *event)
{
	struct loop_curl *c = arg;
	(void)easy;
	if (event) {
		event_free(event);
		event = NULL;
	}
	if (what != CURL_POLL_REMOVE) {
		event = event_new(c->base, fd,
				  (short)(EV_PERSIST | (what & CURL_POLL_IN ? EV_READ : 0) |
					  (what & CURL_POLL_OUT ? EV_WRITE : 0)),
				  on_socket, c);
		event_add(event, NULL);
	}
	curl_multi_assign(c->multi, fd, event);
	return 0;
}

/* CURLMOPT_TIMERFUNCTION: libcurl must not be entered from here, not even for zero. */
static int set_timer(CURLM *multi, long ms, void *arg)
{
	struct loop_curl *c = arg;
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	(void)multi;
	if (ms < 0)
		evtimer_del(c->timer);
	else
		evtimer_add(c->timer, &tv);
	return 0;
}

struct loop_curl *loop_curl_new(struct event_base *base)
{
	struct loop_curl *c = xcalloc(1, sizeof(*c));
	curl_global_init(CURL_GLOBAL_DEFAULT);
	c->base = base;
	c->timer = evtimer_new(base, on_timer, c);
	c->multi = curl_multi_init();
	if (!c->timer || !c->multi)
		abort();
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, watch);
	curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	return c;
}

void loop_curl_free(struct loop_curl *c)
{
	if (!c)
		return;
	curl_multi_cleanup(c->multi);
	event_free(c->timer);
	curl_global_cleanup();
	free(c);
}

struct loop_curl_transfer *loop_curl_start(struct loop_curl *c, CURL *easy,
					   void (*done)(void *arg, CURLcode code), void *arg)
{
	struct loop_curl_transfer *t = xcalloc(1, sizeof(*t));
	*t = (struct loop_curl_transfer){.loop = c, .easy = easy, .done = done, .arg = arg};
	curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
	if (curl_multi_add_handle(c->multi, easy) == CURLM_OK)
		return t;
	free(t);
	return NULL;
}

void loop_curl_drop(struct loop_curl_transfer *t)
{
	if (!t)
		return;
	curl_multi_remove_handle(t->loop->multi, t->easy);
	free(t);
}
