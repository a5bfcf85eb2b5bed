/* test_hostile.c: servers that want to hurt: answers without an end, framing that lies, TLS that is
 * none. Each ends by a cap or by the deadline, as the failure that it is, and nothing that was sent
 * is held beyond the caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "tests/probe/cycle.h"

/* A deadline that is waited for. */
#define SHORT_MS 800

#define OK     "HTTP/1.1 200 OK\r\n"
#define CHUNKS OK "Transfer-Encoding: chunked\r\n\r\n"
#define NUL    OK "X: a\0b\r\n\r\n"

static int open_cycle(void **state)
{
	static struct cycle c;
	cycle_open(&c);
	*state = &c;
	return 0;
}

static int close_cycle(void **state)
{
	cycle_close(*state);
	return 0;
}

/* A record that decrypts to nothing. */
static void send_garbage(SSL *ssl)
{
	static const char record[] = "\x17\x03\x03\x00\x20garbage garbage garbage garbage ";
	(void)!send(SSL_get_fd(ssl), record, sizeof(record) - 1, MSG_NOSIGNAL);
}

static void renegotiate(SSL *ssl)
{
	SSL_renegotiate(ssl);
	SSL_do_handshake(ssl);
	ERR_clear_error();
}

static void update_keys(SSL *ssl)
{
	SSL_key_update(ssl, SSL_KEY_UPDATE_REQUESTED);
	SSL_do_handshake(ssl);
	ERR_clear_error();
}

struct attack {
	const char *what;
	enum failure failure;
	int64_t status, bytes; /* -1 for none; bytes: at most */
	struct bad_server server;
};

static const struct attack attacks[] = {
	{"headers",
	 FAIL_HTTP_REQUEST_FAILED,
	 200,
	 0,
	 {.reply = OK, .forever = "X-Again: and again\r\n"}},
	{"one header",
	 FAIL_HTTP_REQUEST_FAILED,
	 200,
	 0,
	 {.reply = OK "X: ", .forever = "and again, and again"}},
	{"status line",
	 FAIL_HTTP_REQUEST_FAILED,
	 -1,
	 -1,
	 {.reply = "HTTP/1.1 ", .forever = "                "}},
	{"1xx",
	 FAIL_HTTP_REQUEST_FAILED,
	 -1,
	 -1,
	 {.reply = "HTTP/1.1 100 Wait\r\n\r\n", .forever = "HTTP/1.1 100 Wait\r\n\r\n"}},
	{"body",
	 FAIL_NONE,
	 200,
	 CHECK_READ_MAX,
	 {.reply = OK "\r\n", .forever = "0123456789abcdef"}},
	{"long body",
	 FAIL_NONE,
	 200,
	 CHECK_READ_MAX,
	 {.reply = OK "Content-Length: 9000000000000000000\r\n\r\n",
	  .forever = "0123456789abcdef"}},
	{"chunks of a byte",
	 FAIL_NONE,
	 200,
	 CHECK_READ_MAX,
	 {.reply = CHUNKS, .forever = "1\r\nx\r\n"}},
	{"chunk of 2^64",
	 FAIL_HTTP_REQUEST_FAILED,
	 200,
	 0,
	 {.reply = CHUNKS "10000000000000000\r\n", .forever = "0123456789abcdef"}},
	{"chunk of 2^63 - 1",
	 FAIL_NONE,
	 200,
	 CHECK_READ_MAX,
	 {.reply = CHUNKS "7fffffffffffffff\r\n", .forever = "0123456789abcdef"}},
	{"extension",
	 FAIL_HTTP_REQUEST_FAILED,
	 200,
	 0,
	 {.reply = CHUNKS "1;", .forever = "xxxxxxxx"}},
	{"negative length",
	 FAIL_HTTP_REQUEST_FAILED,
	 200,
	 0,
	 {.reply = OK "Content-Length: -1\r\n\r\nabc"}},
	{"two lengths",
	 FAIL_HTTP_REQUEST_FAILED,
	 200,
	 0,
	 {.reply = OK "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc"}},
	{"NUL", FAIL_HTTP_REQUEST_FAILED, 200, 0, {.reply = NUL, .reply_len = sizeof(NUL) - 1}},
	{"garbage", FAIL_HTTP_REQUEST_FAILED, -1, -1, {.reply = "\x01\x80\xff GET\r\n\r\n"}},
};

