/* check_http.c: one GET on the connection that tcp, or tls, has left, and what its answer says. */
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/check.h"
#include "probe/fingerprints.h"
#include "probe/wire_get.h"

struct exchange {
	struct wire_get get;
	struct check *check;
	int64_t start_us;
};

static const char *find_fingerprint(const struct check *c, const struct wire_http *h)
{
	const char *fp = NULL;
	if (h->location)
		fp = fingerprints_location(c->env->fingerprints, h->location);
	if (!fp && h->body.len)
		fp = fingerprints_body(c->env->fingerprints, h->body.data, h->body.len);
	return fp;
}

static char *find_way(const struct exchange *x)
{
	char url[TARGET_URL_MAX];
	const struct wire_http *h = &x->get.http;
	switch (h->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308: break;
	default: return NULL;
	}
	return h->location && wire_redirect(url, &x->get.place, h->location) ? xstrdup(url) : NULL;
}

static void record(const struct exchange *x)
{
	struct check *c = x->check;
	const struct wire_get *g = &x->get;
	int64_t *v = c->answer.result.v;
	if (g->first_us && g->sent_us)
		v[RESULT_TTFB] = g->first_us - g->sent_us;
	if (!g->http.status)
		return;
	v[RESULT_STATUS] = g->http.status;
	v[RESULT_BYTES] = (int64_t)g->http.body.len;
	c->answer.fp = find_fingerprint(c, &g->http);
	c->location = find_way(x);
}

/* What has arrived is looked at even when the exchange broke off afterwards: a censor that sends
 * its page and then a reset is known by the page. */
static enum failure judge(const struct exchange *x, enum failure transport)
{
	const struct check *c = x->check;
	int status = x->get.http.status;
	record(x);
	if (c->answer.fp)
		return FAIL_HTTP_BLOCKPAGE;
	if (transport != FAIL_NONE)
		return transport;
	if (c->expect_status ? status == c->expect_status : status >= 200 && status <= 399)
		return FAIL_NONE;
	return FAIL_HTTP_STATUS;
}

static void on_end(void *arg, enum failure transport)
{
	struct exchange *x = arg;
	x->check->us = x->get.end_us - x->start_us;
	check_done(x->check, judge(x, transport));
}

static void start(struct check *c)
{
	struct exchange *x = xcalloc(1, sizeof(*x));
	c->state = x;
	x->check = c;
	x->start_us = clock_mono_us();
	x->get = (struct wire_get){
		.base = c->env->base,
		.stream = &c->stream,
		.place = {c->scheme, c->host, c->port, c->path},
		.addr = c->addr,
		.done = on_end,
		.arg = x,
	};
	wire_get_start(&x->get);
}

static enum failure expired(struct check *c)
{
	struct exchange *x = c->state;
	if (x->get.end_us)
		c->us = x->get.end_us - x->start_us;
	return judge(x, wire_get_expired(&x->get));
}

static void stop(struct check *c)
{
	struct exchange *x = c->state;
	if (!x)
		return;
	wire_get_stop(&x->get);
	free(x);
	c->state = NULL;
}

const struct check_ops check_http = {
	.kind = KIND_HTTP,
	.start = start,
	.expired = expired,
	.stop = stop,
};
