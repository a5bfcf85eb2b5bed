/* check_http.c: one GET over HTTP/1.1, by libcurl, on a connection of its own to one address.
 *
 * libcurl can't be given a connected socket (7.88.1 connects it again), so the address is pinned
 * with CURLOPT_CONNECT_TO. Nothing is kept from one exchange to the next and no redirect is
 * followed. The phase is taken from two callbacks, because a failed handshake leaves libcurl's own
 * timings at zero. */
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/limits.h"
#include "probe/check.h"
#include "probe/classify.h"
#include "probe/fingerprints.h"
#include "probe/loop_curl.h"

/* Some sites refuse a request without one, and a name of our own would single volunteers out. */
#define USER_AGENT "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

struct exchange {
	struct check *check;
	CURL *easy;
	struct loop_curl_transfer *transfer;
	struct curl_slist *connect_to;
	enum phase phase;
	size_t headers; /* bytes so far */
	struct buf body;
	bool enough; /* the body cap was reached */
	char message[CURL_ERROR_SIZE];
};

/* --- callbacks of libcurl --- */

static CURLcode on_tls(CURL *easy, void *ctx, void *arg)
{
	struct exchange *x = arg;
	(void)easy;
	(void)ctx;
	x->phase = PHASE_TLS;
	return CURLE_OK;
}

static int on_request(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct exchange *x = arg;
	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	x->phase = PHASE_EXCHANGE;
	return CURL_PREREQFUNC_OK;
}

/* Any other number than the one given ends the transfer. */
static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	(void)data;
	x->headers += size * n;
	return x->headers > CHECK_HEADERS_MAX ? 0 : size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	size_t len = size * n, room = CHECK_BODY_MAX - x->body.len;
	buf_put(&x->body, data, len < room ? len : room);
	x->enough = len >= room;
	return x->enough ? CURL_WRITEFUNC_ERROR : len;
}

/* --- judging --- */

static const char *find_fingerprint(struct exchange *x)
{
	const struct fingerprints *f = x->check->env->fingerprints;
	struct curl_header *location;
	const char *fp = NULL;
	if (curl_easy_header(x->easy, "Location", 0, CURLH_HEADER, -1, &location) == CURLHE_OK)
		fp = fingerprints_location(f, location->value);
	if (!fp && x->body.len)
		fp = fingerprints_body(f, x->body.data, x->body.len);
	return fp;
}

/* What has arrived is looked at even when the exchange broke off afterwards: a censor that sends
 * its page and then a reset is known by the page. */
static enum failure judge(struct exchange *x, enum failure transport)
{
	struct check *c = x->check;
	long status = 0;
	curl_easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!status)
		return transport;
	c->answer.result.v[RESULT_STATUS] = status;
	c->answer.result.v[RESULT_BYTES] = (int64_t)x->body.len;
	c->answer.fp = find_fingerprint(x);
	if (c->answer.fp)
		return FAIL_HTTP_BLOCKPAGE;
	if (transport != FAIL_NONE)
		return transport;
	if (c->expect_status ? status == c->expect_status : status >= 200 && status <= 399)
		return FAIL_NONE;
	return FAIL_HTTP_STATUS;
}

static void on_end(void *arg, CURLcode code)
{
	struct exchange *x = arg;
	struct classify_curl what = {
		.code = (int)code,
		.message = x->message,
		.phase = x->phase,
	};
	if (code == CURLE_WRITE_ERROR && x->enough)
		what.code = CURLE_OK;
	curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &what.os_errno);
	curl_easy_getinfo(x->easy, CURLINFO_SSL_VERIFYRESULT, &what.verify_result);
	check_done(x->check, judge(x, classify_curl(&what)));
}

/* --- the check --- */

static void set_request(struct exchange *x)
{
	struct check *c = x->check;
	CURL *e = x->easy;
	bool six_host = strchr(c->host, ':'), six_addr = strchr(c->addr, ':');
	/* Made of the parts that targets.c has checked, so libcurl's reading of the URL can't be
	 * another. */
	char *url = xasprintf(six_host ? "%s://[%s]:%u%s" : "%s://%s:%u%s",
			      !strcmp(c->scheme, "https") ? "https" : "http", c->host, c->port,
			      c->path);
	char *to = xasprintf(six_addr ? "::[%s]:%u" : "::%s:%u", c->addr, c->port);
	x->connect_to = curl_slist_append(NULL, to);
	curl_easy_setopt(e, CURLOPT_URL, url);
	curl_easy_setopt(e, CURLOPT_CONNECT_TO, x->connect_to);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_USERAGENT, USER_AGENT);
	curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(e, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, x->message);
	free(url);
	free(to);
}

/* CAPATH has to be NULL: with Debian's default libcurl would read the whole bundle for each
 * exchange (20 ms). */
static void set_tls(struct exchange *x)
{
	CURL *e = x->easy;
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_CAINFO, x->check->env->ca_file);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_0);
	curl_easy_setopt(e, CURLOPT_SSL_CIPHER_LIST, "DEFAULT@SECLEVEL=0");
	curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, x);
}

static void set_callbacks(struct exchange *x)
{
	CURL *e = x->easy;
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, x);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, x);
}

static void *open_loop(const struct check_env *env)
{
	return loop_curl_new(env->base);
}

static void close_loop(void *shared)
{
	loop_curl_free(shared);
}

static void start(struct check *c)
{
	struct exchange *x = xcalloc(1, sizeof(*x));
	c->state = x;
	x->check = c;
	buf_init(&x->body, CHECK_BODY_MAX);
	x->easy = curl_easy_init();
	if (!x->easy) {
		check_done(c, FAIL_LOCAL_ERROR);
		return;
	}
	set_request(x);
	set_tls(x);
	set_callbacks(x);
	x->transfer = loop_curl_start(c->shared, x->easy, on_end, x);
	if (!x->transfer)
		check_done(c, FAIL_LOCAL_ERROR);
}

static enum failure expired(struct check *c)
{
	struct exchange *x = c->state;
	return judge(x, classify_timeout(x->phase));
}

static void stop(struct check *c)
{
	struct exchange *x = c->state;
	if (!x)
		return;
	loop_curl_drop(x->transfer);
	curl_easy_cleanup(x->easy);
	curl_slist_free_all(x->connect_to);
	buf_clear(&x->body);
	free(x);
	c->state = NULL;
}

const struct check_ops check_http = {
	.kind = KIND_HTTP,
	.open = open_loop,
	.close = close_loop,
	.start = start,
	.expired = expired,
	.stop = stop,
};
