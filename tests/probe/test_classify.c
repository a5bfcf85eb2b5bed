/* test_classify.c: codes to failures. What real servers provoke is in test_checks.c; here stand
 * the codes that can't be provoked on a loopback interface, and the promise that no failure ever
 * comes out as a success. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <curl/curl.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "probe/classify.h"

static void what_this_device_did_is_local(void **state)
{
	(void)state;
	assert_int_equal(classify_connect_local(0), FAIL_NONE);
	for (int err = 1; err < 134; err++) {
		enum failure f = classify_connect_local(err);
		assert_int_equal(failure_class(f), err == ECONNREFUSED ? FCLASS_TCP : FCLASS_LOCAL);
	}
	assert_int_equal(classify_connect_local(ENETUNREACH), FAIL_NETWORK_UNREACHABLE);
	assert_int_equal(classify_connect_local(EADDRNOTAVAIL), FAIL_NETWORK_UNREACHABLE);
	assert_int_equal(classify_connect_local(EAFNOSUPPORT), FAIL_NETWORK_UNREACHABLE);
	assert_int_equal(classify_connect_local(ENETDOWN), FAIL_NETWORK_DOWN);
	assert_int_equal(classify_connect_local(EMFILE), FAIL_LOCAL_ERROR);
}

static void what_came_back_is_the_network(void **state)
{
	(void)state;
	assert_int_equal(classify_connect_remote(ECONNREFUSED), FAIL_CONNECTION_REFUSED);
	assert_int_equal(classify_connect_remote(ECONNRESET), FAIL_CONNECTION_RESET);
	assert_int_equal(classify_connect_remote(ECONNABORTED), FAIL_CONNECTION_ABORTED);
	assert_int_equal(classify_connect_remote(ETIMEDOUT), FAIL_TIMED_OUT);
	assert_int_equal(classify_connect_remote(EHOSTUNREACH), FAIL_HOST_UNREACHABLE);
	assert_int_equal(classify_connect_remote(ENETUNREACH), FAIL_HOST_UNREACHABLE);
	assert_int_equal(classify_connect_remote(EACCES), FAIL_HOST_UNREACHABLE);
	for (int err = 1; err < 134; err++)
		assert_int_not_equal(classify_connect_remote(err), FAIL_NONE);
}

static void established_connections(void **state)
{
	static const enum phase phases[] = {PHASE_TLS, PHASE_EXCHANGE, PHASE_BODY};
	(void)state;
	assert_int_equal(classify_io(ECONNRESET, PHASE_TLS), FAIL_TLS_RESET);
	assert_int_equal(classify_io(EPIPE, PHASE_EXCHANGE), FAIL_HTTP_RESET);
	assert_int_equal(classify_io(ETIMEDOUT, PHASE_TLS), FAIL_TLS_TIMEOUT);
	assert_int_equal(classify_io(ETIMEDOUT, PHASE_EXCHANGE), FAIL_HTTP_TIMEOUT);
	assert_int_equal(classify_io(EHOSTUNREACH, PHASE_TLS), FAIL_HOST_UNREACHABLE);
	assert_int_equal(classify_timeout(PHASE_CONNECT), FAIL_TCP_TIMEOUT);
	assert_int_equal(classify_io(0, PHASE_TLS), FAIL_TLS_EOF);
	assert_int_equal(classify_io(0, PHASE_EXCHANGE), FAIL_HTTP_EOF);
	assert_int_equal(classify_io(0, PHASE_BODY), FAIL_HTTP_BODY_EOF);
	assert_int_equal(classify_io(EPIPE, PHASE_BODY), FAIL_HTTP_BODY_RESET);
	assert_int_equal(classify_io(ETIMEDOUT, PHASE_BODY), FAIL_HTTP_BODY_TIMEOUT);
	for (size_t i = 0; i < sizeof(phases) / sizeof(*phases); i++)
		for (int err = 0; err < 134; err++)
			assert_int_not_equal(classify_io(err, phases[i]), FAIL_NONE);
}

static void dns(void **state)
{
	(void)state;
	assert_int_equal(classify_dns(0, true, 1), FAIL_NONE);
	assert_int_equal(classify_dns(0, true, 0), FAIL_DNS_NO_ANSWER);
	assert_int_equal(classify_dns(2, true, 0), FAIL_DNS_SERVFAIL);
	assert_int_equal(classify_dns(3, true, 0), FAIL_DNS_NXDOMAIN);
	assert_int_equal(classify_dns(5, true, 0), FAIL_DNS_REFUSED);
	assert_int_equal(classify_dns(4, true, 0), FAIL_DNS_MISBEHAVING);
	assert_int_equal(classify_dns(9, true, 1), FAIL_DNS_MISBEHAVING);
	/* What can't be read is no answer, and addresses beside an error are none. */
	for (int rcode = 0; rcode < 16; rcode++)
		assert_int_equal(classify_dns(rcode, false, 1), FAIL_DNS_MISBEHAVING);
	for (int rcode = 1; rcode < 16; rcode++)
		assert_int_not_equal(classify_dns(rcode, true, 1), FAIL_NONE);
}

