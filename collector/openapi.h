/* openapi.h: the API as an OpenAPI 3.1 document, out of the tables that route requests and read their parameters, so
 * that it can't say anything else than what is done. Pure. */
#ifndef COLLECTOR_OPENAPI_H
#define COLLECTOR_OPENAPI_H

#include "collector/api.h"

void openapi_put(struct buf *out, const struct country *country, const struct route *routes,
		 size_t n);

#endif
