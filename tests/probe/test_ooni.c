/* test_ooni.c: measurements are in OONI's data format, say what happened, and say nothing of the
 * volunteer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/ooni.h"
#include "probe/ooni_file.h"
#include "probe/targets.h"
#include "probe/vantage.h"
#include "tests/probe/ooni_fields.h"
#include "tests/probe/steps.h"
#include "tests/probe/tempdir.h"

#define A1   "203.0.113.7"
#define SIX  "2001:db8::7"
#define OURS "192.168.7.53"

static const json_t *at(const json_t *j, const char *path)
{
	char copy[128], *rest = copy, *key;
	snprintf(copy, sizeof(copy), "%s", path);
	while ((key = strsep(&rest, ".")))
		j = strspn(key, "0123456789") == strlen(key) ? json_array_get(j, (size_t)atoi(key))
							     : json_object_get(j, key);
	return j;
}

static void is_text(const json_t *j, const char *path, const char *want)
{
	const json_t *value = at(j, path);
	if (!value || (want && !json_string_value(value)))
		fail_msg("no text at %s", path);
	if (!want)
		assert_true(json_is_null(value));
	else
		assert_string_equal(json_string_value(value), want);
}

static const struct vantage place = {
	.country = "IR", .region = "IR-23", .isp = 44244, .access = ACCESS_MOBILE};

/* The text of a measurement of these steps, or NULL when there is none. */
static char *text_of(const char *url, const struct a_step *steps, size_t n, const struct vantage *v)
{
	struct target target;
	struct trace t = {0};
	struct buf out;
	char err[256];
	buf_init(&out, OONI_LINE_MAX);
	assert_int_equal(targets_parse_one(&target, url, err, sizeof(err)), 0);
	steps_add(&t, &target, steps, n);
	int rc = ooni_put(&out, &t, v, "system");
	trace_clear(&t);
	assert_int_equal(rc == 0, out.len > 0);
	assert_null(strchr(out.data ? out.data : "", '\n'));
	return out.data;
}

static json_t *measured(const char *url, const struct a_step *steps, size_t n,
			const struct vantage *v)
{
	json_error_t error;
	char *text = text_of(url, steps, n, v);
	assert_non_null(text);
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &error);
	if (!j)
		fail_msg("%s in %s", error.text, text);
	free(text);
	ooni_fields_check(j);
	return j;
}

#define MEASURED(url, v, ...)                                                                      \
	measured(url, (const struct a_step[]){__VA_ARGS__},                                        \
		 sizeof((const struct a_step[]){__VA_ARGS__}) / sizeof(struct a_step), v)

static const struct wire_cert cert = {
	.brief = {"aaaaaaaaaaaaaaaa", "bbbbbbbb", 1700000000, 1760000000},
	.subject = "other.example",
	.issuer = "Some Box CA",
};

static void a_site(void **state)
{
	(void)state;
	json_t *j = MEASURED(
		"https://x.example/a?b", &place,
		{FAIL_NONE, KIND_DNS, .answers = {A1, SIX}, .cname = "cdn.example"},
		{FAIL_NONE, KIND_TCP, .addr = A1},
		{FAIL_NONE, KIND_TLS, .addr = A1, .tls = 772, .cipher = 0x1301, .alpn = true},
		{FAIL_NONE, KIND_HTTP, .addr = A1, .status = 200, .bytes = 1234, .path = "/a?b"});
	is_text(j, "data_format_version", "0.2.0");
	is_text(j, "test_name", "web_connectivity");
	is_text(j, "input", "https://x.example/a?b");
	is_text(j, "measurement_start_time", "2026-01-08 16:30:00");
	is_text(j, "probe_asn", "AS44244");
	is_text(j, "probe_cc", "IR");
	is_text(j, "probe_ip", "127.0.0.1");
	is_text(j, "resolver_ip", "127.0.0.2");
	is_text(j, "software_name", "fanous-probe");
	is_text(j, "annotations.x_region", "IR-23");
	is_text(j, "test_keys.queries.0.answers.0.ipv4", A1);
	is_text(j, "test_keys.queries.0.answers.1.ipv6", SIX);
	is_text(j, "test_keys.queries.0.engine", "system");
	is_text(j, "test_keys.queries.0.failure", NULL);
	is_text(j, "test_keys.tcp_connect.0.ip", A1);
	assert_true(json_is_true(at(j, "test_keys.tcp_connect.0.status.success")));
	is_text(j, "test_keys.tls_handshakes.0.address", "203.0.113.7:443");
	is_text(j, "test_keys.tls_handshakes.0.tls_version", "TLSv1.3");
	is_text(j, "test_keys.tls_handshakes.0.cipher_suite", "TLS_AES_128_GCM_SHA256");
	is_text(j, "test_keys.tls_handshakes.0.server_name", "x.example");
	is_text(j, "test_keys.tls_handshakes.0.negotiated_protocol", "http/1.1");
	is_text(j, "test_keys.requests.0.alpn", "http/1.1");
	is_text(j, "test_keys.requests.0.request.url", "https://x.example/a?b");
	assert_int_equal(json_integer_value(at(j, "test_keys.requests.0.response.code")), 200);
	assert_int_equal(json_integer_value(at(j, "test_keys.requests.0.transaction_id")),
			 json_integer_value(at(j, "test_keys.tcp_connect.0.transaction_id")));
	is_text(j, "test_keys.control_failure", "x_no_control");
	is_text(j, "test_keys.blocking", NULL);
	assert_true(json_is_true(at(j, "test_keys.accessible")));
	/* Seconds from the begin of the measurement: the steps are a millisecond apart. */
	assert_true(json_real_value(at(j, "test_keys.queries.0.t0")) == 0);
	assert_true(json_real_value(at(j, "test_keys.tcp_connect.0.t0")) == 0.001);
	assert_true(json_real_value(at(j, "test_keys.tcp_connect.0.t")) == 0.013345);
	assert_true(json_real_value(at(j, "test_runtime")) == 0.015345);
	json_decref(j);
}

