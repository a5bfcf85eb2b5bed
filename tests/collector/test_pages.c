/* test_pages.c: pages as a reader without JavaScript gets them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/web.h"

static size_t count(const char *text, const char *what)
{
	size_t n = 0;
	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

/* Elements are closed in the order in which they were opened: enough of an HTML check for markup
 * that is made by hand. */
static void check_nesting(const char *html)
{
	static const char *const empty[] = {"meta", "link", "img", "input", "!doctype"};
	char stack[64][16];
	int depth = 0;
	for (const char *p = strchr(html, '<'); p; p = strchr(p + 1, '<')) {
		char name[16];
		size_t n = strcspn(p + 1, " />\n");
		bool skip = false, closing = p[1] == '/';
		if (closing)
			n = strcspn(p + 2, ">");
		snprintf(name, sizeof(name), "%.*s", (int)n, p + 1 + closing);
		for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
			skip |= !closing && !strcmp(name, empty[i]);
		if (skip || strchr(p, '>')[-1] == '/')
			continue;
		if (!closing) {
			assert_true(depth < 64);
			strcpy(stack[depth++], name);
		} else if (!depth || strcmp(stack[--depth], name)) {
			fail_msg("</%s> closes <%s>: %.80s", name, stack[depth], p);
		}
	}
	assert_int_equal(depth, 0);
}

static void get_page(struct web *w, struct web_answer *a, const char *path, int status)
{
	char value[512];
	web_get(w, a, path);
	if (a->status != status)
		fail_msg("%s: %d", path, a->status);
	check_nesting(a->body);
	assert_null(strstr(a->body, "style="));
	assert_int_equal(count(a->body, "<h1>"), 1);
	web_header(a, "Content-Security-Policy", value, sizeof(value));
	assert_non_null(strstr(value, "default-src 'none'"));
	assert_null(strstr(value, "unsafe"));
	assert_int_equal(count(a->body, "<script"),
			 count(a->body, "<script src=\"/web/page.js?v="));
}

static void expect(const char *html, const char *what)
{
	if (!strstr(html, what))
		fail_msg("'%s' is not on the page", what);
}

static void test_country(void **state)
{
	struct web_answer a;
	get_page(*state, &a, "/", 200);
	expect(a.body, "<title>Observed loss of international access in 30 of 31 provinces");
	expect(a.body, "SYNTHETIC DATA");
	expect(a.body,
	       "At 23:30 local time (20:00 UTC), Thu 8 Jan 2026. Probes heard: 300. Usually "
	       "reporting: 302.");
	expect(a.body, "Provinces with too few probes to say: 1.");
	expect(a.body, "domestic only since 20:00, up 10% (2–31%), n 20 (usually 22)");
	expect(a.body, "href=\"/region/IR-23\"");
	expect(a.body,
	       "/country.csv?from=2026-01-07T20:00:00Z&amp;until=2026-01-08T20:00:00Z&amp;asof=");
	expect(a.body, "?from=2026-01-07T20:00:00Z&amp;until=2026-01-08T20:00:00Z");
	expect(a.body, "n &lt;5");
	assert_int_equal(count(a.body, "class=\"band\""), 1);
	assert_int_equal(count(a.body, "<svg class=\"map\""), 1);
	assert_int_equal(count(a.body, "<path fill-rule="), 31);
	assert_int_equal(count(a.body, "<div class=\"cells\""), 1);
	assert_int_equal(count(a.body, "<span class=\"unseen\">: "), 31);
	expect(a.body, "aria-label=\"Map of the provinces at 23:30: Observed loss of");
	expect(a.body, "aria-label=\"Provinces over time, worst first, Wed 7 Jan 2026 23:30 – Thu "
		       "8 Jan 2026 "
		       "23:30: Observed loss of");
	web_answer_clear(&a);
}

static void test_persian(void **state)
{
	struct web_answer a;
	get_page(*state, &a, "/fa/", 200);
	expect(a.body, "<html lang=\"fa\" dir=\"rtl\">");
	expect(a.body,
	       "دسترسی بین‌المللی در ۳۰ استان از ۳۱ استان از "
	       "دست "
	       "رفته "
	       "است");
	expect(a.body, "پنجشنبه ۱۸ دی ۱۴۰۴");
	expect(a.body, "داده‌های ساختگی");
	expect(a.body, "href=\"/fa/region/IR-23\"");
	web_answer_clear(&a);
	get_page(*state, &a, "/fa/region/IR-23?range=7d", 200);
	expect(a.body, "تهران: تنها شبکهٔ داخلی");
	web_answer_clear(&a);
}

