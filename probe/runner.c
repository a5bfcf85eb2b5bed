/* runner.c: the engine. A cycle is a queue of targets; a run is one target's chain (chain.h) in
 * flight; a step is one check in flight, with its deadline.
 *
 *	on_kick    starts runs while there is room; ends the cycle when nothing is left
 *	on_step    a check said check_done, or its deadline passed: finish it, start what
 *	           follows, report it
 *
 * Both come from the loop only, which gives three guarantees at once: nothing is reported from
 * inside runner_start, a check may say check_done wherever it likes, and no library is torn down
 * from inside its own callback. */
#include "probe/runner.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/chain.h"
#include "probe/check.h"
#include "probe/loop_ares.h"

/* Chains with TLS in flight. A handshake costs half a millisecond of this thread, so more of them
 * at once would only wait for each other, and the wait would be reported as the network's. */
#define TLS_MAX 64

/* A clock that has run on without the monotonic one by this much: the device was asleep. */
#define SLEEP_US (1000 * 1000)

#define RESOLVER_LEN (INET6_ADDRSTRLEN + 16) /* udp://[ADDRESS]:PORT */

#define CA_FILE	    "/etc/ssl/certs/ca-certificates.crt" /* Debian's ca-certificates */
#define RESOLV_CONF "/etc/resolv.conf"

/* The kinds of check. ADD YOURS HERE, and declare it in check.h. */
static const struct check_ops *const checks[KINDS] = {
	[KIND_DNS] = &check_dns,   [KIND_TCP] = &check_tcp,   [KIND_TLS] = &check_tls,
	[KIND_HTTP] = &check_http, [KIND_LINK] = &check_link,
};

struct step {
	struct check check; /* first: a check's check_done finds its step by it */
	LIST_ENTRY(step) entry;
	const struct check_ops *ops;
	struct run *run;
	struct chain_step what;
	struct event *event; /* the deadline; made active early by check_done */
	int64_t start_us, end_us;
	int64_t asleep_us; /* sleep of the device before the start */
	enum failure failure;
	bool done;
};

struct run {
	LIST_ENTRY(run) entry;
	struct runner *runner;
	struct chain chain;
	LIST_HEAD(, step) steps;
	struct loop_ares *own; /* dns:// has a resolver of its own */
	char own_name[RESOLVER_LEN];
	int fd; /* from tcp to tls */
	bool uses_tls;
};

struct runner {
	struct check_env env;
	void *shared[KINDS];
	struct timeval timeout;
	int timeout_ms;
	size_t concurrency;
	const char *const *resolvers;
	struct event *kick;

	/* The cycle under way. */
	bool busy, cancelled, with_link;
	struct runner_observer observer;
	const struct targets *list;
	size_t *order, n, next;
	LIST_HEAD(, run) runs;
	size_t n_runs, n_tls;
	struct loop_ares *channels[BATCH_RESOLVERS_MAX]; /* NULL where the device has no such one */
	size_t n_channels;
};

/* --- one step --- */

/* How long this device has slept since it was started. */
static int64_t asleep_us(void)
{
	struct timespec boot;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (int64_t)boot.tv_sec * 1000000 + boot.tv_nsec / 1000 - clock_mono_us();
}

void check_done(struct check *c, enum failure failure)
{
	struct step *s = (struct step *)c;
	s->end_us = clock_mono_us();
	s->failure = failure;
	s->done = true;
	event_active(s->event, EV_TIMEOUT, 0);
}

static void ask(struct step *s)
{
	struct run *run = s->run;
	const struct target *t = run->chain.target;
	struct check *c = &s->check;
	c->env = &run->runner->env;
	c->shared = run->runner->shared[s->what.kind];
	c->addr = s->what.addr;
	c->qtype = s->what.qtype;
	c->us = -1;
	c->fd = run->fd;
	run->fd = -1;
	result_init(&c->result, s->what.kind);
	c->result.v[RESULT_T] = clock_wall_ms();
	if (!t)
		return;
	c->host = t->scheme == TARGET_DNS ? t->path : t->host;
	c->port = t->port;
	c->path = t->path;
	c->tls = t->scheme == TARGET_HTTPS;
	c->expect_status = t->expect_status;
	c->resolver = *run->own_name ? run->own : run->runner->channels[s->what.resolver];
}

static void on_step(evutil_socket_t fd, short what, void *arg);