static void by_name(void **state)
{
	(void)state;
	json_t *j = MEASURED(
		"https://x.example/", NULL, {FAIL_NONE, KIND_DNS, .answers = {A1}},
		{FAIL_NONE, KIND_TCP, .addr = A1}, {FAIL_TLS_RESET, KIND_TLS, .addr = A1},
		{FAIL_NONE, KIND_TCP, .addr = A1},
		{FAIL_SSL_INVALID_HOSTNAME, KIND_TLS, .addr = A1, .harmless = true, .cert = &cert});
	is_text(j, "probe_asn", "AS0");
	is_text(j, "probe_cc", "ZZ");
	is_text(j, "test_keys.tls_handshakes.0.failure", "x_tls_reset");
	is_text(j, "test_keys.tls_handshakes.1.server_name", "www.example.com");
	is_text(j, "test_keys.tls_handshakes.1.x_certs.0.issuer", "Some Box CA");
	is_text(j, "test_keys.tls_handshakes.1.tags.1", "x_harmless_sni");
	assert_int_equal(json_integer_value(at(j, "test_keys.tls_handshakes.1.transaction_id")), 2);
	is_text(j, "test_keys.http_experiment_failure", "x_tls_reset");
	is_text(j, "test_keys.dns_experiment_failure", NULL);
	is_text(j, "test_keys.accessible", NULL);
	assert_int_equal(json_array_size(at(j, "test_keys.requests")), 0);
	assert_int_equal(json_array_size(at(j, "test_keys.tls_handshakes.1.peer_certificates")), 0);
	json_decref(j);
}

/* The last request comes first, and what a server wrote into its redirect is not told. */
static void a_redirect(void **state)
{
	(void)state;
	static const struct a_step steps[] = {
		{FAIL_NONE, KIND_TCP, .addr = A1, .port = 80},
		{FAIL_NONE, KIND_HTTP, .addr = A1, .status = 301, .next = 1, .path = "/",
		 .location = "https://x.example/?ip=198.51.100.99"},
		{FAIL_NONE, KIND_TCP, .addr = A1, .hop = 1},
		{FAIL_NONE, KIND_TLS, .addr = A1, .hop = 1},
		{FAIL_NONE, KIND_HTTP, .addr = A1, .status = 200, .hop = 1,
		 .path = "/?ip=198.51.100.99"},
	};
	json_t *j = measured("http://x.example/", steps, 5, &place);
	is_text(j, "test_keys.requests.0.request.url", "https://x.example:443/");
	is_text(j, "test_keys.requests.1.request.url", "http://x.example/");
	is_text(j, "test_keys.requests.1.address", "203.0.113.7:80");
	is_text(j, "test_keys.requests.0.alpn", "");
	json_decref(j);
	char *text = text_of("http://x.example/", steps, 5, &place);
	assert_null(strstr(text, "198.51.100.99"));
	free(text);
}

