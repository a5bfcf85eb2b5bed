/* html.c: one place where text becomes markup, so that nothing unescaped gets past it. */
#include "collector/html.h"

#include <stdarg.h>
#include <string.h>

#define TOLD_MAX 16384
/* Unicode 6.3: left-to-right isolate, pop directional isolate. */
#define ISOLATE	    "\u2066"
#define ISOLATE_END "\u2069"

static const char *const words[LANGS][TEXTS] = {
#define LANGUAGE(sym, code, name, direction, digits, calendar)
#define TEXT(sym, text) [THIS_LANG][TEXT_##sym] = (text),
#include "collector/languages.def"
#undef TEXT
#undef LANGUAGE
};

static const enum text state_texts[STATES] = {
#define STATE(sym, name, rank, loss) [STATE_##sym] = TEXT_STATE_##sym,
#include "collector/state.def"
#undef STATE
};

const char *html_word(enum lang lang, enum text t)
{
	return words[lang][t];
}

enum text html_state_text(enum state s)
{
	return state_texts[s];
}

void html_put(struct html *h, const char *markup)
{
	buf_puts(h->out, markup);
}

void html_putf(struct html *h, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(h->out, fmt, ap);
	va_end(ap);
}

static void put_char(struct buf *out, char c)
{
	switch (c) {
	case '&': buf_puts(out, "&amp;"); break;
	case '<': buf_puts(out, "&lt;"); break;
	case '>': buf_puts(out, "&gt;"); break;
	case '"': buf_puts(out, "&quot;"); break;
	case '\'': buf_puts(out, "&#39;"); break;
	default: buf_putc(out, c);
	}
}

static void put_escaped(struct buf *out, const char *text)
{
	for (; *text; text++)
		put_char(out, *text);
}

void html_text(struct html *h, const char *text)
{
	put_escaped(h->out, text);
}

static void put_plain(struct buf *out, const char *text)
{
	buf_puts(out, text);
}

/* The text with its places filled in; none of ours has markup, so only what is filled in needs care. */
static void fill(struct buf *out, const char *text, const char *const args[3],
		 void (*put)(struct buf *out, const char *text))
{
	for (const char *p = text; *p; p++) {
		if (p[0] != '{' || p[1] < '0' || p[1] > '2' || p[2] != '}') {
			buf_putc(out, *p);
			continue;
		}
		if (args[p[1] - '0'])
			put(out, args[p[1] - '0']);
		p += 2;
	}
}

void html_say(struct html *h, enum text t, const char *a, const char *b, const char *c)
{
	fill(h->out, html_word(h->lang, t), (const char *const[]){a, b, c}, put_escaped);
}

void html_fill(struct buf *out, enum lang lang, enum text t, const char *a, const char *b,
	       const char *c)
{
	fill(out, html_word(lang, t), (const char *const[]){a, b, c}, put_plain);
}

void html_prose(struct html *h, const char *text)
{
	for (; *text; text++) {
		bool begins = !strncmp(text, ISOLATE, strlen(ISOLATE));
		bool ends = !strncmp(text, ISOLATE_END, strlen(ISOLATE_END));
		if (!begins && !ends) {
			put_char(h->out, *text);
			continue;
		}
		html_put(h, begins ? "<bdi dir=\"ltr\">" : "</bdi>");
		text += strlen(ISOLATE) - 1;
	}
}

void html_tell(struct html *h, enum text t, const char *a, const char *b, const char *c)
{
	struct buf text;
	buf_init(&text, TOLD_MAX);
	html_fill(&text, h->lang, t, a, b, c);
	html_prose(h, text.data ? text.data : "");
	buf_clear(&text);
}