static void test_region(void **state)
{
	struct web_answer a;
	get_page(*state, &a, "/region/IR-00", 200);
	expect(a.body, "<h1>Markazi: only the domestic network</h1>");
	expect(a.body,
	       ">Irancell <small>AS44244 · mobile</small><span class=\"unseen\">: domestic");
	expect(a.body, "since 20:00, not ended <span class=\"whole\">(3 h 30 min)");
	expect(a.body, "data-stream=\"/api/v1/stream?region=IR-00&amp;by=region\"");
	web_answer_clear(&a);
	get_page(*state, &a, "/region/ir-23?tz=UTC", 200);
	expect(a.body, "At 20:00 UTC");
	expect(a.body,
	       "<th scope=\"row\">connections are reset once the name is sent</th><td>1 of 20");
	assert_null(strstr(a.body, "packets to the address are dropped"));
	web_answer_clear(&a);
	get_page(*state, &a, "/isp/AS44244", 200);
	expect(a.body, ">Markazi <small>mobile</small><span");
	web_answer_clear(&a);
}

/* An event: what was observed, its evidence, its revisions, five citations that lead to the same page for ever. */
static void test_event(void **state)
{
	static const char path[] = "/event/IR-00.all.all.20260108T163000Z";
	struct web *w = *state;
	struct web_answer a;
	char value[64];
	get_page(w, &a, "/region/IR-00", 200);
	expect(a.body, "<a href=\"/event/IR-00.all.all.20260108T163000Z\"><b>Markazi</b></a>");
	web_answer_clear(&a);
	get_page(w, &a, path, 200);
	expect(a.body, "<h1>Observed loss of international access in Markazi, 8 January 2026</h1>");
	expect(a.body, "from 20:00 (between 19:59 and 20:01) on 8 January 2026, local time");
	expect(a.body, "18 of 20");
	expect(a.body, "2026-01-08T16:30:00Z");
	expect(a.body, "Revision 1, ");
	expect(a.body, "<summary lang=\"en\">BibTeX</summary>");
	expect(a.body, "UR  - http://test/event/IR-00.all.all.20260108T163000Z?from=2026-01-08T15:"
		       "30:00Z&amp;until=2026-01-08T20:00:00Z&amp;asof=2026-01-08T20:00:00Z\n");
	expect(a.body, "[synthetic data] Observed loss");
	web_answer_clear(&a);
	web_get(w, &a, "/fa/event/IR-00.all.all.20260108T163000Z?asof=2026-01-08T19:00:00Z");
	assert_int_equal(a.status, 200);
	expect(a.body, "<html lang=\"fa\" dir=\"rtl\">");
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)),
			    "public, max-age=31536000, immutable");
	web_answer_clear(&a);
	get_page(w, &a, "/event/IR-00.all.all.20260108T163000Z?asof=2026-01-08T16:40:00Z", 404);
	web_answer_clear(&a);
	get_page(w, &a, "/event/IR-00.all.all.20260108T163001Z", 404);
	web_answer_clear(&a);
	get_page(w, &a, "/event/%3Cb%3E", 404);
	web_answer_clear(&a);
}

/* Side by side: what was chosen, or the largest regions; the choice survives range and language. */
static void test_compare(void **state)
{
	struct web_answer a;
	get_page(*state, &a, "/compare?region=IR-23&region=IR-00&isp=AS44244&range=7d", 200);
	expect(a.body, "<h1>Compared: Tehran, Markazi, Irancell</h1>");
	assert_int_equal(count(a.body, "<svg class=\"share\""), 3);
	assert_int_equal(count(a.body, "\" checked>"), 3);
	expect(a.body, "href=\"/fa/compare?region=IR-23&amp;region=IR-00&amp;isp=AS44244&amp;"
		       "range=7d\"");
	expect(a.body, "isp=AS44244&amp;range=24h\"");
	web_answer_clear(&a);
	get_page(*state, &a, "/fa/compare?region=IR-23&region=IR-23", 200);
	assert_int_equal(count(a.body, "<svg class=\"share\""), 1);
	web_answer_clear(&a);
	get_page(*state, &a, "/compare", 200);
	assert_int_equal(count(a.body, "<svg class=\"share\""), 4);
	web_answer_clear(&a);
}

