/* told.c: the rows, in the order of a chain. */
#include "tests/probe/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define SITE  "https://x.example/"
#define PLAIN "http://x.example/"
#define A1    "203.0.113.7"
#define A2    "203.0.113.8"
#define SIX   "2001:db8::7"
#define LIE   "10.10.34.36"
#define NINE  "udp://9.9.9.9"
#define ONE   "udp://192.0.2.53"

/* clang-format off */
/* Steps in the order in which they happen; the first field is the failure. */
#define OK	FAIL_NONE
#define DNS	.kind = KIND_DNS
#define AT(a)	.addr = a
#define TCP	{OK, KIND_TCP, AT(A1)}
#define TLS	{OK, KIND_TLS, AT(A1), .tls = 772}
#define FOUND	{OK, DNS, .answers = {A1}}
#define FOUND2	{OK, DNS, .answers = {A1, A2}}
#define BOTH	FOUND, {OK, DNS, .answers = {SIX}, .qtype = 28}
#define HELLO(f, ...)	 {FAIL_##f, KIND_TLS, AT(A1), __VA_ARGS__}
#define GET(f, ...)	 {FAIL_##f, KIND_HTTP, AT(A1), __VA_ARGS__}
#define HARMLESS(f) {FAIL_##f, KIND_TLS, AT(A1), .harmless = true}

static const struct wire_cert cert = {
	.brief = {"aaaaaaaaaaaaaaaa", "bbbbbbbb", 1700000000, 1760000000},
	.subject = "other.example",
	.issuer = "Some Box CA",
};