/* These end at the deadline, or not at all before everything was said. */
static const struct attack slow_ones[] = {
	{"byte by byte",
	 FAIL_NONE,
	 200,
	 3,
	 {.reply = OK "Content-Length: 3\r\n\r\nyes", .slow = true}},
	{"one header",
	 FAIL_HTTP_BODY_TIMEOUT,
	 200,
	 0,
	 {.reply = OK "X: y", .end = BAD_END_STALL, .slow = true}},
	{"half a status line",
	 FAIL_HTTP_BODY_TIMEOUT,
	 -1,
	 -1,
	 {.reply = "HTTP/1.1 2", .end = BAD_END_STALL, .slow = true}},
};

static const struct attack tls_attacks[] = {
	{"garbage", FAIL_HTTP_REQUEST_FAILED, -1, -1, {.cert = CERT_GOOD, .before = send_garbage}},
	{"renegotiation", FAIL_NONE, 200, 3, {.cert = CERT_TLS12, .before = renegotiate}},
	{"key update", FAIL_NONE, 200, 3, {.cert = CERT_GOOD, .before = update_keys}},
	{"key updates",
	 FAIL_NONE,
	 200,
	 CHECK_READ_MAX,
	 {.cert = CERT_GOOD,
	  .before = update_keys,
	  .reply = OK "\r\n",
	  .forever = "only sixty-four bytes between one key and the next one, and so on"}},
};

static void suffer(struct cycle *c, const char *scheme, const struct attack *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct bad_server server = list[i].server;
		if (*scheme && !strcmp(scheme, "https") && server.cert == CERT_NONE)
			server.cert = CERT_GOOD;
		const struct seen *s =
			cycle_one(c, "%s://127.0.0.1:%u/", scheme, badnet_listen(c->net, &server));
		const int64_t *v = s->result.v;
		if (s->result.kind != KIND_HTTP || v[RESULT_FAILURE] != list[i].failure ||
		    v[RESULT_STATUS] != list[i].status)
			fail_msg("%s, %s: %s %s, status %d", scheme, list[i].what,
				 kind_str(s->result.kind),
				 failure_str((enum failure)v[RESULT_FAILURE]),
				 (int)v[RESULT_STATUS]);
		assert_in_range(v[RESULT_BYTES] + 1, 0, list[i].bytes + 1);
	}
}

#define SUFFER(c, scheme, list) suffer(c, scheme, list, sizeof(list) / sizeof(*list))

static void answers_end_at_a_cap(void **state)
{
	SUFFER(*state, "http", attacks);
}

static void and_so_they_do_over_tls(void **state)
{
	SUFFER(*state, "https", attacks);
}

static void slow_answers_end_at_the_deadline(void **state)
{
	struct cycle *c = *state;
	c->config.check_timeout_ms = SHORT_MS;
	SUFFER(c, "http", slow_ones);
	SUFFER(c, "https", slow_ones);
}

static void what_follows_a_handshake(void **state)
{
	SUFFER(*state, "https", tls_attacks);
}

/* Of this program, which is the servers as well. Sanitizers have memory of their own. */
static void memory_stays_small(void **state)
{
	struct rusage used;
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();
#endif
	assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
	assert_in_range(used.ru_maxrss, 1, 32 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_end_at_a_cap, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(and_so_they_do_over_tls, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(slow_answers_end_at_the_deadline, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(what_follows_a_handshake, open_cycle, close_cycle),
		cmocka_unit_test(memory_stays_small),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
