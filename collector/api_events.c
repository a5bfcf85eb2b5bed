/* api_events.c: /api/v1/events: losses of international access, with onset and end. */
#include "collector/listing.h"
#include "common/limits.h"

#define MAX_AGE_S 5

static int put_event(void *arg, const struct event *e)
{
	struct listing *l = arg;
	const struct params *p = &l->call->params;
	const struct cursor there = cursor_of_event(e);
	if (p->cursor_given && cursor_is_past(&p->cursor, e))
		return 0;
	if (!listing_takes(l, &there))
		return 1;
	listing_event(l, e);
	return l->reply.body.overflow;
}

/* A feed or a calendar has no pages. */
static void answer_feed(struct call *c)
{
	struct problem why = {.example = c->route->example};
	if (!c->params.limit && !c->params.cursor_given) {
		api_feed(c);
		return;
	}
	problem_set(&why, 400, c->params.limit ? "limit" : "cursor",
		    "a feed has the newest events and no pages; the same events are pages as JSON, "
		    "CSV and NDJSON");
	respond_problem(c, &why);
}

void api_events(struct call *c)
{
	static const struct listing_kind kind = {
		.name = "events",
		.key = "events",
		.fault = "from",
		.advice = "a shorter time",
		.max = API_EVENTS_MAX,
		.csv_head = rowtext_event_csv_head,
	};
	struct series_query q;
	struct listing l;
	if (c->params.format == FORMAT_ATOM || c->params.format == FORMAT_ICS) {
		answer_feed(c);
		return;
	}
	params_series(&c->params, &q);
	listing_begin(&l, c, &kind, 0);
	listing_answer(&l, publish_events(c->api->publish, &q, put_event, &l), MAX_AGE_S);
}
