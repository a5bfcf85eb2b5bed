/* api_openapi.c: /openapi.json: what this program can be asked. */
#include "collector/openapi.h"

#define BODY_MAX  (1024u * 1024)
#define MAX_AGE_S 3600

void api_openapi(struct call *c)
{
	struct reply reply;
	size_t n;
	const struct route *routes = api_routes(&n);
	reply_init(&reply, 200, BODY_MAX);
	openapi_put(&reply.body, c->api->country, routes, n);
	respond_take(c, &reply, "application/json", MAX_AGE_S);
}
