/* test_wire_http.c: answers, good, odd and hostile, each fed whole and byte by byte: where the
 * pieces are cut must never matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "probe/wire_http.h"

#define MORE   WIRE_HTTP_MORE
#define WHOLE  WIRE_HTTP_WHOLE
#define BAD    WIRE_HTTP_BAD
#define OK     "HTTP/1.1 200 OK\r\n"
#define LONG   "Content-Length: 99999999999\r\n\r\n"
#define CHUNKS OK "Transfer-Encoding: chunked\r\n\r\n"

struct answer {
	const char *text;
	enum wire_http_state state;
	int status;
	const char *body, *location;
	bool end; /* what the end of the stream makes of it */
};

static const struct answer answers[] = {
	{OK "Content-Length: 3\r\n\r\nyes", WHOLE, 200, "yes", NULL, true},
	{OK "content-length:3 \r\n\r\nyes and more", WHOLE, 200, "yes", NULL, true},
	{OK "Content-Length: 3\r\n\r\nye", MORE, 200, "ye", NULL, false},
	{OK "Content-Length: 0\r\n\r\n", WHOLE, 200, "", NULL, true},
	{OK "\r\nall that comes", MORE, 200, "all that comes", NULL, true},
	{OK "\r\n", MORE, 200, "", NULL, true},
	{OK "X: y", MORE, 200, "", NULL, false},
	{OK, MORE, 200, "", NULL, false},
	{"HTTP/1.", MORE, 0, "", NULL, false},
	{"", MORE, 0, "", NULL, false},
	{"HTTP/1.0 200\n\nold", MORE, 200, "old", NULL, true},
	{"HTTP/1.1 204 Nothing\r\n\r\n", WHOLE, 204, "", NULL, true},
	{"HTTP/1.1 304 Same\r\nContent-Length: 9\r\n\r\n", WHOLE, 304, "", NULL, true},
	{"HTTP/1.1 999 Go away\r\n\r\n", MORE, 999, "", NULL, true},

	/* informational ones say nothing about the answer */
	{"HTTP/1.1 100 C\r\nLocation: /x\r\nContent-Length: 1\r\n\r\n" OK "Content-Length: "
	 "2\r\n\r\nab",
	 WHOLE, 200, "ab", NULL, true},
	{"HTTP/1.1 103 Hints\r\n\r\n", MORE, 0, "", NULL, false},
	{"HTTP/1.1 101 Other\r\n\r\n", MORE, 101, "", NULL, true},

	/* redirects */
	{"HTTP/1.1 302 Go\r\nlocation: \t/a b \r\nLocation: /c\r\n\r\n", MORE, 302, "", "/a b",
	 true},
	{"HTTP/1.1 302 Go\r\nLocation:\r\n\r\n", MORE, 302, "", "", true},
	{"HTTP/1.1 302 Go\r\nX-Location: /x\r\nLocation : /y\r\n /z\r\n\r\n", MORE, 302, "", NULL,
	 true},

	/* chunks */
	{CHUNKS "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", WHOLE, 200, "abcde", NULL, true},
	{CHUNKS "00A\r\n0123456789\r\n0\r\nTrailer: x", WHOLE, 200, "0123456789", NULL, true},
	{CHUNKS "3\nabc\n0\n", WHOLE, 200, "abc", NULL, true},
	{CHUNKS "3\r\nabc\r\n", MORE, 200, "abc", NULL, false},
	{CHUNKS "3\r\nabc", MORE, 200, "abc", NULL, false},
	{CHUNKS "7fffffffffffffff\r\nabc", MORE, 200, "abc", NULL, false},
	{CHUNKS "3\r\nabcd\r\n", BAD, 200, "abc", NULL, false},
	{CHUNKS "\r\n", BAD, 200, "", NULL, false},
	{CHUNKS "-3\r\nabc", BAD, 200, "", NULL, false},
	{CHUNKS "3x\r\nabc", BAD, 200, "", NULL, false},
	{CHUNKS "10000000000000000\r\nabc", BAD, 200, "", NULL, false},
	{OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n", WHOLE, 200,
	 "ab", NULL, true},
	{OK "Transfer-Encoding: gzip, Chunked\r\n\r\n2\r\nab\r\n0\r\n", WHOLE, 200, "ab", NULL,
	 true},
	{OK "Content-Length: 1\r\nTransfer-Encoding: unchunked\r\n\r\nabc", MORE, 200, "abc", NULL,
	 true},

	/* lengths that two readers could read differently */
	{OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", WHOLE, 200, "ab", NULL, true},
	{OK "Content-Length: 2\r\nContent-Length: 3\r\n\r\nab", BAD, 200, "", NULL, false},
	{OK "Content-Length: 2, 3\r\n\r\nab", BAD, 200, "", NULL, false},
	{OK "Content-Length: -1\r\n\r\n", BAD, 200, "", NULL, false},
	{OK "Content-Length: +1\r\n\r\n", BAD, 200, "", NULL, false},
	{OK "Content-Length: 0x10\r\n\r\n", BAD, 200, "", NULL, false},
	{OK "Content-Length:\r\n\r\n", BAD, 200, "", NULL, false},
	{OK "Content-Length: 18446744073709551616\r\n\r\n", BAD, 200, "", NULL, false},
	{OK "Content-Length: 9000000000000000000\r\n\r\nab", MORE, 200, "ab", NULL, false},

	/* not HTTP */
	{"SSH-2.0-OpenSSH_9.2\r\n", BAD, 0, "", NULL, false},
	{"S", BAD, 0, "", NULL, false},
	{"<html>", BAD, 0, "", NULL, false},
	{"\r\n" OK, BAD, 0, "", NULL, false},
	{"HTTP/2 200\r\n", BAD, 0, "", NULL, false},
	{"HTTP/1.1 20\r\n", BAD, 0, "", NULL, false},
	{"HTTP/1.1 2000\r\n", BAD, 0, "", NULL, false},
	{"HTTP/1.1 099 No\r\n", BAD, 0, "", NULL, false},
	{"HTTP/1.1  200 OK\r\n", BAD, 0, "", NULL, false},
	{"HTTP/1.1 2e1 OK\r\n", BAD, 0, "", NULL, false},
};

static void feed(struct wire_http *h, const char *text, size_t len, size_t piece)
{
	wire_http_init(h);
	for (size_t at = 0; at < len; at += piece)
		wire_http_feed(h, text + at, len - at < piece ? len - at : piece);
}

static void compare(const struct wire_http *h, const struct answer *a)
{
	if (h->state != a->state || h->status != a->status || wire_http_end(h) != a->end)
		fail_msg("%s: state %d, status %d, end %d", a->text, (int)h->state, h->status,
			 wire_http_end(h));
	assert_int_equal(h->body.len, strlen(a->body));
	assert_memory_equal(h->body.len ? h->body.data : "", a->body, h->body.len);
	assert_string_equal(h->location ? h->location : "(none)",
			    a->location ? a->location : "(none)");
}

static void each_answer_is_read(void **state)
{
	struct wire_http h;
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		for (size_t piece = 1; piece < 2048; piece = 2 * piece + 1) {
			feed(&h, answers[i].text, strlen(answers[i].text), piece);
			compare(&h, &answers[i]);
			wire_http_clear(&h);
		}
}

static void a_nul_is_no_header_and_any_body(void **state)
{
	static const char head[] = OK "X: a\0b\r\n\r\n",
			  body[] = OK "Content-Length: 3\r\n\r\na\0b";
	struct wire_http h;
	(void)state;
	feed(&h, head, sizeof(head) - 1, 7);
	assert_int_equal(h.state, BAD);
	wire_http_clear(&h);
	feed(&h, body, sizeof(body) - 1, 7);
	assert_int_equal(h.state, WHOLE);
	assert_memory_equal(h.body.data, "a\0b", 3);
	wire_http_clear(&h);
}

/* Feeds `first`, then `again` until it ends; bytes that were read. */
static size_t endless(struct wire_http *h, const char *first, const char *again)
{
	size_t bytes = strlen(first);
	feed(h, first, bytes, bytes);
	while (h->state == MORE && bytes < 16 * 1024 * 1024) {
		wire_http_feed(h, again, strlen(again));
		bytes += strlen(again);
	}
	assert_true(h->taken <= CHECK_READ_MAX && h->body.len + h->line.len <= h->taken);
	return bytes;
}

static void what_never_ends_is_ended(void **state)
{
	static const struct {
		const char *first, *again;
		enum wire_http_state state;
		size_t most, body;
	} cases[] = {
		{OK, "X-Again: and again\r\n", BAD, CHECK_READ_MAX, 0},
		{OK "X: ", "one line", BAD, CHECK_READ_MAX, 0},
		{"HTTP/1.1 ", "     ", BAD, CHECK_READ_MAX, 0},
		{"", "HTTP/1.1 100 Wait\r\n\r\n", BAD, CHECK_READ_MAX, 0},
		{OK "\r\n", "body", WIRE_HTTP_ENOUGH, CHECK_READ_MAX,
		 CHECK_READ_MAX - strlen(OK "\r\n")},
		{OK LONG, "body", WIRE_HTTP_ENOUGH, CHECK_READ_MAX,
		 CHECK_READ_MAX - strlen(OK LONG)},
		{CHUNKS, "3fe\r\n", BAD, 2048, 0x3fe},
		{CHUNKS, "1\r\nx\r\n", WIRE_HTTP_ENOUGH, CHECK_READ_MAX, 0},
		{CHUNKS "1", ";;;;", BAD, 2048, 0},
	};
	struct wire_http h;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t bytes = endless(&h, cases[i].first, cases[i].again);
		if (h.state != cases[i].state)
			fail_msg("%zu: state %d", i, (int)h.state);
		assert_in_range(bytes, 0, cases[i].most + 256);
		if (cases[i].body)
			assert_int_equal(h.body.len, cases[i].body);
		wire_http_clear(&h);
	}
}

static void an_answer_of_just_the_cap_is_whole(void **state)
{
	static char answer[CHECK_READ_MAX + 1];
	struct wire_http h;
	(void)state;
	for (int more = 0; more < 2; more++) {
		int head = (int)strlen(OK "Content-Length: 00000\r\n\r\n");
		memset(answer, 'x', sizeof(answer));
		snprintf(answer, sizeof(answer), OK "Content-Length: %d\r\n\r\n%s",
			 CHECK_READ_MAX + more - head, "x");
		answer[head + 1] = 'x';
		feed(&h, answer, (size_t)(CHECK_READ_MAX + more), 1000);
		assert_int_equal(h.state, more ? WIRE_HTTP_ENOUGH : WHOLE);
		wire_http_clear(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_answer_is_read),
		cmocka_unit_test(a_nul_is_no_header_and_any_body),
		cmocka_unit_test(what_never_ends_is_ended),
		cmocka_unit_test(an_answer_of_just_the_cap_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
