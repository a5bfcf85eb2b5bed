/* runner.c: the engine. A cycle is a queue of targets; a run is one target's chain (chain.h) in
 * flight; a step is one check in flight (step.h).
 *
 *	on_kick    starts runs while there is room; ends the cycle when nothing is left
 *	on_step    a check has ended: start what follows, report it
 *
 * Both come from the loop only, so nothing is reported from inside runner_start. */
#include "probe/runner.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/batch.h"
#include "common/buf.h"
#include "probe/chain.h"
#include "probe/resolver.h"
#include "probe/step.h"
#include "probe/wire_addr.h"
#include "probe/wire_cert.h"

/* Chains with TLS in flight. A handshake costs half a millisecond of this thread, so more of them
 * at once would only wait for each other, and the wait would be reported as the network's. */
#define TLS_MAX 64

#define RESOLVER_LEN (INET6_ADDRSTRLEN + 16) /* udp://[ADDRESS]:PORT */

#define CA_FILE	    "/etc/ssl/certs/ca-certificates.crt" /* Debian's ca-certificates */
#define RESOLV_CONF "/etc/resolv.conf"

/* The kinds of check. ADD YOURS HERE, and declare it in check.h. */
static const struct check_ops *const checks[KINDS] = {
	[KIND_DNS] = &check_dns,     [KIND_TCP] = &check_tcp,	[KIND_TLS] = &check_tls,
	[KIND_HTTP] = &check_http,   [KIND_LINK] = &check_link, [KIND_GUARD] = &check_guard,
	[KIND_SPEED] = &check_speed, [KIND_QUIC] = &check_quic,
};

/* Sent as SNI when the true name fails and the list has nothing better. IANA keeps it for
 * documentation; nobody blocks it by name. */
#define HARMLESS "www.example.com"

struct run {
	LIST_ENTRY(run) entry;
	struct runner *runner;
	struct chain chain;
	LIST_HEAD(, step) steps;
	struct resolver *own; /* dns:// has a resolver of its own */
	char own_name[RESOLVER_LEN];
	struct wire_stream stream; /* from step to step */
	bool uses_tls;
};

struct runner {
	struct check_env env;
	void *shared[KINDS];
	const struct timeval *timeout[KINDS]; /* libevent's common timeouts: O(1) to set */
	int timeout_ms;
	const char *harmless; /* name to send when the true one fails */
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
	struct resolver *channels[BATCH_RESOLVERS_MAX]; /* NULL where the device has no such one */
	size_t n_channels;
};

/* --- one step --- */

static void ask_target(struct check *c, const struct step *s)
{
	const struct run *run = s->run;
	const struct target *t = run->chain.target;
	c->host = t->scheme == TARGET_DNS ? t->path : t->host;
	c->path = chain_path(&run->chain);
	c->scheme = run->chain.place.tls ? "https" : "http";
	c->expect_status = t->expect_status;
	c->sni = s->what.harmless ? run->runner->harmless : NULL;
	c->resolver = *run->own_name ? run->own : run->runner->channels[s->what.resolver];
}

static void on_step(struct step *s);

static void start_step(struct run *run, const struct chain_step *what)
{
	struct runner *r = run->runner;
	struct step *s = step_new(r->env.base, checks[what->kind], what, on_step);
	struct check *c = &s->check;
	LIST_INSERT_HEAD(&run->steps, s, entry);
	s->run = run;
	c->env = &r->env;
	c->shared = r->shared[what->kind];
	c->stream = run->stream;
	wire_stream_init(&run->stream);
	if (run->chain.target)
		ask_target(c, s);
	/* The guards go to an address that nobody has, and that is not private in this sense. */
	step_go(s, r->timeout[what->kind],
		!*what->addr || r->env.private_too || batch_addr_is_public(what->addr));
}

static void report_answer(const struct step *s, const struct check_answer *a, bool last)
{
	const struct run *run = s->run;
	const struct runner *r = run->runner;
	const struct check *c = &s->check;
	const char *answers[RESULT_ANSWERS_MAX];
	for (size_t i = 0; i < a->n_addrs; i++)
		answers[i] = a->addrs[i];
	struct runner_step step = {
		.target = run->chain.target,
		.result = &a->result,
		.addr = *s->what.addr ? s->what.addr : NULL,
		.fp = a->fp,
		.fp_addr = a->fp && s->what.kind == KIND_DNS ? a->addrs[a->fp_at] : NULL,
		.answers = answers,
		.n_answers = a->n_addrs,
		.cname = *a->cname ? a->cname : NULL,
		.certs = c->certs,
		.n_certs = c->n_certs,
		.alpn = c->alpn,
		.sni = s->what.kind == KIND_TLS ? c->sni : NULL,
		.location = c->location,
		.path = s->what.kind == KIND_HTTP ? c->path : NULL,
		.last = last,
	};
	if (s->what.kind == KIND_DNS)
		step.resolver = *run->own_name ? run->own_name : r->resolvers[s->what.resolver];
	r->observer.step(r->observer.arg, &step);
}

