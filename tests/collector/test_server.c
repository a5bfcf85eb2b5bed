/* test_server.c: clients that drip, send too much or nonsense; limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/collector/web.h"

static void test_answers(void **state)
{
	struct web *w = *state;
	struct web_answer a;
	char value[128];
	web_serve(w, 100, 10);
	web_get(w, &a, "/healthz");
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body, "{\"status\":\"ok\"}\n");
	assert_string_equal(web_header(&a, "X-Content-Type-Options", value, sizeof(value)),
			    "nosniff");
	assert_string_equal(web_header(&a, "Referrer-Policy", value, sizeof(value)), "no-referrer");
	assert_string_equal(web_header(&a, "Content-Length", value, sizeof(value)), "16");
	web_answer_clear(&a);
	web_ask(w, &a, "HEAD", "/healthz HTTP/1.1\r\n", NULL, 0);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, 0);
	assert_string_equal(web_header(&a, "Content-Length", value, sizeof(value)), "16");
	web_answer_clear(&a);
	web_wait_connections(w, 0, 2000);
}

/* A byte now and then keeps no connection open beyond the deadline of the whole request. */
static void test_drip(void **state)
{
	static const char request[] = "GET /healthz HTTP/1.1\r\nX-A: ";
	struct web *w = *state;
	struct server_stats s;
	int64_t start = clock_mono_ms(), end = start + 6000;
	web_serve(w, 100, 1);
	int fd = web_connect(w);
	for (size_t i = 0; clock_mono_ms() < end; i++) {
		char c = i < sizeof(request) - 1 ? request[i] : 'x';
		if (send(fd, &c, 1, MSG_NOSIGNAL) < 0)
			break;
		web_turns(w, 20);
	}
	close(fd);
	assert_true(clock_mono_ms() - start < 5000);
	assert_true(clock_mono_ms() - start >= 1000);
	server_stats(w->api.server, &s);
	assert_true(s.timeouts >= 1);
	web_wait_connections(w, 0, 3000);
}

static void test_max_connections(void **state)
{
	struct web *w = *state;
	struct web_answer a;
	int fds[3];
	web_serve(w, 3, 10);
	for (int i = 0; i < 3; i++)
		fds[i] = web_connect(w);
	web_wait_connections(w, 3, 2000);
	/* One more waits in the backlog until another leaves. */
	int waiting = web_connect(w);
	static const char request[] = "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
	struct buf out;
	assert_int_equal(web_send(w, waiting, request, sizeof(request) - 1), 0);
	assert_false(web_read(w, waiting, &out, NULL, 300));
	buf_clear(&out);
	web_wait_connections(w, 3, 0);
	close(fds[0]);
	assert_true(web_read(w, waiting, &out, NULL, 4000));
	assert_non_null(strstr(out.data, "200 OK"));
	buf_clear(&out);
	close(waiting);
	close(fds[1]);
	close(fds[2]);
	web_wait_connections(w, 0, 3000);
	web_get(w, &a, "/healthz");
	assert_int_equal(a.status, 200);
	web_answer_clear(&a);
}

/* Raw bytes in, the status of the answer out; 0 when it only closed. */
static int status_of(struct web *w, const char *bytes)
{
	struct buf out;
	int status = 0;
	int fd = web_connect(w);
	web_send(w, fd, bytes, strlen(bytes));
	shutdown(fd, SHUT_WR);
	assert_true(web_read(w, fd, &out, NULL, 5000));
	if (out.len)
		sscanf(out.data, "HTTP/1.1 %d", &status);
	buf_clear(&out);
	close(fd);
	return status;
}

