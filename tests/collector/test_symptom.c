/* test_symptom.c: each way to break a target, as steps, and the mechanisms that they show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "collector/cell.h"
#include "collector/symptom.h"
#include "tests/collector/nation.h"

#define T0	  1767225600000
#define STEPS_MAX 10
#define URL	  "https://a.example/"

/* Public addresses of the documentation ranges. */
#define FOUR  "192.0.2.7"
#define FOUR2 "198.51.100.7"
#define SIX   "2001:db8::7"

struct step {
	bool is; /* a step, and not the end */
	enum kind kind;
	enum failure failure;
	const char *addr;
	bool fp, tc, next, sni, nth, hop, other_resolver, aaaa;
};

#define DNS(...)                                                                                   \
	{                                                                                          \
		.is = true, .kind = KIND_DNS, __VA_ARGS__                                          \
	}
#define TCP(...)                                                                                   \
	{                                                                                          \
		.is = true, .kind = KIND_TCP, __VA_ARGS__                                          \
	}
#define TLS(...)                                                                                   \
	{                                                                                          \
		.is = true, .kind = KIND_TLS, __VA_ARGS__                                          \
	}
#define HTTP(...)                                                                                  \
	{                                                                                          \
		.is = true, .kind = KIND_HTTP, __VA_ARGS__                                         \
	}
#define AT(a)	 .addr = (a)
#define FAILS(f) .failure = FAIL_##f
#define OK(a)	 TCP(AT(a)), TLS(AT(a)), HTTP(AT(a))
#define M(m)	 (1u << MECH_##m)

