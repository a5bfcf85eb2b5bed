/* loop_doh.c: one easy handle per question. How far it came is noted from two callbacks, because a
 * handshake that fails leaves libcurl's own timings at zero. */
#include "probe/loop_doh.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "probe/classify.h"
#include "probe/loop_curl.h"

#define MEDIA_TYPE "application/dns-message"

struct loop_doh {
	CURL *easy;
	struct loop_curl_transfer *transfer;
	struct curl_slist *headers;
	void (*done)(void *arg, enum failure failure, const uint8_t *message, size_t len);
	void *arg;
	enum phase phase;
	size_t header_bytes;
	struct buf body;
	char message[CURL_ERROR_SIZE];
};

static CURLcode on_tls(CURL *easy, void *ctx, void *arg)
{
	struct loop_doh *d = arg;
	(void)easy;
	(void)ctx;
	d->phase = PHASE_TLS;
	return CURLE_OK;
}

static int on_request(void *arg, char *ip, char *local_ip, int port, int local_port)
{
	struct loop_doh *d = arg;
	(void)ip;
	(void)local_ip;
	(void)port;
	(void)local_port;
	d->phase = PHASE_EXCHANGE;
	return CURL_PREREQFUNC_OK;
}

/* Any other number than the one given ends the transfer. */
static size_t on_header(char *data, size_t size, size_t n, void *arg)
{
	struct loop_doh *d = arg;
	(void)data;
	d->header_bytes += size * n;
	return d->header_bytes > LOOP_DOH_MAX ? 0 : size * n;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct loop_doh *d = arg;
	return buf_put(&d->body, data, size * n) < 0 ? 0 : size * n;
}

/* A server that was reached and says something else than DNS misbehaves. */
static enum failure judge(const struct loop_doh *d, CURLcode code)
{
	struct classify_curl what = {.code = (int)code, .message = d->message, .phase = d->phase};
	const char *type = NULL;
	long status = 0;
	curl_easy_getinfo(d->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(d->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(d->easy, CURLINFO_OS_ERRNO, &what.os_errno);
	curl_easy_getinfo(d->easy, CURLINFO_SSL_VERIFYRESULT, &what.verify_result);
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		return FAIL_DNS_UNREACHABLE;
	if (code == CURLE_WRITE_ERROR || (status && status != 200))
		return FAIL_DNS_MISBEHAVING;
	if (code != CURLE_OK)
		return classify_curl(&what);
	size_t len = strlen(MEDIA_TYPE);
	bool fits = type && !strncasecmp(type, MEDIA_TYPE, len) && strchr("; \t", type[len]);
	return fits && d->body.len ? FAIL_NONE : FAIL_DNS_MISBEHAVING;
}

static void on_end(void *arg, CURLcode code)
{
	struct loop_doh *d = arg;
	enum failure failure = judge(d, code);
	d->done(d->arg, failure, (const uint8_t *)d->body.data, d->body.len);
}

static void set_request(struct loop_doh *d, const char *url, const void *query, size_t len)
{
	CURL *e = d->easy;
	d->headers = curl_slist_append(NULL, "Content-Type: " MEDIA_TYPE);
	d->headers = curl_slist_append(d->headers, "Accept: " MEDIA_TYPE);
	curl_easy_setopt(e, CURLOPT_URL, url);
	curl_easy_setopt(e, CURLOPT_POST, 1L);
	curl_easy_setopt(e, CURLOPT_POSTFIELDS, query);
	curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)len);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, d->headers);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	/* A look-up of the server's name that is given up goes on in its thread; otherwise the whole
	 * loop would wait for its end. */
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, d->message);
}

/* CAPATH has to be NULL: with Debian's default libcurl would read the whole bundle for each
 * handshake (20 ms). */
static void set_tls(struct loop_doh *d, const char *ca_file)
{
	CURL *e = d->easy;
	curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(e, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, on_tls);
	curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, d);
}

static void set_callbacks(struct loop_doh *d)
{
	CURL *e = d->easy;
	curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(e, CURLOPT_PREREQDATA, d);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, d);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, d);
}

struct loop_doh *loop_doh_new(struct loop_curl *loop, const char *url, const char *ca_file,
			      const void *query, size_t len,
			      void (*done)(void *arg, enum failure failure, const uint8_t *message,
					   size_t len),
			      void *arg)
{
	struct loop_doh *d = xcalloc(1, sizeof(*d));
	d->done = done;
	d->arg = arg;
	buf_init(&d->body, LOOP_DOH_MAX);
	d->easy = curl_easy_init();
	if (d->easy) {
		set_request(d, url, query, len);
		set_tls(d, ca_file);
		set_callbacks(d);
		d->transfer = loop_curl_start(loop, d->easy, on_end, d);
	}
	if (d->transfer)
		return d;
	loop_doh_free(d);
	return NULL;
}

enum failure loop_doh_expired(const struct loop_doh *d)
{
	curl_off_t found_us = 0;
	curl_easy_getinfo(d->easy, CURLINFO_NAMELOOKUP_TIME_T, &found_us);
	/* It is still looking for the server itself. */
	if (d->phase == PHASE_CONNECT && !found_us)
		return FAIL_DNS_TIMEOUT;
	return classify_timeout(d->phase);
}

void loop_doh_free(struct loop_doh *d)
{
	if (!d)
		return;
	loop_curl_drop(d->transfer);
	if (d->easy)
		curl_easy_cleanup(d->easy);
	curl_slist_free_all(d->headers);
	buf_clear(&d->body);
	free(d);
}
