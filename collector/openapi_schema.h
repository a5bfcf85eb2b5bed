/* openapi_schema.h: what JSON answers consist of, as JSON Schemas (2020-12, which OpenAPI 3.1 takes). Pure.
 *
 * They allow no other field, and every answer is held against them (tests/web/fuzz.mjs): a field that a writer adds has to
 * be told here. */
#ifndef COLLECTOR_OPENAPI_SCHEMA_H
#define COLLECTOR_OPENAPI_SCHEMA_H

#include <stdbool.h>

#include "common/jsonw.h"

/* The schema of the JSON, or of one line of the NDJSON, under a path of routes.def; into the object that is open. False,
 * and nothing, where none is told. */
bool openapi_schema_of(struct jsonw *j, const char *path, bool line);
/* All that the above refer to, by name; into the object that is open. */
void openapi_schema_all(struct jsonw *j);

#endif
