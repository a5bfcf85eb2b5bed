/* test_wire_get.c: the request as it stands on the wire, and what is made of a connection that breaks
 * at a moment that no server on a loopback interface can be made to choose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/wire_get.h"

struct exchange {
	struct event_base *base;
	struct wire_stream stream;
	struct wire_get get;
	int peer, done;
	enum failure failure;
};

static void on_done(void *arg, enum failure failure)
{
	struct exchange *x = arg;
	x->failure = failure;
	x->done++;
}

static int open_exchange(void **state)
{
	static struct exchange x;
	int pair[2];
	x = (struct exchange){.base = event_base_new()};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	wire_stream_init(&x.stream);
	x.stream.fd = pair[0];
	x.peer = pair[1];
	x.get = (struct wire_get){
		.base = x.base,
		.stream = &x.stream,
		.place = {"http", "site.test", 80, "/path?query"},
		.addr = "127.0.0.1",
		.done = on_done,
		.arg = &x,
	};
	*state = &x;
	return 0;
}

static int close_exchange(void **state)
{
	struct exchange *x = *state;
	wire_get_stop(&x->get);
	wire_get_stop(&x->get); /* twice is once */
	wire_stream_close(&x->stream);
	if (x->peer >= 0)
		close(x->peer);
	event_base_free(x->base);
	return 0;
}

static void say(struct exchange *x, const char *text)
{
	assert_int_equal(send(x->peer, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void hang_up(struct exchange *x)
{
	close(x->peer);
	x->peer = -1;
}

static void run(struct exchange *x)
{
	while (!x->done)
		assert_int_equal(event_base_loop(x->base, EVLOOP_ONCE), 0);
	assert_int_equal(x->done, 1);
}

static void the_request_is_a_browsers(void **state)
{
	static const char whole[] =
		"GET /path?query HTTP/1.1\r\n"
		"Host: site.test\r\n"
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
		"Firefox/128.0\r\n"
		"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
		"Connection: close\r\n\r\n";
	struct exchange *x = *state;
	char got[1024];
	wire_get_start(&x->get);
	assert_true(x->get.sent_us > 0);
	assert_int_equal(recv(x->peer, got, sizeof(got), 0), sizeof(whole) - 1);
	assert_memory_equal(got, whole, sizeof(whole) - 1);
	say(x, "HTTP/1.1 200 OK\r\n\r\nfine");
	hang_up(x);
	run(x);
	assert_int_equal(x->failure, FAIL_NONE);
	assert_string_equal(x->get.http.body.data, "fine");
	assert_true(x->get.first_us >= x->get.sent_us && x->get.end_us >= x->get.last_us);
}

static void hosts(void **state)
{
	static const struct {
		struct wire_place place;
		const char *host;
	} cases[] = {
		{{"http", "site.test", 80, "/"}, "\r\nHost: site.test\r\n"},
		{{"http", "site.test", 443, "/"}, "\r\nHost: site.test:443\r\n"},
		{{"https", "site.test", 443, "/"}, "\r\nHost: site.test\r\n"},
		{{"https", "site.test", 80, "/"}, "\r\nHost: site.test:80\r\n"},
		{{"https", "2001:db8::1", 443, "/"}, "\r\nHost: [2001:db8::1]\r\n"},
		{{"https", "2001:db8::1", 8443, "/"}, "\r\nHost: [2001:db8::1]:8443\r\n"},
		{{"http", "192.0.2.1", 8080, "/"}, "\r\nHost: 192.0.2.1:8080\r\n"},
	};
	struct exchange *x = *state;
	char got[1024] = "";
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		x->get.place = cases[i].place;
		x->get.sent = 0;
		wire_get_start(&x->get);
		assert_true(recv(x->peer, got, sizeof(got) - 1, 0) > 0);
		assert_non_null(strstr(got, cases[i].host));
		wire_get_stop(&x->get);
	}
}

/* The write fails, and yet there is something to read. */
static void a_page_before_the_end_is_read(void **state)
{
	struct exchange *x = *state;
	say(x, "HTTP/1.1 403 No\r\n\r\nblocked");
	hang_up(x);
	wire_get_start(&x->get);
	run(x);
	assert_int_equal(x->failure, FAIL_HTTP_BODY_RESET);
	assert_int_equal(x->get.http.status, 403);
	assert_string_equal(x->get.http.body.data, "blocked");
	assert_int_equal(x->get.sent_us, 0);
}

/* With nothing to read it is a reset, and a second connection is made; nobody is there. */
static void a_reset_is_held_against_silence(void **state)
{
	struct exchange *x = *state;
	x->get.place.port = 1;
	hang_up(x);
	wire_get_start(&x->get);
	assert_int_equal(x->done, 0);
	assert_int_equal(wire_get_expired(&x->get), FAIL_HTTP_RESET);
	run(x);
	assert_int_equal(x->failure, FAIL_HTTP_RESET);
}

static void what_the_deadline_means(void **state)
{
	struct exchange *x = *state;
	wire_get_start(&x->get);
	assert_int_equal(wire_get_expired(&x->get), FAIL_HTTP_TIMEOUT);
	say(x, "H");
	assert_int_equal(event_base_loop(x->base, EVLOOP_ONCE), 0);
	assert_int_equal(wire_get_expired(&x->get), FAIL_HTTP_BODY_TIMEOUT);
	assert_int_equal(x->done, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_request_is_a_browsers, open_exchange,
						close_exchange),
		cmocka_unit_test_setup_teardown(hosts, open_exchange, close_exchange),
		cmocka_unit_test_setup_teardown(a_page_before_the_end_is_read, open_exchange,
						close_exchange),
		cmocka_unit_test_setup_teardown(a_reset_is_held_against_silence, open_exchange,
						close_exchange),
		cmocka_unit_test_setup_teardown(what_the_deadline_means, open_exchange,
						close_exchange),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