static void the_rest(void **state)
{
	(void)state;
	json_t *j = MEASURED("tcp://[2001:db8::7]:22", &place,
			     {FAIL_TCP_TIMEOUT, KIND_TCP, .addr = SIX, .port = 22});
	is_text(j, "test_name", "urlgetter");
	is_text(j, "input", "tcpconnect://[2001:db8::7]:22");
	is_text(j, "test_keys.failure", "x_tcp_timeout");
	is_text(j, "test_keys.failed_operation", "connect");
	json_decref(j);

	j = MEASURED("dns://9.9.9.9/x.example", &place,
		     {FAIL_DNS_NXDOMAIN, KIND_DNS, .resolver = "udp://9.9.9.9:53"});
	is_text(j, "input", "dnslookup://x.example");
	is_text(j, "test_keys.queries.0.resolver_address", "9.9.9.9:53");
	is_text(j, "test_keys.queries.0.engine", "udp");
	is_text(j, "test_keys.queries.0.hostname", "x.example");
	is_text(j, "test_keys.failed_operation", "resolve");
	json_decref(j);

	j = MEASURED("quic://203.0.113.7", &place, {FAIL_NONE, KIND_QUIC, .addr = A1, .quic = 1});
	is_text(j, "test_name", "x_quic");
	is_text(j, "test_keys.failure", NULL);
	is_text(j, "test_keys.x_quic.0.address", "203.0.113.7:443");
	json_decref(j);

	j = MEASURED("speed+https://203.0.113.7/64k", &place,
		     {FAIL_NONE, KIND_SPEED, .addr = A1, .status = 200, .bytes = 65536});
	is_text(j, "test_name", "x_speed");
	assert_int_equal(json_integer_value(at(j, "test_keys.x_speed.0.bytes")), 65536);
	json_decref(j);
}

/* One to one: what a batch calls it is what the export calls it. */
static void every_failure(void **state)
{
	(void)state;
	for (enum failure f = 1; f < FAILURES; f++) {
		json_t *j = MEASURED("tcp://203.0.113.7:22", &place,
				     {f, KIND_TCP, .addr = A1, .port = 22});
		is_text(j, "test_keys.tcp_connect.0.status.failure", failure_str(f));
		json_decref(j);
	}
}

/* Of several addresses the one that came furthest says what the failure was. */
static void the_furthest(void **state)
{
	(void)state;
	json_t *j = MEASURED(
		"https://x.example/", &place, {FAIL_NONE, KIND_DNS, .answers = {A1, SIX}},
		{FAIL_DNS_NO_ANSWER, KIND_DNS, .qtype = 28}, {FAIL_NONE, KIND_TCP, .addr = A1},
		{FAIL_NONE, KIND_TLS, .addr = A1},
		{FAIL_HTTP_BLOCKPAGE, KIND_HTTP, .addr = A1, .status = 403, .fp = "ir.http"},
		{FAIL_NETWORK_UNREACHABLE, KIND_TCP, .addr = SIX});
	is_text(j, "test_keys.http_experiment_failure", "x_http_blockpage");
	is_text(j, "test_keys.requests.0.response.x_fingerprint", "ir.http");
	is_text(j, "test_keys.dns_experiment_failure", NULL);
	json_decref(j);
	j = MEASURED("https://x.example/", &place, {FAIL_DNS_TIMEOUT, KIND_DNS, .qtype = 1},
		     {FAIL_DNS_TIMEOUT, KIND_DNS, .qtype = 28});
	is_text(j, "test_keys.http_experiment_failure", "x_dns_timeout");
	is_text(j, "test_keys.dns_experiment_failure", "x_dns_timeout");
	json_decref(j);
}

static void every_resolver(void **state)
{
	static const char *const pairs[][2] = {
		{"system", ""},
		{"udp://9.9.9.9", "9.9.9.9:53"},
		{"udp://9.9.9.9:5353", "9.9.9.9:5353"},
		{"udp://[2620:fe::fe]:53", "[2620:fe::fe]:53"},
		{"udp://2620:fe::fe", "[2620:fe::fe]:53"},
		{"udp://" OURS, ""},
		{"udp://" OURS ":53", ""},
		{"udp://[fe80::1]:53", ""},
		{"udp://127.0.0.1:5353", ""},
		{"https://dns.example/dns-query", ""},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		json_t *j = MEASURED("https://x.example/", &place,
				     {FAIL_DNS_TIMEOUT, KIND_DNS, .resolver = pairs[i][0]});
		is_text(j, "test_keys.queries.0.resolver_address", pairs[i][1]);
		json_decref(j);
	}
}

