/* test_stepline.c: a step as a person sees it, wide and narrow, and whatever a server wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/buf.h"
#include "probe/stepline.h"
#include "probe/term.h"
#include "tests/probe/steps.h"

#define A1 "203.0.113.7"

static const struct term plain = {.utf8 = true};

struct view {
	struct buf out;
	int columns;
	enum wording w;
};

static void put(void *arg, const struct runner_step *step)
{
	struct view *v = arg;
	stepline_put(&v->out, step, &plain, v->w, v->columns);
}

static void shows(const struct a_step *step, enum wording w, int columns, const char *want)
{
	struct view v = {.columns = columns, .w = w};
	buf_init(&v.out, 8192);
	steps_send(NULL, step, 1, put, &v);
	assert_string_equal(v.out.data, want);
	buf_clear(&v.out);
}

#define SHOWS(want, ...) shows(&(struct a_step){__VA_ARGS__}, WORDING_EN, 80, want)

static void each_kind(void **state)
{
	(void)state;
	SHOWS("  ✓ dns     12 ms  system A -> 203.0.113.7, 203.0.113.8 alias cdn.example\n",
	      FAIL_NONE, KIND_DNS, .answers = {A1, "203.0.113.8"}, .cname = "cdn.example");
	SHOWS("  ✓ dns     12 ms  udp://9.9.9.9 AAAA answer 2 -> 2001:db8::7\n", FAIL_NONE,
	      KIND_DNS, .answers = {"2001:db8::7"}, .qtype = 28, .nth = 1,
	      .resolver = "udp://9.9.9.9");
	SHOWS("  - dns     12 ms  system AAAA -> none\n", FAIL_DNS_NO_ANSWER, KIND_DNS,
	      .qtype = 28);
	SHOWS("  ✗ dns     12 ms  system A -> 10.10.34.36 (ir.dns.36)\n"
	      "    dns_bogon_error: a forged answer: the address is a known block-page address\n",
	      FAIL_DNS_BOGON, KIND_DNS, .answers = {"10.10.34.36"}, .fp = "ir.dns.36");
	SHOWS("  ✓ tcp     12 ms  203.0.113.7 port 443 (redirect 1)\n", FAIL_NONE, KIND_TCP,
	      .addr = A1, .hop = 1);
	SHOWS("  ✓ tls     12 ms  203.0.113.7 TLS 1.3 with the harmless name www.example.com\n",
	      FAIL_NONE, KIND_TLS, .addr = A1, .tls = 772, .harmless = true);
	SHOWS("  ✓ http    12 ms  203.0.113.7 status 301, 9 bytes -> https://x.example/\n",
	      FAIL_NONE, KIND_HTTP, .addr = A1, .status = 301, .bytes = 9, .path = "/",
	      .location = "https://x.example/");
	SHOWS("  ✓ quic    12 ms  203.0.113.7 udp port 443 offers 0x00000001\n", FAIL_NONE,
	      KIND_QUIC, .addr = A1, .quic = 1);
	SHOWS("  ✓ speed   12 ms  203.0.113.7 status 200, 65536 bytes, 5308.7 kB/s\n", FAIL_NONE,
	      KIND_SPEED, .addr = A1, .status = 200, .bytes = 65536);
}

static void a_certificate(void **state)
{
	static const struct wire_cert cert = {
		.brief = {"aaaaaaaaaaaaaaaa", "bbbbbbbb", 1700000000, 1760000000},
		.subject = "other.example",
		.issuer = "Some \033[31mBox CA",
	};
	static const struct a_step step = {FAIL_SSL_INVALID_HOSTNAME, KIND_TLS, .addr = A1,
					   .cert = &cert};
	(void)state;
	shows(&step, WORDING_EN, 80,
	      "  ✗ tls     12 ms  203.0.113.7\n"
	      "    ssl_invalid_hostname: the certificate is for another name\n"
	      "    0 other.example by Some ?[31mBox CA, 2023-11-14 to 2025-10-09, sha256\n"
	      "      aaaaaaaaaa\n");
	shows(&step, WORDING_FA, 40,
	      "  ✗ tls     12 ms  203.0.113.7\n"
	      "    ssl_invalid_hostname: گواهی برای نام\n"
	      "      دیگری است\n"
	      "    0 other.example by Some ?[31mBox CA,\n"
	      "      2023-11-14 to 2025-10-09, sha256\n"
	      "      aaaaaaaaaa\n");
}

/* Names in answers and redirects are somebody else's text: no escape sequence, no change of
 * direction, no second line comes out of them. */
static void hostile(void **state)
{
	(void)state;
	SHOWS("  ✓ dns     12 ms  system A -> 203.0.113.7 alias a?[2J???b?\n", FAIL_NONE, KIND_DNS,
	      .answers = {A1}, .cname = "a\033[2J\u202eb\n");
	SHOWS("  ✓ http    12 ms  203.0.113.7 -> https://x/?[2J\n", FAIL_NONE, KIND_HTTP,
	      .addr = A1, .location = "https://x/\033[2J");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind),
		cmocka_unit_test(a_certificate),
		cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