static void certificates(void **state)
{
	(void)state;
	assert_int_equal(classify_x509(X509_V_OK), FAIL_NONE);
	assert_int_equal(classify_x509(X509_V_ERR_CERT_NOT_YET_VALID),
			 FAIL_SSL_INVALID_CERTIFICATE);
	assert_int_equal(classify_x509(X509_V_ERR_CERT_SIGNATURE_FAILURE),
			 FAIL_SSL_INVALID_CERTIFICATE);
	assert_int_equal(classify_x509(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
			 FAIL_SSL_UNKNOWN_AUTHORITY);
	assert_int_equal(classify_x509(X509_V_ERR_OUT_OF_MEM), FAIL_LOCAL_ERROR);
	for (long v = 1; v < 100; v++)
		assert_int_not_equal(classify_x509(v), FAIL_NONE);
}

static void text_is_told_from_tls(void **state)
{
	(void)state;
	for (const char *p = "H<{ \r\n\xef"; *p; p++)
		assert_true(classify_is_text((unsigned char)*p));
	/* The types of TLS records (RFC 8446 section 5.1), and a record of SSLv2. */
	for (unsigned char type = 20; type <= 24; type++)
		assert_false(classify_is_text(type));
	assert_false(classify_is_text(0x80));
	assert_false(classify_is_text(0));
}

static void handshakes(void **state)
{
	const unsigned long eof = ERR_PACK(ERR_LIB_SSL, 0, SSL_R_UNEXPECTED_EOF_WHILE_READING);
	const unsigned long version = ERR_PACK(ERR_LIB_SSL, 0, SSL_R_WRONG_VERSION_NUMBER);
	(void)state;
	assert_int_equal(classify_tls(SSL_ERROR_SSL, 0, eof), FAIL_TLS_EOF);
	assert_int_equal(classify_tls(SSL_ERROR_SSL, 0, version), FAIL_SSL_FAILED_HANDSHAKE);
	assert_int_equal(
		classify_tls(SSL_ERROR_SSL, 0, ERR_PACK(ERR_LIB_SSL, 0, ERR_R_MALLOC_FAILURE)),
		FAIL_LOCAL_ERROR);
	assert_int_equal(classify_tls(SSL_ERROR_SYSCALL, 0, 0), FAIL_TLS_EOF);
	assert_int_equal(classify_tls(SSL_ERROR_SYSCALL, ECONNRESET, 0), FAIL_TLS_RESET);
	assert_int_equal(classify_tls(SSL_ERROR_ZERO_RETURN, 0, 0), FAIL_TLS_EOF);
}

static enum failure curl(CURLcode code, long os_errno, long verify, enum phase phase)
{
	return classify_curl(&(struct classify_curl){
		.code = (int)code, .os_errno = os_errno, .verify_result = verify, .phase = phase});
}

static void libcurl(void **state)
{
	(void)state;
	assert_int_equal(curl(CURLE_OK, 0, 0, PHASE_EXCHANGE), FAIL_NONE);
	assert_int_equal(curl(CURLE_COULDNT_CONNECT, ECONNREFUSED, 0, PHASE_CONNECT),
			 FAIL_CONNECTION_REFUSED);
	assert_int_equal(curl(CURLE_COULDNT_CONNECT, ENETUNREACH, 0, PHASE_CONNECT),
			 FAIL_NETWORK_UNREACHABLE);
	assert_int_equal(curl(CURLE_OPERATION_TIMEDOUT, 0, 0, PHASE_CONNECT), FAIL_TCP_TIMEOUT);
	assert_int_equal(curl(CURLE_PEER_FAILED_VERIFICATION, 0, X509_V_OK, PHASE_TLS),
			 FAIL_SSL_INVALID_HOSTNAME);
	assert_int_equal(curl(CURLE_PEER_FAILED_VERIFICATION, 0, X509_V_ERR_UNSPECIFIED, PHASE_TLS),
			 FAIL_SSL_INVALID_HOSTNAME);
	assert_int_equal(
		curl(CURLE_PEER_FAILED_VERIFICATION, 0, X509_V_ERR_CERT_HAS_EXPIRED, PHASE_TLS),
		FAIL_SSL_INVALID_CERTIFICATE);
	assert_int_equal(curl(CURLE_SSL_CACERT_BADFILE, 0, 0, PHASE_TLS), FAIL_LOCAL_ERROR);
	for (int code = 1; code < CURL_LAST; code++)
		for (int phase = PHASE_CONNECT; phase <= PHASE_EXCHANGE; phase++)
			assert_int_not_equal(curl((CURLcode)code, 0, 0, (enum phase)phase),
					     FAIL_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_this_device_did_is_local),
		cmocka_unit_test(what_came_back_is_the_network),
		cmocka_unit_test(established_connections),
		cmocka_unit_test(dns),
		cmocka_unit_test(certificates),
		cmocka_unit_test(text_is_told_from_tls),
		cmocka_unit_test(handshakes),
		cmocka_unit_test(libcurl),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