/* The risk comes before the commands; the data page lists what the table of routes has. */
static void test_about(void **state)
{
	struct web *w = *state;
	struct web_answer a;
	get_page(w, &a, "/join", 200);
	expect(a.body, "fanous-probe init --country IR --region IR-00");
	expect(a.body, w->api.key);
	assert_true(strstr(a.body, "First, the risk") < strstr(a.body, "fanous-probe init"));
	web_answer_clear(&a);
	get_page(w, &a, "/fa/join", 200);
	expect(a.body, "نخست، خطر");
	web_answer_clear(&a);
	get_page(w, &a, "/data", 200);
	expect(a.body, "<a href=\"/api/v1/timeline?by=region&amp;from=-24h\">");
	expect(a.body, "<a href=\"/events.ics\">");
	expect(a.body, "<a href=\"/openapi.json\">");
	web_answer_clear(&a);
	get_page(w, &a, "/fa/data", 200);
	web_answer_clear(&a);
}

static void test_ranges(void **state)
{
	static const char *const paths[] = {
		"/?range=6h",
		"/?range=7d",
		"/?range=30d",
		"/?from=2026-01-01&until=2026-01-02",
		"/?from=2026-01-08T19:59:59Z&until=2026-01-08T20:00:00Z",
		"/?from=2020-01-01",
		"/?until=2030-01-01"};
	struct web_answer a;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		get_page(*state, &a, paths[i], 200);
		web_answer_clear(&a);
	}
}

/* People get pages, programs get JSON; what was asked for is never markup. */
/* The form says the time shown as it can be typed again, and keeps what it does not ask for. */
static void test_times(void **state)
{
	struct web_answer a;
	get_page(*state, &a, "/region/IR-23?from=1404-10-18+18:00&until=2026-01-08T20:00:00Z", 200);
	expect(a.body, "name=\"from\" value=\"2026-01-08 18:00\"");
	expect(a.body, "name=\"until\" value=\"2026-01-08 23:30\"");
	expect(a.body, "<option value=\"local\" selected>");
	expect(a.body, "<option value=\"gregorian\" selected>");
	expect(a.body, "href=\"/fa/region/IR-23?from=2026-01-08T14:30:00Z&amp;"
		       "until=2026-01-08T20:00:00Z\"");
	web_answer_clear(&a);
	get_page(*state, &a, "/fa/?tz=UTC", 200);
	expect(a.body, "value=\"1404-10-18 20:00\"");
	expect(a.body, "<option value=\"UTC\" selected>");
	expect(a.body, "<option value=\"jalali\" selected>");
	expect(a.body, "?range=7d&amp;tz=UTC\"");
	web_answer_clear(&a);
	get_page(*state, &a, "/compare?region=IR-23&isp=AS44244&range=7d&calendar=jalali", 200);
	expect(a.body, "<form action=\"/compare\">");
	expect(a.body, "<input type=\"hidden\" name=\"region\" value=\"IR-23\">"
		       "<input type=\"hidden\" name=\"isp\" value=\"AS44244\">");
	expect(a.body, "data-calendar=\"persian\"");
	expect(a.body, ">18 Dey<");
	web_answer_clear(&a);
	get_page(*state, &a, "/?from=1404-07-31", 400);
	expect(a.body, "from must be a time like");
	web_answer_clear(&a);
}

static void test_problems(void **state)
{
	struct web_answer a;
	char value[64];
	get_page(*state, &a, "/region/IR-99", 404);
	web_answer_clear(&a);
	get_page(*state, &a, "/isp/AS4", 404);
	web_answer_clear(&a);
	get_page(*state, &a, "/isp/44244x", 404);
	web_answer_clear(&a);
	get_page(*state, &a, "/?range=%3Ci%3E", 400);
	assert_null(strstr(a.body, "<i>"));
	expect(a.body, "&lt;i&gt;");
	web_answer_clear(&a);
	get_page(*state, &a, "/fa/?%3Cscript%3E=1", 400);
	expect(a.body, "نشانی خواندنی نیست");
	web_answer_clear(&a);
	web_ask(*state, &a, "GET", "/nothing HTTP/1.1\r\nAccept: text/html,*/*\r\n", NULL, 0);
	assert_int_equal(a.status, 404);
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)),
			    "text/html; charset=utf-8");
	web_answer_clear(&a);
	web_ask(*state, &a, "GET", "/nothing HTTP/1.1\r\nAccept: */*\r\n", NULL, 0);
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)),
			    "application/problem+json");
	web_answer_clear(&a);
}

