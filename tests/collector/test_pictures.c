/* test_pictures.c: the charts of pages as files, read by xmllint and by the dimensions of a PNG; what may be kept for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/markup.h"
#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

static void get(struct web *w, struct web_answer *a, const char *path, int status, const char *type)
{
	char value[128];
	web_get(w, a, path);
	if (a->status != status)
		fail_msg("%s: %d", path, a->status);
	assert_string_equal(web_header(a, "Content-Type", value, sizeof(value)), type);
}

static void check_xml(const char *text, size_t len)
{
	char *dir = scratch_new(), *path = scratch_path(dir, "x.svg");
	char *command = xasprintf("xmllint --noout '%s'", path);
	assert_int_equal(buf_write_file(path, text, len, 0644), 0);
	assert_int_equal(system(command), 0);
	free(command);
	free(path);
	scratch_remove(dir);
}

/* A file says by itself what it is, how many probes it rests on, which data it is of and where it is. */
static void test_svg(void **state)
{
	static const char *const paths[] = {"/country.svg",	 "/map.svg",
					    "/region/IR-23.svg", "/isp/AS44244.svg",
					    "/fa/country.svg",	 "/fa/region/IR-00.svg"};
	struct web_answer a;
	char value[128];
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		get(*state, &a, paths[i], 200, "image/svg+xml");
		check_xml(a.body, a.body_len);
		web_header(&a, "Content-Security-Policy", value, sizeof(value));
		assert_string_equal(value, "default-src 'none'; style-src 'unsafe-inline'");
		markup_has(a.body, "2026-01-08T20:00:00Z");
		web_answer_clear(&a);
	}
	get(*state, &a, "/country.svg", 200, "image/svg+xml");
	markup_has(a.body, "Observed loss of international access in 30 of 31 provinces");
	markup_has(a.body, "SYNTHETIC DATA");
	markup_has(a.body, "Probes heard: 300. Usually reporting: 302. Data version "
			   "2026-01-08T20:00:00Z, method ");
	markup_has(a.body, "http://test/?from=2026-01-07T20:00:00Z&amp;until=2026-01-08T20:00:00Z&"
			   "amp;asof=2026-01-08T20:00:00Z</text>");
	assert_int_equal(markup_count(a.body, "<text class=\"ink\" font-size=\"12\" x=\"24\""), 31);
	web_answer_clear(&a);
}

static uint32_t be32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static void test_png(void **state)
{
	struct web_answer a;
	get(*state, &a, "/fa/map.png", 200, "image/png");
	assert_true(a.body_len > 20000);
	assert_memory_equal(a.body, "\x89PNG\r\n\x1a\n", 8);
	assert_memory_equal(a.body + 12, "IHDR", 4);
	assert_int_equal(be32(a.body + 16), 1800);
	assert_memory_equal(a.body + a.body_len - 8, "IEND", 4);
	web_answer_clear(&a);
	get(*state, &a, "/region/IR-99.png", 404, "application/problem+json");
	web_answer_clear(&a);
	get(*state, &a, "/country.svg?range=2h", 400, "application/problem+json");
	web_answer_clear(&a);
}

/* An event as it was dated, and several series side by side, each with its n; both lead to their picture. */
static void test_event_compare(void **state)
{
	static const char event[] = "/event/IR-00.all.all.20260108T163000Z";
	struct web_answer a;
	char path[128];
	snprintf(path, sizeof(path), "%s.svg", event);
	get(*state, &a, path, 200, "image/svg+xml");
	check_xml(a.body, a.body_len);
	markup_has(a.body, ">Began Thu 8 Jan 20:00</text>");
	assert_null(strstr(a.body, ">Ended"));
	markup_has(a.body, "<rect class=\"range\" ");
	markup_has(a.body, "Probes heard: 20. Usually reporting: 22. Data version "
			   "2026-01-08T20:00:00Z, method ");
	markup_has(a.body, "http://test/event/IR-00.all.all.20260108T163000Z?from=");
	web_answer_clear(&a);
	get(*state, &a, "/compare.svg?region=IR-23&isp=AS44244", 200, "image/svg+xml");
	check_xml(a.body, a.body_len);
	markup_has(a.body, "Compared: Tehran, ");
	markup_has(a.body, "), n 20 (usually 22)</text>");
	markup_has(a.body, "/compare?region=IR-23&amp;isp=AS44244&amp;from=");
	web_answer_clear(&a);
	get(*state, &a, "/compare.png?region=IR-23", 200, "image/png");
	web_answer_clear(&a);
	web_get(*state, &a, event);
	markup_has(a.body, "/event/IR-00.all.all.20260108T163000Z.png?from=");
	web_answer_clear(&a);
	web_get(*state, &a, "/compare?region=IR-23&isp=AS44244");
	markup_has(a.body, "/compare.svg?region=IR-23&amp;isp=AS44244&amp;from=");
	markup_has(a.body, "<h3>Tehran</h3>\n<details class=\"twin\">");
	markup_has(a.body, "@misc{");
	web_answer_clear(&a);
}

/* Without the program that draws there is an answer that says so, and no picture. */
static void test_no_program(void **state)
{
	struct web_answer a;
	char *path = xstrdup(getenv("PATH"));
	setenv("PATH", "/nowhere", 1);
	get(*state, &a, "/map.png", 503, "application/problem+json");
	web_answer_clear(&a);
	setenv("PATH", path, 1);
	free(path);
}

/* What is pinned to a moment is the same for ever, and says so; what is not is not. */
static void test_pinned(void **state)
{
	static const char pinned[] = "/region/IR-23?from=2026-01-08T10:00:00Z&until=2026-01-08T18:"
				     "00:00Z&asof=2026-01-08T19:00:00Z";
	struct web *w = *state;
	const struct series s = {.region = "IR-23", .isp = ISP_ANY, .access = ACCESS_ANY};
	struct web_answer a, b;
	char value[128], etag[128];
	web_get(w, &a, pinned);
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=31536000, immutable");
	web_header(&a, "ETag", etag, sizeof(etag));
	web_put_row(w, &s, WEB_NOW_MS, STATE_CUT, 20, 0);
	w->api.synthetic_now_ms += WEB_STEP_MS;
	/* asked for in another way, so that it is not what was kept of the first answer */
	char *plain = xasprintf("%s HTTP/1.1\r\nAccept-Encoding: identity\r\n", pinned);
	web_ask(w, &b, "GET", plain, NULL, 0);
	free(plain);
	assert_int_equal(a.body_len, b.body_len);
	assert_memory_equal(a.body, b.body, a.body_len);
	web_answer_clear(&a);
	web_answer_clear(&b);
	char *head = xasprintf("%s HTTP/1.1\r\nIf-None-Match: %s\r\n", pinned, etag);
	web_ask(w, &a, "GET", head, NULL, 0);
	assert_int_equal(a.status, 304);
	web_answer_clear(&a);
	free(head);
	web_get(w, &a, "/region/IR-23?asof=-1h");
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=5");
	web_answer_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_svg, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_png, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_event_compare, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_no_program, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_pinned, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