static void start_step(struct run *run, const struct chain_step *what)
{
	struct step *s = xcalloc(1, sizeof(*s));
	s->ops = checks[what->kind];
	s->run = run;
	s->what = *what;
	s->event = evtimer_new(run->runner->env.base, on_step, s);
	LIST_INSERT_HEAD(&run->steps, s, entry);
	ask(s);
	/* The loop's idea of now is as old as its last wait: the deadline would come early. */
	event_base_update_cache_time(run->runner->env.base);
	event_add(s->event, &run->runner->timeout);
	s->asleep_us = asleep_us();
	s->start_us = clock_mono_us();
	s->ops->start(&s->check);
}

/* Takes everything back that the step holds, except its memory: the answer is still needed. */
static void stop_step(struct step *s)
{
	s->ops->stop(&s->check);
	event_free(s->event);
	LIST_REMOVE(s, entry);
	if (s->check.fd < 0)
		return;
	if (s->what.kind == KIND_TCP && s->failure == FAIL_NONE && s->run->uses_tls)
		s->run->fd = s->check.fd;
	else
		close(s->check.fd);
}

static void stamp(struct step *s)
{
	struct check *c = &s->check;
	if (!s->done) {
		s->end_us = clock_mono_us();
		s->failure = s->ops->expired(c);
	}
	/* No timer runs while a device sleeps, and connections die: that says nothing about the
	 * network. */
	if (asleep_us() - s->asleep_us > SLEEP_US) {
		s->failure = FAIL_LOCAL_ERROR;
		c->fp = NULL;
	}
	c->result.v[RESULT_US] = c->us >= 0 ? c->us : s->end_us - s->start_us;
	c->result.v[RESULT_FAILURE] = s->failure;
}

static void report(const struct step *s, bool last)
{
	const struct run *run = s->run;
	const struct runner *r = run->runner;
	const char *answers[RESULT_ANSWERS_MAX];
	const struct check *c = &s->check;
	for (size_t i = 0; i < c->result.n_answers; i++)
		answers[i] = c->answers[i];
	struct runner_step step = {
		.target = run->chain.target,
		.result = &c->result,
		.addr = *s->what.addr ? s->what.addr : NULL,
		.fp = c->fp,
		.answers = answers,
		.n_answers = c->result.n_answers,
		.last = last,
	};
	if (s->what.kind == KIND_DNS)
		step.resolver = *run->own_name ? run->own_name : r->resolvers[s->what.resolver];
	r->observer.step(r->observer.arg, &step);
}

/* --- one target --- */

static void advance(struct run *run)
{
	struct chain_step what;
	while (chain_next(&run->chain, &what))
		start_step(run, &what);
}

/* The resolver of a dns:// target, as it would stand in the configuration. */
static void name_resolver(char out[static RESOLVER_LEN], const struct target *t)
{
	const char *open = strchr(t->host, ':') ? "[" : "", *close = *open ? "]" : "";
	int len = snprintf(out, RESOLVER_LEN, "udp://%s%.*s%s", open, INET6_ADDRSTRLEN - 1, t->host,
			   close);
	if (t->port != 53)
		snprintf(out + len, (size_t)(RESOLVER_LEN - len), ":%u", t->port);
}

static void start_run(struct runner *r, const struct target *target)
{
	struct run *run = xcalloc(1, sizeof(*run));
	run->runner = r;
	run->fd = -1;
	LIST_INIT(&run->steps);
	LIST_INSERT_HEAD(&r->runs, run, entry);
	r->n_runs++;
	run->uses_tls = target && target->scheme == TARGET_HTTPS;
	r->n_tls += run->uses_tls;
	if (target && target->scheme == TARGET_DNS) {
		name_resolver(run->own_name, target);
		run->own = loop_ares_new(r->env.base, run->own_name, r->env.resolv_conf,
					 r->timeout_ms);
	}
	chain_begin(&run->chain, target, r->n_channels);
	advance(run);
}

static void end_run(struct run *run)
{
	struct runner *r = run->runner;
	struct step *s;
	while ((s = LIST_FIRST(&run->steps))) {
		stop_step(s);
		free(s);
	}
	if (run->fd >= 0)
		close(run->fd);
	loop_ares_free(run->own);
	LIST_REMOVE(run, entry);
	r->n_runs--;
	r->n_tls -= run->uses_tls;
	free(run);
}

