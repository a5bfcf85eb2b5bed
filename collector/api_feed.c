/* api_feed.c: /events.atom and /events.ics: the newest events, of the whole country and of its regions unless others are
 * asked for. */
#include <stdlib.h>

#include "collector/api.h"
#include "collector/events.h"
#include "collector/feed.h"
#include "collector/page.h"
#include "common/clock.h"

/* A reader of feeds keeps what it has seen: it needs no more than what is new. */
#define ENTRIES_MAX 200
#define EVENTS_MAX  20000
#define BODY_MAX    (4u * 1024 * 1024)
#define ADDRESS_MAX 2048
#define RANGE_MS    (30 * CLOCK_DAY_MS)
#define MAX_AGE_S   60

static int keep(void *arg, const struct event *e)
{
	struct events_list *l = arg;
	events_add(l, e);
	return l->n >= EVENTS_MAX;
}

static int newest_first(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	if (x->revised_ms != y->revised_ms)
		return x->revised_ms < y->revised_ms ? 1 : -1;
	return series_cmp(&x->series, &y->series);
}

static int gather(struct call *c, struct events_list *l)
{
	struct series_query q;
	bool all = !c->params.by_given && !c->params.n_regions;
	params_series(&c->params, &q);
	if (!query_get(&c->query, "from"))
		q.from_ms = q.until_ms - RANGE_MS;
	int rc = publish_events(c->api->publish, &q, keep, l);
	q.by_region = false;
	if (rc == 0 && all)
		rc = publish_events(c->api->publish, &q, keep, l);
	if (l->n)
		qsort(l->events, l->n, sizeof(*l->events), newest_first);
	return rc;
}

void api_feed(struct call *c)
{
	const char *query = request_query(c->request);
	struct events_list l = {0};
	struct problem why = {.retry_after_s = 5};
	struct reply reply;
	struct buf origin, self;
	if (gather(c, &l) < 0) {
		events_clear(&l);
		problem_set(&why, 503, "", "the store can't be read at this moment");
		respond_problem(c, &why);
		return;
	}
	buf_init(&origin, ADDRESS_MAX);
	buf_init(&self, ADDRESS_MAX);
	page_origin(&origin, c);
	buf_printf(&self, "%s%s%s%s", origin.data, request_path(c->request), *query ? "?" : "",
		   query);
	const struct feed f = {
		.country = c->api->country,
		.lang = c->params.lang,
		.origin = origin.data,
		.self = self.data,
		.synthetic = c->api->synthetic,
		.now_ms = c->now_ms,
		.events = l.events,
		.n = l.n < ENTRIES_MAX ? l.n : ENTRIES_MAX,
	};
	bool calendar = c->params.format == FORMAT_ICS;
	reply_init(&reply, 200, BODY_MAX);
	(calendar ? feed_ics : feed_atom)(&reply.body, &f);
	respond_take(c, &reply,
		     calendar ? "text/calendar; charset=utf-8"
			      : "application/atom+xml; charset=utf-8",
		     MAX_AGE_S);
	buf_clear(&origin);
	buf_clear(&self);
	events_clear(&l);
}
