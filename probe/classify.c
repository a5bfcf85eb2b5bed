/* classify.c: tables of codes. Where a code is ambiguous the comment beside it says why it is read
 * the way it is; the codes of libcurl 7.88.1 and OpenSSL 3.0 were taken from faults
 * made on purpose. */
#include "probe/classify.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <string.h>

/* RFC 1035, section 4.1.1. */
#define RCODE_NOERROR  0
#define RCODE_SERVFAIL 2
#define RCODE_NXDOMAIN 3
#define RCODE_REFUSED  5

enum failure classify_connect_local(int err)
{
	switch (err) {
	case 0: return FAIL_NONE;
	/* On the loopback interface connect(2) itself may hear the answer. */
	case ECONNREFUSED: return FAIL_CONNECTION_REFUSED;
	/* No route, no source address, no such address family: an IPv6 address on a network without
	 * IPv6 gives any of these. An "unreachable" route of this device gives EHOSTUNREACH. */
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT: return FAIL_NETWORK_UNREACHABLE;
	case ENETDOWN: return FAIL_NETWORK_DOWN;
	default: return FAIL_LOCAL_ERROR;
	}
}

enum failure classify_connect_remote(int err)
{
	switch (err) {
	case 0: return FAIL_NONE;
	case ECONNREFUSED: return FAIL_CONNECTION_REFUSED;
	/* Linux says ECONNRESET only once the handshake was complete (tcp_reset(), net/ipv4). */
	case ECONNRESET:
	case EPIPE: return FAIL_CONNECTION_RESET;
	case ECONNABORTED: return FAIL_CONNECTION_ABORTED;
	case ETIMEDOUT: return FAIL_TIMED_OUT;
	/* ICMP, as icmp_err_convert (net/ipv4/icmp.c) and icmpv6_err_convert translate it. A
	 * missing route of this device would have been heard from connect(2). */
	case ENETUNREACH:
	case EHOSTUNREACH:
	case EHOSTDOWN:
	case ENONET:
	case ENOPROTOOPT:
	case EPROTO:
	case EACCES: return FAIL_HOST_UNREACHABLE;
	case ENETDOWN: return FAIL_NETWORK_DOWN;
	default: return FAIL_LOCAL_ERROR;
	}
}

enum failure classify_timeout(enum phase phase)
{
	switch (phase) {
	case PHASE_CONNECT: return FAIL_TCP_TIMEOUT;
	case PHASE_TLS: return FAIL_TLS_TIMEOUT;
	case PHASE_BODY: return FAIL_HTTP_BODY_TIMEOUT;
	default: return FAIL_HTTP_TIMEOUT;
	}
}

static enum failure eof(enum phase phase)
{
	switch (phase) {
	case PHASE_TLS: return FAIL_TLS_EOF;
	case PHASE_BODY: return FAIL_HTTP_BODY_EOF;
	default: return FAIL_HTTP_EOF;
	}
}

static enum failure reset(enum phase phase)
{
	switch (phase) {
	case PHASE_TLS: return FAIL_TLS_RESET;
	case PHASE_BODY: return FAIL_HTTP_BODY_RESET;
	default: return FAIL_HTTP_RESET;
	}
}

enum failure classify_io(int err, enum phase phase)
{
	if (phase == PHASE_CONNECT)
		return classify_connect_remote(err);
	switch (err) {
	/* Zero: the stream ended although nobody said so. */
	case 0: return eof(phase);
	/* EPIPE: a write after the reset was noticed by something else. */
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED: return reset(phase);
	case ETIMEDOUT: return classify_timeout(phase);
	default: return classify_connect_remote(err);
	}
}

