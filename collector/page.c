/* page.c: the frame of every page: head, banner, navigation, footer. */
#include "collector/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "collector/assets.h"
#include "collector/calendar.h"
#include "collector/country.h"
#include "collector/page_asset.h"
#include "collector/page_embed.h"
#include "collector/words.h"

/* The figures of a page change with every step; a proxy in front may keep it this long, so that a
 * rush of readers costs one page. */
#define MAX_AGE_S 5

#define ADDRESS_MAX 4096

#define HOST_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-[]"

static void keep(struct buf *out, bool *some, const char *name, const char *value)
{
	buf_printf(out, "%c%s=%s", *some ? '&' : '?', name, value);
	*some = true;
}

static void keep_time(struct buf *out, bool *some, const struct view *v, const char *name,
		      int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	if (query_get(&v->call->query, name))
		keep(out, some, name, calendar_rfc3339(text, ms, 0));
}

/* How times are written, where that was asked for. */
static void keep_writing(struct buf *out, bool *some, const struct view *v)
{
	const struct params *p = &v->call->params;
	if (query_get(&v->call->query, "tz"))
		keep(out, some, "tz", p->local_time ? "local" : "UTC");
	if (p->calendar_given)
		keep(out, some, "calendar", query_get(&v->call->query, "calendar"));
}

void page_keep(struct buf *out, const struct view *v, bool times, bool some)
{
	const struct params *p = &v->call->params;
	const char *range = query_get(&v->call->query, "range");
	if (times && range)
		keep(out, &some, "range", range);
	if (times) {
		keep_time(out, &some, v, "from", p->from_ms);
		keep_time(out, &some, v, "until", p->until_ms);
	}
	keep_time(out, &some, v, "asof", p->asof_ms);
	keep_writing(out, &some, v);
}

void page_href(struct buf *out, const struct view *v, const char *path)
{
	buf_printf(out, "%s%s", lang_prefix(v->lang), path);
	page_keep(out, v, true, false);
}

void page_origin(struct buf *out, const struct call *c)
{
	const char *host = request_header(c->request, "Host");
	const char *proto = request_header(c->request, "X-Forwarded-Proto");
	bool safe = host && *host && strlen(host) < 256 && !host[strspn(host, HOST_CHARS)];
	buf_printf(out, "%s://%s", proto && !strcasecmp(proto, "https") ? "https" : "http",
		   safe ? host : "this-address");
}

void page_permalink(struct buf *out, const struct view *v, const char *path)
{
	char from[CALENDAR_RFC3339_LEN], until[CALENDAR_RFC3339_LEN], asof[CALENDAR_RFC3339_LEN];
	page_origin(out, v->call);
	buf_printf(out, "%s%s%cfrom=%s&until=%s&asof=%s", lang_prefix(v->lang), path,
		   strchr(path, '?') ? '&' : '?', calendar_rfc3339(from, v->from_ms, 0),
		   calendar_rfc3339(until, v->until_ms, 0),
		   calendar_rfc3339(asof, v->call->now_ms, 0));
	keep_writing(out, &(bool){true}, v);
}

/* A view of what was once known does not change. */
static bool is_live(const struct view *v, const struct page *p)
{
	return p->stream && !v->call->params.asof_ms;
}

/* What a page has, and a chart in somebody else's page has not. */
static void put_enhancements(struct html *h, const struct view *v, const struct page *p)
{
	char script[PAGE_ASSET_VERSION_LEN];
	html_putf(h,
		  "<link rel=\"alternate\" type=\"application/atom+xml\" "
		  "href=\"%s/events.atom\">\n",
		  lang_prefix(h->lang));
	embed_discovery(h, v, p);
	html_putf(h, "<script src=\"/web/page.js?v=%s\" defer></script>\n</head>\n<body>\n",
		  page_asset_version(script, asset_page_js, asset_page_js_len));
}