static const struct row {
	const char *what;
	struct step steps[STEPS_MAX];
	uint32_t want;
} rows[] = {
	{"all is well", {DNS(), OK(FOUR), OK(SIX)}, 0},

	{"bogon", {DNS(FAILS(DNS_BOGON))}, M(DNS_LIE)},
	{"fingerprint", {DNS(.fp = true)}, M(DNS_LIE)},
	{"forged first, true second",
	 {DNS(FAILS(DNS_BOGON)), DNS(.nth = true), OK(FOUR)},
	 M(DNS_LIE)},
	{"true first, forged second",
	 {DNS(), DNS(FAILS(DNS_BOGON), .nth = true), OK(FOUR)},
	 M(DNS_LIE)},
	{"two answers", {DNS(), DNS(.nth = true), OK(FOUR)}, M(DNS_LIE)},
	{"truncated, then whole", {DNS(.tc = true), DNS(.nth = true), OK(FOUR)}, 0},
	{"truncated of another question",
	 {DNS(.tc = true, .other_resolver = true), DNS(), DNS(.nth = true), OK(FOUR)},
	 M(DNS_LIE)},
	{"one resolver lies",
	 {DNS(), DNS(FAILS(DNS_BOGON), .other_resolver = true), OK(FOUR)},
	 M(DNS_LIE)},
	{"no such name",
	 {DNS(FAILS(DNS_NXDOMAIN)), DNS(FAILS(DNS_NXDOMAIN), .aaaa = true)},
	 M(DNS_BLOCK)},
	{"refused", {DNS(FAILS(DNS_REFUSED))}, M(DNS_BLOCK)},
	{"servfail", {DNS(FAILS(DNS_SERVFAIL))}, M(DNS_BLOCK)},
	{"silence", {DNS(FAILS(DNS_TIMEOUT))}, M(DNS_BLOCK)},
	{"resolver unreachable", {DNS(FAILS(DNS_UNREACHABLE))}, M(DNS_BLOCK)},
	{"one question lost", {DNS(), DNS(FAILS(DNS_TIMEOUT), .aaaa = true), OK(FOUR)}, 0},
	{"another resolver is silent",
	 {DNS(), DNS(FAILS(DNS_TIMEOUT), .other_resolver = true), OK(FOUR)},
	 0},
	{"no IPv6 address", {DNS(), DNS(FAILS(DNS_NO_ANSWER), .aaaa = true), OK(FOUR)}, 0},

	{"dropped", {DNS(), TCP(FAILS(TCP_TIMEOUT), AT(FOUR))}, M(TCP_DROP)},
	{"dropped over both families",
	 {DNS(), TCP(FAILS(TCP_TIMEOUT), AT(FOUR)), TCP(FAILS(TCP_TIMEOUT), AT(SIX))},
	 M(TCP_DROP)},
	{"unreachable", {TCP(FAILS(HOST_UNREACHABLE), AT(FOUR))}, M(TCP_DROP)},
	{"refused at once", {TCP(FAILS(CONNECTION_REFUSED), AT(FOUR))}, M(TCP_RESET)},
	{"reset at once", {TCP(FAILS(CONNECTION_RESET), AT(FOUR))}, M(TCP_RESET)},
	{"one address of two", {TCP(FAILS(TCP_TIMEOUT), AT(FOUR)), OK(FOUR2)}, 0},
	{"IPv4 dropped, IPv6 not", {TCP(FAILS(TCP_TIMEOUT), AT(FOUR)), OK(SIX)}, M(TCP_DROP)},

	{"IPv6 lost", {OK(FOUR), TCP(FAILS(TCP_TIMEOUT), AT(SIX))}, M(IPV6_LOSS)},
	{"IPv6 refused", {OK(FOUR), TCP(FAILS(CONNECTION_REFUSED), AT(SIX))}, M(IPV6_LOSS)},
	{"IPv6 lost, the name filtered over IPv4",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_RESET), AT(FOUR)), TCP(AT(FOUR)), TLS(AT(FOUR), .sni = true),
	  TCP(FAILS(TCP_TIMEOUT), AT(SIX))},
	 M(IPV6_LOSS) | M(SNI_RESET)},
	{"IPv6 lost with IPv4",
	 {TCP(FAILS(TCP_TIMEOUT), AT(FOUR)), TCP(FAILS(TCP_TIMEOUT), AT(SIX))},
	 M(TCP_DROP)},

	{"reset by name",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_RESET), AT(FOUR)), TCP(AT(FOUR)),
	  TLS(AT(FOUR), .sni = true)},
	 M(SNI_RESET)},
	{"closed by name",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_EOF), AT(FOUR)), TCP(AT(FOUR)), TLS(AT(FOUR), .sni = true)},
	 M(SNI_RESET)},
	{"dropped by name",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_TIMEOUT), AT(FOUR)), TCP(AT(FOUR)),
	  TLS(AT(FOUR), .sni = true)},
	 M(SNI_DROP)},
	{"no try with another name",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_TIMEOUT), AT(FOUR))},
	 M(SNI_DROP)},
	{"closed for a while once the name was seen",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_RESET), AT(FOUR)), TCP(FAILS(TCP_TIMEOUT), AT(FOUR))},
	 M(SNI_RESET)},
	{"any name is reset",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_RESET), AT(FOUR)), TCP(AT(FOUR)),
	  TLS(FAILS(TLS_RESET), AT(FOUR), .sni = true)},
	 M(TCP_RESET)},
	{"any name is dropped",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_TIMEOUT), AT(FOUR)), TCP(AT(FOUR)),
	  TLS(FAILS(TLS_TIMEOUT), AT(FOUR), .sni = true)},
	 M(TCP_DROP)},
	{"any name at one address, this one at the other",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_TIMEOUT), AT(FOUR)), TCP(AT(FOUR)),
	  TLS(FAILS(TLS_TIMEOUT), AT(FOUR), .sni = true), TCP(AT(FOUR2)),
	  TLS(FAILS(TLS_RESET), AT(FOUR2)), TCP(AT(FOUR2)), TLS(AT(FOUR2), .sni = true)},
	 M(TCP_DROP) | M(SNI_RESET)},
	{"a silent connection is reset as well",
	 {TCP(AT(FOUR)), TLS(FAILS(CONNECTION_RESET), AT(FOUR))},
	 M(TCP_RESET)},
	{"an alert is the server's own word",
	 {TCP(AT(FOUR)), TLS(FAILS(SSL_FAILED_HANDSHAKE), AT(FOUR))},
	 0},
	{"clear text", {TCP(AT(FOUR)), TLS(FAILS(TLS_PLAINTEXT), AT(FOUR))}, 0},
	{"block page in clear text",
	 {TCP(AT(FOUR)), TLS(FAILS(TLS_PLAINTEXT), AT(FOUR), .fp = true)},
	 M(HTTP_BLOCKPAGE)},

	{"block page",
	 {TCP(AT(FOUR)), HTTP(FAILS(HTTP_BLOCKPAGE), AT(FOUR), .fp = true)},
	 M(HTTP_BLOCKPAGE)},
	{"block page at one address",
	 {OK(SIX), TCP(AT(FOUR)), HTTP(FAILS(HTTP_BLOCKPAGE), AT(FOUR))},
	 M(HTTP_BLOCKPAGE)},
	{"request reset", {TCP(AT(FOUR)), HTTP(FAILS(HTTP_RESET), AT(FOUR))}, M(TCP_RESET)},
	{"request closed", {TCP(AT(FOUR)), HTTP(FAILS(HTTP_EOF), AT(FOUR))}, M(TCP_RESET)},
	{"answer reset", {TCP(AT(FOUR)), HTTP(FAILS(HTTP_BODY_RESET), AT(FOUR))}, M(TCP_RESET)},
	{"request dropped", {TCP(AT(FOUR)), HTTP(FAILS(HTTP_TIMEOUT), AT(FOUR))}, M(TCP_DROP)},
	{"answer stalls", {TCP(AT(FOUR)), HTTP(FAILS(HTTP_BODY_TIMEOUT), AT(FOUR))}, M(TCP_DROP)},
	{"another status", {TCP(AT(FOUR)), HTTP(FAILS(HTTP_STATUS), AT(FOUR))}, 0},
	{"dropped behind a redirect",
	 {TCP(AT(FOUR)), HTTP(AT(FOUR), .next = true),
	  TCP(FAILS(TCP_TIMEOUT), AT(FOUR), .hop = true)},
	 M(TCP_DROP)},
	{"broken handshake behind a redirect",
	 {TCP(AT(FOUR)), HTTP(AT(FOUR), .next = true), TCP(AT(FOUR), .hop = true),
	  TLS(FAILS(TLS_RESET), AT(FOUR), .hop = true), TCP(AT(FOUR), .hop = true),
	  TLS(FAILS(TLS_RESET), AT(FOUR), .hop = true, .sni = true)},
	 M(TCP_RESET)},

	{"this device alone", {TCP(FAILS(NETWORK_UNREACHABLE), AT(SIX))}, 0},
};

