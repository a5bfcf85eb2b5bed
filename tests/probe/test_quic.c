/* test_quic.c: the greeting and its answers, as bytes and from servers on the loopback interface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/wire_addr.h"
#include "probe/wire_quic.h"
#include "tests/probe/cycle.h"

#define SHORT_MS 700 /* one repetition fits */

enum manner { NEGOTIATES, IS_SILENT, TALKS_GARBAGE, FORGED_THEN_TRUE, HEARS_THE_SECOND };

struct server {
	int fd;
	struct event *event;
	enum manner manner;
	unsigned int greetings, small;
};

/* Version Negotiation for a greeting, offering one grease version and these two. */
static size_t negotiate(uint8_t out[static 64], const uint8_t *greeting)
{
	static const uint8_t versions[] = {0xda, 0xea, 0xfa, 0x1a, 0,	 0,
					   0,	 1,    0x6b, 0x33, 0x43, 0xcf};
	out[0] = 0xb3;
	memset(out + 1, 0, 4);
	memcpy(out + 5, greeting + 14, 9);
	memcpy(out + 14, greeting + 5, 9);
	memcpy(out + 23, versions, sizeof(versions));
	return 23 + sizeof(versions);
}

static void on_greeting(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	uint8_t in[1500], out[64];
	union wire_addr peer;
	socklen_t len = sizeof(peer);
	ssize_t got = recvfrom(fd, in, sizeof(in), 0, &peer.any, &len);
	(void)what;
	s->greetings++;
	s->small += got < 1200;
	if (s->manner == TALKS_GARBAGE || s->manner == FORGED_THEN_TRUE)
		sendto(fd, "HTTP/1.1 403 No", 15, 0, &peer.any, len);
	if (s->manner == IS_SILENT || s->manner == TALKS_GARBAGE ||
	    (s->manner == HEARS_THE_SECOND && s->greetings != 2))
		return;
	size_t n = negotiate(out, in);
	sendto(fd, out, n, 0, &peer.any, len);
}

static uint16_t serve(struct cycle *c, struct server *s, const char *addr, enum manner manner)
{
	union wire_addr at;
	socklen_t len = wire_addr_make(&at, addr, 0);
	*s = (struct server){.manner = manner};
	s->fd = socket(at.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(s->fd, &at.any, len), 0);
	assert_int_equal(getsockname(s->fd, &at.any, &len), 0);
	s->event = event_new(c->base, s->fd, EV_READ | EV_PERSIST, on_greeting, s);
	event_add(s->event, NULL);
	return ntohs(at.four.sin_port);
}

static void end(struct server *s)
{
	event_free(s->event);
	close(s->fd);
}

static const struct seen *visit(struct cycle *c, struct server *s, enum manner manner)
{
	const struct seen *seen =
		cycle_one(c, "quic://127.0.0.1:%u/", serve(c, s, "127.0.0.1", manner));
	assert_int_equal(seen->result.kind, KIND_QUIC);
	assert_int_equal(s->small, 0);
	end(s);
	return seen;
}

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

static enum failure failure(const struct seen *s)
{
	return (enum failure)s->result.v[RESULT_FAILURE];
}

static void versions_are_negotiated(void **state)
{
	static const enum manner fine[] = {NEGOTIATES, FORGED_THEN_TRUE, HEARS_THE_SECOND};
	struct cycle *c = *state;
	struct server server;
	for (size_t i = 0; i < 3; i++) {
		const struct seen *s = visit(c, &server, fine[i]);
		assert_int_equal(failure(s), FAIL_NONE);
		assert_int_equal(s->result.v[RESULT_QUICVER], 1); /* not the one for greasing */
		assert_string_equal(s->addr, "127.0.0.1");
		assert_in_range(s->result.v[RESULT_US], 0, 60 * 1000000);
		/* From the greeting that was answered, half a second after the first. */
		if (fine[i] == HEARS_THE_SECOND)
			assert_int_equal(server.greetings, 2);
	}
}

static void what_goes_wrong_has_a_name(void **state)
{
	struct cycle *c = *state;
	struct server server;
	c->config.check_timeout_ms = SHORT_MS;
	assert_int_equal(failure(visit(c, &server, IS_SILENT)), FAIL_QUIC_TIMEOUT);
	assert_int_equal(server.greetings, 2);
	const struct seen *s = visit(c, &server, TALKS_GARBAGE);
	assert_int_equal(failure(s), FAIL_QUIC_GARBAGE);
	assert_int_equal(s->result.v[RESULT_QUICVER], -1);
	s = cycle_one(c, "quic://127.0.0.1:%u/", baddns_nobody(c->dns));
	assert_int_equal(failure(s), FAIL_CONNECTION_REFUSED);
	s = cycle_one(c, "quic://240.0.0.1/");
	assert_int_equal(failure(s), FAIL_NETWORK_UNREACHABLE);
}

static void ipv6_as_well(void **state)
{
	struct cycle *c = *state;
	struct server server;
	const struct seen *s =
		cycle_one(c, "quic://[::1]:%u/", serve(c, &server, "::1", NEGOTIATES));
	assert_int_equal(failure(s), FAIL_NONE);
	assert_string_equal(s->addr, "::1");
	end(&server);
	s = cycle_one(c, "quic://[::1]:%u/", 1);
	assert_int_equal(failure(s), FAIL_CONNECTION_REFUSED);
}

static void bytes(void **state)
{
	uint8_t greeting[WIRE_QUIC_LEN], out[64], spoilt[64];
	uint32_t version;
	(void)state;
	memset(greeting, 0, sizeof(greeting));
	for (uint8_t i = 0; i < 23; i++)
		greeting[i] = (uint8_t)(0x31 + i);
	wire_quic_greet(greeting);
	assert_int_equal(greeting[0], 0xf1); /* a long header */
	for (int i = 1; i < 5; i++)
		assert_int_equal(greeting[i] & 0x0f, 0x0a);
	assert_int_equal(greeting[5], 8);
	assert_int_equal(greeting[14], 8);

	size_t len = negotiate(out, greeting);
	assert_true(wire_quic_read(&version, out, len, greeting));
	assert_int_equal(version, 1);
	/* Only with whole versions, and one at least. */
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(wire_quic_read(&version, out, cut, greeting),
				 cut == 27 || cut == 31);
	assert_true(wire_quic_read(&version, out, 27, greeting));
	assert_int_equal(version, 0xdaeafa1a); /* there is no other */
	/* Header form, version, lengths and ids have to be right. */
	for (size_t i = 0; i < 23; i++) {
		memcpy(spoilt, out, len);
		spoilt[i] ^= 0x80;
		assert_false(wire_quic_read(&version, spoilt, len, greeting));
	}
	/* A server that offers just what it was greeted with had nothing to negotiate. */
	memcpy(out + 27, greeting + 1, 4);
	assert_false(wire_quic_read(&version, out, len, greeting));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define WITH_CYCLE(f) cmocka_unit_test_setup_teardown(f, open_cycle, close_cycle)
		cmocka_unit_test(bytes),
		WITH_CYCLE(versions_are_negotiated),
		WITH_CYCLE(what_goes_wrong_has_a_name),
		WITH_CYCLE(ipv6_as_well),
	};
	return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
