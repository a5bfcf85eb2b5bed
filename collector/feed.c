/* feed.c: one entry per event, its sentences as they stand on its page. */
#include "collector/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/calendar.h"
#include "collector/html.h"
#include "collector/rowtext.h"
#include "collector/telling.h"

#define TEXT_MAX 8192
/* Octets of a line before it is folded (RFC 5545 3.1), and of the space that begins the next. */
#define FOLD 75

const char *feed_path(char out[static FEED_PATH_LEN], const struct event *e)
{
	bool unplaced = e->id[0] == '?';
	snprintf(out, FEED_PATH_LEN, "/event/%s%s", unplaced ? "%3F" : "", e->id + unplaced);
	return out;
}

static const char *language_path(const struct feed *f)
{
	return lang_prefix(f->lang);
}

static void put_title(struct buf *out, const struct feed *f, const struct event *e)
{
	const struct telling t = {f->country, f->lang};
	if (f->synthetic)
		buf_printf(out, "[%s] ", html_word(f->lang, TEXT_SYNTHETIC));
	telling_title(out, &t, e);
}

static void put_sentences(struct buf *out, const struct feed *f, const struct event *e)
{
	const struct telling t = {f->country, f->lang};
	telling_event(out, &t, e);
}

/* "Fanous: losses observed in Iran" */
static void put_name(struct buf *out, const struct feed *f)
{
	if (f->synthetic)
		buf_printf(out, "[%s] ", html_word(f->lang, TEXT_SYNTHETIC));
	html_fill(out, f->lang, TEXT_FEED, html_word(f->lang, TEXT_SITE),
		  rowtext_country_name(f->country, f->lang), NULL);
}

/* --- Atom --- */

static void atom_text(struct html *h, const char *element, const struct feed *f,
		      const struct event *e,
		      void (*put)(struct buf *out, const struct feed *f, const struct event *e))
{
	struct buf text;
	buf_init(&text, TEXT_MAX);
	put(&text, f, e);
	html_putf(h, "<%s>", element);
	html_text(h, text.data);
	html_putf(h, "</%s>\n", element);
	buf_clear(&text);
}

static void atom_time(struct html *h, const char *element, int64_t ms)
{
	char when[CALENDAR_RFC3339_LEN];
	html_putf(h, "<%s>%s</%s>\n", element, calendar_rfc3339(when, ms, 0), element);
}

static void atom_link(struct html *h, const struct feed *f, const char *before, const char *path,
		      const char *after)
{
	html_put(h, before);
	html_text(h, f->origin);
	html_text(h, language_path(f));
	html_text(h, path);
	html_put(h, after);
}

static void atom_entry(struct html *h, const struct feed *f, const struct event *e)
{
	char path[FEED_PATH_LEN];
	feed_path(path, e);
	html_put(h, "<entry>\n");
	atom_text(h, "title", f, e, put_title);
	atom_link(h, f, "<id>", path, "</id>\n");
	atom_link(h, f, "<link rel=\"alternate\" type=\"text/html\" href=\"", path, "\"/>\n");
	atom_time(h, "published", e->detected_ms);
	atom_time(h, "updated", e->revised_ms);
	html_putf(h, "<category term=\"%s\"/>\n", state_str(e->state));
	atom_text(h, "summary", f, e, put_sentences);
	html_put(h, "</entry>\n");
}

