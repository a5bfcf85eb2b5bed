/* test_http.c: what HTTP promises of every path: HEAD, conditions, methods, other sites, unknown paths (RFC 9110). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

#define ROUTES_MAX  64
#define HEADERS_MAX 2048

static int setup(void **state)
{
	int rc = web_setup(state);
	struct web *w = *state;
	scratch_write(w->dir, "2026-01/README.md", "a package", 9);
	w->api.packages = w->dir;
	return rc;
}

/* An address of every route that a GET may ask for, those of pages in both languages; owned by the caller, NULL-ended. */
static char **addresses(void)
{
	static const struct {
		const char *path, *tail;
	} tails[] = {{"/region/*", "IR-23"},
		     {"/isp/*", "AS44244"},
		     {"/event/*", "IR-00.all.all.20260108T163000Z"},
		     {"/data/*", "2026-01/README.md"},
		     {"/embed/region/*", "IR-23"},
		     {"/embed/isp/*", "AS44244"},
		     {"/embed/event/*", "IR-00.all.all.20260108T163000Z"},
		     {"/oembed", "?url=/"},
		     {"/compat/ioda/v2/signals/raw/*", "region/IR-23"},
		     {"/web/*", "page.js"}};
	char **out = xcalloc(2 * ROUTES_MAX, sizeof(*out));
	size_t n, k = 0;
	const struct route *routes = api_routes(&n);
	assert_true(n < ROUTES_MAX);
	for (size_t i = 0; i < n; i++) {
		const char *path = routes[i].path, *tail = "";
		size_t len = strlen(path) - (path[strlen(path) - 1] == '*');
		if (!(routes[i].methods & ROUTE_GET) ||
		    format_first(routes[i].formats) == FORMAT_STREAM ||
		    !strcmp(path, "/data/*")) /* empty: no month has a package here */
			continue;
		for (size_t t = 0; t < sizeof(tails) / sizeof(tails[0]); t++)
			tail = strcmp(tails[t].path, path) ? tail : tails[t].tail;
		const char *suffix = format_first(routes[i].formats) == FORMAT_SVG    ? ".svg"
				     : format_first(routes[i].formats) == FORMAT_ATOM ? ".atom"
										      : "";
		out[k] = xasprintf("%.*s%s%s", (int)len, path, tail, suffix);
		k++;
		if (routes[i].methods & ROUTE_PAGE) {
			out[k] = xasprintf("/fa%s", out[k - 1]);
			k++;
		}
	}
	assert_true(k > 20);
	return out;
}

static void free_addresses(char **a)
{
	for (char **p = a; *p; p++)
		free(*p);
	free(a);
}

static void ask(struct web *w, struct web_answer *a, const char *method, const char *path,
		const char *headers)
{
	char *head = xasprintf("%s HTTP/1.1\r\n%s", path, headers);
	web_ask(w, a, method, head, NULL, 0);
	free(head);
}

/* Status line and headers without the time and, if that is asked for, without the length. */
static void copy_headers(const struct web_answer *a, bool lengths, char out[static HEADERS_MAX])
{
	size_t used = 0;
	assert_non_null(a->body);
	for (const char *p = a->all.data; p < a->body; p = strstr(p, "\r\n") + 2) {
		bool length = !strncmp(p, "Content-Length:", 15);
		if (strncmp(p, "Date:", 5) && (lengths || !length))
			used += (size_t)snprintf(out + used, HEADERS_MAX - used, "%.*s\n",
						 (int)strcspn(p, "\r"), p);
		assert_true(used < HEADERS_MAX);
	}
}

static void check_head(struct web *w, const char *path, const char *headers)
{
	/* its counters count this request too */
	bool lengths = strcmp(path, "/metrics") != 0;
	char want[HEADERS_MAX], is[HEADERS_MAX];
	struct web_answer get, head;
	ask(w, &get, "GET", path, headers);
	ask(w, &head, "HEAD", path, headers);
	copy_headers(&get, lengths, want);
	copy_headers(&head, lengths, is);
	if (strcmp(is, want))
		fail_msg("%s: HEAD says\n%sand GET\n%s", path, is, want);
	assert_int_equal(head.body_len, 0);
	web_answer_clear(&get);
	web_answer_clear(&head);
}

/* HEAD says what GET says, of an answer, of a refusal, of one that the asker has already, plain and compressed. */
static void test_head(void **state)
{
	static const char *const more[] = {
		"/country.png",
		"/api/v1/timeline.csv?region=IR-23",
		"/nothing",
		"/region/IR-99",
		"/api/v1/timeline?step=7",
		"/api/v1/timeline?limit=3",
		"/web/nothing.js",
		"/api/v1/submit",
	};
	char **all = addresses();
	for (char **p = all; *p; p++) {
		check_head(*state, *p, "");
		check_head(*state, *p, "Accept-Encoding: gzip\r\n");
		check_head(*state, *p, "If-None-Match: *\r\n");
	}
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		check_head(*state, more[i], "");
	check_head(*state, "/nothing", "Accept: text/html\r\n");
	free_addresses(all);
}

