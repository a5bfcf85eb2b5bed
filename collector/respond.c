/* respond.c: the last step of every answer: problem+json, ETag, content coding, caching headers. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "collector/answers.h"
#include "collector/api.h"
#include "collector/assets.h"
#include "collector/coding.h"
#include "collector/country.h"
#include "collector/page.h"
#include "collector/page_asset.h"
#include "collector/page_embed.h"
#include "common/clock.h"
#include "common/jsonw.h"
#include "common/limits.h"

#define PROBLEM_MAX    (16 * 1024)
#define CODE_MIN_BYTES 512
#define ETAG_BYTES     16 /* libsodium's smallest hash */

/* Pages and figures only from here, inside a page nothing but our own style: what is injected into it stays text. */
#define STYLE_AND_IMAGES                                                                           \
	"default-src 'none'; style-src '%s'; img-src 'self'; font-src 'self'; base-uri 'none'; "
static const char page_policy[] =
	STYLE_AND_IMAGES "script-src 'self'; connect-src 'self'; form-action 'self'; "
			 "frame-ancestors 'none'";
/* A chart in the page of another site: anyone may frame it, and there is nothing in it that could be pressed in
 * somebody's name. */
static const char embed_policy[] = STYLE_AND_IMAGES "form-action 'none'; frame-ancestors *";

/* A picture carries its style inside, and nothing else. */
static const char picture_policy[] = "default-src 'none'; style-src 'unsafe-inline'";

static const char *title(int status)
{
	switch (status) {
	case 403: return "Not taken";
	case 404: return "Not found";
	case 405: return "Method not allowed";
	case 501: return "Not implemented";
	case 413: return "Too large";
	case 503: return "Try again later";
	default: return "Bad request";
	}
}

/* CORS: figures are public and no answer depends on who asks, so any site may read them. */
static void put_cors(struct reply *p)
{
	reply_header(p, "Access-Control-Allow-Origin", "*");
	reply_header(p, "Access-Control-Expose-Headers", "ETag, Link, Retry-After");
}

/* A person who followed a bad link gets a page, a program gets JSON. */
static bool wants_page(const struct call *c)
{
	const char *accept = request_header(c->request, "Accept");
	if (c->route)
		return (c->route->methods & ROUTE_PAGE) && c->params.format == FORMAT_HTML;
	return accept && strstr(accept, "text/html") &&
	       strncmp(request_path(c->request), "/api/", 5) != 0;
}

void respond_allow(const struct call *c, struct reply *reply)
{
	reply_header(reply, "Allow", "%s",
		     c->route->methods & ROUTE_POST ? "POST, OPTIONS" : "GET, HEAD, OPTIONS");
}

void respond_problem_headers(const struct call *c, struct reply *reply, const struct problem *p)
{
	if (p->retry_after_s)
		reply_header(reply, "Retry-After", "%d", p->retry_after_s);
	if (p->status == 405)
		respond_allow(c, reply);
}

void respond_problem(struct call *c, const struct problem *p)
{
	struct reply reply;
	struct jsonw j;
	if (wants_page(c)) {
		page_problem(c, p);
		return;
	}
	reply_init(&reply, p->status, PROBLEM_MAX);
	jsonw_begin(&j, &reply.body);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "type", "about:blank");
	jsonw_str(&j, "title", title(p->status));
	jsonw_int(&j, "status", p->status);
	jsonw_str(&j, "detail", p->detail);
	if (p->parameter[0])
		jsonw_str(&j, "parameter", p->parameter);
	if (p->nearest[0])
		jsonw_str(&j, "nearest", p->nearest);
	if (p->example)
		jsonw_str(&j, "example", p->example);
	jsonw_end(&j);
	buf_putc(&reply.body, '\n');
	respond_problem_headers(c, &reply, p);
	respond_take(c, &reply, "application/problem+json", 0);
}

/* Weak, since the coded forms have the same one. */
static void make_etag(char *out, size_t outlen, const struct buf *b)
{
	unsigned char hash[ETAG_BYTES];
	char hex[2 * ETAG_BYTES + 1];
	crypto_generichash(hash, sizeof(hash), (const unsigned char *)b->data, b->len, NULL, 0);
	sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
	snprintf(out, outlen, "W/\"%s\"", hex);
}

static bool is_unchanged(const struct request *r, const char *etag)
{
	const char *seen = request_header(r, "If-None-Match");
	return seen && (!strcmp(seen, "*") || strstr(seen, etag + 2));
}