/* A young collector shows the time for which it has something, unless told otherwise. */
static void test_young(void **state)
{
	struct series s = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct web *w = *state;
	struct web_answer a;
	w->api.synthetic = true;
	w->api.synthetic_now_ms = WEB_NOW_MS;
	web_put_row(w, &s, WEB_NOW_MS - 2 * WEB_STEP_MS, STATE_OPEN, 9, 9);
	get_page(w, &a, "/", 200);
	expect(a.body, "?range=1h\" aria-current=\"page\"");
	expect(a.body, "This network: everything measured is reachable");
	web_answer_clear(&a);
	get_page(w, &a, "/?range=24h", 200);
	expect(a.body, "?range=24h\" aria-current=\"page\"");
	web_answer_clear(&a);
	web_put_row(w, &s, WEB_NOW_MS - 20 * WEB_STEP_MS, STATE_OPEN, 9, 9);
	get_page(w, &a, "/", 200);
	expect(a.body, "?range=6h\" aria-current=\"page\"");
	web_answer_clear(&a);
}

/* The text of the method, in both frames. */
static void test_method(void **state)
{
	struct web_answer a;
	get_page(*state, &a, "/method", 200);
	expect(a.body, "<html lang=\"en\" dir=\"ltr\">");
	expect(a.body, "<article class=\"text\" lang=\"en\" dir=\"ltr\">");
	expect(a.body, "<table>");
	web_answer_clear(&a);
	get_page(*state, &a, "/fa/method", 200);
	expect(a.body, "<html lang=\"fa\" dir=\"rtl\">");
	expect(a.body, "<article class=\"text\" lang=\"en\" dir=\"ltr\">");
	expect(a.body, "روش");
	web_answer_clear(&a);
	get_page(*state, &a, "/fa/", 200);
	expect(a.body, "href=\"/fa/method\"");
	web_answer_clear(&a);
}

static void test_empty(void **state)
{
	struct web *w = *state;
	struct web_answer a;
	get_page(w, &a, "/", 200);
	expect(a.body, "Waiting for probes");
	expect(a.body, "fanous-probe init --country ZZ --region ZZ-00");
	expect(a.body, "--collector http://test");
	expect(a.body, w->api.key);
	assert_null(strstr(a.body, "SYNTHETIC"));
	assert_int_equal(count(a.body, "class=\"band\""), 0);
	web_answer_clear(&a);
	web_ask(w, &a, "GET", "/fa/ HTTP/1.1\r\nX-Forwarded-Proto: https\r\n", NULL, 0);
	expect(a.body, "--collector https://test");
	web_answer_clear(&a);
}

/* A page as it was known at 19:00: it says so, is not live, and leads to others that are the same. */
static void test_asof(void **state)
{
	struct web_answer a;
	get_page(*state, &a, "/?range=6h&asof=2026-01-08T19:00:00Z", 200);
	expect(a.body, "As it was known at <bdi dir=\"ltr\">2026-01-08 19:00:00 UTC</bdi>; what "
		       "arrived later is not shown.");
	expect(a.body, "At 22:30 local time (19:00 UTC)");
	expect(a.body, "<a href=\"/\">What is known today</a>");
	expect(a.body, "/region/IR-23?range=6h&amp;asof=2026-01-08T19:00:00Z\"");
	expect(a.body, "?range=24h&amp;asof=2026-01-08T19:00:00Z\"");
	expect(a.body, "href=\"/fa/?range=6h&amp;asof=2026-01-08T19:00:00Z\"");
	expect(a.body, "&amp;asof=2026-01-08T19:00:00Z\">CSV</a>");
	assert_null(strstr(a.body, "data-stream"));
	web_answer_clear(&a);
	get_page(*state, &a, "/fa/?asof=2026-01-08T12:00:00Z", 200);
	expect(a.body, "2026-01-08 12:00:00 UTC");
	assert_null(strstr(a.body, "16:30"));
	web_answer_clear(&a);
	get_page(*state, &a, "/", 200);
	assert_null(strstr(a.body, "As it was known"));
	expect(a.body, "&amp;asof=2026-01-08T20:00:00Z\">Permanent address");
	web_answer_clear(&a);
	get_page(*state, &a, "/?asof=2027-01-01", 400);
	expect(a.body, "asof is in the future");
	web_answer_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_country, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_persian, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_region, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_event, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_compare, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_about, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_ranges, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_times, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_asof, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_problems, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_method, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_empty, web_setup_empty, web_teardown),
		cmocka_unit_test_setup_teardown(test_young, web_setup_empty, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
