/* test_server.c: clients that drip, leave at any moment, send too much or nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collector/ingest.h"
#include "common/clock.h"
#include "tests/collector/sender.h"
#include "tests/collector/web.h"

static int setup(void **state)
{
	struct web *w = xcalloc(1, sizeof(*w));
	web_start(w, "ZZ", NULL);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	web_stop(*state);
	free(*state);
	return 0;
}

static size_t connections(struct web *w)
{
	struct server_stats s;
	server_stats(w->api.server, &s);
	return s.connections;
}

/* Runs the loop until n connections are left, at most ms. */
static void wait_connections(struct web *w, size_t n, int ms)
{
	for (int64_t end = clock_mono_ms() + ms; connections(w) != n && clock_mono_ms() < end;)
		web_turn(w);
	assert_int_equal(connections(w), n);
}

static void turns(struct web *w, int n)
{
	while (n--)
		web_turn(w);
}

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
	wait_connections(w, 0, 2000);
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
		turns(w, 20);
	}
	close(fd);
	assert_true(clock_mono_ms() - start < 5000);
	assert_true(clock_mono_ms() - start >= 1000);
	server_stats(w->api.server, &s);
	assert_true(s.timeouts >= 1);
	wait_connections(w, 0, 3000);
}

static void test_max_connections(void **state)
{
	struct web *w = *state;
	struct web_answer a;
	int fds[3];
	web_serve(w, 3, 10);
	for (int i = 0; i < 3; i++)
		fds[i] = web_connect(w);
	wait_connections(w, 3, 2000);
	/* One more waits in the backlog until another leaves. */
	int waiting = web_connect(w);
	static const char request[] = "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n";
	struct buf out;
	assert_int_equal(web_send(w, waiting, request, sizeof(request) - 1), 0);
	assert_false(web_read(w, waiting, &out, NULL, 300));
	buf_clear(&out);
	assert_int_equal(connections(w), 3);
	close(fds[0]);
	assert_true(web_read(w, waiting, &out, NULL, 4000));
	assert_non_null(strstr(out.data, "200 OK"));
	buf_clear(&out);
	close(waiting);
	close(fds[1]);
	close(fds[2]);
	wait_connections(w, 0, 3000);
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
	wait_connections(w, 0, 3000);
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
	wait_connections(w, 0, 3000);
}

/* Every byte of the head, some of the body, and the end. */
static size_t next_cut(size_t cut, size_t len)
{
	size_t next = cut + (cut < 70 ? 1 : 97);
	return cut < len && next > len ? len : next;
}

/* A client leaves after each byte of its request, and at each moment of the answer. */
static void test_leave_anywhere(void **state)
{
	struct web *w = *state;
	struct sender s;
	struct batch b;
	struct buf sealed, request;
	uint8_t id[BATCH_ID];
	sender_init(&s, 1);
	memcpy(s.box.pk, w->rig.box.pk, sizeof(s.box.pk));
	sender_batch(&b, clock_wall_ms() - 60000, 3);
	strcpy(b.country, "ZZ");
	strcpy(b.region, "ZZ-00");
	sender_seal(&s, &b, &sealed, id);
	buf_init(&request, 1 << 20);
	buf_printf(&request, "POST /api/v1/submit HTTP/1.1\r\nContent-Length: %zu\r\n\r\n",
		   sealed.len);
	buf_put(&request, sealed.data, sealed.len);
	web_serve(w, 1000, 10);
	for (size_t cut = 0; cut <= request.len; cut = next_cut(cut, request.len)) {
		for (int linger = 0; linger < 3; linger++) {
			int fd = web_connect(w);
			assert_int_equal(web_send(w, fd, request.data, cut), 0);
			turns(w, linger);
			close(fd);
		}
	}
	wait_connections(w, 0, 5000);
	struct ingest_stats stats;
	ingest_stats(w->rig.ingest, &stats);
	assert_int_equal(stats.batches_new, 1);
	assert_true(stats.batches_duplicate >= 1);
	assert_int_equal(stats.batches_bad, 0);
	buf_clear(&sealed);
	buf_clear(&request);
}

/* The receipt comes through, also twice on one connection. */
static void test_submit_keep_alive(void **state)
{
	struct web *w = *state;
	struct sender s;
	struct batch b;
	struct buf sealed, out;
	uint8_t id[BATCH_ID];
	char hex[2 * BATCH_ID + 1], head[128];
	sender_init(&s, 1);
	memcpy(s.box.pk, w->rig.box.pk, sizeof(s.box.pk));
	sender_batch(&b, clock_wall_ms() - 60000, 3);
	strcpy(b.country, "ZZ");
	strcpy(b.region, "ZZ-00");
	sender_seal(&s, &b, &sealed, id);
	snprintf(head, sizeof(head), "POST /api/v1/submit HTTP/1.1\r\nContent-Length: %zu\r\n\r\n",
		 sealed.len);
	web_serve(w, 100, 10);
	int fd = web_connect(w);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(web_send(w, fd, head, strlen(head)), 0);
		assert_int_equal(web_send(w, fd, sealed.data, sealed.len), 0);
		assert_true(web_read(w, fd, &out, "\r\n\r\n{", 5000));
		assert_non_null(strstr(out.data, "200 OK"));
		assert_non_null(
			strstr(out.data, i ? "\"status\":\"duplicate\"" : "\"status\":\"new\""));
		assert_non_null(strstr(out.data, batch_id_hex(hex, id)));
		buf_clear(&out);
	}
	close(fd);
	buf_clear(&sealed);
	wait_connections(w, 0, 3000);
}

/* Ending the server with requests and streams in every phase. */
static void test_end_anytime(void **state)
{
	static const char *const parts[] = {
		"", "GET /he", "GET /healthz HTTP/1.1\r\n\r\n",
		"GET /api/v1/stream HTTP/1.1\r\n\r\n",
		"POST /api/v1/submit HTTP/1.1\r\nContent-Length: 100\r\n\r\nxx"};
	struct web *w = *state;
	int fds[5];
	web_serve(w, 100, 10);
	for (int i = 0; i < 5; i++) {
		fds[i] = web_connect(w);
		web_send(w, fds[i], parts[i], strlen(parts[i]));
	}
	wait_connections(w, 5, 2000);
	server_stop(w->api.server);
	server_free(w->api.server);
	w->api.server = NULL;
	for (int i = 0; i < 5; i++)
		close(fds[i]);
}

/* A reader of the stream who does not read is cut off; one who leaves is forgotten. */
static void test_slow_reader(void **state)
{
	struct web *w = *state;
	int small = 4096;
	web_serve(w, 100, 10);
	int fd = web_connect(w);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	web_send(w, fd, "GET /api/v1/stream HTTP/1.1\r\n\r\n", 31);
	turns(w, 20);
	assert_int_equal(connections(w), 1);
	/* Pipelined rubbish during a reply is not read without end. */
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
	wait_connections(w, 0, 20000);
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
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_drip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_max_connections, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nonsense, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leave_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_submit_keep_alive, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end_anytime, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow_reader, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listen, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
