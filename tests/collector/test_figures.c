/* test_figures.c: pages as data: the rows that the page shows under its own address, and suffixes that there are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/web.h"

#define EVENT  "/event/IR-00.all.all.20260108T163000Z"
#define PINNED "?from=2026-01-08T12:00:00Z&until=2026-01-08T18:00:00Z&asof=2026-01-08T18:00:00Z"

static size_t lines(const char *text)
{
	size_t n = 0;
	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

/* How many series over how many steps, in each form. */
static void test_forms(void **state)
{
	static const struct {
		const char *path;
		size_t series, steps, events;
	} table[] = {
		{"/country", 32, 72, 1},     {"/fa/country", 32, 72, 1},
		{"/region/IR-23", 1, 72, 0}, {"/region/IR-00", 3, 72, 1},
		{"/isp/AS44244", 2, 72, 0},  {"/compare", 4, 72, 0},
		{"/map", 31, 1, 0},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const size_t n = table[i].series * table[i].steps;
		struct web_answer a;
		char *path = xasprintf("%s.json" PINNED, table[i].path);
		json_t *j = web_json(*state, path, 200);
		if (json_array_size(json_object_get(j, "rows")) != n ||
		    json_array_size(json_object_get(j, "events")) != table[i].events)
			fail_msg("%s: %zu rows, %zu events", path,
				 json_array_size(json_object_get(j, "rows")),
				 json_array_size(json_object_get(j, "events")));
		assert_string_equal(web_str(json_array_get(json_object_get(j, "rows"), 0), "start"),
				    table[i].steps > 1 ? "2026-01-08T15:30:00+03:30"
						       : "2026-01-08T21:25:00+03:30");
		json_decref(j);
		free(path);
		path = xasprintf("%s.csv" PINNED, table[i].path);
		web_get(*state, &a, path);
		assert_int_equal(a.status, 200);
		assert_int_equal(lines(a.body), n + 1);
		web_answer_clear(&a);
		free(path);
		path = xasprintf("%s.ndjson" PINNED, table[i].path);
		web_get(*state, &a, path);
		assert_int_equal(lines(a.body), n);
		web_answer_clear(&a);
		free(path);
	}
}

/* The rows are those of the timeline, what is withheld in them included. */
static void test_rows(void **state)
{
	struct web_answer page, api;
	web_get(*state, &page, "/country.csv" PINNED "&tz=UTC");
	web_get(*state, &api, "/api/v1/timeline.csv" PINNED "&by=region");
	/* provinces come first */
	assert_true(api.body_len > 1000);
	assert_memory_equal(page.body, api.body, api.body_len);
	web_answer_clear(&page);
	web_answer_clear(&api);
}

static void test_event(void **state)
{
	struct web_answer a;
	json_t *j = web_json(*state, EVENT ".json" PINNED, 200);
	json_t *event = json_array_get(json_object_get(j, "events"), 0);
	assert_string_equal(web_str(event, "id"), EVENT + 7);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 72);
	json_decref(j);
	web_get(*state, &a, EVENT ".csv");
	assert_int_equal(lines(a.body), 2);
	web_answer_clear(&a);
	/* the name of another kind of event, and no suffix */
	web_get(*state, &a, EVENT ".ipv6-lost");
	assert_int_equal(a.status, 404);
	assert_non_null(strstr(a.body, "<html"));
	web_answer_clear(&a);
}

/* The same bytes for ever, also when a network is heard of later. */
static void test_pinned(void **state)
{
	static const char *const paths[] = {"/country.json" PINNED, "/region/IR-00.csv" PINNED,
					    "/map.ndjson" PINNED, EVENT ".json" PINNED};
	struct series s = {.region = "IR-00", .isp = 12880, .access = ACCESS_MOBILE};
	struct web_answer before[4], after;
	char kept[128];
	for (int i = 0; i < 4; i++)
		web_get(*state, &before[i], paths[i]);
	web_put_row(*state, &s, WEB_NOW_MS, STATE_OPEN, 20, 20);
	s.isp = ISP_ANY;
	s.access = ACCESS_ANY;
	web_put_row(*state, &s, WEB_NOW_MS - WEB_STEP_MS, STATE_OPEN, 20, 20);
	for (int i = 0; i < 4; i++) {
		web_get(*state, &after, paths[i]);
		assert_string_equal(after.body, before[i].body);
		web_header(&after, "Cache-Control", kept, sizeof(kept));
		assert_non_null(strstr(kept, "immutable"));
		web_answer_clear(&after);
		web_answer_clear(&before[i]);
	}
}

static void test_odd_suffix(void **state)
{
	static const struct {
		const char *path, *nearest;
	} table[] = {
		{"/country.xm", "/country.svg"},
		{"/country.jsn", "/country.json"},
		{"/fa/region/IR-23.cvs", "/fa/region/IR-23.csv"},
		{"/isp/AS44244.ndjsn", "/isp/AS44244.ndjson"},
		{"/map.pgn", "/map.png"},
		{"/api/v1/timeline.jsno", "/api/v1/timeline.json"},
		{EVENT ".jso", EVENT ".json"},
		{"/api/v1/entities.ndjson", "/api/v1/entities.json"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *j = web_json(*state, table[i].path, 404);
		if (strcmp(web_str(j, "nearest"), table[i].nearest))
			fail_msg("%s: %s", table[i].path, web_str(j, "nearest"));
		json_decref(j);
	}
	json_decref(web_json(*state, "/country.json?range=8d", 400));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),  cmocka_unit_test(test_rows),
		cmocka_unit_test(test_event),  cmocka_unit_test(test_odd_suffix),
		cmocka_unit_test(test_pinned),
	};
	return cmocka_run_group_tests(tests, web_setup, web_teardown);
}