/* Private addresses of whatever step, the resolver, aliases: not in the text at all. */
static void nothing_private(void **state)
{
	static const char *const never[] = {"192.168.", "10.10.34.37", "10.0.0.9", "fd00::9",
					    "client-198"};
	static const struct a_step steps[] = {
		{FAIL_DNS_BOGON, KIND_DNS, .answers = {"10.10.34.37", "10.10.34.36", "192.168.1.1"},
		 .resolver = "udp://" OURS, .fp = "ir.dns.36", .fp_addr = "10.10.34.36",
		 .cname = "client-198-51-100-99.isp.example"},
		{FAIL_NONE, KIND_DNS, .answers = {A1, "10.0.0.9", "fd00::9"}, .nth = 1,
		 .resolver = "udp://" OURS},
		{FAIL_PRIVATE_ADDRESS, KIND_TCP, .addr = "10.0.0.9"},
		{FAIL_NONE, KIND_TCP, .addr = A1},
		{FAIL_TLS_RESET, KIND_TLS, .addr = "fd00::9"},
		{FAIL_HTTP_RESET, KIND_HTTP, .addr = "192.168.1.1"},
	};
	(void)state;
	char *text = text_of("https://x.example/", steps, 6, &place);
	for (size_t i = 0; i < sizeof(never) / sizeof(*never); i++)
		if (strstr(text, never[i]))
			fail_msg("%s in %s", never[i], text);
	assert_non_null(strstr(text, "ir.dns.36"));
	assert_non_null(
		strstr(text, "\"ipv4\":\"10.10.34.36\"")); /* a block page's, known to all */
	free(text);
	/* A target of one's own network is no measurement of the internet. */
	assert_null(text_of("http://192.168.1.1/",
			    &(struct a_step){FAIL_NONE, KIND_TCP, .addr = "192.168.1.1"}, 1,
			    &place));
	assert_null(text_of("https://nas.example/",
			    (struct a_step[]){{FAIL_NONE, KIND_DNS, .answers = {"192.168.1.9"}},
					      {FAIL_NONE, KIND_TCP, .addr = "192.168.1.9"}},
			    2, &place));
	assert_null(text_of("https://x.example/", NULL, 0, &place));
}

static void to_file(void *arg, const struct runner_step *step)
{
	ooni_file_step(arg, step);
}

/* Lines are added to what is there, for the owner alone, and only whole measurements. */
static void a_file(void **state)
{
	static const struct a_step steps[] = {{FAIL_NONE, KIND_DNS, .answers = {A1}},
					      {FAIL_TCP_TIMEOUT, KIND_TCP, .addr = A1}};
	struct target one, two;
	char err[256], *dir = tempdir_new();
	struct stat st;
	struct buf text;
	(void)state;
	assert_int_equal(targets_parse_one(&one, "https://x.example/", err, sizeof(err)), 0);
	assert_int_equal(targets_parse_one(&two, "https://y.example/", err, sizeof(err)), 0);
	for (size_t i = 0; i < 2; i++) {
		struct ooni_file *f = ooni_file_open(tempdir_path(dir, "o"), &place, "system");
		assert_non_null(f);
		steps_send(NULL, &(struct a_step){FAIL_NONE, .kind = KIND_LINK}, 1, to_file, f);
		steps_send(&two, steps, 1, to_file, f); /* `last`: a line */
		struct runner_step half = {0};
		struct result result;
		result_init(&result, KIND_DNS);
		half.target = &one;
		half.result = &result;
		ooni_file_step(f, &half); /* never ends */
		steps_send(&two, steps, 2, to_file, f);
		assert_int_equal(ooni_file_count(f), 2);
		assert_int_equal(ooni_file_close(f), 0);
	}
	assert_int_equal(stat(tempdir_path(dir, "o"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(buf_read_file(&text, tempdir_path(dir, "o"), 1 << 20), 0);
	char *rest = text.data, *line;
	for (size_t i = 0; i < 4; i++) {
		line = strsep(&rest, "\n");
		json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(j);
		ooni_fields_check(j);
		is_text(j, "input", "https://y.example/");
		json_decref(j);
	}
	assert_string_equal(rest, "");
	buf_clear(&text);
	assert_null(ooni_file_open(tempdir_path(dir, "none/o"), &place, NULL));
	ooni_file_step(NULL, NULL);
	assert_int_equal(ooni_file_close(NULL), 0);
	tempdir_free(dir);
}

/* What could not be written is not passed over. */
static void a_full_disk(void **state)
{
	static const struct a_step steps[] = {{FAIL_TCP_TIMEOUT, KIND_TCP, .addr = A1}};
	struct target one;
	char err[256];
	(void)state;
	assert_int_equal(targets_parse_one(&one, "tcp://203.0.113.7:22", err, sizeof(err)), 0);
	struct ooni_file *f = ooni_file_open("/dev/full", NULL, NULL);
	assert_non_null(f);
	steps_send(&one, steps, 1, to_file, f);
	assert_int_equal(ooni_file_count(f), 0);
	assert_int_equal(ooni_file_close(f), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site),	  cmocka_unit_test(by_name),
		cmocka_unit_test(a_redirect),	  cmocka_unit_test(the_rest),
		cmocka_unit_test(every_failure),  cmocka_unit_test(the_furthest),
		cmocka_unit_test(every_resolver), cmocka_unit_test(nothing_private),
		cmocka_unit_test(a_file),	  cmocka_unit_test(a_full_disk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
