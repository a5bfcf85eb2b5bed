/* test_check_http.c: redirects that are followed and that are not, downloads, and what is kept of
 * both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "tests/probe/cycle.h"

/* A deadline that is waited for. */
#define SHORT_MS 800

#define OK   "HTTP/1.1 200 OK\r\n"
#define PAGE "<iframe src=http://10.10.34.36"
#define FULL CHECK_READ_MAX /* headers and all */

static int open_cycle(void **state)
{
	static const struct bad_name names[] = {{.name = "good.test", .a = "127.0.0.1"},
						{.name = NULL}};
	static struct cycle c;
	cycle_open(&c);
	cycle_dns(&c, names);
	cycle_fingerprints(&c, "name,scope,location_found,pattern_type,pattern\n"
			       "t.body,nat,body,contains," PAGE "\n");
	*state = &c;
	return 0;
}

static int close_cycle(void **state)
{
	cycle_close(*state);
	return 0;
}

static void ttfb_is_within_the_exchange(void **state)
{
	const struct bad_server good = {.cert = CERT_GOOD};
	struct cycle *c = *state;
	const struct seen *s = cycle_one(c, "https://good.test:%u/", badnet_listen(c->net, &good));
	assert_int_equal(s->result.kind, KIND_HTTP);
	assert_in_range(s->result.v[RESULT_TTFB], 0, s->result.v[RESULT_US]);
	assert_string_equal(s->location, "");
}

static void a_redirect_to_https_is_followed(void **state)
{
	const struct bad_server good = {.cert = CERT_GOOD};
	struct cycle *c = *state;
	char text[256], url[128];
	snprintf(url, sizeof(url), "https://good.test:%u/new?x", badnet_listen(c->net, &good));
	snprintf(text, sizeof(text), "HTTP/1.1 301 Go\r\nLocation: %s#part\r\n\r\n", url);
	const struct bad_server old = {.reply = text};
	const struct seen *s = cycle_one(c, "http://good.test:%u/", badnet_listen(c->net, &old));
	assert_int_equal(s->result.kind, KIND_HTTP);
	assert_int_equal(s->result.v[RESULT_HOP], 1);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_NONE);
	assert_int_equal(s->result.v[RESULT_STATUS], 200);
	assert_non_null(strstr(badnet_request(c->net), "GET /new?x HTTP/1.1\r\n"));
	s = cycle_step(c, KIND_HTTP, 0);
	assert_int_equal(s->result.v[RESULT_STATUS], 301);
	assert_int_equal(s->result.v[RESULT_NEXT], 1);
	assert_string_equal(s->location, url);
}

static void all_others_are_not(void **state)
{
	static const char *const replies[] = {
		"HTTP/1.1 302 Go\r\nLocation: http://good.test/\r\n\r\n",
		"HTTP/1.1 302 Go\r\nLocation: https://other.test/\r\n\r\n",
		"HTTP/1.1 302 Go\r\n\r\n",
		"HTTP/1.1 300 Choose\r\nLocation: https://good.test/\r\n\r\n",
		"HTTP/1.1 200 OK\r\nLocation: https://good.test/\r\n\r\n",
	};
	struct cycle *c = *state;
	for (size_t i = 0; i < sizeof(replies) / sizeof(*replies); i++) {
		const struct bad_server server = {.reply = replies[i]};
		const struct seen *s =
			cycle_one(c, "http://good.test:%u/", badnet_listen(c->net, &server));
		assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_NONE);
		assert_int_equal(s->result.v[RESULT_HOP], 0);
		assert_int_not_equal(s->result.v[RESULT_NEXT], 1);
		assert_string_equal(s->location, "");
	}
}

static void a_circle_is_seen(void **state)
{
	const struct bad_server circle = {.cert = CERT_GOOD,
					  .reply = "HTTP/1.1 302 Go\r\nLocation: ?\r\n\r\n"};
	struct cycle *c = *state;
	const struct seen *s =
		cycle_one(c, "https://good.test:%u/", badnet_listen(c->net, &circle));
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_HTTP_REDIRECT_LOOP);
	assert_int_equal(badnet_accepted(c->net), 2);
}

