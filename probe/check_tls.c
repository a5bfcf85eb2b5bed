/* check_tls.c: one TLS handshake on a connection that is already there, with verification of chain
 * and name.
 *
 * OpenSSL is driven by hand: bufferevent_openssl hides how a stream ended. The handshake is allowed
 * to go through whatever the certificate is, and judged afterwards: so version, cipher and chain
 * are known even then. A handshake that breaks before the first answer may go on in one of two
 * ways: clear text is collected, to see whose page it is, and a reset is held against a second
 * connection (wire_hold.h). */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/limits.h"
#include "probe/check.h"
#include "probe/classify.h"
#include "probe/fingerprints.h"
#include "probe/wire_cert.h"
#include "probe/wire_hold.h"
#include "probe/wire_http.h"

/* Public chains are of four certificates and under 8 KiB. A signature takes up to some milliseconds
 * to verify when somebody wants it to. */
#define CHAIN_BYTES_MAX (64 * 1024)
#define CHAIN_DEPTH_MAX 10

/* A page in clear text that stops for so long has ended. */
#define QUIET_US (300 * 1000)

struct trust {
	SSL_CTX *ctx;
	bool loaded; /* there are authorities to judge by */
};

struct handshake {
	struct check *check;
	struct event event;
	int64_t start_us, seen_us; /* seen: when the loop handed out the last event */
	bool heard;		   /* something has come that may be TLS */
	bool speaks_tls;	   /* it was: a ServerHello or an alert */
	bool is_page;		   /* it was not: clear text, which goes to page */
	struct buf page;
	struct wire_hold *hold;
};

/* --- what all handshakes share --- */

/* The messages that count as they come in, whatever becomes of them. */
static void on_message(int is_ours, int version, int type, const void *data, size_t len, SSL *ssl,
		       void *arg)
{
	struct handshake *h = arg;
	const unsigned char *byte = data;
	(void)version;
	(void)ssl;
	if (!h || is_ours)
		return;
	if (type == SSL3_RT_ALERT && len == 2)
		h->check->answer.result.v[RESULT_ALERT] = byte[1];
	if ((type == SSL3_RT_ALERT && len == 2) ||
	    (type == SSL3_RT_HANDSHAKE && len && byte[0] == SSL3_MT_SERVER_HELLO))
		h->speaks_tls = true;
}

/* The order of Firefox, whose name the requests bear; its first is the cheapest too. */
#define CIPHERSUITES "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"

/* Debian compiles OpenSSL with security level 2, which would make old servers and the weak
 * certificates of middleboxes look like broken handshakes. What was negotiated is recorded.
 *
 * Without AUTO_RETRY a peer that sends nothing but key updates gets one turn of the loop at a
 * time. */
static SSL_CTX *new_ctx(void)
{
	static const unsigned char alpn[] = "\x08http/1.1";
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx || !SSL_CTX_set_cipher_list(ctx, "DEFAULT@SECLEVEL=0") ||
	    !SSL_CTX_set_ciphersuites(ctx, CIPHERSUITES) ||
	    !SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION))
		abort();
	SSL_CTX_set_alpn_protos(ctx, alpn, sizeof(alpn) - 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_verify_depth(ctx, CHAIN_DEPTH_MAX);
	SSL_CTX_set_max_cert_list(ctx, CHAIN_BYTES_MAX);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_quiet_shutdown(ctx, 1);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_msg_callback(ctx, on_message);
	return ctx;
}

static void *open_trust(const struct check_env *env)
{
	struct trust *t = xcalloc(1, sizeof(*t));
	t->ctx = new_ctx();
	t->loaded = SSL_CTX_load_verify_file(t->ctx, env->ca_file) == 1;
	ERR_clear_error();
	return t;
}

static void close_trust(void *shared)
{
	struct trust *t = shared;
	SSL_CTX_free(t->ctx);
	free(t);
}

/* --- the end --- */

