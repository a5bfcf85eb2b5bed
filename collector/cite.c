/* cite.c: each form with its own way of escaping. */
#include "collector/cite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/calendar.h"
#include "collector/html.h"
#include "collector/words.h"
#include "common/jsonw.h"

static const char *version(char out[static CALENDAR_RFC3339_LEN], const struct cite *c)
{
	return calendar_rfc3339(out, c->version_ms, 0);
}

static struct calendar_date date(const struct cite *c)
{
	return calendar_gregorian(c->version_ms, 0);
}

static const char *mark(const struct cite *c)
{
	return c->synthetic ? html_word(c->lang, TEXT_CITE_MARK) : "";
}

/* On one line: no form knows what to do with a second one. */
static void put_line(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

static void put_text(struct buf *out, const struct cite *c)
{
	char v[CALENDAR_RFC3339_LEN], *title = xasprintf("%s%s", mark(c), c->title);
	struct buf text;
	buf_init(&text, out->cap);
	html_fill(&text, c->lang, TEXT_CITE_WHO, c->site,
		  words_year_in(c->lang, words_calendar(c->lang), c->version_ms, 0).s, title);
	html_fill(&text, c->lang, TEXT_CITE_VERSION, version(v, c), words_int(c->lang, c->method).s,
		  c->url);
	put_line(out, text.data ? text.data : "");
	buf_putc(out, '\n');
	buf_clear(&text);
	free(title);
}

/* What TeX would take for a command. */
static void put_tex(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("&%$#_{}", *text))
			buf_putc(out, '\\');
		if (*text == '\\')
			buf_puts(out, "{\\textbackslash}");
		else if (*text == '~' || *text == '^')
			buf_printf(out, "\\%c{}", *text);
		else
			buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
	}
}

static void put_bibtex(struct buf *out, const struct cite *c)
{
	char v[CALENDAR_RFC3339_LEN];
	struct calendar_date d = date(c);
	buf_puts(out, "@misc{");
	put_tex(out, c->id);
	buf_puts(out, ",\n  author = {{");
	put_tex(out, c->site);
	buf_printf(out, "}},\n  title = {{%s", mark(c));
	put_tex(out, c->title);
	buf_printf(out, "}},\n  year = {%d},\n  month = {%d},\n  url = {", d.year, d.month);
	put_line(out, c->url);
	buf_printf(out, "},\n  language = {%s},\n  note = {Data version %s, method %d}\n}\n",
		   lang_of(c->lang)->code, version(v, c), c->method);
}

static void put_ris(struct buf *out, const struct cite *c)
{
	char v[CALENDAR_RFC3339_LEN];
	struct calendar_date d = date(c);
	buf_printf(out, "TY  - DATA\nID  - %s\nAU  - ", c->id);
	put_line(out, c->site);
	buf_printf(out, "\nTI  - %s", mark(c));
	put_line(out, c->title);
	buf_printf(out, "\nPY  - %d\nDA  - %04d/%02d/%02d\nPB  - ", d.year, d.year, d.month, d.day);
	put_line(out, c->site);
	buf_printf(out, "\nLA  - %s\nN1  - Data version %s, method %d\nUR  - ",
		   lang_of(c->lang)->code, version(v, c), c->method);
	put_line(out, c->url);
	buf_puts(out, "\nER  - \n");
}

static void put_csl(struct buf *out, const struct cite *c)
{
	char v[CALENDAR_RFC3339_LEN], note[96], *title = xasprintf("%s%s", mark(c), c->title);
	struct calendar_date d = date(c);
	struct jsonw j;
	snprintf(note, sizeof(note), "Data version %s, method %d", version(v, c), c->method);
	jsonw_begin(&j, out);
	jsonw_array(&j, NULL);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "id", c->id);
	jsonw_str(&j, "type", "dataset");
	jsonw_str(&j, "title", title);
	jsonw_array(&j, "author");
	jsonw_object(&j, NULL);
	jsonw_str(&j, "literal", c->site);
	jsonw_end(&j);
	jsonw_end(&j);
	jsonw_object(&j, "issued");
	jsonw_array(&j, "date-parts");
	jsonw_array(&j, NULL);
	jsonw_int(&j, NULL, d.year);
	jsonw_int(&j, NULL, d.month);
	jsonw_int(&j, NULL, d.day);
	jsonw_end(&j);
	jsonw_end(&j);
	jsonw_end(&j);
	jsonw_str(&j, "publisher", c->site);
	jsonw_str(&j, "version", v);
	jsonw_str(&j, "note", note);
	jsonw_str(&j, "language", lang_of(c->lang)->code);
	jsonw_str(&j, "URL", c->url);
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(out, '\n');
	free(title);
}

/* What a template would take for the end of a value, or for a link. */
static void put_wiki(struct buf *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '|': buf_puts(out, "{{!}}"); break;
		case '{': buf_puts(out, "&#123;"); break;
		case '}': buf_puts(out, "&#125;"); break;
		case '[': buf_puts(out, "&#91;"); break;
		case ']': buf_puts(out, "&#93;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		default: buf_putc(out, (unsigned char)*text < ' ' ? ' ' : *text);
		}
	}
}

static void put_wikipedia(struct buf *out, const struct cite *c)
{
	char v[CALENDAR_RFC3339_LEN];
	struct calendar_date d = date(c);
	buf_puts(out, "{{cite web |title=");
	put_wiki(out, mark(c));
	put_wiki(out, c->title);
	buf_puts(out, " |website=");
	put_wiki(out, c->site);
	buf_printf(out, " |date=%04d-%02d-%02d |language=%s |url=", d.year, d.month, d.day,
		   lang_of(c->lang)->code);
	put_line(out, c->url);
	buf_printf(out, " |quote=Data version %s, method %d}}\n", version(v, c), c->method);
}

static const struct {
	const char *name;
	void (*put)(struct buf *out, const struct cite *c);
} styles[CITE_STYLES] = {
	[CITE_TEXT] = {"Text", put_text},
	[CITE_BIBTEX] = {"BibTeX", put_bibtex},
	[CITE_RIS] = {"RIS", put_ris},
	[CITE_CSL] = {"CSL-JSON", put_csl},
	[CITE_WIKIPEDIA] = {"Wikipedia", put_wikipedia},
};

const char *cite_style_name(enum cite_style s)
{
	return styles[s].name;
}

void cite_put(struct buf *out, enum cite_style style, const struct cite *c)
{
	styles[style].put(out, c);
}
