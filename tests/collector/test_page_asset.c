/* What pages are made of beside their HTML: how long readers keep it, and what all of it weighs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collector/assets.h"
#include "tests/collector/web.h"

static void test_assets(void **state)
{
	struct web_answer a, page;
	char value[128], path[64];
	web_get(*state, &page, "/");
	const char *link = strstr(page.body, "/web/page.js?v=");
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(link, "\""), link);
	web_get(*state, &a, path);
	assert_int_equal(a.body_len, asset_page_js_len);
	assert_true(a.body_len < 10000);
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=31536000, immutable");
	web_answer_clear(&a);
	web_get(*state, &a, "/web/page.js?v=0");
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=3600");
	web_answer_clear(&a);
	web_answer_clear(&page);
}

/* The style stands in the page, and the policy lets it through by its hash and no other: the hash here is OpenSSL's. */
static void test_style(void **state)
{
	struct web_answer a;
	char value[512], source[128];
	unsigned char hash[SHA256_DIGEST_LENGTH], text[64];
	web_get(*state, &a, "/");
	const char *style = strstr(a.body, "<style>");
	assert_non_null(style);
	style += strlen("<style>");
	size_t len = (size_t)(strstr(style, "</style>") - style);
	assert_int_equal(len, asset_style_css_len);
	SHA256((const unsigned char *)style, len, hash);
	EVP_EncodeBlock(text, hash, sizeof(hash));
	snprintf(source, sizeof(source), "; style-src 'sha256-%s'; ", (const char *)text);
	if (!strstr(web_header(&a, "Content-Security-Policy", value, sizeof(value)), source))
		fail_msg("%s: not %s", value, source);
	web_answer_clear(&a);
}

/* The font of Persian pages stays in the reader's cache until it is another. */
static void test_font(void **state)
{
	struct web_answer a, style;
	char value[512], path[64];
	web_get(*state, &style, "/fa/");
	const char *link = strstr(style.body, "/web/vazirmatn.woff2?v=");
	assert_non_null(link);
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(link, "\""), link);
	web_get(*state, &a, path);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, asset_vazirmatn_woff2_len);
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)), "font/woff2");
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=31536000, immutable");
	web_answer_clear(&a);
	web_answer_clear(&style);
	web_get(*state, &a, "/fa/");
	assert_non_null(strstr(web_header(&a, "Content-Security-Policy", value, sizeof(value)),
			       "font-src 'self'"));
	web_answer_clear(&a);
}

static size_t weigh(struct web *w, const char *const *parts)
{
	size_t total = 0;
	for (; *parts; parts++) {
		char *head = xasprintf("%s HTTP/1.1\r\nAccept-Encoding: gzip\r\n", *parts);
		struct web_answer a;
		web_ask(w, &a, "GET", head, NULL, 0);
		assert_int_equal(a.status, 200);
		total += a.body_len;
		web_answer_clear(&a);
		free(head);
	}
	return total;
}

/* HTML, stylesheet and script of the first view, compressed; the Persian one with its font. */
static void test_weight(void **state)
{
	static const char *const english[] = {"/", "/web/page.js", "/web/icon.svg", NULL};
	static const char *const persian[] = {"/fa/", "/web/page.js", "/web/icon.svg",
					      "/web/vazirmatn.woff2", NULL};
	assert_true(weigh(*state, english) < 60000);
	assert_true(weigh(*state, persian) < 85000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_assets, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_style, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_font, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_weight, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