/* A stream has no end, so nothing can be said of its length. */
static void test_head_of_stream(void **state)
{
	struct web *w = *state;
	struct web_answer head, get = {.status = 200};
	char want[HEADERS_MAX], is[HEADERS_MAX];
	static const char request[] = "GET /api/v1/stream HTTP/1.1\r\nConnection: close\r\n\r\n";
	int fd = web_connect(w);
	web_send(w, fd, request, sizeof(request) - 1);
	assert_true(web_read(w, fd, &get.all, "retry:", 3000));
	get.body = strstr(get.all.data, "\r\n\r\n") + 4;
	ask(w, &head, "HEAD", "/api/v1/stream", "");
	copy_headers(&get, true, want);
	copy_headers(&head, true, is);
	char *chunked = strstr(want, "Transfer-Encoding: chunked\n");
	assert_non_null(chunked); /* is not for an answer without a body */
	memmove(chunked, strchr(chunked, '\n') + 1, strlen(strchr(chunked, '\n') + 1) + 1);
	assert_string_equal(is, want);
	close(fd);
	web_answer_clear(&head);
	web_answer_clear(&get);
}

static int status_with(struct web *w, const char *path, const char *headers)
{
	struct web_answer a;
	char etag[96];
	ask(w, &a, "GET", path, headers);
	int status = a.status;
	if (status == 304 &&
	    (a.body_len || !*web_header(&a, "ETag", etag, sizeof(etag)) ||
	     *web_header(&a, "Content-Length", etag, sizeof(etag)) ||
	     !strstr(web_header(&a, "Vary", etag, sizeof(etag)), "Accept-Encoding")))
		fail_msg("%s: 304 with\n%s", path, a.all.data);
	web_answer_clear(&a);
	return status;
}

static void expect_condition(struct web *w, const char *path, int status, const char *value)
{
	char *headers = xasprintf("If-None-Match: %s\r\n", value);
	int is = status_with(w, path, headers);
	if (is != status)
		fail_msg("%s, If-None-Match: %s: %d instead of %d", path, value, is, status);
	free(headers);
}

static void check_conditions(struct web *w, const char *path)
{
	struct web_answer a;
	char etag[96], *value;
	web_get(w, &a, path);
	web_header(&a, "ETag", etag, sizeof(etag));
	bool kept = !strstr(web_header(&a, "Cache-Control", (char[96]){""}, 96), "no-store");
	assert_true(kept == (*etag != '\0'));
	web_answer_clear(&a);
	if (!kept)
		return;
	const char *strong = etag + 2; /* W/ is not compared */
	const char *const same[] = {"%s", "\"x\", %s", "%s, \"x\"", "W/\"x, y\",%s ,W/\"z\"",
				    "\"x\",\t%s"};
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		const char *at = strstr(same[i], "%s");
		value = xasprintf("%.*s%s%s", (int)(at - same[i]), same[i], i == 1 ? strong : etag,
				  at + 2);
		expect_condition(w, path, 304, value);
		free(value);
	}
	expect_condition(w, path, 304, "*");
	expect_condition(w, path, 304, " * ");
	expect_condition(w, path, 200, "\"x\"");
	expect_condition(w, path, 200, "\"*\"");
	/* the hash in what is no tag, or in a part of another one */
	value = xasprintf("%.*s", (int)strlen(strong) - 2, strong + 1);
	expect_condition(w, path, 200, value);
	free(value);
	value = xasprintf("\"x%s", strong + 1);
	expect_condition(w, path, 200, value);
	free(value);
}

/* Whoever names what he has already gets nothing again; whoever names something else, all of it. */
static void test_conditions(void **state)
{
	char **all = addresses();
	for (char **p = all; *p; p++)
		check_conditions(*state, *p);
	free_addresses(all);
	/* what is not there is not unchanged either */
	assert_int_equal(status_with(*state, "/region/IR-99", "If-None-Match: *\r\n"), 404);
	assert_int_equal(status_with(*state, "/?range=9y", "If-None-Match: *\r\n"), 400);
	assert_int_equal(status_with(*state, "/api/v1/timeline?step=7", "If-None-Match: *\r\n"),
			 400);
}

/* No answer says when it was changed, so there is no condition on that. */
static void test_no_dates(void **state)
{
	struct web_answer a;
	char value[96];
	char **all = addresses();
	for (char **p = all; *p; p++) {
		ask(*state, &a, "GET", *p, "If-Modified-Since: Fri, 01 Jan 2038 00:00:00 GMT\r\n");
		assert_int_equal(a.status, 200);
		assert_string_equal(web_header(&a, "Last-Modified", value, sizeof(value)), "");
		web_answer_clear(&a);
	}
	free_addresses(all);
}