static void record(const struct handshake *h)
{
	struct check *c = h->check;
	int64_t *v = c->answer.result.v;
	const unsigned char *alpn; /* one was offered */
	unsigned int alpn_len;
	const SSL_CIPHER *cipher = SSL_get_current_cipher(c->stream.ssl);
	if (cipher) {
		v[RESULT_TLSVER] = SSL_version(c->stream.ssl);
		v[RESULT_CIPHER] = SSL_CIPHER_get_protocol_id(cipher);
	}
	SSL_get0_alpn_selected(c->stream.ssl, &alpn, &alpn_len);
	c->alpn = alpn_len;
	c->certs = wire_cert_chain(c->stream.ssl, &c->n_certs);
	if (c->certs)
		v[RESULT_VERIFY] = SSL_get_verify_result(c->stream.ssl);
}

/* A harmless name is sent to hear anything at all. */
static enum failure judge(const struct handshake *h, enum failure failure)
{
	record(h);
	return h->check->sni && h->speaks_tls ? FAIL_NONE : failure;
}

static void finish(struct handshake *h, enum failure failure)
{
	event_del(&h->event);
	h->check->us = h->seen_us - h->start_us;
	check_done(h->check, judge(h, failure));
}

static void listen_to(struct handshake *h, short what, event_callback_fn then,
		      const struct timeval *quiet)
{
	event_del(&h->event);
	event_assign(&h->event, h->check->env->base, h->check->stream.fd, what | EV_PERSIST, then,
		     h);
	event_add(&h->event, quiet);
}

/* --- clear text instead of TLS --- */

static const char *find_fingerprint(const struct handshake *h)
{
	const struct fingerprints *f = h->check->env->fingerprints;
	const char *fp = NULL;
	struct wire_http http;
	wire_http_init(&http);
	wire_http_feed(&http, h->page.data, h->page.len);
	if (http.location)
		fp = fingerprints_location(f, http.location);
	if (!fp && http.body.len)
		fp = fingerprints_body(f, http.body.data, http.body.len);
	if (!fp)
		fp = fingerprints_body(f, h->page.data, h->page.len);
	wire_http_clear(&http);
	return fp;
}

static enum failure judge_page(const struct handshake *h)
{
	if (h->page.len)
		h->check->answer.fp = find_fingerprint(h);
	return FAIL_TLS_PLAINTEXT;
}

static void on_page(evutil_socket_t fd, short what, void *arg)
{
	struct handshake *h = arg;
	char bytes[8192];
	size_t room = h->page.cap - h->page.len;
	ssize_t n = 0;
	if (what & EV_READ)
		n = recv(fd, bytes, room < sizeof(bytes) ? room : sizeof(bytes), 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		buf_put(&h->page, bytes, (size_t)n);
	if (n <= 0 || h->page.len == h->page.cap)
		finish(h, judge_page(h));
}

/* Looks at the first byte before OpenSSL may take it; that is also how the kernel tells of an end or
 * a reset, and only once. True when the answer may be TLS. */
static bool listen_first(struct handshake *h, int *err)
{
	const struct timeval quiet = {.tv_usec = QUIET_US};
	unsigned char first;
	ssize_t n = recv(h->check->stream.fd, &first, 1, MSG_PEEK);
	*err = n < 0 ? errno : 0;
	if (n > 0 && classify_is_text(first)) {
		h->is_page = true;
		listen_to(h, EV_READ, on_page, &quiet);
	}
	return n > 0 && !h->is_page;
}

/* --- the handshake --- */

static void on_hold(void *arg, bool reset)
{
	struct handshake *h = arg;
	finish(h, reset ? FAIL_CONNECTION_RESET : FAIL_TLS_RESET);
}

static void broken(struct handshake *h, enum failure failure)
{
	struct check *c = h->check;
	event_del(&h->event);
	if (failure == FAIL_TLS_RESET && !h->heard)
		h->hold = wire_hold_new(c->env->base, c->addr, c->port,
					wire_stream_rtt_us(c->stream.fd, NULL), on_hold, h);
	if (!h->hold)
		finish(h, failure);
}

static void on_socket(evutil_socket_t fd, short what, void *arg);

static void wait_for(struct handshake *h, short what)
{
	if (!event_pending(&h->event, what, NULL))
		listen_to(h, what, on_socket, NULL);
}

static void step(struct handshake *h)
{
	SSL *ssl = h->check->stream.ssl;
	ERR_clear_error();
	errno = 0;
	int r = SSL_connect(ssl), err = errno, none;
	int why = SSL_get_error(ssl, r);
	enum failure failure = classify_tls(why, err, ERR_peek_error());
	ERR_clear_error();
	if (r == 1)
		finish(h, classify_x509(SSL_get_verify_result(ssl)));
	else if (why == SSL_ERROR_WANT_READ)
		wait_for(h, EV_READ);
	else if (why == SSL_ERROR_WANT_WRITE)
		wait_for(h, EV_WRITE);
	/* Who resets before the greeting was written may have sent a page before that. */
	else if (h->heard || listen_first(h, &none) || !h->is_page)
		broken(h, failure);
}

/* From now on OpenSSL reads from the socket too. */
static void open_ear(SSL *ssl)
{
	BIO *socket = SSL_get_wbio(ssl);
	BIO_up_ref(socket);
	SSL_set0_rbio(ssl, socket);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct handshake *h = arg;
	int err;
	(void)fd;
	h->seen_us = clock_mono_us();
	if (!h->heard && (what & EV_READ)) {
		h->heard = listen_first(h, &err);
		if (!h->heard && !h->is_page && err != EAGAIN)
			broken(h, classify_io(err, PHASE_TLS));
		if (!h->heard)
			return;
		open_ear(h->check->stream.ssl);
	}
	step(h);
}

/* --- the check --- */

/* An address literal is compared with the addresses in the certificate, and is never sent as SNI
 * (RFC 6066). A harmless name is sent for any host. */
static bool set_name(SSL *ssl, const struct check *c)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);
	const char *sni = c->sni;
	if (!X509_VERIFY_PARAM_set1_ip_asc(p, c->host)) {
		ERR_clear_error();
		X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		if (!X509_VERIFY_PARAM_set1_host(p, c->host, 0))
			return false;
		sni = sni ? sni : c->host;
	}
	return !sni || SSL_set_tlsext_host_name(ssl, sni);
}

