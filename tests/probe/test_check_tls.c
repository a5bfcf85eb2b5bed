/* test_check_tls.c: what is kept of a handshake, of good ones and of absurd ones, and what a
 * harmless name tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/probe/cycle.h"

static const struct bad_name names[] = {
	{.name = "good.test", .a = "127.0.0.1"},
	{.name = "other.test", .a = "127.0.0.1"},
	{.name = NULL},
};

static int open_cycle(void **state)
{
	static struct cycle c;
	cycle_open(&c);
	cycle_dns(&c, names);
	*state = &c;
	return 0;
}

static int close_cycle(void **state)
{
	cycle_close(*state);
	return 0;
}

/* Measures good.test over such a server; the first tls step. */
static const struct seen *shake(struct cycle *c, const struct bad_server *server)
{
	cycle_one(c, "https://good.test:%u/", badnet_listen(c->net, server));
	const struct seen *s = cycle_step(c, KIND_TLS, 0);
	assert_non_null(s);
	return s;
}

static void expect_hash(const char *text, size_t bytes, const unsigned char *der, size_t len)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	char base64[32];
	crypto_hash_sha256(sum, der, len);
	sodium_bin2base64(base64, sizeof(base64), sum, bytes,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	assert_string_equal(text, base64);
}

static void a_good_handshake(void **state)
{
	static const struct bad_server good = {.cert = CERT_GOOD};
	struct cycle *c = *state;
	const X509 *x = badcert_x509(c->certs, CERT_GOOD);
	const struct seen *s = shake(c, &good);
	const struct wire_cert *w = &s->certs[0];
	unsigned char *der = NULL;
	const int64_t *v = s->result.v;
	assert_int_equal(v[RESULT_FAILURE], FAIL_NONE);
	assert_int_equal(v[RESULT_TLSVER], TLS1_3_VERSION);
	assert_in_range(v[RESULT_CIPHER], 0x1301, 0x1303);
	assert_int_equal(v[RESULT_VERIFY], X509_V_OK);
	assert_int_equal(v[RESULT_ALERT], -1);
	assert_int_equal(v[RESULT_SNI], 0);
	assert_true(s->alpn);

	assert_int_equal(s->n_certs, 1);
	int len = i2d_X509(x, &der);
	expect_hash(w->brief.id, 12, der, (size_t)len);
	OPENSSL_free(der);
	der = NULL;
	len = i2d_X509_NAME(X509_get_issuer_name(x), &der);
	expect_hash(w->brief.issuer, 6, der, (size_t)len);
	OPENSSL_free(der);
	assert_in_range(w->brief.not_after - w->brief.not_before, 11 * 86400 - 2, 11 * 86400 + 2);
	assert_in_range(w->brief.not_after, time(NULL) + 86400 - 120, time(NULL) + 86400);
	assert_string_equal(w->subject, "good.test");
	assert_string_equal(w->issuer, "An authority of our own");
}

static void an_older_version(void **state)
{
	static const struct bad_server old = {.cert = CERT_TLS12};
	const struct seen *s = shake(*state, &old);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_NONE);
	assert_int_equal(s->result.v[RESULT_TLSVER], TLS1_2_VERSION);
	assert_in_range(s->result.v[RESULT_CIPHER], 0xc000, 0xcfff);
	assert_false(s->alpn);
}