static void put_head(struct html *h, const struct view *v, const struct page *p)
{
	const struct language *l = lang_of(h->lang);
	html_putf(h,
		  "<!doctype html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n<meta "
		  "charset=\"utf-8\">\n",
		  l->code, l->direction);
	html_put(
		h,
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>");
	html_text(h, p->headline);
	html_put(h, " – ");
	html_say(h, TEXT_SITE, NULL, NULL, NULL);
	html_put(h, "</title>\n<meta name=\"description\" content=\"");
	html_text(h, p->headline);
	html_put(h, "\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
		    "<link rel=\"icon\" href=\"/web/icon.svg\">\n");
	/* Inside: over a bad link the way to a second file takes longer than its 3 KB, and nothing is painted before. */
	html_put(h, "<style>");
	buf_put(h->out, asset_style_css, asset_style_css_len);
	html_put(h, "</style>\n");
	if (embed_is_asked(v->call)) /* what is behind a link is not for a frame */
		html_put(h, "<base target=\"_blank\">\n</head>\n<body class=\"embed\">\n");
	else
		put_enhancements(h, v, p);
}

/* path, which may have parameters, with the time shown and how times are written. */
static void put_address(struct html *h, const struct view *v, const char *path)
{
	struct buf address;
	buf_init(&address, ADDRESS_MAX);
	buf_puts(&address, path);
	page_keep(&address, v, true, strchr(path, '?'));
	html_text(h, address.data);
	buf_clear(&address);
}

static void put_pages(struct html *h)
{
	static const struct {
		const char *path;
		enum text text;
	} pages[] = {{"/", TEXT_HOME_LINK},
		     {"/compare", TEXT_COMPARE},
		     {"/data", TEXT_DATA_TITLE},
		     {"/method", TEXT_METHOD_SHORT},
		     {"/join", TEXT_JOIN}};
	html_put(h, "<nav aria-label=\"");
	html_say(h, TEXT_PAGES, NULL, NULL, NULL);
	html_put(h, "\">");
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		html_putf(h, "%s<a href=\"%s%s\">", i ? " · " : "", lang_prefix(h->lang),
			  pages[i].path);
		html_say(h, pages[i].text, NULL, NULL, NULL);
		html_put(h, "</a>");
	}
	html_put(h, "</nav>\n");
}

/* The same page in another language. */
static void put_language(struct html *h, const struct view *v, const struct page *p, enum lang lang)
{
	const struct language *l = lang_of(lang);
	html_putf(h, " <a lang=\"%s\" href=\"%s", l->code, lang_prefix(lang));
	put_address(h, v, p->path);
	html_putf(h, "\">%s</a>", l->name);
}

static void put_top(struct html *h, const struct view *v, const struct page *p)
{
	html_putf(h, "<div class=\"top\"><a class=\"brand\" href=\"%s/\">", lang_prefix(v->lang));
	html_put(h, "<img src=\"/web/icon.svg\" width=\"20\" height=\"20\" alt=\"\"> ");
	html_say(h, TEXT_SITE, NULL, NULL, NULL);
	html_put(h, "</a> <span class=\"tag\">");
	html_say(h, TEXT_TAGLINE, NULL, NULL, NULL);
	html_put(h, "</span><span class=\"langs\">");
	for (enum lang l = 0; l < LANGS; l++)
		if (l != v->lang)
			put_language(h, v, p, l);
	html_put(h, "</span></div>\n");
	put_pages(h);
	html_put(h, "</header>\n");
}

static void put_when_known(struct html *h, const struct view *v, const struct page *p)
{
	char when[CALENDAR_RFC3339_LEN];
	if (!v->call->params.asof_ms)
		return;
	calendar_rfc3339(when, v->call->params.asof_ms, 0);
	when[19] = '\0';
	when[10] = ' ';
	html_put(h, "<p class=\"at\" role=\"note\">");
	html_tell(h, TEXT_ASOF, when, NULL, NULL);
	html_put(h, " <a href=\"");
	html_put(h, lang_prefix(v->lang));
	html_text(h, p->path);
	html_put(h, "\">");
	html_say(h, TEXT_ASOF_NOW, NULL, NULL, NULL);
	html_put(h, "</a></p>\n");
}

/* The way around, and the part that is made anew when figures change. */
static void put_live(struct html *h, const struct view *v, const struct page *p)
{
	put_top(h, v, p);
	html_put(h, "<div id=\"say\" class=\"unseen\" role=\"status\"></div>\n<main id=\"live\"");
	if (is_live(v, p))
		html_putf(h, " data-stream=\"/api/v1/stream?%s\"", p->stream);
	html_put(h, ">\n");
}

void page_begin(struct html *h, const struct view *v, const struct page *p)
{
	bool embed = embed_is_asked(v->call);
	put_head(h, v, p);
	html_put(h, embed && !v->call->api->synthetic ? "" : "<header>\n");
	if (v->call->api->synthetic) {
		html_put(h, "<p class=\"synthetic\" role=\"note\"><b>");
		html_say(h, TEXT_SYNTHETIC, NULL, NULL, NULL);
		html_put(h, "</b> ");
		html_say(h, TEXT_SYNTHETIC_WHY, NULL, NULL, NULL);
		html_put(h, "</p>\n");
	}
	if (embed)
		html_put(h, v->call->api->synthetic ? "</header>\n<main>\n" : "<main>\n");
	else
		put_live(h, v, p);
	chart_patterns(h, false);
	html_put(h, "<h1>");
	html_text(h, p->headline);
	html_put(h, "</h1>\n");
	put_when_known(h, v, p);
	if (p->ranges && !embed)
		part_times(h, v, p);
}