static void on_step(evutil_socket_t fd, short what, void *arg)
{
	struct step *s = arg;
	struct run *run = s->run;
	struct runner *r = run->runner;
	(void)fd;
	(void)what;
	if (r->cancelled)
		return;
	stamp(s);
	stop_step(s);
	chain_ended(&run->chain, &s->what, s->failure == FAIL_NONE,
		    s->check.result.n_answers ? s->check.answers[0] : NULL);
	advance(run);
	bool over = chain_is_over(&run->chain);
	report(s, over);
	free(s);
	if (over) {
		end_run(run);
		event_active(r->kick, EV_TIMEOUT, 0);
	}
}

/* --- one cycle --- */

static void open_channels(struct runner *r)
{
	while (r->n_channels < BATCH_RESOLVERS_MAX && r->resolvers[r->n_channels]) {
		r->channels[r->n_channels] = loop_ares_new(r->env.base, r->resolvers[r->n_channels],
							   r->env.resolv_conf, r->timeout_ms);
		r->n_channels++;
	}
}

static void end_cycle(struct runner *r)
{
	struct run *run;
	while ((run = LIST_FIRST(&r->runs)))
		end_run(run);
	while (r->n_channels)
		loop_ares_free(r->channels[--r->n_channels]);
	free(r->order);
	r->order = NULL;
	r->busy = false;
}

static bool has_room(const struct runner *r, const struct target *t)
{
	return r->n_runs < r->concurrency && (t->scheme != TARGET_HTTPS || r->n_tls < TLS_MAX);
}

static void on_kick(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r = arg;
	(void)fd;
	(void)what;
	if (r->with_link && !r->cancelled) {
		r->with_link = false;
		start_run(r, NULL);
	}
	while (!r->cancelled && r->next < r->n && has_room(r, &r->list->list[r->order[r->next]]))
		start_run(r, &r->list->list[r->order[r->next++]]);
	if (!r->cancelled && r->n_runs)
		return;
	end_cycle(r);
	r->observer.done(r->observer.arg);
}

int runner_start(struct runner *r, const struct targets *list, const size_t *order, size_t n,
		 bool with_link, const struct runner_observer *observer)
{
	if (r->busy)
		return -1;
	r->busy = true;
	r->cancelled = false;
	r->with_link = with_link;
	r->observer = *observer;
	r->list = list;
	r->n = n;
	r->next = 0;
	r->order = xcalloc(n + 1, sizeof(*order));
	if (n)
		memcpy(r->order, order, n * sizeof(*order));
	open_channels(r);
	event_active(r->kick, EV_TIMEOUT, 0);
	return 0;
}

void runner_cancel(struct runner *r)
{
	if (!r->busy)
		return;
	r->cancelled = true;
	event_active(r->kick, EV_TIMEOUT, 0);
}

/* --- the runner --- */

static const char *ca_file(void)
{
	const char *file = getenv("SSL_CERT_FILE");
	if (!file)
		file = getenv("CURL_CA_BUNDLE");
	return file ? file : CA_FILE;
}

struct runner *runner_new(struct event_base *base, const struct runner_config *config)
{
	static const char *const fallback[] = {"system", NULL};
	struct runner *r = xcalloc(1, sizeof(*r));
	/* OpenSSL and, with NOSIGNAL, libcurl write to sockets that may have been reset. */
	signal(SIGPIPE, SIG_IGN);
	r->env = (struct check_env){
		.base = base,
		.fingerprints = config->fingerprints,
		.ca_file = ca_file(),
		.resolv_conf = config->resolv_conf ? config->resolv_conf : RESOLV_CONF,
	};
	r->concurrency = config->concurrency ? config->concurrency : 1;
	r->timeout_ms = config->check_timeout_ms;
	r->timeout = (struct timeval){r->timeout_ms / 1000, r->timeout_ms % 1000 * 1000};
	r->resolvers = config->resolvers && *config->resolvers ? config->resolvers : fallback;
	r->kick = evtimer_new(base, on_kick, r);
	LIST_INIT(&r->runs);
	for (size_t k = 0; k < KINDS; k++)
		if (checks[k]->open)
			r->shared[k] = checks[k]->open(&r->env);
	return r;
}

void runner_free(struct runner *r)
{
	if (!r)
		return;
	end_cycle(r);
	for (size_t k = 0; k < KINDS; k++)
		if (checks[k]->close)
			checks[k]->close(r->shared[k]);
	event_free(r->kick);
	free(r);
}