static void test_nonsense(void **state)
{
	static const struct {
		const char *bytes;
		int status;
	} table[] = {
		{"GET /healthz HTTP/1.1\r\n\r\n", 200},
		{"GET /healthz HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 200},
		{"POST /healthz HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
		{"POST /healthz HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: "
		 "chunked\r\n\r\nx",
		 400},
		{"POST /healthz HTTP/1.1\r\nContent-Length: +1\r\n\r\nx", 400},
		{"POST /healthz HTTP/1.1\r\nContent-Length: -1\r\n\r\nx", 400},
		{"GET /healthz HTTP/4294967295.255\r\n\r\n", 400},
		{"GET /healthz HTTP/2.0\r\n\r\n", 400},
		{"BREW /healthz HTTP/1.1\r\n\r\n", 405},
		{"DELETE /healthz HTTP/1.1\r\n\r\n", 405},
		{"GET http://other/healthz HTTP/1.1\r\n\r\n", 404},
		{"GET /healthz HTTP/1.1\r\nno colon\r\n\r\n", 400},
		{"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n", 400},
	};
	struct web *w = *state;
	web_serve(w, 100, 10);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int status = status_of(w, table[i].bytes);
		if (status != table[i].status)
			fail_msg("%d instead of %d: %s", status, table[i].status, table[i].bytes);
	}
	web_wait_connections(w, 0, 3000);
}

static void test_large(void **state)
{
	struct web *w = *state;
	struct web_answer a;
	char *big = xmalloc(3 * BATCH_SEALED_MAX), *head;
	memset(big, 'a', 3 * BATCH_SEALED_MAX);
	web_serve(w, 100, 10);
	big[20000] = '\0';
	head = xasprintf("/healthz HTTP/1.1\r\nX-Big: %s\r\n", big);
	web_ask(w, &a, "GET", head, NULL, 0);
	assert_int_equal(a.status, 400);
	web_answer_clear(&a);
	big[20000] = 'a';
	web_ask(w, &a, "POST", "/api/v1/submit HTTP/1.1\r\n", big, BATCH_SEALED_MAX + 1);
	assert_int_equal(a.status, 413);
	assert_non_null(strstr(a.body, "larger than the largest batch"));
	web_answer_clear(&a);
	web_ask(w, &a, "POST", "/api/v1/submit HTTP/1.1\r\n", big, 3 * BATCH_SEALED_MAX);
	assert_int_equal(a.status, 413);
	web_answer_clear(&a);
	free(head);
	free(big);
	web_wait_connections(w, 0, 3000);
}

/* A peer who sends on and on while he is being answered fills a small buffer, and no more. */
static void test_rubbish(void **state)
{
	static const char request[] = "GET /api/v1/stream HTTP/1.1\r\n\r\n";
	struct web *w = *state;
	int small = 4096;
	web_serve(w, 100, 10);
	int fd = web_connect(w);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	web_send(w, fd, request, sizeof(request) - 1);
	web_turns(w, 20);
	web_wait_connections(w, 1, 0);
	char rubbish[4096];
	memset(rubbish, 'x', sizeof(rubbish));
	size_t taken = 0;
	for (int i = 0; i < 5000; i++) {
		ssize_t n = send(fd, rubbish, sizeof(rubbish), MSG_NOSIGNAL | MSG_DONTWAIT);
		taken += n > 0 ? (size_t)n : 0;
		if (i % 10 == 0)
			web_turn(w);
	}
	struct server_stats s;
	server_stats(w->api.server, &s);
	assert_true(s.buffered_bytes < 2 * BATCH_SEALED_MAX + 256 * 1024);
	assert_true(taken > 0);
	close(fd);
}

/* Out of descriptors: no connection is taken, and when there are some again it goes on. */
static void test_no_descriptors(void **state)
{
	static const char request[] = "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
	struct web *w = *state;
	struct rlimit was, few;
	struct buf out;
	web_serve(w, 100, 10);
	int fd = web_connect(w);
	web_send(w, fd, request, sizeof(request) - 1);
	assert_true(web_read(w, fd, &out, NULL, 3000));
	buf_clear(&out);
	close(fd);
	web_wait_connections(w, 0, 3000);
	fd = web_connect(w);
	getrlimit(RLIMIT_NOFILE, &was);
	few = was;
	few.rlim_cur = (rlim_t)fd + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL);
	assert_false(web_read(w, fd, &out, NULL, 300));
	buf_clear(&out);
	setrlimit(RLIMIT_NOFILE, &was);
	assert_true(web_read(w, fd, &out, NULL, 4000));
	assert_non_null(strstr(out.data, "200 OK"));
	buf_clear(&out);
	close(fd);
}

static void test_listen(void **state)
{
	static const char *const bad[] = {
		"8080",	    "127.0.0.1",      "127.0.0.1:",	 "localhost:80",
		"::1:8080", "127.0.0.1:http", "127.0.0.1:99999", ":80"};
	struct web *w = *state;
	char err[256];
	struct server_config c = {.base = w->base, .max_connections = 1, .request_timeout_s = 1};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		c.listen = bad[i];
		if (server_new(&c, err, sizeof(err)))
			fail_msg("%s was taken", bad[i]);
		assert_true(strlen(err) > 10);
	}
	web_serve(w, 10, 10);
	char *taken = xasprintf("127.0.0.1:%d", w->port);
	c.listen = taken;
	assert_null(server_new(&c, err, sizeof(err)));
	assert_non_null(strstr(err, "in use"));
	free(taken);
	c.listen = "[::1]:0";
	struct server *v6 = server_new(&c, err, sizeof(err));
	if (v6)
		assert_int_equal(strncmp(server_address(v6), "[::1]:", 6), 0);
	server_free(v6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, web_setup_unserved, web_teardown),
		cmocka_unit_test_setup_teardown(test_drip, web_setup_unserved, web_teardown),
		cmocka_unit_test_setup_teardown(test_max_connections, web_setup_unserved,
						web_teardown),
		cmocka_unit_test_setup_teardown(test_nonsense, web_setup_unserved, web_teardown),
		cmocka_unit_test_setup_teardown(test_large, web_setup_unserved, web_teardown),
		cmocka_unit_test_setup_teardown(test_rubbish, web_setup_unserved, web_teardown),
		cmocka_unit_test_setup_teardown(test_no_descriptors, web_setup_unserved,
						web_teardown),
		cmocka_unit_test_setup_teardown(test_listen, web_setup_unserved, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