static void put_url(struct html *h, const struct view *v, const char *path)
{
	struct buf url;
	buf_init(&url, ADDRESS_MAX);
	page_permalink(&url, v, path);
	html_text(h, url.data);
	buf_clear(&url);
}

static void put_pictures(struct html *h, const struct view *v, const struct page *p)
{
	static const char *const formats[][2] = {{"svg", "SVG"}, {"png", "PNG"}};
	const int len = p->picture ? (int)strcspn(p->picture, "?") : 0;
	struct buf path;
	buf_init(&path, ADDRESS_MAX);
	for (int i = 0; p->picture && i < 2; i++) {
		buf_reset(&path);
		buf_printf(&path, "%.*s.%s%s", len, p->picture, formats[i][0], p->picture + len);
		html_put(h, " <a href=\"");
		put_url(h, v, path.data);
		html_putf(h, "\">%s</a>", formats[i][1]);
	}
	buf_clear(&path);
}

/* The same figures for machines, and an address that stays as it is. */
static void put_data_links(struct html *h, const struct view *v, const struct page *p)
{
	static const char *const formats[][2] = {
		{"csv", "CSV"}, {"json", "JSON"}, {"ndjson", "NDJSON"}};
	const int len = (int)strcspn(p->data, "?");
	struct buf path;
	buf_init(&path, ADDRESS_MAX);
	html_put(h, "<p>");
	html_say(h, TEXT_DATA, NULL, NULL, NULL);
	for (int i = 0; i < 3; i++) {
		buf_reset(&path);
		buf_printf(&path, "%.*s.%s%s", len, p->data, formats[i][0], p->data + len);
		html_put(h, " <a href=\"");
		put_url(h, v, path.data);
		html_putf(h, "\">%s</a>", formats[i][1]);
	}
	buf_clear(&path);
	put_pictures(h, v, p);
	html_put(h, " · <a href=\"");
	put_url(h, v, p->path);
	html_put(h, "\">");
	html_say(h, TEXT_DATA_LINK, NULL, NULL, NULL);
	html_put(h, "</a></p>\n");
}

static void put_method(struct html *h, const struct view *v)
{
	char when[CALENDAR_RFC3339_LEN];
	enum lang l = v->lang;
	html_put(h, "<p>");
	html_say(h, TEXT_METHOD, NULL, NULL, NULL);
	html_putf(h, " <a href=\"%s/method\">", lang_prefix(l));
	html_say(h, TEXT_METHOD_LINK, NULL, NULL, NULL);
	html_put(h, "</a>.");
	if (v->call->api->publish->min_probes > 1) {
		html_put(h, " ");
		html_say(h, TEXT_MIN_PROBES, words_int(l, v->call->api->publish->min_probes).s,
			 NULL, NULL);
	}
	if (v->revised_ms) {
		html_put(h, " ");
		calendar_rfc3339(when, v->revised_ms, 0);
		when[16] = '\0'; /* to the minute: "2026-01-08T16:30" */
		when[10] = ' ';
		html_tell(h, TEXT_REVISED, when, words_int(l, v->revision).s, NULL);
	}
	html_put(h, "</p>\n");
}

void page_end(struct html *h, const struct view *v, const struct page *p)
{
	if (embed_is_asked(v->call)) {
		html_put(h, "</main>\n<footer>");
		embed_source(h, v, p);
		html_put(h, "</footer>\n</body>\n</html>\n");
		return;
	}
	html_put(h, "<div class=\"about\">\n");
	if (p->data) {
		put_data_links(h, v, p);
		embed_code(h, v, p);
		put_method(h, v);
	}
	html_put(h, "</div>\n</main>\n<footer>");
	html_say(h, TEXT_LICENCE, NULL, NULL, NULL);
	html_put(h, " ");
	html_say(h, TEXT_SITE, NULL, NULL, NULL);
	html_put(h, " <bdi dir=\"ltr\">" VERSION "</bdi></footer>\n</body>\n</html>\n");
}

int page_max_age(const struct call *c)
{
	const struct params *p = &c->params;
	return p->pinned && p->asof_ms <= api_settled_ms(c->api) ? RESPOND_FOREVER : MAX_AGE_S;
}

void page_answer_take(struct call *c, struct reply *reply)
{
	respond_take(c, reply, "text/html; charset=utf-8", page_max_age(c));
}