static void put_synthetic(const struct call *c, struct reply *p)
{
	if (c->api->synthetic)
		reply_header(p, "X-Fanous-Synthetic", "1");
}

void respond_stream_head(const struct call *c, struct reply *p, size_t body_cap)
{
	reply_init(p, 200, body_cap);
	p->endless = true;
	reply_header(p, "Content-Type", "text/event-stream");
	reply_header(p, "Cache-Control", "no-store");
	reply_header(p, "X-Accel-Buffering", "no"); /* nginx: pass every message on at once */
	put_cors(p);
	put_synthetic(c, p);
}

/* Which data an answer is of; one that may be kept for ever is of all that will come, too. */
static uint64_t version_of(const struct api *a, int max_age_s)
{
	return max_age_s == RESPOND_FOREVER ? ANSWERS_ANY_VERSION
					    : store_changes(a->publish->store);
}

static void keep(const struct call *c, const struct reply *p, int max_age_s)
{
	struct buf key;
	buf_init(&key, 2 * HTTP_HEADERS_MAX);
	answers_key(&key, c->request);
	if (!key.overflow && p->status == 200 && max_age_s)
		answers_keep(c->api->answers, key.data, version_of(c->api, max_age_s),
			     clock_mono_ms() + max_age_s * 1000LL, p);
	buf_clear(&key);
}

/* What the reader has already is not sent again. */
static void leave_out(const struct request *r, struct reply *p, const char *etag)
{
	if (!is_unchanged(r, etag))
		return;
	p->status = 304;
	buf_clear(&p->body);
}

bool respond_again(struct api *a, struct request *r)
{
	struct reply p;
	struct buf key;
	buf_init(&key, 2 * HTTP_HEADERS_MAX);
	answers_key(&key, r);
	bool found = !key.overflow &&
		     answers_find(a->answers, key.data, version_of(a, 0), clock_mono_ms(), &p);
	buf_clear(&key);
	for (size_t i = 0; found && i < p.n_headers; i++)
		if (!strcmp(p.names[i], "ETag"))
			leave_out(r, &p, p.values[i]);
	if (found)
		request_reply_take(r, &p);
	return found;
}

static void put_policy(const struct call *c, struct reply *p)
{
	char source[PAGE_ASSET_SOURCE_LEN];
	page_asset_source(source, asset_style_css, asset_style_css_len);
	if (embed_is_asked(c))
		reply_header(p, "Content-Security-Policy", embed_policy, source);
	else
		reply_header(p, "Content-Security-Policy", page_policy, source);
}

void respond_take(struct call *c, struct reply *p, const char *type, int max_age_s)
{
	bool html = !strncmp(type, "text/html", 9);
	char etag[64];
	reply_header(p, "Content-Type", "%s", type);
	if (html)
		put_policy(c, p);
	else
		put_cors(p);
	if (!strcmp(type, "image/svg+xml"))
		reply_header(p, "Content-Security-Policy", "%s", picture_policy);
	put_synthetic(c, p);
	if (max_age_s == 0) {
		reply_header(p, "Cache-Control", "no-store");
	} else {
		make_etag(etag, sizeof(etag), &p->body);
		reply_header(p, "Cache-Control", "public, max-age=%d%s",
			     p->status == 200 ? max_age_s : 1,
			     p->status == 200 && max_age_s == RESPOND_FOREVER ? ", immutable" : "");
		reply_header(p, "ETag", "%s", etag);
		reply_header(p, "Vary", "%sAccept-Encoding", c->route ? "" : "Accept, ");
		if (p->status == 200)
			leave_out(c->request, p, etag);
	}
	const enum coding coding = coding_choose(request_header(c->request, "Accept-Encoding"));
	if (!p->coded && p->body.len >= CODE_MIN_BYTES && strcmp(type, "image/png") &&
	    strcmp(type, "font/woff2") && coding_apply(coding, &p->body))
		reply_header(p, "Content-Encoding", "%s", coding_str(coding));
	keep(c, p, max_age_s);
	request_reply_take(c->request, p);
}

void respond_table(struct call *c, struct reply *p, const char *name, int max_age_s)
{
	const enum format f = c->params.format;
	const bool pinned = page_max_age(c) == RESPOND_FOREVER;
	if (f != FORMAT_JSON)
		reply_header(p, "Content-Disposition", "attachment; filename=\"fanous-%s-%s%s.%s\"",
			     c->api->country->code, name, c->api->synthetic ? "-SYNTHETIC" : "",
			     format_suffix(f));
	respond_take(c, p, format_type(f), pinned ? RESPOND_FOREVER : max_age_s);
}
