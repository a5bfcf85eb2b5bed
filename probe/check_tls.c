/* check_tls.c: one TLS handshake on a connection that is already there, with verification of chain
 * and name.
 *
 * OpenSSL is driven by hand: bufferevent_openssl hides how a stream ended. The handshake is allowed
 * to go through whatever the certificate is, and judged afterwards: so the version is known even
 * then. */
#include <errno.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "common/buf.h"
#include "probe/check.h"
#include "probe/classify.h"

struct trust {
	SSL_CTX *ctx;
	bool loaded; /* there are authorities to judge by */
};

struct handshake {
	struct check *check;
	SSL *ssl;
	struct event *event;
};

/* Debian compiles OpenSSL with security level 2, which would make old servers and the weak
 * certificates of middleboxes look like broken handshakes. What was negotiated is recorded. */
static SSL_CTX *new_ctx(void)
{
	static const unsigned char alpn[] = "\x08http/1.1";
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx || !SSL_CTX_set_cipher_list(ctx, "DEFAULT@SECLEVEL=0") ||
	    !SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION))
		abort();
	SSL_CTX_set_alpn_protos(ctx, alpn, sizeof(alpn) - 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_quiet_shutdown(ctx, 1);
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

/* An address literal is compared with the addresses in the certificate, and is never sent as SNI
 * (RFC 6066). */
static bool set_name(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);
	if (X509_VERIFY_PARAM_set1_ip_asc(p, host))
		return true;
	ERR_clear_error();
	X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(p, host, 0) && SSL_set_tlsext_host_name(ssl, host);
}

static void wait_for(struct handshake *h, short what);

static void step(struct handshake *h)
{
	struct check *c = h->check;
	ERR_clear_error();
	errno = 0;
	int r = SSL_connect(h->ssl), err = errno;
	int why = SSL_get_error(h->ssl, r);
	if (r == 1) {
		c->answer.result.v[RESULT_TLSVER] = SSL_version(h->ssl);
		check_done(c, classify_x509(SSL_get_verify_result(h->ssl)));
	} else if (why == SSL_ERROR_WANT_READ) {
		wait_for(h, EV_READ);
	} else if (why == SSL_ERROR_WANT_WRITE) {
		wait_for(h, EV_WRITE);
	} else {
		check_done(c, classify_tls(why, err, ERR_peek_error()));
	}
	ERR_clear_error();
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	step(arg);
}

static void wait_for(struct handshake *h, short what)
{
	if (h->event)
		event_free(h->event);
	h->event = event_new(h->check->env->base, h->check->stream.fd, what, on_socket, h);
	event_add(h->event, NULL);
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
	h->ssl = SSL_new(t->ctx);
	if (!h->ssl || !set_name(h->ssl, c->host) || !SSL_set_fd(h->ssl, c->stream.fd)) {
		check_done(c, FAIL_LOCAL_ERROR);
		return;
	}
	step(h);
}

static enum failure expired(struct check *c)
{
	(void)c;
	return classify_timeout(PHASE_TLS);
}

static void stop(struct check *c)
{
	struct handshake *h = c->state;
	if (!h)
		return;
	if (h->event)
		event_free(h->event);
	SSL_free(h->ssl);
	ERR_clear_error();
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
