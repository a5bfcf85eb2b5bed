/* check_speed.c: one bounded download on the connection that tls has left, and how long its bytes
 * took to come.
 *
 * The first window of most servers is ten segments (RFC 6928), some 14 KB: the rest of SPEED_BYTES
 * needs acknowledgements on the way, and so tells a path that is slow or lossy from one that is
 * not. */
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/clock.h"
#include "common/limits.h"
#include "probe/check.h"
#include "probe/fingerprints.h"
#include "probe/wire_get.h"

/* Three rounds after the first window, and little enough to be paid for by the megabyte; the data
 * budget counts so much for each. wire_http.h stops there. */
#define SPEED_BYTES CHECK_READ_MAX

struct download {
	struct wire_get get;
	struct check *check;
};

static void record(const struct download *d)
{
	struct check *c = d->check;
	const struct wire_get *g = &d->get;
	const struct wire_http *h = &g->http;
	int64_t *v = c->answer.result.v;
	int retransmitted;
	v[RESULT_RTT] = wire_stream_rtt_us(c->stream.fd, &retransmitted);
	if (v[RESULT_RTT] >= 0)
		v[RESULT_RETRANS] = retransmitted;
	if (!g->first_us)
		return;
	c->us = g->last_us - g->first_us;
	if (g->sent_us)
		v[RESULT_TTFB] = g->first_us - g->sent_us;
	v[RESULT_BYTES] = (int64_t)h->body.len;
	if (h->status)
		v[RESULT_STATUS] = h->status;
	if (h->location)
		c->answer.fp = fingerprints_location(c->env->fingerprints, h->location);
	if (!c->answer.fp && h->body.len)
		c->answer.fp = fingerprints_body(c->env->fingerprints, h->body.data, h->body.len);
}

/* Half of it is enough to know a speed by, even when the rest never came. */
static enum failure judge(const struct download *d, enum failure transport)
{
	const struct wire_http *h = &d->get.http;
	record(d);
	if (d->check->answer.fp)
		return FAIL_HTTP_BLOCKPAGE;
	if (h->status >= 200 && h->status <= 299 && h->body.len >= SPEED_BYTES / 2)
		return FAIL_NONE;
	if (transport != FAIL_NONE)
		return transport;
	return h->status >= 200 && h->status <= 299 ? FAIL_HTTP_REQUEST_FAILED : FAIL_HTTP_STATUS;
}

static void on_end(void *arg, enum failure transport)
{
	struct download *d = arg;
	check_done(d->check, judge(d, transport));
}

static void start(struct check *c)
{
	struct download *d = xcalloc(1, sizeof(*d));
	c->state = d;
	d->check = c;
	d->get = (struct wire_get){
		.base = c->env->base,
		.stream = &c->stream,
		.place = {c->scheme, c->host, c->port, c->path},
		.addr = c->addr,
		.done = on_end,
		.arg = d,
	};
	wire_get_start(&d->get);
}

static enum failure expired(struct check *c)
{
	struct download *d = c->state;
	enum failure failure = judge(d, wire_get_expired(&d->get));
	/* What stalled too early to know a speed was as slow as if its last byte had come just now. */
	if (failure == FAIL_HTTP_BODY_TIMEOUT)
		c->us = clock_mono_us() - d->get.first_us;
	return failure;
}

static void stop(struct check *c)
{
	struct download *d = c->state;
	if (!d)
		return;
	wire_get_stop(&d->get);
	free(d);
	c->state = NULL;
}

const struct check_ops check_speed = {
	.kind = KIND_SPEED,
	.start = start,
	.expired = expired,
	.stop = stop,
};