/* The socket to write to, and an empty buffer to read from: the first byte is ours. */
static bool set_socket(SSL *ssl, int fd)
{
	BIO *socket = BIO_new_socket(fd, BIO_NOCLOSE), *nothing = BIO_new(BIO_s_mem());
	SSL_set0_wbio(ssl, socket);
	SSL_set0_rbio(ssl, nothing);
	return socket && nothing;
}

/* A request that follows the end of a handshake would otherwise wait for its acknowledgement, and
 * be late by a round trip. */
static void send_at_once(int fd)
{
	const int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void start(struct check *c)
{
	struct trust *t = c->shared;
	/* Without authorities every certificate of the world would look forged. */
	if (!t->loaded) {
		check_done(c, FAIL_LOCAL_ERROR);
		return;
	}
	struct handshake *h = xcalloc(1, sizeof(*h));
	c->state = h;
	h->check = c;
	h->start_us = h->seen_us = clock_mono_us();
	buf_init(&h->page, CHECK_READ_MAX);
	event_assign(&h->event, c->env->base, c->stream.fd, EV_READ, on_socket, h);
	SSL *ssl = c->stream.ssl = SSL_new(t->ctx);
	if (!ssl || !set_name(ssl, c) || !set_socket(ssl, c->stream.fd)) {
		check_done(c, FAIL_LOCAL_ERROR);
		return;
	}
	SSL_set_msg_callback_arg(ssl, h);
	send_at_once(c->stream.fd);
	step(h);
}

static enum failure expired(struct check *c)
{
	struct handshake *h = c->state;
	if (h->is_page || h->hold)
		c->us = h->seen_us - h->start_us;
	if (h->is_page)
		return judge(h, judge_page(h));
	return judge(h, h->hold ? FAIL_TLS_RESET : classify_timeout(PHASE_TLS));
}

static void stop(struct check *c)
{
	struct handshake *h = c->state;
	if (!h)
		return;
	event_del(&h->event);
	wire_hold_free(h->hold);
	buf_clear(&h->page);
	if (c->stream.ssl)
		SSL_set_msg_callback(c->stream.ssl, NULL);
	free(h);
	c->state = NULL;
}

const struct check_ops check_tls = {
	.kind = KIND_TLS,
	.open = open_trust,
	.close = close_trust,
	.start = start,
	.expired = expired,
	.stop = stop,
};
