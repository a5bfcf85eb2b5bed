/* openapi.c: one path item per route, and a second one where the format can be a suffix of the path. */
#include "collector/openapi.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/openapi_schema.h"
#include "common/jsonw.h"

#define PATH_MAX_LEN 96

static bool has_tail(const struct route *r)
{
	return r->path[strlen(r->path) - 1] == '*';
}

/* Where a suffix has anything to choose. */
static bool has_suffix(const struct route *r)
{
	const char *words[FORMATS + 1];
	format_words(r->formats, words);
	return words[0] && strcmp(r->path, "/") && r->formats != FORMAT_BIT(FORMAT_JSON);
}

/* "/region/{name}", "/region/{name}.{suffix}" */
static void put_path(char out[static PATH_MAX_LEN], const struct route *r, bool suffixed)
{
	int len = (int)strlen(r->path) - has_tail(r);
	snprintf(out, PATH_MAX_LEN, "%.*s%s%s", len, r->path, has_tail(r) ? "{name}" : "",
		 suffixed ? ".{suffix}" : "");
}

static void put_words(struct jsonw *j, const char *const *words)
{
	jsonw_array(j, "enum");
	for (; *words; words++)
		jsonw_str(j, NULL, *words);
	jsonw_end(j);
}

static void put_format_words(struct jsonw *j, const struct route *r)
{
	const char *words[FORMATS + 1];
	format_words(r->formats, words);
	put_words(j, words);
}

static void begin_parameter(struct jsonw *j, const char *name, const char *in, const char *doc)
{
	jsonw_object(j, NULL);
	jsonw_str(j, "name", name);
	jsonw_str(j, "in", in);
	jsonw_bool(j, "required", !strcmp(in, "path"));
	jsonw_str(j, "description", doc);
}

/* Texts with blanks between. */
static void put_examples(struct jsonw *j, const struct param_doc *p)
{
	jsonw_array(j, "examples");
	for (const char *at = p->examples; *at;) {
		char text[64];
		size_t len = strcspn(at, " ");
		snprintf(text, sizeof(text), "%.*s", (int)len, at);
		if (strcmp(p->type, "integer"))
			jsonw_str(j, NULL, text);
		else
			jsonw_int(j, NULL, atoi(text));
		at += len + (at[len] == ' ');
	}
	jsonw_end(j);
}

/* What one value may be, into the schema that is open. */
static void put_value(struct jsonw *j, const struct route *r, const struct param_doc *p)
{
	jsonw_str(j, "type", p->type);
	if (!strcmp(p->type, "integer"))
		jsonw_int(j, "minimum", 1);
	if (p->pattern)
		jsonw_str(j, "pattern", p->pattern);
	if (p->words)
		put_words(j, p->words);
	if (p->bit == PARAM_FORMAT)
		put_format_words(j, r);
	if (p->examples)
		put_examples(j, p);
}

static void put_query_parameter(struct jsonw *j, const struct route *r, const struct param_doc *p)
{
	begin_parameter(j, p->name, "query", p->doc);
	jsonw_object(j, "schema");
	if (p->repeatable) {
		jsonw_str(j, "type", "array");
		jsonw_object(j, "items");
	}
	put_value(j, r, p);
	if (p->repeatable)
		jsonw_end(j);
	jsonw_end(j);
	if (p->repeatable)
		jsonw_bool(j, "explode", true);
	jsonw_end(j);
}

static void put_parameters(struct jsonw *j, const struct route *r, bool suffixed)
{
	const struct param_doc *p;
	jsonw_array(j, "parameters");
	if (has_tail(r)) {
		begin_parameter(j, "name", "path", "a code, an id or the name of a file");
		jsonw_object(j, "schema");
		jsonw_str(j, "type", "string");
		jsonw_end(j);
		jsonw_end(j);
	}
	if (suffixed) {
		begin_parameter(j, "suffix", "path", "the format of the answer");
		jsonw_object(j, "schema");
		jsonw_str(j, "type", "string");
		put_format_words(j, r);
		jsonw_end(j);
		jsonw_end(j);
	}
	for (size_t i = 0; (p = params_doc(i)); i++)
		if (r->params & p->bit)
			put_query_parameter(j, r, p);
	jsonw_end(j);
}

/* Who looks at a page gets a page. */
static void put_problem(struct jsonw *j, const struct route *r, const char *status,
			const char *description)
{
	jsonw_object(j, status);
	jsonw_str(j, "description", description);
	jsonw_object(j, "content");
	jsonw_object(j, "application/problem+json");
	jsonw_object(j, "schema");
	jsonw_str(j, "$ref", "#/components/schemas/Problem");
	jsonw_end(j);
	jsonw_end(j);
	if (r->formats & FORMAT_BIT(FORMAT_HTML)) {
		jsonw_object(j, "text/html");
		jsonw_end(j);
	}
	jsonw_end(j);
	jsonw_end(j);
}

