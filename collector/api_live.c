/* api_live.c: /api/v1/stream: changed rows and events as they happen. */
#include "collector/api.h"
#include "collector/live.h"

void api_stream(struct call *c)
{
	struct reply head;
	respond_stream_head(c, &head, LIVE_MISSED_MAX);
	if (request_method(c->request) == METHOD_HEAD)
		request_reply_take(c->request, &head);
	else
		live_subscribe_take(c->api->live, c->request, &head, &c->params,
				    request_header(c->request, "Last-Event-ID"));
}