static void add(struct batch *b, const struct step *s, int64_t t_ms)
{
	struct result r;
	result_init(&r, s->kind);
	r.v[RESULT_T] = t_ms;
	r.v[RESULT_TARGET] = batch_target(b, URL, CLASS_OPEN);
	r.v[RESULT_US] = 1000;
	r.v[RESULT_FAILURE] = s->failure;
	if (s->addr)
		r.v[RESULT_ADDR] = batch_addr(b, s->addr);
	if (s->fp)
		r.v[RESULT_FP] = batch_fp(b, "page");
	r.v[RESULT_SNI] = s->sni;
	r.v[RESULT_NTH] = s->nth;
	r.v[RESULT_HOP] = s->hop;
	r.v[RESULT_TC] = s->tc;
	r.v[RESULT_NEXT] = s->next;
	r.v[RESULT_RESOLVER] = s->other_resolver;
	r.v[RESULT_QTYPE] = s->aaaa ? 28 : 1;
	assert_int_equal(batch_add(b, &r), 0);
}

static void text_of(char *out, size_t len, uint32_t mask)
{
	size_t at = 0;
	*out = '\0';
	for (enum mechanism m = 0; m < MECHANISMS; m++)
		if (mask & 1u << m)
			at += (size_t)snprintf(out + at, len - at, " %s", mechanism_str(m));
}