const struct told_row told_rows[] = {
	{"all is well", SITE, {FOUND, TCP, TLS, GET(NONE, .status = 200)},
	 .want = "name-resolves site-answers", .up = true},
	{"no such name here is no failure", SITE,
	 {FOUND, {FAIL_DNS_NO_ANSWER, DNS, .qtype = 28}, TCP, TLS, GET(NONE, .status = 200)},
	 .want = "name-resolves site-answers", .up = true},
	{"to https", PLAIN,
	 {FOUND, TCP, GET(NONE, .status = 301, .next = 1), {OK, KIND_TCP, AT(A1), .hop = 1},
	  {OK, KIND_TLS, AT(A1), .hop = 1}, GET(NONE, .status = 200, .hop = 1)},
	 .want = "name-resolves redirect-https site-answers", .up = true},
	{"away", SITE, {FOUND, TCP, TLS, GET(NONE, .status = 302)},
	 .want = "name-resolves site-answers redirect-elsewhere", .up = true},
	{"away, as a failure", SITE, {FOUND, TCP, TLS, GET(HTTP_REDIRECT, .status = 302)},
	 .want = "name-resolves redirect-elsewhere"},
	{"in clear", PLAIN, {FOUND, TCP, GET(NONE, .status = 200)},
	 .want = "name-resolves site-answers-plain", .up = true},

	{"does not exist", SITE, {{FAIL_DNS_NXDOMAIN, DNS}, {FAIL_DNS_NXDOMAIN, DNS, .qtype = 28}},
	 .want = "name-unknown"},
	{"does not exist for all", SITE,
	 {{FAIL_DNS_NXDOMAIN, DNS}, {FAIL_DNS_NXDOMAIN, DNS, .resolver = NINE}},
	 .want = "name-unknown-to-all"},
	{"hidden", SITE,
	 {{FAIL_DNS_NXDOMAIN, DNS}, {OK, DNS, .resolver = NINE, .answers = {A1}}},
	 .want = "name-denied other-resolvers-tell"},
	{"first by configuration, not by time", SITE,
	 {{OK, DNS, .resolver = NINE, .answers = {A1}}, {FAIL_DNS_NXDOMAIN, DNS}},
	 .want = "name-denied other-resolvers-tell", .beside = {.resolver = "system"}},
	{"no address", SITE, {{FAIL_DNS_NO_ANSWER, DNS}}, .want = "name-no-address"},
	{"forged", SITE, {{FAIL_DNS_BOGON, DNS, .answers = {LIE}, .fp = "ir.dns.36"}},
	 .want = "name-forged"},
	{"forged, and others tell", SITE,
	 {{FAIL_DNS_BOGON, DNS, .answers = {LIE}, .fp = "ir.dns.36"},
	  {OK, DNS, .resolver = NINE, .answers = {A1}},
	  {FAIL_DNS_TIMEOUT, DNS, .resolver = ONE}},
	 .want = "name-forged other-resolvers-tell other-resolvers-fail"},
	{"impossible", SITE, {{FAIL_DNS_BOGON, DNS, .answers = {"127.0.0.1"}}}, .want = "name-bogon"},
	{"forged, then true", SITE,
	 {{FAIL_DNS_BOGON, DNS, .answers = {LIE}, .fp = "ir.dns.36"},
	  {OK, DNS, .answers = {A1}, .nth = 1}, TCP, TLS, GET(NONE, .status = 200)},
	 .want = "name-forged name-raced site-answers", .up = true},
	{"two answers", SITE,
	 {FOUND, {OK, DNS, .answers = {A2}, .nth = 1}, TCP, TLS, GET(NONE, .status = 200)},
	 .want = "name-resolves name-two-answers site-answers", .up = true},
	{"only another one lies", SITE,
	 {FOUND, {FAIL_DNS_BOGON, DNS, .resolver = ONE, .answers = {LIE}, .fp = "ir.dns.36"}, TCP,
	  TLS, GET(NONE, .status = 200)},
	 .want = "name-resolves other-resolvers-forge site-answers", .up = true},
	{"could not find out", SITE, {{FAIL_DNS_SERVFAIL, DNS}}, .want = "resolver-servfail"},
	{"refuses", SITE, {{FAIL_DNS_REFUSED, DNS}}, .want = "resolver-refused"},
	{"silent", SITE, {{FAIL_DNS_TIMEOUT, DNS}, {FAIL_DNS_TIMEOUT, DNS, .qtype = 28}},
	 .want = "resolver-silent"},
	{"out of reach", SITE, {{FAIL_DNS_UNREACHABLE, DNS}}, .want = "resolver-unreachable"},
	{"garbage", SITE, {{FAIL_DNS_MISBEHAVING, DNS}}, .want = "resolver-garbled"},
	{"of another question", SITE, {{FAIL_DNS_WRONG_ID, DNS}}, .want = "resolver-garbled"},
	{"none", SITE, {{FAIL_DNS_NO_RESOLVER, DNS}}, .want = "no-resolver"},
	{"all silent", SITE,
	 {{FAIL_DNS_TIMEOUT, DNS}, {FAIL_DNS_UNREACHABLE, DNS, .resolver = NINE}},
	 .want = "all-resolvers-silent"},
	{"none is of any use", SITE,
	 {{FAIL_DNS_SERVFAIL, DNS}, {FAIL_DNS_TIMEOUT, DNS, .resolver = NINE}},
	 .want = "resolver-servfail other-resolvers-fail"},
	{"asleep while asking", SITE, {{FAIL_CLOCK_JUMP, DNS}}, .want = "clock-jump"},
	{"a single question", "dns://9.9.9.9/x.example",
	 {{OK, DNS, .resolver = "udp://9.9.9.9:53", .answers = {A1}}}, .want = "name-resolves",
	 .beside = {.resolver = "system"}, .up = true},

	{"SYN dropped", SITE, {FOUND, {FAIL_TCP_TIMEOUT, KIND_TCP, AT(A1)}},
	 .want = "name-resolves tcp-dropped"},
	{"both dropped", SITE,
	 {FOUND2, {FAIL_TCP_TIMEOUT, KIND_TCP, AT(A1)}, {FAIL_TCP_TIMEOUT, KIND_TCP, AT(A2)}},
	 .want = "name-resolves tcp-dropped"},
	{"each its own way", SITE,
	 {FOUND2, {FAIL_TCP_TIMEOUT, KIND_TCP, AT(A1)}, {FAIL_CONNECTION_REFUSED, KIND_TCP, AT(A2)}},
	 .want = "name-resolves tcp-dropped tcp-refused"},
	{"reset at once", SITE, {FOUND, TCP, HELLO(CONNECTION_RESET)}, .want = "name-resolves tcp-reset"},
	{"by ICMP", SITE, {FOUND, {FAIL_HOST_UNREACHABLE, KIND_TCP, AT(A1)}},
	 .want = "name-resolves unreachable"},
	{"no route", SITE, {FOUND, {FAIL_NETWORK_UNREACHABLE, KIND_TCP, AT(A1)}},
	 .want = "name-resolves no-route"},
	{"private", SITE,
	 {{OK, DNS, .answers = {"10.1.2.3"}}, {FAIL_PRIVATE_ADDRESS, KIND_TCP, AT("10.1.2.3")}},
	 .want = "name-resolves private-address"},
	{"odd", SITE, {FOUND, {FAIL_EOF_ERROR, KIND_TCP, AT(A1)}}, .want = "name-resolves tcp-failed"},
	{"no IPv6", SITE,
	 {BOTH, TCP, TLS, GET(NONE, .status = 200), {FAIL_NETWORK_UNREACHABLE, KIND_TCP, AT(SIX)}},
	 .want = "name-resolves no-ipv6 site-answers", .up = true},
	{"IPv6 dead", SITE,
	 {BOTH, TCP, TLS, GET(NONE, .status = 200), {FAIL_TCP_TIMEOUT, KIND_TCP, AT(SIX)}},
	 .want = "name-resolves tcp-dropped only-ipv6-fails site-answers", .up = true},
	{"IPv4 dead", SITE,
	 {BOTH, {FAIL_TCP_TIMEOUT, KIND_TCP, AT(A1)}, {OK, KIND_TCP, AT(SIX)},
	  {OK, KIND_TLS, AT(SIX)}, {OK, KIND_HTTP, AT(SIX), .status = 200}},
	 .want = "name-resolves tcp-dropped only-ipv4-fails site-answers", .up = true},
	{"one of two", SITE,
	 {FOUND2, {FAIL_TCP_TIMEOUT, KIND_TCP, AT(A2)}, TCP, TLS, GET(NONE, .status = 200)},
	 .want = "name-resolves tcp-dropped some-addresses-fail site-answers", .up = true},

	{"by name", SITE, {FOUND, TCP, HELLO(TLS_RESET), TCP, HARMLESS(NONE)},
	 .want = "name-resolves tls-reset blocked-by-name"},
	{"by name, and its certificate is another's", SITE,
	 {FOUND, TCP, HELLO(TLS_EOF), TCP, HARMLESS(SSL_INVALID_HOSTNAME)},
	 .want = "name-resolves tls-closed blocked-by-name"},
	{"by name, and the server turns the other away", SITE,
	 {FOUND, TCP, HELLO(TLS_TIMEOUT), TCP, HARMLESS(SSL_FAILED_HANDSHAKE)},
	 .want = "name-resolves tls-silent blocked-by-name"},
	{"clear text by name", SITE, {FOUND, TCP, HELLO(TLS_PLAINTEXT), TCP, HARMLESS(NONE)},
	 .want = "name-resolves tls-plaintext blocked-by-name"},
	{"not by name", SITE, {FOUND, TCP, HELLO(TLS_RESET), TCP, HARMLESS(TLS_RESET)},
	 .want = "name-resolves tls-reset not-by-name"},
	{"closed afterwards", SITE,
	 {FOUND, TCP, HELLO(TLS_RESET), {FAIL_TCP_TIMEOUT, KIND_TCP, AT(A1)}},
	 .want = "name-resolves tls-reset closed-afterwards"},
	{"turned away", SITE,
	 {FOUND, TCP, HELLO(SSL_FAILED_HANDSHAKE, .alert = 112), TCP, HARMLESS(NONE)},
	 .want = "name-resolves tls-alert refused-by-name"},
	{"all turned away", SITE,
	 {FOUND, TCP, HELLO(SSL_FAILED_HANDSHAKE, .alert = 40), TCP, HARMLESS(SSL_FAILED_HANDSHAKE)},
	 .want = "name-resolves tls-alert not-by-name"},
	{"no TLS", SITE, {FOUND, TCP, HELLO(SSL_FAILED_HANDSHAKE)}, .want = "name-resolves tls-broken"},
	{"an address has no name", "https://203.0.113.7/", {TCP, HELLO(TLS_RESET)}, .want = "tls-reset"},
	{"blocked behind the redirect", PLAIN,
	 {FOUND, TCP, GET(NONE, .status = 301, .next = 1), {OK, KIND_TCP, AT(A1), .hop = 1},
	  HELLO(TLS_RESET, .hop = 1), {OK, KIND_TCP, AT(A1), .hop = 1}, HARMLESS(NONE)},
	 .want = "name-resolves tls-reset blocked-by-name"},
	{"untrusted", SITE, {FOUND, TCP, HELLO(SSL_UNKNOWN_AUTHORITY, .cert = &cert)},
	 .want = "name-resolves certificate-untrusted"},
	{"another's", SITE, {FOUND, TCP, HELLO(SSL_INVALID_HOSTNAME, .cert = &cert)},
	 .want = "name-resolves certificate-other-name"},
	{"expired", SITE,
	 {FOUND, TCP, HELLO(SSL_INVALID_CERTIFICATE, .verify = 10, .cert = &cert)},
	 .want = "name-resolves certificate-expired"},
	{"not yet", SITE, {FOUND, TCP, HELLO(SSL_INVALID_CERTIFICATE, .verify = 9, .cert = &cert)},
	 .want = "name-resolves certificate-not-yet"},
	{"bad", SITE, {FOUND, TCP, HELLO(SSL_INVALID_CERTIFICATE, .verify = 24)},
	 .want = "name-resolves certificate-invalid"},

	{"block page", PLAIN,
	 {FOUND, TCP, GET(HTTP_BLOCKPAGE, .status = 403, .fp = "ir.http.iframe")},
	 .want = "name-resolves block-page"},
	{"status", SITE, {FOUND, TCP, TLS, GET(HTTP_STATUS, .status = 503)},
	 .want = "name-resolves http-status"},
	{"reset in clear", PLAIN, {FOUND, TCP, GET(HTTP_RESET)},
	 .want = "name-resolves http-reset readable-on-the-way"},
	{"reset in TLS", SITE, {FOUND, TCP, TLS, GET(HTTP_RESET)},
	 .want = "name-resolves http-reset not-readable-on-the-way"},
	{"closed in clear", PLAIN, {FOUND, TCP, GET(HTTP_EOF)},
	 .want = "name-resolves http-closed readable-on-the-way"},
	{"stalled in TLS", SITE, {FOUND, TCP, TLS, GET(HTTP_TIMEOUT)},
	 .want = "name-resolves http-silent not-readable-on-the-way"},
	{"body reset", SITE, {FOUND, TCP, TLS, GET(HTTP_BODY_RESET, .status = 200)},
	 .want = "name-resolves body-reset"},
	{"body closed", SITE, {FOUND, TCP, TLS, GET(HTTP_BODY_EOF, .status = 200)},
	 .want = "name-resolves body-closed"},
	{"body stalled", SITE, {FOUND, TCP, TLS, GET(HTTP_BODY_TIMEOUT, .status = 200)},
	 .want = "name-resolves body-stalled"},
	{"in circles", SITE, {FOUND, TCP, TLS, GET(HTTP_REDIRECT_LOOP, .status = 302)},
	 .want = "name-resolves redirect-loop"},
	{"not HTTP", PLAIN, {FOUND, TCP, GET(HTTP_REQUEST_FAILED)}, .want = "name-resolves http-failed"},

	{"a port", "tcp://203.0.113.7:53", {TCP}, .want = "port-answers", .up = true},
	{"a port, where others answer", "tcp://203.0.113.7:53", {TCP},
	 .want = "port-answers port-answer-uncertain",
	 .device = {{OK, .kind = KIND_LINK}, {FAIL_INTERCEPTED, KIND_GUARD, AT("192.0.2.1")}}, .up = true},
	{"quic", "quic://203.0.113.7", {{OK, KIND_QUIC, AT(A1), .quic = 1}}, .want = "quic-answers",
	 .up = true},
	{"no quic", "quic://203.0.113.7", {{FAIL_QUIC_TIMEOUT, KIND_QUIC, AT(A1)}}, .want = "quic-silent"},
	{"quic refused", "quic://203.0.113.7", {{FAIL_CONNECTION_REFUSED, KIND_QUIC, AT(A1)}},
	 .want = "quic-refused"},
	{"no quic, but tcp", "quic://203.0.113.7", {{FAIL_QUIC_TIMEOUT, KIND_QUIC, AT(A1)}},
	 .want = "quic-silent quic-dead-tcp-works", .beside = {.tcp_works = true}},
	{"tcp, but no quic", SITE, {FOUND, TCP, TLS, GET(NONE, .status = 200)},
	 .want = "name-resolves site-answers quic-dead-tcp-works", .beside = {.quic_silent = true},
	 .up = true},
	{"not quic", "quic://203.0.113.7", {{FAIL_QUIC_GARBAGE, KIND_QUIC, AT(A1)}},
	 .want = "quic-garbage"},
	{"speed", "speed+https://203.0.113.7/64k",
	 {TCP, TLS, {OK, KIND_SPEED, AT(A1), .status = 200, .bytes = 65536}}, .want = "speed", .up = true},
	{"slow", "speed+https://203.0.113.7/64k",
	 {TCP, TLS, {FAIL_HTTP_BODY_TIMEOUT, KIND_SPEED, AT(A1), .status = 200, .bytes = 99}},
	 .want = "speed-failed"},

	{"asleep", SITE, {FOUND, TCP, HELLO(CLOCK_JUMP)}, .want = "name-resolves clock-jump"},
	{"no authorities", SITE, {FOUND, TCP, HELLO(LOCAL_ERROR)}, .want = "name-resolves local-trouble"},
	{"no cable", SITE, {{FAIL_DNS_TIMEOUT, DNS}}, .want = "resolver-silent offline",
	 .device = {{FAIL_NO_CARRIER, .kind = KIND_LINK}}},
	{"nothing", SITE, {{0}}, .want = "nothing-measured"},

	/* This device itself: no URL. */
	{"fine", NULL, {{0}}, .want = "", .device = {{OK, KIND_LINK, .columns = {2, 2, 2}}}, .up = true},
	{"unplugged", NULL, {{0}}, .want = "no-carrier", .device = {{FAIL_NO_CARRIER, .kind = KIND_LINK}}},
	{"no lease", NULL, {{0}}, .want = "no-address", .device = {{FAIL_NO_ADDRESS, .kind = KIND_LINK}}},
	{"no gateway, no resolver", NULL, {{0}}, .want = "no-gateway no-resolver",
	 .device = {{FAIL_NO_GATEWAY, KIND_LINK, .columns = {1}}}},
	{"silent gateway", NULL, {{0}}, .want = "gateway-silent system-resolver-silent",
	 .device = {{OK, KIND_LINK, .columns = {2, 1, 1}}}},
	{"intercepted", NULL, {{0}}, .want = "intercepted",
	 .device = {{OK, .kind = KIND_LINK}, {FAIL_INTERCEPTED, KIND_GUARD, AT("192.0.2.1")},
	  {FAIL_INTERCEPTED, KIND_GUARD, AT("192.0.2.1"), .port = 80}}},
	{"jump", NULL, {{0}}, .want = "clock-jump", .device = {{FAIL_CLOCK_JUMP, .kind = KIND_LINK}}},
	{"can't look", NULL, {{0}}, .want = "local-trouble", .device = {{FAIL_LOCAL_ERROR, .kind = KIND_LINK}}},
};
/* clang-format on */

const size_t told_n = sizeof(told_rows) / sizeof(*told_rows);

/* Steps of a row: every one of them goes somewhere, asks somebody or is of the link. */
static size_t count(const struct a_step *list, size_t max)
{
	size_t n = 0;
	while (n < max && (list[n].addr || list[n].kind == KIND_LINK ||
			   list[n].failure != FAIL_NONE || list[n].answers[0]))
		n++;
	return n;
}

void told_make(struct told *t, const struct told_row *row)
{
	char err[256];
	struct explain_beside beside = row->beside;
	memset(t, 0, sizeof(*t));
	steps_add(&t->device, NULL, row->device, count(row->device, 3));
	beside.device = &t->device;
	if (!row->url) {
		explain_device(&t->f, &t->device);
		return;
	}
	assert_int_equal(targets_parse_one(&t->target, row->url, err, sizeof(err)), 0);
	t->trace.target = &t->target;
	steps_add(&t->trace, &t->target, row->steps, count(row->steps, TOLD_STEPS_MAX));
	explain_target(&t->f, &t->trace, &beside);
}

void told_forget(struct told *t)
{
	trace_clear(&t->trace);
	trace_clear(&t->device);
}