/* --- speed --- */

/* A reply whose body begins with text and has len bytes. */
static const char *make_reply(struct buf *out, const char *head, const char *text, size_t len)
{
	buf_init(out, 2 * FULL);
	buf_puts(out, head);
	buf_puts(out, text);
	for (size_t i = strlen(text); i < len; i++)
		buf_putc(out, 'x');
	return out->data;
}

static const struct {
	const char *what, *head, *text;
	size_t len;
	enum bad_end end;
	enum failure failure;
	int64_t bytes;
} downloads[] = {
	{"all of it", OK "Content-Length: 65536\r\n\r\n", "", FULL, 0, FAIL_NONE, FULL},
	{"more than that", OK "\r\n", "", FULL + 100, 0, FAIL_NONE, FULL},
	{"half, end", OK "\r\n", "", FULL / 2, 0, FAIL_NONE, FULL / 2},
	{"half, reset", OK "\r\n", "", FULL / 2, BAD_END_RESET, FAIL_NONE, FULL / 2},
	{"half, silence", OK "\r\n", "", FULL / 2, BAD_END_STALL, FAIL_NONE, FULL / 2},
	{"less, end", OK "\r\n", "", FULL / 2 - 1, 0, FAIL_HTTP_REQUEST_FAILED, FULL / 2 - 1},
	{"less, reset", OK "\r\n", "", 99, BAD_END_RESET, FAIL_HTTP_BODY_RESET, 99},
	{"less, cut", OK "Content-Length: 65536\r\n\r\n", "", 99, 0, FAIL_HTTP_BODY_EOF, 99},
	{"less, silence", OK "\r\n", "", 99, BAD_END_STALL, FAIL_HTTP_BODY_TIMEOUT, 99},
	{"nothing", "", "", 0, 0, FAIL_HTTP_EOF, -1},
	{"404", "HTTP/1.1 404 No\r\n\r\n", "", FULL, 0, FAIL_HTTP_STATUS, FULL},
	{"302", "HTTP/1.1 302 Go\r\n\r\n", "", FULL, 0, FAIL_HTTP_STATUS, FULL},
	{"page", OK "\r\n", PAGE, FULL, 0, FAIL_HTTP_BLOCKPAGE, FULL},
};

static void a_download_is_measured(void **state)
{
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	for (size_t i = 0; i < sizeof(downloads) / sizeof(*downloads); i++) {
		struct buf text;
		struct bad_server server = {.cert = CERT_GOOD, .end = downloads[i].end};
		server.reply =
			make_reply(&text, downloads[i].head, downloads[i].text, downloads[i].len);
		const struct seen *s =
			cycle_one(c, "speed+https://good.test:%u/", badnet_listen(c->net, &server));
		const int64_t *v = s->result.v;
		int64_t room = FULL - (int64_t)strlen(downloads[i].head),
			bytes = downloads[i].bytes;
		if (s->result.kind != KIND_SPEED || v[RESULT_FAILURE] != downloads[i].failure ||
		    v[RESULT_BYTES] != (bytes < room ? bytes : room))
			fail_msg("%s: %s, %d bytes", downloads[i].what,
				 failure_str((enum failure)v[RESULT_FAILURE]),
				 (int)v[RESULT_BYTES]);
		assert_true(v[RESULT_RTT] > 0 && v[RESULT_RETRANS] >= 0);
		assert_int_equal(v[RESULT_TTFB] >= 0, downloads[i].bytes >= 0);
		/* The silence after the last byte is not part of it, unless it came too early. */
		bool stalled = downloads[i].failure == FAIL_HTTP_BODY_TIMEOUT;
		if (downloads[i].bytes >= 0 && !stalled)
			assert_in_range(v[RESULT_US], 0, SHORT_MS * 1000 - 1);
		if (stalled)
			assert_in_range(v[RESULT_US], SHORT_MS * 1000 / 2, INT64_MAX);
		buf_clear(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ttfb_is_within_the_exchange, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(a_redirect_to_https_is_followed, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(all_others_are_not, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(a_circle_is_seen, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(a_download_is_measured, open_cycle, close_cycle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