static void test_each(void **state)
{
	const struct country *c = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct batch b;
		struct visits visits;
		char got[256], want[256];
		batch_init(&b);
		for (size_t s = 0; row->steps[s].is; s++)
			add(&b, &row->steps[s], T0 + (int64_t)s);
		const struct evidence e = {.batch = &b, .country = c};
		visits_find(&visits, &e);
		uint32_t found = visits.list[0].n ? symptom_find(&visits.list[0]) : 0;
		text_of(got, sizeof(got), found);
		text_of(want, sizeof(want), row->want);
		if (visits.n != 1 || found != row->want)
			fail_msg("%s: found%s instead of%s", row->what, got, want);
		visits_clear(&visits);
		batch_clear(&b);
	}
}

/* Whatever step is marked how: nothing is read outside of the tables, and forged values are no failure. */
static void test_out_of_range(void **state)
{
	const struct country *c = *state;
	for (enum kind k = 0; k < KINDS; k++)
		for (int64_t f = -1; f <= 1023; f++) {
			struct batch b;
			struct visits visits;
			struct step step = {.is = true, .kind = k, .addr = FOUR, .fp = f % 2};
			batch_init(&b);
			add(&b, &step, T0);
			b.results[0].v[RESULT_FAILURE] = f;
			const struct evidence e = {.batch = &b, .country = c};
			visits_find(&visits, &e);
			uint32_t found = symptom_find(&visits.list[0]);
			assert_true(found < 1u << MECHANISMS);
			visits_clear(&visits);
			batch_clear(&b);
		}
}

/* --- what probes saw in the simulated country --- */

/* The steps of `probe check --json` in the states of tests/e2e/36 to 38, without what is of no interest here. */
#define REAL "tests/golden/steps.jsonl"

static const struct {
	const char *state, *url;
	bool up;
	uint32_t want;
} real[] = {
	{"normal", "https://video.example/", true, 0},
	{"normal", "http://video.example/", true, 0},
	{"normal", "quic://video.example", true, 0},
	{"dns-poison", "https://video.example/", false, M(DNS_LIE)},
	{"dns-poison", "https://search.example/", true, 0},
	{"dns-race", "https://video.example/", true, M(DNS_LIE)},
	{"dns-race", "https://search.example/", true, 0},
	{"dns-lie", "https://video.example/", false, M(DNS_LIE)},
	{"dns-nxdomain", "https://video.example/", false, M(DNS_BLOCK)},
	{"dns-timeout", "https://video.example/", false, M(DNS_BLOCK)},
	{"tcp-drop", "https://video.example/", false, M(TCP_DROP)},
	{"tcp-drop", "https://search.example/", true, 0},
	{"tcp-rst", "https://video.example/", false, M(TCP_RESET)},
	{"host-unreachable", "https://video.example/", false, M(TCP_DROP)},
	{"tls-sni-rst", "https://video.example/", false, M(SNI_RESET)},
	{"tls-sni-rst", "https://cdn-bad.example/", false, M(SNI_RESET)},
	{"tls-sni-rst", "https://cdn-good.example/", true, 0},
	{"tls-sni-rst", "http://video.example/", true, 0},
	{"tls-sni-drop", "https://video.example/", false, M(SNI_DROP)},
	{"tls-sni-drop", "https://cdn-bad.example/", false, M(SNI_DROP)},
	{"http-blockpage", "http://video.example/", false, M(HTTP_BLOCKPAGE)},
	{"http-blockpage", "http://cdn-bad.example/", true, 0},
	{"http-inject", "http://video.example/", false, M(HTTP_BLOCKPAGE)},
	{"http-inject", "http://cdn-bad.example/", false, M(HTTP_BLOCKPAGE)},
	{"intercept", "https://video.example/", false, M(HTTP_BLOCKPAGE)},
	{"intercept", "http://video.example/", false, M(HTTP_BLOCKPAGE)},
	{"intercept", "https://search.example/", true, 0},
	{"udp443-drop", "quic://video.example", false, 0},
	{"udp443-drop", "https://video.example/", true, 0},
	{"ipv6-cut", "https://search.example/", true, M(IPV6_LOSS)},
	{"intl-cut", "https://search.example/", false, M(TCP_DROP)},
	{"intl-cut", "dns://198.18.8.8/search.example", false, M(DNS_BLOCK)},
	{"intl-allowlist", "https://search.example/", false, M(TCP_DROP)},
	{"total-cut", "https://search.example/", false, M(DNS_BLOCK)},
};

