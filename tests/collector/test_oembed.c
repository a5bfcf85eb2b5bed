/* /oembed as oembed.com says it: both formats, the largest size, what is refused and how; and pages that lead to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/collector/web.h"

#define EVENT "/event/IR-00.all.all.20260108T163000Z"

static json_int_t number(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

/* The frame that the answer has is a chart. */
static void follow(struct web *w, const char *markup, const char *src)
{
	struct web_answer a;
	const char *at = strstr(markup, src);
	if (!at)
		fail_msg("%s lacks %s", markup, src);
	char *path = strdup(src + strlen("http://test"));
	web_get(w, &a, path);
	assert_int_equal(a.status, 200);
	assert_non_null(strstr(a.body, "<body class=\"embed\">"));
	web_answer_clear(&a);
	free(path);
}

static void test_json(void **state)
{
	static const struct {
		const char *url, *title, *src;
	} all[] = {
		{"http%3A%2F%2Ftest%2F", "Iran: internet access over time – Fanous",
		 "http://test/embed/country"},
		{"http://test", "Iran: ", "http://test/embed/country"},
		{"https://test/region/IR-23?range=7d%26tz=UTC",
		 "Tehran: ", "http://test/embed/region/IR-23?range=7d"},
		{"http://test/fa/isp/AS44244", "ایرانسل: ", "http://test/fa/embed/isp/AS44244"},
		{"http://test" EVENT, "Observed loss of international access in Markazi",
		 "http://test/embed" EVENT},
		{"http://test/embed/region/IR-00", "Markazi: ", "http://test/embed/region/IR-00"},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char path[256];
		snprintf(path, sizeof(path), "/oembed?url=%s", all[i].url);
		json_t *j = web_json(*state, path, 200);
		assert_string_equal(web_str(j, "version"), "1.0");
		assert_string_equal(web_str(j, "type"), "rich");
		assert_string_equal(web_str(j, "provider_url"), "http://test");
		assert_true(number(j, "width") > 100 && number(j, "height") > 100);
		assert_true(number(j, "cache_age") > 0);
		if (strncmp(web_str(j, "title"), all[i].title, strlen(all[i].title)))
			fail_msg("%s: %s", all[i].url, web_str(j, "title"));
		follow(*state, web_str(j, "html"), all[i].src);
		json_decref(j);
	}
}

static void test_size(void **state)
{
	json_t *j = web_json(*state, "/oembed?url=/&maxwidth=320&maxheight=9999&dnt=1", 200);
	assert_int_equal(number(j, "width"), 320);
	assert_true(number(j, "height") < 9999);
	assert_non_null(strstr(web_str(j, "html"), "width=\"320\""));
	json_decref(j);
	j = web_json(*state, "/oembed?url=/&maxheight=200&format=json", 200);
	assert_int_equal(number(j, "height"), 200);
	json_decref(j);
}

static void test_xml(void **state)
{
	struct web_answer a;
	char value[64];
	web_get(*state, &a, "/oembed?format=xml&url=http://test/region/IR-23?range=7d%26tz=UTC");
	assert_int_equal(a.status, 200);
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)),
			    "text/xml; charset=utf-8");
	assert_non_null(strstr(a.body, "<oembed>\n<version>1.0</version>\n<type>rich</type>"));
	/* Markup as text, and an ampersand of an address in it: escaped twice. */
	assert_non_null(strstr(a.body, "<html>&lt;iframe src=&quot;http://test/embed/region/IR-23"
				       "?range=7d&amp;amp;tz=UTC&quot;"));
	web_answer_clear(&a);
}

static void test_refused(void **state)
{
	static const struct {
		int status;
		const char *query, *names;
	} all[] = {
		{400, "", "url"},
		{404, "url=http://elsewhere/", "url"},
		{404, "url=http://test.elsewhere/", "url"},
		{404, "url=ftp://test/", "url"},
		{404, "url=http://test/compare", "url"},
		{404, "url=http://test/region/IR-99", "url"},
		{404, "url=http://test/isp/AS1x", "url"},
		{404, "url=http://test/isp/44244", "url"},
		{404, "url=http://test/event/IR-00.all.all.19990108T163000Z", "url"},
		{404, "url=http://test/?a=%22%3E%3Cscript%3E", "url"},
		{501, "url=/&format=yaml", "format"},
		{400, "url=/&maxwidth=0", "maxwidth"},
		{400, "url=/&maxheight=1e3", "maxheight"},
		{400, "url=/&width=3", "width"},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char path[256];
		snprintf(path, sizeof(path), "/oembed?%s", all[i].query);
		json_t *j = web_json(*state, path, all[i].status);
		assert_string_equal(web_str(j, "parameter"), all[i].names);
		json_decref(j);
	}
}

/* Whoever is given the address of a page finds the way from there. */
static void test_discovery(void **state)
{
	static const char begin[] = "<link rel=\"alternate\" type=\"application/json+oembed\" "
				    "href=\"http://test";
	struct web_answer a;
	char path[512];
	web_get(*state, &a, "/fa/region/IR-00?range=7d");
	const char *at = strstr(a.body, begin);
	assert_non_null(at);
	at += strlen(begin);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(at, "\""), at);
	char *amp = strstr(path, "&amp;");
	assert_non_null(amp);
	memmove(amp + 1, amp + 5, strlen(amp + 5) + 1);
	web_answer_clear(&a);
	json_t *j = web_json(*state, path, 200);
	follow(*state, web_str(j, "html"), "http://test/fa/embed/region/IR-00?range=7d");
	json_decref(j);
	web_get(*state, &a, "/join");
	assert_null(strstr(a.body, "oembed"));
	web_answer_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_json, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_size, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_xml, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_refused, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_discovery, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