void feed_atom(struct buf *out, const struct feed *f)
{
	struct html h = {out, f->lang};
	struct buf name;
	int64_t updated = 0;
	for (size_t i = 0; i < f->n; i++)
		updated = f->events[i].revised_ms > updated ? f->events[i].revised_ms : updated;
	buf_init(&name, TEXT_MAX);
	put_name(&name, f);
	html_putf(&h,
		  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed "
		  "xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\">\n<title>",
		  lang_of(f->lang)->code);
	html_text(&h, name.data);
	html_put(&h, "</title>\n<id>");
	html_text(&h, f->self);
	html_put(&h, "</id>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"");
	html_text(&h, f->self);
	html_put(&h, "\"/>\n");
	atom_link(&h, f, "<link rel=\"alternate\" type=\"text/html\" href=\"", "/", "\"/>\n");
	atom_time(&h, "updated", updated ? updated : f->now_ms);
	html_put(&h, "<author><name>");
	html_say(&h, TEXT_SITE, NULL, NULL, NULL);
	html_put(&h, "</name></author>\n<rights>");
	html_say(&h, TEXT_LICENCE, NULL, NULL, NULL);
	html_put(&h, "</rights>\n");
	for (size_t i = 0; i < f->n; i++)
		atom_entry(&h, f, &f->events[i]);
	html_put(&h, "</feed>\n");
	buf_clear(&name);
}

/* --- iCalendar --- */

/* One content line, folded between characters. */
static void ics_line(struct buf *out, const char *line)
{
	size_t at = 0;
	for (; *line; line++) {
		const unsigned char *c = (const unsigned char *)line;
		size_t len = *c >= 0xf0 ? 4 : *c >= 0xe0 ? 3 : *c >= 0xc0 ? 2 : 1;
		if ((*c & 0xc0) != 0x80 && at + len > FOLD) {
			buf_puts(out, "\r\n ");
			at = 1;
		}
		buf_putc(out, *line);
		at++;
	}
	buf_puts(out, "\r\n");
}

static void escape(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\;,", *text))
			buf_putc(out, '\\');
		if (*text == '\n')
			buf_puts(out, "\\n");
		else if ((unsigned char)*text >= ' ')
			buf_putc(out, *text);
	}
}

static void ics_text(struct buf *out, const char *property, const struct feed *f,
		     const struct event *e,
		     void (*put)(struct buf *out, const struct feed *f, const struct event *e))
{
	struct buf text, line;
	buf_init(&text, TEXT_MAX);
	buf_init(&line, 3 * TEXT_MAX);
	put(&text, f, e);
	buf_printf(&line, "%s:", property);
	escape(&line, text.data);
	ics_line(out, line.data);
	buf_clear(&text);
	buf_clear(&line);
}

/* "20260108T163000Z" */
static void ics_time(struct buf *out, const char *property, int64_t ms)
{
	struct calendar_date d = calendar_gregorian(ms, 0);
	buf_printf(out, "%s:%04d%02d%02dT%02d%02d%02dZ\r\n", property, d.year, d.month, d.day,
		   d.hour, d.minute, (int)(ms / 1000 % 60));
}

static void ics_event(struct buf *out, const struct feed *f, const struct event *e)
{
	char path[FEED_PATH_LEN];
	char *url = xasprintf("URL:%s%s%s", f->origin, language_path(f), feed_path(path, e));
	char *uid = xasprintf("UID:%s@%s", e->id, f->country->code);
	buf_puts(out, "BEGIN:VEVENT\r\n");
	ics_line(out, uid);
	ics_time(out, "DTSTAMP", e->revised_ms);
	ics_time(out, "LAST-MODIFIED", e->revised_ms);
	ics_time(out, "DTSTART", e->onset_ms);
	if (e->end_ms)
		ics_time(out, "DTEND", e->end_ms);
	buf_printf(out, "SEQUENCE:%u\r\n", e->revision ? e->revision - 1 : 0);
	ics_text(out, "SUMMARY", f, e, put_title);
	ics_text(out, "DESCRIPTION", f, e, put_sentences);
	buf_printf(out, "CATEGORIES:%s\r\n", state_str(e->state));
	ics_line(out, url);
	buf_puts(out, "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
	free(url);
	free(uid);
}

static void put_calendar_name(struct buf *out, const struct feed *f, const struct event *e)
{
	(void)e;
	put_name(out, f);
}

void feed_ics(struct buf *out, const struct feed *f)
{
	buf_puts(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Fanous//Fanous " VERSION
		      "//EN\r\nCALSCALE:GREGORIAN\r\n");
	ics_text(out, "X-WR-CALNAME", f, NULL, put_calendar_name);
	for (size_t i = 0; i < f->n; i++)
		ics_event(out, f, &f->events[i]);
	buf_puts(out, "END:VCALENDAR\r\n");
}
