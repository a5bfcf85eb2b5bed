/* step.c: what is the same for all checks. A deadline and a check_done both become one event of the
 * loop, so that a check may say check_done wherever it likes and no library is torn down from
 * inside its own callback. */
#include "probe/step.h"

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/wire_cert.h"

/* A clock that has run on without the monotonic one by this much: the device was asleep, or somebody
 * has set it. */
#define JUMP_US (1000 * 1000)

/* A deadline that comes this late finds a process that stood still: a router under load, a virtual
 * machine that was not given its turn. What came meanwhile was answered by nobody, so the time is
 * given back, once, with a round trip or two for what follows. */
#define LATE_US	 (50 * 1000)
#define AGAIN_US (500 * 1000)

/* How long this device has slept since it was started. */
static int64_t asleep_us(void)
{
	struct timespec boot;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (int64_t)boot.tv_sec * 1000000 + boot.tv_nsec / 1000 - clock_mono_us();
}

static int64_t ahead_us(void)
{
	return 1000 * clock_wall_ms() - clock_mono_us();
}

void check_done(struct check *c, enum failure failure)
{
	struct step *s = (struct step *)c;
	s->end_us = clock_mono_us();
	s->failure = failure;
	s->done = true;
	event_active(s->event, EV_TIMEOUT, 0);
}

struct check_answer *check_more(struct check *c)
{
	if (c->n_more == CHECK_MORE_MAX)
		return NULL;
	c->more = xrealloc(c->more, (c->n_more + 1) * sizeof(*c->more));
	struct check_answer *a = &c->more[c->n_more++];
	*a = (struct check_answer){0};
	result_init(&a->result, c->answer.result.kind);
	a->result.v[RESULT_T] = c->answer.result.v[RESULT_T];
	a->result.v[RESULT_QTYPE] = c->qtype;
	return a;
}

/* No timer runs while a device sleeps, and connections die: that says nothing about the network.
 * When the clock was set meanwhile, nobody knows when this was measured. */
static void void_after_jump(struct step *s)
{
	if (asleep_us() - s->asleep_us <= JUMP_US && llabs(ahead_us() - s->ahead_us) <= JUMP_US)
		return;
	s->failure = FAIL_CLOCK_JUMP;
	s->check.answer.fp = NULL;
	s->check.answer.n_addrs = s->check.n_more = s->check.n_certs = 0;
}

static bool go_on(struct step *s)
{
	int64_t late = clock_mono_us() - s->due_us;
	if (s->again || late < LATE_US)
		return false;
	s->again = true;
	late += AGAIN_US;
	event_add(s->event, &(struct timeval){late / 1000000, late % 1000000});
	return true;
}

static void on_end(evutil_socket_t fd, short what, void *arg)
{
	struct step *s = arg;
	struct check *c = &s->check;
	(void)fd;
	(void)what;
	if (!s->done && go_on(s))
		return;
	if (!s->done) {
		s->end_us = clock_mono_us();
		s->failure = s->ops->expired(c);
	}
	void_after_jump(s);
	c->answer.result.v[RESULT_US] = c->us >= 0 ? c->us : s->end_us - s->start_us;
	c->answer.result.v[RESULT_FAILURE] = s->failure;
	s->ended(s);
}

struct step *step_new(struct event_base *base, const struct check_ops *ops,
		      const struct chain_step *what, void (*ended)(struct step *s))
{
	struct step *s = xcalloc(1, sizeof(*s));
	struct check *c = &s->check;
	s->ops = ops;
	s->what = *what;
	s->ended = ended;
	s->event = evtimer_new(base, on_end, s);
	c->addr = s->what.addr;
	c->port = what->port;
	c->qtype = what->qtype;
	c->us = -1;
	wire_stream_init(&c->stream);
	result_init(&c->answer.result, what->kind);
	return s;
}

static void note_time(struct step *s, const struct timeval *timeout)
{
	int64_t *v = s->check.answer.result.v;
	v[RESULT_PORT] = s->what.port;
	v[RESULT_QTYPE] = s->what.qtype;
	v[RESULT_HOP] = s->what.hop;
	v[RESULT_SNI] = s->what.kind == KIND_TLS && s->what.harmless;
	v[RESULT_T] = clock_wall_ms();
	s->asleep_us = asleep_us();
	s->ahead_us = ahead_us();
	s->start_us = clock_mono_us();
	s->due_us = s->start_us + 1000000LL * timeout->tv_sec + timeout->tv_usec;
}

void step_go(struct step *s, const struct timeval *timeout, bool allowed)
{
	/* The loop's idea of now is as old as its last wait: the deadline would come early. */
	event_base_update_cache_time(event_get_base(s->event));
	event_add(s->event, timeout);
	note_time(s, timeout);
	s->started = allowed;
	if (allowed)
		s->ops->start(&s->check);
	else
		check_done(&s->check, FAIL_PRIVATE_ADDRESS);
}

void step_stop(struct step *s, struct wire_stream *onward)
{
	if (s->started)
		s->ops->stop(&s->check);
	event_free(s->event);
	if (s->done && s->failure == FAIL_NONE &&
	    (s->what.kind == KIND_TCP || s->what.kind == KIND_TLS))
		*onward = s->check.stream;
	else
		wire_stream_close(&s->check.stream);
}

void step_free(struct step *s)
{
	free(s->check.more);
	free(s->check.certs);
	free(s->check.location);
	free(s);
}
