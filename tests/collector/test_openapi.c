/* test_openapi.c: the document against what the collector does: every path of it answers, every parameter of it is read and
 * refused by name, no other is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

/* A path that exists for one of the document, owned by the caller. */
static char *fill_path(const char *path, const char *suffix)
{
	static const struct {
		const char *from, *to;
	} names[] = {{"/region/{name}", "/region/IR-23"},
		     {"/isp/{name}", "/isp/AS44244"},
		     {"/event/{name}", "/event/IR-00.all.all.20260108T163000Z"},
		     {"/embed/region/{name}", "/embed/region/IR-23"},
		     {"/embed/isp/{name}", "/embed/isp/AS44244"},
		     {"/embed/event/{name}", "/embed/event/IR-00.all.all.20260108T163000Z"},
		     {"/oembed", "/oembed?url=/"},
		     {"/data/{name}", "/data/2026-01/README.md"},
		     {"/compat/ioda/v2/signals/raw/{name}", "/compat/ioda/v2/signals/raw/region"},
		     {"/web/{name}", "/web/page.js"}};
	char out[256];
	size_t len = strcspn(path, ".{");
	snprintf(out, sizeof(out), "%.*s", (int)len, path);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(path, names[i].from, strlen(names[i].from)))
			snprintf(out, sizeof(out), "%s", names[i].to);
	if (strstr(path, ".{suffix}"))
		snprintf(out + strlen(out), sizeof(out) - strlen(out), ".%s", suffix);
	else if (strchr(path, '.') && !strchr(path, '{'))
		snprintf(out, sizeof(out), "%s", path);
	return xstrdup(out);
}

static const char *suffix_of(const json_t *operation)
{
	size_t i;
	json_t *p;
	json_array_foreach(json_object_get(operation, "parameters"), i, p) if (
		!strcmp(web_str(p, "name"),
			"suffix")) return json_string_value(json_array_get(json_object_get(json_object_get(p,
													   "schema"),
											   "enum"),
									   0));
	return "";
}

/* What is answered has the type of one of the formats. */
static void check_answer(struct web *w, const char *path, const json_t *operation)
{
	struct web_answer a;
	char type[128];
	const char *key;
	json_t *content = json_object_get(
		json_object_get(json_object_get(operation, "responses"), "200"), "content");
	json_t *value;
	bool known = false;
	web_get(w, &a, path);
	if (a.status != 200)
		fail_msg("%s: %d", path, a.status);
	web_header(&a, "Content-Type", type, sizeof(type));
	json_object_foreach(content, key, value) known |=
		!strncmp(key, type, strlen(key)) || !strcmp(key, "*/*");
	if (!known)
		fail_msg("%s: %s", path, type);
	web_answer_clear(&a);
}

/* Nonsense as a value is refused, in the name of the parameter; as a name, too. */
static void check_refusals(struct web *w, const char *path, const json_t *operation)
{
	struct web_answer a;
	size_t i;
	json_t *p;
	json_array_foreach(json_object_get(operation, "parameters"), i, p)
	{
		const char *name = web_str(p, "name");
		if (strcmp(web_str(p, "in"), "query") || !strcmp(name, "v") || !strcmp(name, "dnt"))
			continue;
		char *asked =
			xasprintf("%s%c%s=%%21nonsense", path, strchr(path, '?') ? '&' : '?', name);
		web_get(w, &a, asked);
		if ((a.status != 400 && a.status != 501) || !strstr(a.body, name))
			fail_msg("%s: %d %s", asked, a.status, a.body);
		web_answer_clear(&a);
		free(asked);
	}
	char *asked = xasprintf("%s%cnothing=1", path, strchr(path, '?') ? '&' : '?');
	web_get(w, &a, asked);
	if (a.status != 400)
		fail_msg("%s: %d", asked, a.status);
	web_answer_clear(&a);
	free(asked);
}

static void test_document(void **state)
{
	struct web *w = *state;
	json_t *doc = web_json(w, "/openapi.json", 200), *item;
	const char *path;
	size_t n = 0;
	scratch_write(w->dir, "2026-01/README.md", "a package", 9);
	w->api.packages = w->dir;
	assert_string_equal(web_str(doc, "openapi"), "3.1.0");
	json_object_foreach(json_object_get(doc, "paths"), path, item)
	{
		json_t *operation = json_object_get(item, "get");
		if (!operation) {
			assert_string_equal(path, "/api/v1/submit");
			continue;
		}
		char *asked = fill_path(path, suffix_of(operation));
		if (!strcmp(path, "/api/v1/stream")) {
			free(asked);
			continue;
		}
		check_answer(w, asked, operation);
		check_refusals(w, asked, operation);
		free(asked);
		n++;
	}
	assert_true(n > 20);
	json_decref(doc);
}

/* No two operations of one name, and the formats of a path are those that it has. */
static void test_names(void **state)
{
	json_t *doc = web_json(*state, "/openapi.json", 200), *item, *seen = json_object();
	const char *path;
	json_object_foreach(json_object_get(doc, "paths"), path, item)
	{
		const char *id =
			web_str(json_object_iter_value(json_object_iter(item)), "operationId");
		assert_null(json_object_get(seen, id));
		json_object_set_new(seen, id, json_true());
	}
	assert_non_null(json_object_get(seen, "get_api_v1_timeline_suffix"));
	assert_non_null(json_object_get(seen, "get_region_name"));
	assert_null(json_object_get(seen, "get_healthz_suffix"));
	json_decref(seen);
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_document, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_names, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
