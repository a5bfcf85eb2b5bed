/* test_answers.c: answers that are given again: the same bytes as long as the store is the same, and no longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/answers.h"
#include "common/limits.h"
#include "tests/collector/web.h"

static void fill(struct reply *r, size_t len)
{
	reply_init(r, 200, len);
	for (size_t i = 0; i < len; i++)
		buf_putc(&r->body, 'x');
	reply_header(r, "ETag", "W/\"%zu\"", len);
}

static void keep(struct answers *a, const char *key, uint64_t version, size_t len)
{
	struct reply r;
	fill(&r, len);
	answers_keep(a, key, version, 1000, &r);
	reply_clear(&r);
}

static bool has(struct answers *a, const char *key, uint64_t version, int64_t now_ms)
{
	struct reply r;
	if (!answers_find(a, key, version, now_ms, &r))
		return false;
	reply_clear(&r);
	return true;
}

static void test_copy(void **state)
{
	struct answers *a = answers_new();
	struct reply r;
	(void)state;
	keep(a, "/", 7, 3);
	for (int i = 0; i < 2; i++) {
		assert_true(answers_find(a, "/", 7, 999, &r));
		assert_int_equal(r.status, 200);
		assert_int_equal(r.body.len, 3);
		assert_memory_equal(r.body.data, "xxx", 3);
		assert_int_equal(r.n_headers, 1);
		assert_string_equal(r.names[0], "ETag");
		assert_string_equal(r.values[0], "W/\"3\"");
		reply_clear(&r);
	}
	keep(a, "/", 7, 5);
	assert_true(answers_find(a, "/", 7, 999, &r));
	assert_int_equal(r.body.len, 5);
	reply_clear(&r);
	answers_free(a);
}

static void test_end(void **state)
{
	struct answers *a = answers_new();
	(void)state;
	keep(a, "/", 7, 3);
	assert_false(has(a, "/x", 7, 0));
	assert_true(has(a, "/", 7, 999));
	assert_false(has(a, "/", 7, 1000));
	keep(a, "/", 7, 3);
	assert_false(has(a, "/", 8, 0));
	assert_false(has(a, "/", 7, 0)); /* it went */
	keep(a, "/pinned", ANSWERS_ANY_VERSION, 3);
	assert_true(has(a, "/pinned", 8, 999));
	assert_false(has(a, "/pinned", 8, 1000));
	answers_free(a);
}

/* What was used last stays. */
static void test_room(void **state)
{
	struct answers *a = answers_new();
	size_t most = ANSWERS_KEPT_BYTES_MAX / ANSWERS_KEPT_ONE_MAX;
	char key[16];
	(void)state;
	keep(a, "large", 1, ANSWERS_KEPT_ONE_MAX + 1);
	assert_false(has(a, "large", 1, 0));
	for (size_t i = 0; i <= most; i++) {
		snprintf(key, sizeof(key), "%zu", i);
		keep(a, key, 1, ANSWERS_KEPT_ONE_MAX);
		assert_true(has(a, "0", 1, 0));
	}
	assert_false(has(a, "1", 1, 0));
	for (size_t i = 0; i < ANSWERS_KEPT_MAX; i++) {
		snprintf(key, sizeof(key), "small %zu", i);
		keep(a, key, 1, 1);
	}
	assert_false(has(a, "0", 1, 0));
	assert_true(has(a, "small 0", 1, 0));
	keep(a, "one more", 1, 1);
	assert_false(has(a, "small 1", 1, 0));
	answers_free(a);
}

static void expect_body(struct web *w, const char *head, const char *text, bool there)
{
	struct web_answer a;
	web_ask(w, &a, "GET", head, NULL, 0);
	assert_int_equal(a.status, 200);
	if (!strstr(a.body, text) == there)
		fail_msg("%s: %s: %s", head, text, there ? "missing" : "there");
	web_answer_clear(&a);
}

/* Through the server: the next question after a change has the change in it, and what differs by what was asked for is
 * told apart. */
static void test_served(void **state)
{
	static const char rows[] = "/api/v1/timeline.csv?by=country&from=2026-01-08T19:00:00Z";
	const struct series country = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct web *w = *state;
	struct web_answer a;
	char *plain = xasprintf("%s HTTP/1.1\r\n", rows);
	char etag[128], *again;
	expect_body(w, plain, ",299,", false);
	web_put_row(w, &country, WEB_NOW_MS - WEB_STEP_MS, STATE_DOMESTIC_ONLY, 299, 30);
	expect_body(w, plain, ",299,", true);
	expect_body(w, plain, ",299,", true);
	web_get(w, &a, rows);
	web_header(&a, "ETag", etag, sizeof(etag));
	web_answer_clear(&a);
	again = xasprintf("%s HTTP/1.1\r\nIf-None-Match: %s\r\n", rows, etag);
	web_ask(w, &a, "GET", again, NULL, 0);
	assert_int_equal(a.status, 304);
	assert_int_equal(a.body_len, 0);
	web_answer_clear(&a);
	web_ask(w, &a, "HEAD", plain, NULL, 0);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, 0);
	web_answer_clear(&a);
	expect_body(w, "/?range=24h HTTP/1.1\r\nX-Forwarded-Proto: https\r\n", "https://test/",
		    true);
	expect_body(w, "/?range=24h HTTP/1.1\r\n", "https://test/", false);
	free(plain);
	free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_room),
		cmocka_unit_test_setup_teardown(test_served, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
