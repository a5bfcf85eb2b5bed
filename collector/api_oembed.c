/* api_oembed.c: /oembed: how to show the chart of one of our pages in another, for programs that are given its address
 * (oembed.com, version 1.0, type rich). What it answers with is page_embed.c's. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/address.h"
#include "collector/api.h"
#include "collector/country.h"
#include "collector/page.h"
#include "collector/page_embed.h"
#include "collector/telling.h"

#define ANSWER_MAX 16384
#define TEXT_MAX   4096
#define AGE_S	   3600
#define PIXELS_MAX 10000

struct asked {
	enum lang lang;
	char path[ADDRESS_PATH_LEN]; /* of the page, without language */
	const char *query;	     /* with its '?', or "" */
	char name[512];		     /* what the page is of, plain text */
	struct embed_size size;
	bool xml;
};

/* --- reading the address --- */

static bool name_region(struct asked *a, const struct country *country, const char *code)
{
	if (!country_region(country, code))
		return false;
	snprintf(a->name, sizeof(a->name), "%s", rowtext_region_name(country, code, a->lang));
	return true;
}

static bool name_isp(struct asked *a, const struct country *country, const char *code)
{
	unsigned long asn = strncmp(code, "AS", 2) ? 0 : strtoul(code + 2, NULL, 10);
	if (!asn || asn >= ISP_ANY || code[2 + strspn(code + 2, "0123456789")] ||
	    !country_isp(country, (uint32_t)asn))
		return false;
	snprintf(a->name, sizeof(a->name), "%s", rowtext_isp_name(country, (uint32_t)asn, a->lang));
	return true;
}

static bool name_event(struct asked *a, const struct call *c, const char *tail)
{
	const struct telling t = {c->api->country, a->lang};
	struct event e;
	struct buf title;
	if (page_find_event(c, tail, 0, &e) <= 0)
		return false;
	buf_init(&title, sizeof(a->name) - 1);
	telling_title(&title, &t, &e);
	snprintf(a->name, sizeof(a->name), "%s", title.data);
	buf_clear(&title);
	return true;
}

/* False when none of our pages has this address. */
static bool read_url(struct asked *a, const struct call *c, const char *url)
{
	const struct country *country = c->api->country;
	char unused[EMBED_PATH_LEN];
	struct buf origin;
	struct address at;
	buf_init(&origin, TEXT_MAX);
	page_origin(&origin, c);
	bool ours = address_read(&at, origin.data, url) == 0;
	buf_clear(&origin);
	if (!ours)
		return false;
	/* Or whoever asks has copied the address of the frame. */
	const char *path = at.path + (strncmp(at.path, "/embed/", 7) ? 0 : 6);
	snprintf(a->path, sizeof(a->path), "%.*s", ADDRESS_PATH_LEN - 1, path);
	a->lang = at.lang;
	a->query = at.query;
	if (!embed_path(unused, a->path))
		return false;
	if (!strncmp(a->path, "/region/", 8))
		return name_region(a, country, a->path + 8);
	if (!strncmp(a->path, "/isp/", 5))
		return name_isp(a, country, a->path + 5);
	if (!strncmp(a->path, "/event/", 7))
		return name_event(a, c, a->path + 7);
	snprintf(a->name, sizeof(a->name), "%s", rowtext_country_name(country, a->lang));
	return true;
}

/* --- the rest of the question --- */

/* No larger than asked for. */
static int read_most(const struct call *c, const char *name, int *size, struct problem *why)
{
	const char *text = query_get(&c->query, name);
	char *end;
	if (!text)
		return 0;
	long most = strtol(text, &end, 10);
	if (*text < '1' || *text > '9' || *end || most > PIXELS_MAX)
		return problem_set(why, 400, name, "%s is a number of pixels from 1 to %d", name,
				   PIXELS_MAX);
	*size = most < *size ? (int)most : *size;
	return 0;
}

static int read_asked(struct asked *a, const struct call *c, struct problem *why)
{
	const char *url = query_get(&c->query, "url"), *format = query_get(&c->query, "format");
	why->example = "/oembed?url=/";
	if (!url)
		return problem_set(why, 400, "url", "url is missing: the address of the page");
	a->xml = format && !strcmp(format, "xml");
	if (format && !a->xml && strcmp(format, "json"))
		return problem_set(why, 501, "format", "format can be json or xml, not '%.40s'",
				   format);
	if (!read_url(a, c, url))
		return problem_set(why, 404, "url",
				   "no page of this collector that has a chart is at this url");
	a->size = embed_size(a->path);
	if (read_most(c, "maxwidth", &a->size.width, why) < 0)
		return -1;
	return read_most(c, "maxheight", &a->size.height, why);
}

/* --- the answer --- */

struct field {
	const char *name, *text; /* text NULL: a number */
	int number;
};

static void put_json(struct buf *out, const struct field *f, size_t n)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	for (size_t i = 0; i < n; i++)
		if (f[i].text)
			jsonw_str(&j, f[i].name, f[i].text);
		else
			jsonw_int(&j, f[i].name, f[i].number);
	jsonw_end(&j);
	buf_putc(out, '\n');
}

static void put_xml(struct buf *out, const struct field *f, size_t n)
{
	struct html h = {out, LANG_EN}; /* for markup alone */
	html_put(&h, "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<oembed>\n");
	for (size_t i = 0; i < n; i++) {
		html_putf(&h, "<%s>", f[i].name);
		if (f[i].text)
			html_text(&h, f[i].text);
		else
			html_putf(&h, "%d", f[i].number);
		html_putf(&h, "</%s>\n", f[i].name);
	}
	html_put(&h, "</oembed>\n");
}

static void put_answer(struct buf *out, const struct call *c, const struct asked *a)
{
	char path[EMBED_PATH_LEN];
	struct buf origin, src, title, markup;
	buf_init(&origin, TEXT_MAX);
	buf_init(&src, TEXT_MAX);
	buf_init(&title, TEXT_MAX);
	buf_init(&markup, ANSWER_MAX);
	page_origin(&origin, c);
	embed_path(path, a->path);
	buf_printf(&src, "%s%s%s%s", origin.data, lang_prefix(a->lang), path, a->query);
	embed_title(&title, a->lang, a->name);
	embed_iframe(&markup, src.data, title.data, a->size);
	const struct field fields[] = {
		{"version", "1.0", 0},
		{"type", "rich", 0},
		{"provider_name", html_word(a->lang, TEXT_SITE), 0},
		{"provider_url", origin.data, 0},
		{"title", title.data, 0},
		{"html", markup.data, 0},
		{"width", NULL, a->size.width},
		{"height", NULL, a->size.height},
		{"cache_age", NULL, AGE_S},
	};
	(a->xml ? put_xml : put_json)(out, fields, sizeof(fields) / sizeof(fields[0]));
	buf_clear(&origin);
	buf_clear(&src);
	buf_clear(&title);
	buf_clear(&markup);
}

void api_oembed(struct call *c)
{
	struct problem why = {0};
	struct asked asked = {0};
	struct reply reply;
	if (read_asked(&asked, c, &why) < 0) {
		respond_problem(c, &why);
		return;
	}
	reply_init(&reply, 200, ANSWER_MAX);
	put_answer(&reply.body, c, &asked);
	respond_take(c, &reply, asked.xml ? "text/xml; charset=utf-8" : "application/json", AGE_S);
}
