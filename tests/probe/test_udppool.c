/* test_udppool.c: a socket that is used again is as good as a new one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "probe/wire_udp.h"
#include "probe/wire_udppool.h"
#include "tests/probe/openfiles.h"

struct rig {
	struct event_base *base;
	struct wire_udppool *pool;
	struct wire_socket *held; /* so that spare ones are kept */
	int server;
	union wire_addr at;
	unsigned int readable;
};

static void on_readable(void *arg)
{
	struct rig *r = arg;
	r->readable++;
}

static void begin(struct rig *r, const char *addr)
{
	socklen_t len = wire_addr_make(&r->at, addr, 0);
	r->base = event_base_new();
	r->pool = wire_udppool_new(r->base);
	r->server = socket(r->at.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(r->server, &r->at.any, len), 0);
	assert_int_equal(getsockname(r->server, &r->at.any, &len), 0);
	r->readable = 0;
	r->held = wire_udppool_take(r->pool, &r->at, on_readable, r);
	assert_non_null(r->held);
	alarm(60); /* ends a wait for ever */
}

static void end(struct rig *r)
{
	wire_udppool_give(r->held);
	wire_udppool_free(r->pool);
	close(r->server);
	event_base_free(r->base);
	alarm(0);
}

/* Says a word to the server; the port that it came from, and the sender. */
static uint16_t say(const struct rig *r, const struct wire_socket *s, union wire_addr *from)
{
	struct wire_moment at;
	char word[8];
	socklen_t len = sizeof(*from);
	assert_int_equal(wire_udp_send(s->fd, "hello", 5, &at), 0);
	assert_int_equal(recvfrom(r->server, word, sizeof(word), 0, &from->any, &len), 5);
	return from->four.sin_port; /* at the same place for both families */
}

static void answer(const struct rig *r, const union wire_addr *to, const char *text, int ttl)
{
	bool six = to->any.sa_family == AF_INET6;
	socklen_t len = six ? sizeof(to->six) : sizeof(to->four);
	setsockopt(r->server, six ? IPPROTO_IPV6 : IPPROTO_IP, six ? IPV6_UNICAST_HOPS : IP_TTL,
		   &ttl, sizeof(ttl));
	assert_true(sendto(r->server, text, strlen(text), 0, &to->any, len) > 0);
}

static int receive(const struct wire_socket *s, char text[static 16], struct wire_datagram *d)
{
	*d = (struct wire_datagram){.data = text, .room = 15};
	int err = wire_udp_receive(s->fd, d);
	text[err ? 0 : d->len] = '\0';
	return err;
}

static void used_again(const char *addr)
{
	struct rig r;
	struct wire_datagram d;
	union wire_addr first, second;
	char text[16];
	begin(&r, addr);
	struct wire_socket *s = wire_udppool_take(r.pool, &r.at, on_readable, &r), *again;
	uint16_t port = say(&r, s, &first);
	answer(&r, &first, "one", 33);
	assert_int_equal(receive(s, text, &d), 0);
	assert_string_equal(text, "one");
	assert_int_equal(d.ttl, 33);
	assert_true(d.at.wall_us > 0);
	answer(&r, &first, "late", 33); /* in the queue already */
	wire_udppool_give(s);
	again = wire_udppool_take(r.pool, &r.at, on_readable, &r);
	assert_ptr_equal(again, s);
	assert_int_not_equal(say(&r, again, &second), port);
	answer(&r, &first, "later", 33); /* to the port that it had */
	answer(&r, &second, "two", 44);
	assert_int_equal(receive(again, text, &d), 0);
	assert_string_equal(text, "two");
	assert_int_equal(d.ttl, 44);
	assert_int_equal(receive(again, text, &d), EAGAIN);
	event_base_loop(r.base, EVLOOP_NONBLOCK);
	assert_int_equal(r.readable, 0);
	wire_udppool_give(again);
	end(&r);
}

static void over_ipv4(void **state)
{
	(void)state;
	used_again("127.0.0.1");
}

static void over_ipv6(void **state)
{
	(void)state;
	used_again("::1");
}

static void errors_do_not_outlive_their_user(void **state)
{
	struct rig r;
	struct wire_datagram d;
	struct wire_moment at;
	union wire_addr nobody, nowhere, from;
	char text[16];
	(void)state;
	begin(&r, "127.0.0.1");
	wire_addr_make(&nobody, "127.0.0.1", 1);
	wire_addr_make(&nowhere, "240.0.0.1", 53);
	struct wire_socket *s = wire_udppool_take(r.pool, &nobody, on_readable, &r);
	assert_int_equal(wire_udp_send(s->fd, "x", 1, &at), 0);
	assert_int_equal(receive(s, text, &d), ECONNREFUSED);
	assert_int_equal(receive(s, text, &d), EAGAIN);
	assert_int_equal(wire_udp_send(s->fd, "x", 1, &at), 0); /* refused, and nobody looks */
	wire_udppool_give(s);
	assert_null(wire_udppool_take(r.pool, &nowhere, on_readable, &r));
	s = wire_udppool_take(r.pool, &r.at, on_readable, &r);
	say(&r, s, &from);
	answer(&r, &from, "fine", 64);
	assert_int_equal(receive(s, text, &d), 0);
	assert_string_equal(text, "fine");
	wire_udppool_give(s);
	end(&r);
}

/* All of one wave come back before the first of the next is taken. */
static void waves_share_their_sockets(void **state)
{
	enum { WAVE = 20 };
	struct wire_socket *wave[WAVE];
	struct rig r;
	(void)state;
	begin(&r, "127.0.0.1");
	size_t before = open_files();
	int64_t given = 0;
	wire_udppool_give(r.held);
	for (int k = 0; k < 3; k++) {
		for (size_t i = 0; i < WAVE; i++)
			wave[i] = wire_udppool_take(r.pool, &r.at, on_readable, &r);
		assert_int_equal(open_files(), before + WAVE - 1);
		given = clock_mono_ms();
		for (size_t i = 0; i < WAVE; i++)
			wire_udppool_give(wave[i]);
	}
	event_base_loop(r.base, EVLOOP_NONBLOCK);
	/* Kept for a second, if this machine got so far within one. */
	size_t kept = open_files();
	assert_true(kept == before + WAVE - 1 || clock_mono_ms() - given >= 1000);
	while (open_files() >= before) /* none stays */
		event_base_loop(r.base, EVLOOP_ONCE);
	r.held = wire_udppool_take(r.pool, &r.at, on_readable, &r);
	end(&r);
}

static void elapsed(void **state)
{
	const struct wire_moment sent = {1000000, 5000}, stamped = {1000300, 6000},
				 set_back = {400000, 6000}, set_forward = {9000000, 6000},
				 no_stamp = {-1, 6000};
	(void)state;
	assert_int_equal(wire_udp_elapsed_us(&sent, &stamped), 300);
	/* When the clock was set in between, the time that the loop saw. */
	assert_int_equal(wire_udp_elapsed_us(&sent, &set_back), 1000);
	assert_int_equal(wire_udp_elapsed_us(&sent, &set_forward), 1000);
	assert_int_equal(wire_udp_elapsed_us(&sent, &no_stamp), 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(over_ipv4),
		cmocka_unit_test(over_ipv6),
		cmocka_unit_test(errors_do_not_outlive_their_user),
		cmocka_unit_test(waves_share_their_sockets),
		cmocka_unit_test(elapsed),
	};
	alarm(60);
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