static void report(const struct step *s, bool last)
{
	const struct check *c = &s->check;
	report_answer(s, &c->answer, last && !c->n_more);
	for (size_t i = 0; i < c->n_more; i++)
		if (!s->run->runner->cancelled)
			report_answer(s, &c->more[i], last && i + 1 == c->n_more);
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

static bool uses_tls(const struct target *t)
{
	return t && (t->scheme == TARGET_HTTPS || t->scheme == TARGET_SPEED);
}

static void start_run(struct runner *r, const struct target *target)
{
	struct run *run = xcalloc(1, sizeof(*run));
	run->runner = r;
	wire_stream_init(&run->stream);
	LIST_INIT(&run->steps);
	LIST_INSERT_HEAD(&r->runs, run, entry);
	r->n_runs++;
	run->uses_tls = uses_tls(target);
	r->n_tls += run->uses_tls;
	if (target && target->scheme == TARGET_DNS) {
		name_resolver(run->own_name, target);
		run->own =
			resolver_new(r->env.base, run->own_name, r->env.resolv_conf, r->timeout_ms);
	}
	chain_begin(&run->chain, target, r->n_channels);
	advance(run);
}

static void end_run(struct run *run)
{
	struct runner *r = run->runner;
	struct step *s;
	while ((s = LIST_FIRST(&run->steps))) {
		LIST_REMOVE(s, entry);
		step_stop(s, &run->stream);
		step_free(s);
	}
	wire_stream_close(&run->stream);
	resolver_free(run->own);
	LIST_REMOVE(run, entry);
	r->n_runs--;
	r->n_tls -= run->uses_tls;
	free(run);
}

/* Whether the redirect that an http step ended with is taken up; marks the step. */
static void look_at_redirect(struct step *s)
{
	struct check *c = &s->check;
	struct target to;
	char err[256];
	if (s->failure != FAIL_NONE || !c->location ||
	    targets_parse_one(&to, c->location, err, sizeof(err)) < 0)
		return;
	switch (chain_redirect(&s->run->chain, &to)) {
	case CHAIN_FOLLOW: s->follow = true; break;
	case CHAIN_LOOP: s->failure = FAIL_HTTP_REDIRECT_LOOP; break;
	case CHAIN_STAY: break;
	}
	c->answer.result.v[RESULT_NEXT] = s->follow;
	c->answer.result.v[RESULT_FAILURE] = s->failure;
}

/* The addresses that a dns step found and that are not lies, of all answers: behind a forged one the
 * true one may have come. */
static void end_in_chain(struct step *s)
{
	struct check *c = &s->check;
	char addrs[(1 + CHECK_MORE_MAX) * RESULT_ANSWERS_MAX][INET6_ADDRSTRLEN];
	struct chain_outcome outcome = {s->failure, addrs, 0, s->follow};
	for (size_t i = 0; i <= c->n_more; i++) {
		const struct check_answer *a = i ? &c->more[i - 1] : &c->answer;
		for (size_t k = 0; k < a->n_addrs; k++)
			if (a->result.v[RESULT_FAILURE] == FAIL_NONE)
				memcpy(addrs[outcome.n_addrs++], a->addrs[k], sizeof(*addrs));
	}
	chain_ended(&s->run->chain, &s->what, &outcome);
}

static void on_step(struct step *s)
{
	struct run *run = s->run;
	struct runner *r = run->runner;
	if (r->cancelled)
		return;
	LIST_REMOVE(s, entry);
	look_at_redirect(s);
	step_stop(s, &run->stream);
	end_in_chain(s);
	advance(run);
	bool over = chain_is_over(&run->chain);
	report(s, over);
	step_free(s);
	if (over) {
		end_run(run);
		event_active(r->kick, EV_TIMEOUT, 0);
	}
}

/* --- one cycle --- */

static void open_channels(struct runner *r)
{
	while (r->n_channels < BATCH_RESOLVERS_MAX && r->resolvers[r->n_channels]) {
		r->channels[r->n_channels] = resolver_new(r->env.base, r->resolvers[r->n_channels],
							  r->env.resolv_conf, r->timeout_ms);
		r->n_channels++;
	}
}

/* A name that is let through even where only a few are: a domestic site's. */
static const char *find_harmless(const struct targets *list)
{
	union wire_addr any;
	for (size_t i = 0; i < list->n; i++) {
		const struct target *t = &list->list[i];
		if (t->class == CLASS_DOMESTIC && t->scheme == TARGET_HTTPS &&
		    !wire_addr_make(&any, t->host, 0))
			return t->host;
	}
	return HARMLESS;
}

static void end_cycle(struct runner *r)
{
	struct run *run;
	while ((run = LIST_FIRST(&r->runs)))
		end_run(run);
	while (r->n_channels)
		resolver_free(r->channels[--r->n_channels]);
	free(r->order);
	r->order = NULL;
	r->busy = false;
}

static bool has_room(const struct runner *r, const struct target *t)
{
	return r->n_runs < r->concurrency && (!uses_tls(t) || r->n_tls < TLS_MAX);
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
	r->harmless = find_harmless(list);
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

static void open_kind(struct runner *r, const struct check_ops *ops)
{
	int ms = ops->timeout_ms && ops->timeout_ms < r->timeout_ms ? ops->timeout_ms
								    : r->timeout_ms;
	struct timeval timeout = {ms / 1000, ms % 1000 * 1000};
	r->timeout[ops->kind] = event_base_init_common_timeout(r->env.base, &timeout);
	if (ops->open)
		r->shared[ops->kind] = ops->open(&r->env);
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
		.private_too = config->private_too,
	};
	r->concurrency = config->concurrency ? config->concurrency : 1;
	r->timeout_ms = config->check_timeout_ms;
	r->resolvers = config->resolvers && *config->resolvers ? config->resolvers : fallback;
	r->kick = evtimer_new(base, on_kick, r);
	LIST_INIT(&r->runs);
	for (size_t k = 0; k < KINDS; k++)
		if (checks[k])
			open_kind(r, checks[k]);
	return r;
}

void runner_free(struct runner *r)
{
	if (!r)
		return;
	end_cycle(r);
	for (size_t k = 0; k < KINDS; k++)
		if (checks[k] && checks[k]->close)
			checks[k]->close(r->shared[k]);
	event_free(r->kick);
	free(r);
}
