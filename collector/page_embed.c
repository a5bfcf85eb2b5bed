/* page_embed.c: what stands around a chart in somebody else's page, and how it gets there. */
#include "collector/page_embed.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "collector/calendar.h"
#include "collector/words.h"

#define ADDRESS_MAX 4096
#define MARKUP_MAX  8192

bool embed_is_asked(const struct call *c)
{
	return c->route && (c->route->methods & ROUTE_EMBED);
}

static bool is_country(const char *path)
{
	return !strcmp(path, "/") || !strcmp(path, "/country");
}

bool embed_path(char out[static EMBED_PATH_LEN], const char *path)
{
	static const char *const kinds[] = {"/region/", "/isp/", "/event/"};
	if (is_country(path)) {
		snprintf(out, EMBED_PATH_LEN, "/embed/country");
		return true;
	}
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!strncmp(path, kinds[i], strlen(kinds[i])) &&
		    strlen(path) + sizeof("/embed") <= EMBED_PATH_LEN) {
			snprintf(out, EMBED_PATH_LEN, "/embed%s", path);
			return true;
		}
	}
	return false;
}

struct embed_size embed_size(const char *path)
{
	if (is_country(path))
		return (struct embed_size){600, 740};
	return (struct embed_size){600, strncmp(path, "/event/", 7) ? 420 : 620};
}

void embed_iframe(struct buf *out, const char *src, const char *title, struct embed_size size)
{
	struct html h = {out, LANG_EN}; /* for markup alone */
	html_put(&h, "<iframe src=\"");
	html_text(&h, src);
	html_put(&h, "\" title=\"");
	html_text(&h, title);
	html_putf(&h, "\" width=\"%d\" height=\"%d\" loading=\"lazy\" frameborder=\"0\"></iframe>",
		  size.width, size.height);
}

void embed_title(struct buf *out, enum lang lang, const char *name)
{
	html_fill(out, lang, TEXT_EMBED_TITLE, name, html_word(lang, TEXT_SITE), NULL);
}

/* The whole address of path, with the time shown and how times are written. */
static void put_address(struct buf *out, const struct view *v, const char *path)
{
	page_origin(out, v->call);
	page_href(out, v, path);
}

/* As the value of a parameter (RFC 3986, 2.3). */
static void put_encoded(struct html *h, const char *text)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			html_putf(h, "%c", *text);
		else
			html_putf(h, "%%%02X", (unsigned char)*text);
	}
}

void embed_discovery(struct html *h, const struct view *v, const struct page *p)
{
	static const char *const forms[][2] = {{"json", "application/json+oembed"},
					       {"xml", "text/xml+oembed"}};
	char path[EMBED_PATH_LEN];
	struct buf address, origin;
	if (!p->data || !embed_path(path, p->path))
		return;
	buf_init(&address, ADDRESS_MAX);
	buf_init(&origin, ADDRESS_MAX);
	put_address(&address, v, p->path);
	page_origin(&origin, v->call);
	for (int i = 0; i < 2; i++) {
		html_putf(h, "<link rel=\"alternate\" type=\"%s\" href=\"", forms[i][1]);
		html_text(h, origin.data);
		html_putf(h, "/oembed?format=%s&amp;url=", forms[i][0]);
		put_encoded(h, address.data);
		html_put(h, "\" title=\"");
		html_text(h, p->headline);
		html_put(h, "\">\n");
	}
	buf_clear(&address);
	buf_clear(&origin);
}

void embed_code(struct html *h, const struct view *v, const struct page *p)
{
	char path[EMBED_PATH_LEN];
	struct buf address, markup;
	if (!embed_path(path, p->path))
		return;
	buf_init(&address, ADDRESS_MAX);
	buf_init(&markup, MARKUP_MAX);
	put_address(&address, v, path);
	embed_iframe(&markup, address.data, p->headline, embed_size(p->path));
	html_put(h, "<details><summary>");
	html_say(h, TEXT_EMBED, NULL, NULL, NULL);
	html_put(h, "</summary>\n<pre dir=\"ltr\">");
	html_text(h, markup.data);
	html_put(h, "</pre></details>\n");
	buf_clear(&address);
	buf_clear(&markup);
}

void embed_source(struct html *h, const struct view *v, const struct page *p)
{
	char version[CALENDAR_RFC3339_LEN];
	struct buf address;
	buf_init(&address, ADDRESS_MAX);
	page_permalink(&address, v, p->path);
	html_put(h, "<a href=\"");
	html_text(h, address.data);
	html_put(h, "\">");
	html_say(h, TEXT_EMBED_SOURCE, NULL, NULL, NULL);
	html_put(h, "</a> · ");
	html_tell(h, TEXT_EMBED_VERSION, calendar_rfc3339(version, v->call->now_ms, 0),
		  words_int(v->lang, METHOD_VERSION).s, NULL);
	buf_clear(&address);
}
