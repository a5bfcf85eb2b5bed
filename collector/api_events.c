/* api_events.c: /api/v1/events: losses of international access, with onset and end. */
#include "collector/api.h"
#include "collector/rowtext.h"
#include "common/jsonw.h"

/* A year of 31 provinces and 26 networks with an event a week each is 43,000. */
#define EVENTS_MAX 50000
#define BODY_MAX   (128u * 1024 * 1024)
#define MAX_AGE_S  5

struct events {
	struct rowtext text;
	struct buf *out;
	struct jsonw *json; /* NULL: CSV */
	size_t n;
};

static int put_event(void *arg, const struct event *e)
{
	struct events *events = arg;
	if (++events->n > EVENTS_MAX)
		return 1;
	if (events->json)
		rowtext_event_json(events->json, &events->text, e);
	else
		rowtext_event_csv(events->out, &events->text, e);
	return events->out->overflow;
}

static int put_events(struct call *c, struct events *events, struct problem *why)
{
	struct series_query q;
	params_series(&c->params, &q);
	int rc = publish_events(c->api->publish, &q, put_event, events);
	why->example = c->route->example;
	if (rc > 0)
		return problem_set(why, 400, "from",
				   "this would be more than %d events; ask for a shorter time",
				   EVENTS_MAX);
	why->retry_after_s = 5;
	return rc < 0 ? problem_set(why, 503, "", "the store can't be read at this moment") : 0;
}

static int put_json(struct call *c, struct events *events, struct problem *why)
{
	const struct params *p = &c->params;
	struct jsonw j;
	jsonw_begin(&j, events->out);
	call_envelope(c, &j, p->from_ms, p->until_ms, 0);
	jsonw_array(&j, "events");
	events->json = &j;
	int rc = put_events(c, events, why);
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(events->out, '\n');
	return rc;
}

void api_events(struct call *c)
{
	struct problem why = {0};
	struct reply reply;
	struct events events = {.out = &reply.body, .text = call_rowtext(c)};
	int rc;
	if (c->params.format == FORMAT_ATOM || c->params.format == FORMAT_ICS) {
		api_feed(c);
		return;
	}
	reply_init(&reply, 200, BODY_MAX);
	if (c->params.format == FORMAT_CSV) {
		rowtext_event_csv_head(&reply.body, &events.text);
		rc = put_events(c, &events, &why);
	} else {
		rc = put_json(c, &events, &why);
	}
	if (rc < 0) {
		reply_clear(&reply);
		respond_problem(c, &why);
		return;
	}
	respond_table(c, &reply, "events", MAX_AGE_S);
}
