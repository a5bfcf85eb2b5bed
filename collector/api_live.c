/* api_live.c: /api/v1/stream: changed rows and events as they happen. */
#include "collector/api.h"
#include "collector/live.h"

/* A curious HEAD gets what a stream would say of itself. */
static void answer_head(struct call *c)
{
	struct reply reply;
	reply_init(&reply, 200, 1);
	respond_take(c, &reply, "text/event-stream", 0);
}

void api_stream(struct call *c)
{
	if (request_method(c->request) == METHOD_HEAD)
		answer_head(c);
	else
		live_subscribe(c->api->live, c->request, &c->params,
			       request_header(c->request, "Last-Event-ID"));
}