static void add_real(struct batch *b, const json_t *step)
{
	const char *text;
	struct result r;
	result_init(&r, kind_parse(json_string_value(json_object_get(step, "check"))));
	for (enum result_field f = 0; f < RESULT_FIELDS; f++) {
		const json_t *v = json_object_get(step, field_str(f));
		if (json_is_integer(v))
			r.v[f] = json_integer_value(v);
	}
	if ((text = json_string_value(json_object_get(step, "target"))))
		r.v[RESULT_TARGET] = batch_target(b, text, CLASS_OPEN);
	if ((text = json_string_value(json_object_get(step, "failure"))))
		r.v[RESULT_FAILURE] = failure_parse(text);
	if ((text = json_string_value(json_object_get(step, "addr"))))
		r.v[RESULT_ADDR] = batch_addr(b, text);
	if ((text = json_string_value(json_object_get(step, "resolver"))))
		r.v[RESULT_RESOLVER] = batch_resolver(b, text);
	if ((text = json_string_value(json_object_get(step, "fp"))))
		r.v[RESULT_FP] = batch_fp(b, text);
	assert_int_equal(batch_add(b, &r), 0);
}

static void read_real(struct batch *b, const char *state)
{
	char line[2048];
	FILE *in = fopen(REAL, "r");
	assert_non_null(in);
	batch_init(b);
	while (fgets(line, sizeof(line), in)) {
		json_t *step = json_loads(line, 0, NULL);
		assert_non_null(step);
		if (!strcmp(json_string_value(json_object_get(step, "state")), state))
			add_real(b, step);
		json_decref(step);
	}
	fclose(in);
}

static void test_real(void **state)
{
	const struct country *c = *state;
	for (size_t i = 0; i < sizeof(real) / sizeof(*real); i++) {
		struct batch b;
		struct visits visits;
		char got[256], want[256];
		uint32_t found = 0;
		bool up = false;
		size_t n = 0;
		read_real(&b, real[i].state);
		const struct evidence e = {.batch = &b, .country = c};
		visits_find(&visits, &e);
		for (size_t v = 0; v < visits.n; v++) {
			const struct visit *visit = &visits.list[v];
			if (strcmp(visit->target->url, real[i].url))
				continue;
			n++;
			found |= symptom_find(visit);
			for (size_t k = 0; k < visit->n; k++)
				up |= symptom_is_success(visit, k);
		}
		text_of(got, sizeof(got), found);
		text_of(want, sizeof(want), real[i].want);
		if (n != 1 || up != real[i].up || found != real[i].want)
			fail_msg("%s, %s: %zu visits, %s,%s instead of%s", real[i].state,
				 real[i].url, n, up ? "up" : "down", got, want);
		visits_clear(&visits);
		batch_clear(&b);
	}
}

static enum kind last_of(const char *url)
{
	if (!strncmp(url, "quic:", 5))
		return KIND_QUIC;
	return strncmp(url, "dns:", 4) ? KIND_HTTP : KIND_DNS;
}

static int set_up(void **state)
{
	struct country *c = nation_new();
	nation_target(c, URL, CLASS_OPEN, KIND_HTTP, 0);
	for (size_t i = 0; i < sizeof(real) / sizeof(*real); i++)
		if (!country_target(c, real[i].url))
			nation_target(c, real[i].url, CLASS_OPEN, last_of(real[i].url), (int)i);
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	country_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_out_of_range),
		cmocka_unit_test(test_real),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
