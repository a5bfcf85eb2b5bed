/* test_server_gone.c: clients and servers that leave at any moment, handlers that answer late. Run
 * with the address sanitizer: nothing may be touched after its connection has gone. */
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
			web_turns(w, linger);
			close(fd);
		}
	}
	web_wait_connections(w, 0, 5000);
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
	web_wait_connections(w, 0, 3000);
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
	web_wait_connections(w, 5, 2000);
	server_stop(w->api.server);
	server_free(w->api.server);
	w->api.server = NULL;
	for (int i = 0; i < 5; i++)
		close(fds[i]);
}

/* A handler that answers when the test says so. */
static void keep(void *arg, struct request *r)
{
	struct request **kept = arg;
	*kept = r;
}

static struct server *serve_kept(struct web *w, struct request **kept)
{
	char err[256];
	const struct server_config c = {.base = w->base,
					.listen = "127.0.0.1:0",
					.max_connections = 10,
					.max_body = 1000,
					.request_timeout_s = 1,
					.handle = keep,
					.arg = kept};
	struct server *s = server_new(&c, err, sizeof(err));
	assert_non_null(s);
	w->port = atoi(strrchr(server_address(s), ':') + 1);
	*kept = NULL;
	return s;
}

static void answer(struct request *r)
{
	struct reply reply;
	reply_init(&reply, 200, 100);
	buf_puts(&reply.body, "late");
	reply_header(&reply, "X-Bad", "a\nb"); /* dropped */
	request_reply_take(r, &reply);
}

/* The server gives up on its own handler, and ends under it; the late answer goes nowhere. */
static void test_gone(void **state)
{
	static const char request[] = "GET /x?y=1 HTTP/1.1\r\nX-A: b\r\n\r\n";
	struct web *w = *state;
	struct request *kept;
	struct buf out;
	size_t len;
	for (int ended = 0; ended < 2; ended++) {
		struct server *s = serve_kept(w, &kept);
		int fd = web_connect(w);
		web_send(w, fd, request, sizeof(request) - 1);
		while (!kept)
			web_turn(w);
		assert_false(request_is_gone(kept));
		assert_string_equal(request_header(kept, "x-a"), "b");
		if (ended) {
			server_free(s);
		} else {
			assert_true(web_read(w, fd, &out, NULL, 5000));
			assert_int_equal(out.len, 0);
			buf_clear(&out);
		}
		assert_true(request_is_gone(kept));
		assert_null(request_header(kept, "X-A"));
		assert_string_equal(request_path(kept), "/x");
		assert_string_equal(request_query(kept), "y=1");
		assert_string_equal(request_body(kept, &len), "");
		answer(kept);
		close(fd);
		if (!ended)
			server_free(s);
	}
}

/* Answered late, in time: and the same connection serves again. */
static void test_late(void **state)
{
	static const char request[] = "GET /x HTTP/1.1\r\n\r\n";
	struct web *w = *state;
	struct request *kept;
	struct buf out;
	struct server *s = serve_kept(w, &kept);
	int fd = web_connect(w);
	for (int i = 0; i < 3; i++) {
		kept = NULL;
		web_send(w, fd, request, sizeof(request) - 1);
		while (!kept)
			web_turn(w);
		web_turns(w, 20);
		answer(kept);
		assert_true(web_read(w, fd, &out, "late", 3000));
		assert_null(strstr(out.data, "X-Bad"));
		buf_clear(&out);
	}
	close(fd);
	server_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_leave_anywhere, web_setup_unserved,
						web_teardown),
		cmocka_unit_test_setup_teardown(test_submit_keep_alive, web_setup_unserved,
						web_teardown),
		cmocka_unit_test_setup_teardown(test_end_anytime, web_setup_unserved, web_teardown),
		cmocka_unit_test_setup_teardown(test_gone, web_setup_unserved, web_teardown),
		cmocka_unit_test_setup_teardown(test_late, web_setup_unserved, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