/* The chain is kept whatever is thought of it, and whatever it is. */
static void certificates_that_are_not_good(void **state)
{
	static const struct {
		enum cert cert;
		enum failure failure;
		int64_t verify;
		size_t n_certs;
	} cases[] = {
		{CERT_WRONG_NAME, FAIL_SSL_INVALID_HOSTNAME, X509_V_ERR_HOSTNAME_MISMATCH, 1},
		{CERT_EXPIRED, FAIL_SSL_INVALID_CERTIFICATE, X509_V_ERR_CERT_HAS_EXPIRED, 1},
		{CERT_SELF_SIGNED, FAIL_SSL_UNKNOWN_AUTHORITY,
		 X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 1},
		{CERT_CROWD, FAIL_NONE, X509_V_OK, RESULT_CHAIN_MAX},
		{CERT_FLOOD, FAIL_SSL_FAILED_HANDSHAKE, -1, 0},
		{CERT_HUGE, FAIL_NONE, X509_V_OK, 1},
		{CERT_TOO_HUGE, FAIL_SSL_FAILED_HANDSHAKE, -1, 0},
		{CERT_DEEP, FAIL_SSL_INVALID_CERTIFICATE, X509_V_ERR_CERT_CHAIN_TOO_LONG,
		 RESULT_CHAIN_MAX},
		{CERT_NO_DATES, FAIL_SSL_INVALID_CERTIFICATE,
		 X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, 1},
		{CERT_RUDE, FAIL_SSL_UNKNOWN_AUTHORITY, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct bad_server server = {.cert = cases[i].cert};
		const struct seen *s = shake(*state, &server);
		if (s->result.v[RESULT_FAILURE] != cases[i].failure ||
		    s->result.v[RESULT_VERIFY] != cases[i].verify || s->n_certs != cases[i].n_certs)
			fail_msg("%zu: %s, verify %d, %zu certificates", i,
				 failure_str((enum failure)s->result.v[RESULT_FAILURE]),
				 (int)s->result.v[RESULT_VERIFY], s->n_certs);
		assert_int_equal(s->result.v[RESULT_TLSVER], TLS1_3_VERSION);
		assert_int_not_equal(s->result.v[RESULT_CIPHER], -1);
		/* Security before curiosity. */
		assert_int_equal(!cycle_step(*state, KIND_HTTP, 0), cases[i].failure != FAIL_NONE);
	}
}

static void dates_and_texts_of_a_certificate_are_not_believed(void **state)
{
	static const struct bad_server no_dates = {.cert = CERT_NO_DATES},
				       rude = {.cert = CERT_RUDE};
	const struct wire_cert *w = shake(*state, &no_dates)->certs;
	assert_int_equal(w->brief.not_before, 0);
	assert_int_equal(w->brief.not_after, 0);
	w = shake(*state, &rude)->certs;
	assert_string_equal(w->subject, "?[2J?"
					"?<script>?"
					"?");
}

static void an_alert_is_kept(void **state)
{
	static const struct bad_server alert = {.fault = BAD_ALERT};
	const struct seen *s = shake(*state, &alert);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_SSL_FAILED_HANDSHAKE);
	assert_int_equal(s->result.v[RESULT_ALERT], 40);
	assert_int_equal(s->result.v[RESULT_TLSVER], -1);
	assert_int_equal(s->result.v[RESULT_VERIFY], -1);
	assert_int_equal(s->n_certs, 0);
}

/* Whoever listens for the name is shown by another one: any TLS at all is enough. */
static void a_harmless_name(void **state)
{
	static const struct {
		struct bad_server server;
		enum failure first, harmless;
	} cases[] = {
		{{.fault = BAD_RESET, .word = "good.test", .cert = CERT_GOOD},
		 FAIL_TLS_RESET,
		 FAIL_NONE},
		{{.fault = BAD_CLOSE, .word = "good.test", .cert = CERT_SELF_SIGNED},
		 FAIL_TLS_EOF,
		 FAIL_NONE},
		{{.fault = BAD_RESET}, FAIL_TLS_RESET, FAIL_TLS_RESET},
		{{.fault = BAD_ALERT}, FAIL_SSL_FAILED_HANDSHAKE, FAIL_NONE},
		{{.fault = BAD_PLAIN, .reply = "no"}, FAIL_TLS_PLAINTEXT, FAIL_TLS_PLAINTEXT},
	};
	struct cycle *c = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct seen *s = shake(c, &cases[i].server);
		assert_int_equal(s->result.v[RESULT_FAILURE], cases[i].first);
		s = cycle_step(c, KIND_TLS, (size_t)(s - c->seen) + 1);
		assert_non_null(s);
		assert_int_equal(s->result.v[RESULT_SNI], 1);
		assert_int_equal(s->result.v[RESULT_FAILURE], cases[i].harmless);
		assert_int_equal(s->n_certs, cases[i].server.cert != CERT_NONE);
		assert_null(cycle_step(c, KIND_HTTP, 0));
	}
}

static void without_authorities_nothing_is_judged(void **state)
{
	static const struct bad_server good = {.cert = CERT_GOOD};
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	const struct seen *s = shake(*state, &good);
	assert_int_equal(s->result.v[RESULT_FAILURE], FAIL_LOCAL_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_good_handshake, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(an_older_version, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(certificates_that_are_not_good, open_cycle,
						close_cycle),
		cmocka_unit_test_setup_teardown(dates_and_texts_of_a_certificate_are_not_believed,
						open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(an_alert_is_kept, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(a_harmless_name, open_cycle, close_cycle),
		cmocka_unit_test_setup_teardown(without_authorities_nothing_is_judged, open_cycle,
						close_cycle),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
