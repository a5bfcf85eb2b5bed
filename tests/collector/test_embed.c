/* Charts in pages of other sites: what is in them, who may frame what, and that they are pinned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collector/page_embed.h"
#include "tests/collector/web.h"

#define EVENT "/event/IR-00.all.all.20260108T163000Z"

static void get(struct web *w, struct web_answer *a, const char *path, int status)
{
	web_get(w, a, path);
	if (a->status != status)
		fail_msg("%s: %d", path, a->status);
}

static void has(const struct web_answer *a, const char *what)
{
	if (!strstr(a->body, what))
		fail_msg("lacks %s", what);
}

static bool may_be_framed(const struct web_answer *a)
{
	char policy[512];
	web_header(a, "Content-Security-Policy", policy, sizeof(policy));
	assert_true(!strstr(policy, "frame-ancestors *") !=
		    !strstr(policy, "frame-ancestors 'none'"));
	return strstr(policy, "frame-ancestors *");
}

/* The finding, the chart with its table, where it is from and of which data; no script, no way around. */
static void test_parts(void **state)
{
	static const struct {
		const char *path, *headline, *source;
	} all[] = {
		{"/embed/country",
		 "<h1>Observed loss of international access in 30 of 31 provinces",
		 "href=\"http://test/?from="},
		{"/embed/region/IR-00", "<h1>Markazi: only the domestic network</h1>",
		 "href=\"http://test/region/IR-00?from="},
		{"/embed/isp/AS44244", "<h1>Irancell: ", "href=\"http://test/isp/AS44244?from="},
		{"/embed" EVENT, "<h1>Observed loss of international access in Markazi",
		 "href=\"http://test" EVENT "?from="},
		{"/fa/embed/region/IR-00", "<h1>مرکزی: تنها شبکهٔ داخلی</h1>",
		 "href=\"http://test/fa/region/IR-00?from="},
	};
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct web_answer a;
		get(*state, &a, all[i].path, 200);
		has(&a, all[i].headline);
		has(&a, all[i].source);
		has(&a, "<svg class=\"");
		has(&a, "<details class=\"twin\">");
		has(&a, "2026-01-08T20:00:00Z");
		has(&a, "<base target=\"_blank\">");
		has(&a, "class=\"synthetic\"");
		assert_null(strstr(a.body, "<script"));
		assert_null(strstr(a.body, "<nav"));
		assert_null(strstr(a.body, "data-stream"));
		assert_true(may_be_framed(&a));
		web_answer_clear(&a);
	}
}

static void test_framing(void **state)
{
	static const char *const pages[] = {"/",	"/region/IR-23", "/isp/AS44244", EVENT,
					    "/compare", "/data",	 "/join",	 "/method"};
	struct web_answer a;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		get(*state, &a, pages[i], 200);
		assert_false(may_be_framed(&a));
		web_answer_clear(&a);
	}
	get(*state, &a, "/region/IR-99", 404);
	assert_false(may_be_framed(&a));
	web_answer_clear(&a);
	get(*state, &a, "/embed/region/IR-99", 404);
	assert_true(may_be_framed(&a));
	assert_null(strstr(a.body, "<script"));
	web_answer_clear(&a);
	web_get(*state, &a, "/embed/compare");
	assert_int_equal(a.status, 404);
	web_answer_clear(&a);
}

static void test_pinned(void **state)
{
	static const char path[] = "/embed/region/IR-00?from=2026-01-08T12:00:00Z"
				   "&until=2026-01-08T18:00:00Z&asof=2026-01-08T19:00:00Z";
	struct web_answer a, again;
	char value[128];
	get(*state, &a, path, 200);
	has(&a, "data version <bdi dir=\"ltr\">2026-01-08T19:00:00Z</bdi>");
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=31536000, immutable");
	get(*state, &again, path, 200);
	assert_string_equal(a.body, again.body);
	web_answer_clear(&a);
	web_answer_clear(&again);
}

/* Pages show the markup; what it asks for is there. */
static void test_code(void **state)
{
	struct web_answer a;
	get(*state, &a, "/fa/region/IR-00?range=7d", 200);
	has(&a,
	    "&lt;iframe src=&quot;http://test/fa/embed/region/IR-00?range=7d&quot; title=&quot;");
	has(&a, "width=&quot;600&quot; height=&quot;");
	web_answer_clear(&a);
	get(*state, &a, "/fa/embed/region/IR-00?range=7d", 200);
	web_answer_clear(&a);
	get(*state, &a, "/compare", 200);
	assert_null(strstr(a.body, "iframe"));
	web_answer_clear(&a);
}

static void test_paths(void **state)
{
	char out[EMBED_PATH_LEN], longest[200];
	(void)state;
	assert_true(embed_path(out, "/"));
	assert_string_equal(out, "/embed/country");
	assert_true(embed_path(out, "/isp/AS1"));
	assert_string_equal(out, "/embed/isp/AS1");
	assert_false(embed_path(out, "/compare"));
	assert_false(embed_path(out, "/region"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest, "/event/", 7);
	assert_false(embed_path(out, longest));
}

static void test_markup(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, 1000);
	embed_iframe(&out, "http://x/?a=1&b=2", "\"<b>\"", (struct embed_size){300, 200});
	assert_string_equal(
		out.data,
		"<iframe src=\"http://x/?a=1&amp;b=2\" title=\"&quot;&lt;b&gt;&quot;\" "
		"width=\"300\" height=\"200\" loading=\"lazy\" frameborder=\"0\"></iframe>");
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parts, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_framing, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_pinned, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_code, web_setup, web_teardown),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_markup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