/* Without its parameters; with a schema where it is JSON. */
static void put_type(struct jsonw *j, const struct route *r, enum format f)
{
	const char *type = format_type(f);
	char name[64];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(type, ";"), type);
	jsonw_object(j, name);
	if (f == FORMAT_JSON || f == FORMAT_NDJSON) {
		jsonw_object(j, "schema");
		openapi_schema_of(j, r->path, f == FORMAT_NDJSON);
		jsonw_end(j);
	}
	jsonw_end(j);
}

static void put_responses(struct jsonw *j, const struct route *r, bool suffixed)
{
	jsonw_object(j, "responses");
	jsonw_object(j, "200");
	jsonw_str(j, "description", r->doc);
	jsonw_object(j, "content");
	for (int f = 0; f < FORMATS; f++)
		if ((r->formats & FORMAT_BIT(f)) && (!suffixed || *format_suffix((enum format)f)))
			put_type(j, r, (enum format)f);
	jsonw_end(j);
	jsonw_end(j);
	jsonw_object(j, "304");
	jsonw_str(j, "description", "what If-None-Match names is still the answer");
	jsonw_end(j);
	put_problem(j, r, "400", "what was asked for can't be; parameter and nearest say why");
	if (has_tail(r))
		put_problem(j, r, "404", "there is nothing of this name");
	put_problem(j, r, "503", "not at this moment; Retry-After says when");
	jsonw_end(j);
}

/* "get_api_v1_timeline", "get_api_v1_timeline_suffix" */
static void put_operation_id(struct jsonw *j, const char *method, const char *path)
{
	char id[PATH_MAX_LEN + 8];
	size_t n = (size_t)snprintf(id, sizeof(id), "%s", method);
	for (; *path && n + 2 < sizeof(id); path++)
		if (isalnum((unsigned char)*path))
			id[n++] = *path;
		else if (id[n - 1] != '_')
			id[n++] = '_';
	while (n && id[n - 1] == '_')
		n--;
	id[n] = '\0';
	jsonw_str(j, "operationId", id);
}

static void put_operation(struct jsonw *j, const struct route *r, const char *path, bool suffixed)
{
	const char *method = r->methods & ROUTE_POST ? "post" : "get";
	jsonw_object(j, path);
	jsonw_object(j, method);
	put_operation_id(j, method, path);
	jsonw_str(j, "summary", r->doc);
	jsonw_array(j, "tags");
	jsonw_str(j, NULL, r->methods & ROUTE_PAGE ? "pages" : "api");
	jsonw_end(j);
	put_parameters(j, r, suffixed);
	if (r->methods & ROUTE_POST) {
		jsonw_object(j, "requestBody");
		jsonw_bool(j, "required", true);
		jsonw_object(j, "content");
		jsonw_object(j, "application/octet-stream");
		jsonw_end(j);
		jsonw_end(j);
		jsonw_end(j);
	}
	put_responses(j, r, suffixed);
	jsonw_end(j);
	jsonw_end(j);
}

static void put_info(struct jsonw *j, const struct country *country)
{
	char title[128];
	snprintf(title, sizeof(title), "Fanous: internet access in %s", country->name_en);
	jsonw_object(j, "info");
	jsonw_str(j, "title", title);
	jsonw_str(j, "version", VERSION);
	jsonw_str(j, "description",
		  "No key, any origin. Times are RFC 3339, epoch seconds, or relative like -24h. "
		  "An answer "
		  "of a pinned asof never changes. Pages are there in other languages too, with "
		  "the code of the language before the path: /fa/.");
	jsonw_object(j, "license");
	jsonw_str(j, "name", "CC BY 4.0 (data)");
	jsonw_str(j, "url", "https://creativecommons.org/licenses/by/4.0/");
	jsonw_end(j);
	jsonw_end(j);
}

static void put_components(struct jsonw *j)
{
	jsonw_object(j, "components");
	jsonw_object(j, "schemas");
	openapi_schema_all(j);
	jsonw_end(j);
	jsonw_end(j);
}

void openapi_put(struct buf *out, const struct country *country, const struct route *routes,
		 size_t n)
{
	char path[PATH_MAX_LEN];
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "openapi", "3.1.0");
	put_info(&j, country);
	jsonw_array(&j, "servers");
	jsonw_object(&j, NULL);
	jsonw_str(&j, "url", "/");
	jsonw_end(&j);
	jsonw_end(&j);
	jsonw_object(&j, "paths");
	for (size_t i = 0; i < n; i++) {
		put_path(path, &routes[i], false);
		put_operation(&j, &routes[i], path, false);
		if (!has_suffix(&routes[i]))
			continue;
		put_path(path, &routes[i], true);
		put_operation(&j, &routes[i], path, true);
	}
	jsonw_end(&j);
	put_components(&j);
	jsonw_end(&j);
	buf_putc(out, '\n');
}
