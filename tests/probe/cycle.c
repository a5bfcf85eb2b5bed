/* cycle.c: the recorder. A test that takes longer than a minute is stuck and is ended by an
 * alarm. */
#include "tests/probe/cycle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/fingerprints.h"
#include "tests/probe/openfiles.h"

void cycle_open(struct cycle *c)
{
	struct event_config *config = event_config_new();
	memset(c, 0, sizeof(*c));
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	c->base = event_base_new_with_config(config);
	event_config_free(config);
	snprintf(c->dir, sizeof(c->dir), "/tmp/test_cycle_XXXXXX");
	assert_non_null(mkdtemp(c->dir));
	c->certs = badcert_new(cycle_file(c, "ca.pem", ""));
	setenv("SSL_CERT_FILE", c->path, 1);
	c->net = badnet_new(c->base, c->certs);
	c->dns = baddns_new(c->base);
	c->config = (struct runner_config){
		.concurrency = 16,
		.check_timeout_ms = 5000,
		.resolvers = c->resolvers,
		.private_too = true,
	};
	alarm(60);
}

void cycle_close(struct cycle *c)
{
	static const char *const names[] = {"ca.pem", "fingerprints.csv", "resolv.conf"};
	runner_free(c->runner);
	badnet_free(c->net);
	baddns_free(c->dns);
	badcert_free(c->certs);
	fingerprints_free(c->fingerprints);
	targets_clear(&c->targets);
	event_base_free(c->base);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(c->path, sizeof(c->path), "%s/%s", c->dir, names[i]);
		unlink(c->path);
	}
	assert_int_equal(rmdir(c->dir), 0);
	alarm(0);
}

void cycle_dns(struct cycle *c, const struct bad_name *names)
{
	size_t i = 0;
	while (c->resolvers[i])
		i++;
	assert_true(i < CYCLE_RESOLVERS);
	snprintf(c->resolver_text[i], sizeof(c->resolver_text[i]), "udp://127.0.0.1:%u",
		 baddns_serve(c->dns, names, 0));
	c->resolvers[i] = c->resolver_text[i];
}

const char *cycle_file(struct cycle *c, const char *name, const char *text)
{
	snprintf(c->path, sizeof(c->path), "%s/%s", c->dir, name);
	assert_int_equal(buf_write_file(c->path, text, strlen(text), 0600), 0);
	return c->path;
}

void cycle_fingerprints(struct cycle *c, const char *csv)
{
	char err[256];
	c->fingerprints =
		fingerprints_load(cycle_file(c, "fingerprints.csv", csv), err, sizeof(err));
	assert_non_null(c->fingerprints);
	c->config.fingerprints = c->fingerprints;
}

__attribute__((format(printf, 2, 0))) static void add_target(struct cycle *c, const char *format,
							     va_list ap)
{
	char url[TARGET_URL_MAX], err[256] = "";
	vsnprintf(url, sizeof(url), format, ap);
	c->targets.list = xrealloc(c->targets.list, (c->targets.n + 1) * sizeof(*c->targets.list));
	if (targets_parse_one(&c->targets.list[c->targets.n], url, err, sizeof(err)) < 0)
		fail_msg("%s", err);
	c->targets.n++;
}

void cycle_target(struct cycle *c, const char *format, ...)
{
	va_list ap;
	va_start(ap, format);
	add_target(c, format, ap);
	va_end(ap);
}

static void on_step(void *arg, const struct runner_step *step)
{
	struct cycle *c = arg;
	assert_true(c->n_seen < CYCLE_SEEN_MAX);
	struct seen *s = &c->seen[c->n_seen++];
	*s = (struct seen){.result = *step->result, .last = step->last};
	snprintf(s->url, sizeof(s->url), "%s", step->target ? step->target->url : "");
	snprintf(s->addr, sizeof(s->addr), "%s", step->addr ? step->addr : "");
	snprintf(s->resolver, sizeof(s->resolver), "%s", step->resolver ? step->resolver : "");
	snprintf(s->fp, sizeof(s->fp), "%s", step->fp ? step->fp : "");
	snprintf(s->fp_addr, sizeof(s->fp_addr), "%s", step->fp_addr ? step->fp_addr : "");
	s->alpn = step->alpn;
	snprintf(s->answer, sizeof(s->answer), "%s", step->n_answers ? step->answers[0] : "");
	snprintf(s->location, sizeof(s->location), "%s", step->location ? step->location : "");
	for (s->n_certs = 0; s->n_certs < step->n_certs; s->n_certs++)
		s->certs[s->n_certs] = step->certs[s->n_certs];
	snprintf(s->cname, sizeof(s->cname), "%s", step->cname ? step->cname : "");
	s->n_answers = step->n_answers;
	if (c->n_seen == c->cancel_after)
		runner_cancel(c->runner);
}

static void on_done(void *arg)
{
	struct cycle *c = arg;
	c->done++;
	if (c->free_when_done) {
		runner_free(c->runner);
		c->runner = NULL;
	}
	event_base_loopbreak(c->base);
}

void cycle_start(struct cycle *c, bool with_link)
{
	const struct runner_observer observer = {.step = on_step, .done = on_done, .arg = c};
	size_t *order = xcalloc(c->targets.n + 1, sizeof(*order));
	for (size_t i = 0; i < c->targets.n; i++)
		order[i] = i;
	if (!c->runner)
		c->runner = runner_new(c->base, &c->config);
	c->n_seen = 0;
	c->done = 0;
	assert_int_equal(
		runner_start(c->runner, &c->targets, order, c->targets.n, with_link, &observer), 0);
	free(order);
	assert_int_equal(c->n_seen, 0);
	assert_int_equal(c->done, 0);
}

void cycle_finish(struct cycle *c)
{
	while (!c->done)
		assert_int_equal(event_base_loop(c->base, EVLOOP_ONCE), 0);
	assert_int_equal(c->done, 1);
}

const struct seen *cycle_one(struct cycle *c, const char *format, ...)
{
	va_list ap;
	targets_clear(&c->targets);
	va_start(ap, format);
	add_target(c, format, ap);
	va_end(ap);
	cycle_start(c, false);
	cycle_finish(c);
	assert_true(c->n_seen > 0);
	for (size_t i = 0; i < c->n_seen; i++)
		assert_int_equal(c->seen[i].last, i == c->n_seen - 1);
	return &c->seen[c->n_seen - 1];
}

size_t cycle_files(struct cycle *c)
{
	while (badnet_open(c->net))
		assert_int_equal(event_base_loop(c->base, EVLOOP_ONCE), 0);
	return open_files();
}

void cycle_wait_files(struct cycle *c, size_t files)
{
	while (cycle_files(c) != files)
		assert_int_equal(event_base_loop(c->base, EVLOOP_ONCE), 0);
}

const struct seen *cycle_step(const struct cycle *c, enum kind kind, size_t from)
{
	for (size_t i = from; i < c->n_seen; i++)
		if (c->seen[i].result.kind == kind)
			return &c->seen[i];
	return NULL;
}