/* Languages have addresses of their own, so that what is linked to is what is read. */
static void test_language(void **state)
{
	struct web_answer a, b;
	char value[96];
	char **all = addresses();
	for (char **p = all; *p; p++) {
		if (!strcmp(*p, "/metrics"))
			continue;
		ask(*state, &a, "GET", *p, "");
		ask(*state, &b, "GET", *p, "Accept-Language: fa, de;q=0.5\r\nAccept: */*\r\n");
		assert_int_equal(a.status, b.status);
		assert_string_equal(a.body, b.body);
		web_header(&b, "Vary", value, sizeof(value));
		assert_true(!*value || !strcmp(value, "Accept-Encoding"));
		web_answer_clear(&a);
		web_answer_clear(&b);
	}
	free_addresses(all);
}

static void expect_allow(struct web *w, const char *method, const char *path, const char *allow)
{
	struct web_answer a;
	char value[96];
	ask(w, &a, method, path, "");
	web_header(&a, "Allow", value, sizeof(value));
	if (a.status != (strcmp(method, "OPTIONS") ? 405 : 204) || strcmp(value, allow))
		fail_msg("%s %s: %d, Allow: %s", method, path, a.status, value);
	web_answer_clear(&a);
}

static void test_methods(void **state)
{
	static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"};
	char **all = addresses();
	for (size_t m = 0; m < sizeof(methods) / sizeof(methods[0]); m++) {
		for (char **p = all; *p; p++)
			expect_allow(*state, methods[m], *p, "GET, HEAD, OPTIONS");
		expect_allow(*state, methods[m], "/api/v1/stream", "GET, HEAD, OPTIONS");
		if (m)
			expect_allow(*state, methods[m], "/api/v1/submit", "POST, OPTIONS");
	}
	expect_allow(*state, "GET", "/api/v1/submit", "POST, OPTIONS");
	free_addresses(all);
}

/* Any site may read any figure, and ask for a part of a stream or for what has changed. */
static void test_other_sites(void **state)
{
	static const char asks[] =
		"Origin: https://other.example\r\nAccess-Control-Request-Method: GET\r\n"
		"Access-Control-Request-Headers: last-event-id, if-none-match\r\n";
	struct web_answer a;
	char value[128];
	ask(*state, &a, "OPTIONS", "/api/v1/timeline", asks);
	assert_int_equal(a.status, 204);
	assert_int_equal(a.body_len, 0);
	assert_string_equal(web_header(&a, "Content-Length", value, sizeof(value)), "");
	assert_string_equal(web_header(&a, "Access-Control-Allow-Origin", value, sizeof(value)),
			    "*");
	assert_non_null(strstr(web_header(&a, "Access-Control-Allow-Methods", value, sizeof(value)),
			       "GET"));
	web_header(&a, "Access-Control-Allow-Headers", value, sizeof(value));
	assert_non_null(strstr(value, "Last-Event-ID"));
	assert_non_null(strstr(value, "If-None-Match"));
	web_answer_clear(&a);
	ask(*state, &a, "GET", "/api/v1/timeline?step=7", "Origin: https://other.example\r\n");
	assert_string_equal(web_header(&a, "Access-Control-Allow-Origin", value, sizeof(value)),
			    "*");
	web_answer_clear(&a);
	ask(*state, &a, "OPTIONS", "/nothing", asks);
	assert_int_equal(a.status, 404);
	web_answer_clear(&a);
}

/* What is not there is said to a program as JSON and to a person as a page, by what they accept, and caches are told. */
static void test_unknown(void **state)
{
	static const struct {
		const char *path, *nearest;
	} table[] = {
		{"/api/v1/timelines", "/api/v1/timeline"},
		{"/api/v1/timeline.xml", "/api/v1/timeline.csv"},
		{"/api/v1/event", "/api/v1/events"},
		{"/api/v2/timeline", "/api/v1/timeline"},
		{"/api/v1/Timeline", "/api/v1/timeline"},
		{"/api/v1/map.svg", "/api/v1/map.csv"},
		{"/openapi.yaml", "/openapi.json"},
		{"/healthz/", "/healthz"},
	};
	struct web_answer a;
	char value[128];
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *j = web_json(*state, table[i].path, 404);
		assert_string_equal(web_str(j, "nearest"), table[i].nearest);
		assert_non_null(json_object_get(j, "example"));
		json_decref(j);
	}
	ask(*state, &a, "GET", "/metho", "Accept: text/html,*/*\r\n");
	assert_int_equal(a.status, 404);
	assert_non_null(strstr(web_header(&a, "Content-Type", value, sizeof(value)), "text/html"));
	assert_non_null(strstr(web_header(&a, "Vary", value, sizeof(value)), "Accept,"));
	assert_non_null(strstr(a.body, "/method"));
	web_answer_clear(&a);
	ask(*state, &a, "GET", "/metho", "Accept: application/json\r\n");
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)),
			    "application/problem+json");
	web_answer_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),	    cmocka_unit_test(test_head_of_stream),
		cmocka_unit_test(test_conditions),  cmocka_unit_test(test_no_dates),
		cmocka_unit_test(test_language),    cmocka_unit_test(test_methods),
		cmocka_unit_test(test_other_sites), cmocka_unit_test(test_unknown),
	};
	return cmocka_run_group_tests(tests, setup, web_teardown);
}