enum failure classify_dns(int rcode, bool whole, size_t addresses)
{
	if (!whole)
		return FAIL_DNS_MISBEHAVING;
	switch (rcode) {
	case RCODE_NOERROR: return addresses ? FAIL_NONE : FAIL_DNS_NO_ANSWER;
	case RCODE_SERVFAIL: return FAIL_DNS_SERVFAIL;
	case RCODE_NXDOMAIN: return FAIL_DNS_NXDOMAIN;
	case RCODE_REFUSED: return FAIL_DNS_REFUSED;
	default: return FAIL_DNS_MISBEHAVING;
	}
}

enum failure classify_x509(long verify_result)
{
	switch (verify_result) {
	case X509_V_OK: return FAIL_NONE;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH: return FAIL_SSL_INVALID_HOSTNAME;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED: return FAIL_SSL_UNKNOWN_AUTHORITY;
	case X509_V_ERR_OUT_OF_MEM: return FAIL_LOCAL_ERROR;
	default: return FAIL_SSL_INVALID_CERTIFICATE;
	}
}

bool classify_is_text(unsigned char first)
{
	const unsigned char utf8_mark = 0xef;
	return (first >= ' ' && first <= '~') || first == '\t' || first == '\r' || first == '\n' ||
	       first == utf8_mark;
}

enum failure classify_tls(int ssl_error, int err, unsigned long queue)
{
	switch (ssl_error) {
	/* OpenSSL 3 calls a stream that ends an error of the protocol; before it was SYSCALL with
	 * errno 0. */
	case SSL_ERROR_SSL:
		if (ERR_GET_REASON(queue) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
			return FAIL_TLS_EOF;
		if (ERR_GET_REASON(queue) == ERR_R_MALLOC_FAILURE)
			return FAIL_LOCAL_ERROR;
		return FAIL_SSL_FAILED_HANDSHAKE;
	case SSL_ERROR_SYSCALL: return classify_io(err, PHASE_TLS);
	case SSL_ERROR_ZERO_RETURN: return FAIL_TLS_EOF;
	default: return FAIL_SSL_FAILED_HANDSHAKE;
	}
}

/* libcurl has one code for every broken handshake. Only its text tells a closed connection from
 * bytes that are not TLS: it says SSL_ERROR_SYSCALL when OpenSSL's error queue was empty. */
static enum failure curl_handshake(const struct classify_curl *c)
{
	if (c->os_errno)
		return classify_io((int)c->os_errno, PHASE_TLS);
	return c->message && strstr(c->message, "SSL_ERROR_SYSCALL") ? FAIL_TLS_EOF
								     : FAIL_SSL_FAILED_HANDSHAKE;
}

static enum failure curl_failure(const struct classify_curl *c)
{
	switch (c->code) {
	/* A moment ago the same address could be connected to. If now there is no route, it is this
	 * device that has lost it. */
	case CURLE_COULDNT_CONNECT:
		if (c->os_errno == ENETUNREACH)
			return FAIL_NETWORK_UNREACHABLE;
		return classify_connect_remote((int)c->os_errno);
	case CURLE_OPERATION_TIMEDOUT: return classify_timeout(c->phase);
	case CURLE_SSL_CONNECT_ERROR: return curl_handshake(c);
	/* libcurl compares the names itself, and before it asks for the result of the verification:
	 * that is still what it was at first, which no chain that OpenSSL refused leaves behind. */
	case CURLE_PEER_FAILED_VERIFICATION:
		return c->verify_result == X509_V_OK || c->verify_result == X509_V_ERR_UNSPECIFIED
			       ? FAIL_SSL_INVALID_HOSTNAME
			       : classify_x509(c->verify_result);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE: return FAIL_HTTP_EOF;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR: return classify_io((int)c->os_errno, c->phase);
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT: return FAIL_LOCAL_ERROR;
	default: return FAIL_HTTP_REQUEST_FAILED;
	}
}

enum failure classify_curl(const struct classify_curl *c)
{
	if (c->code == CURLE_OK)
		return FAIL_NONE;
	/* A failure without an errno must not come out as a success. */
	enum failure f = curl_failure(c);
	return f != FAIL_NONE ? f : FAIL_HTTP_REQUEST_FAILED;
}
