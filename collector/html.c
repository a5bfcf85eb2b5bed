/* html.c: one place where text becomes markup, so that nothing unescaped gets past it. */
#include "collector/html.h"

#include <stdarg.h>

static const char *const words[TEXTS][2] = {
#define TEXT(sym, en, fa) [TEXT_##sym] = {en, fa},
#include "collector/text.def"
#undef TEXT
};

static const enum text state_texts[STATES] = {
	[STATE_INSUFFICIENT] = TEXT_STATE_INSUFFICIENT,
	[STATE_OPEN] = TEXT_STATE_OPEN,
	[STATE_FILTERED] = TEXT_STATE_FILTERED,
	[STATE_RESTRICTED] = TEXT_STATE_RESTRICTED,
	[STATE_THROTTLED] = TEXT_STATE_THROTTLED,
	[STATE_WHITELIST] = TEXT_STATE_WHITELIST,
	[STATE_DOMESTIC_ONLY] = TEXT_STATE_DOMESTIC_ONLY,
	[STATE_PARTIAL_DOMESTIC] = TEXT_STATE_PARTIAL_DOMESTIC,
	[STATE_CUT] = TEXT_STATE_CUT,
	[STATE_NO_LINK] = TEXT_STATE_NO_LINK,
	[STATE_SILENT] = TEXT_STATE_SILENT,
};

const char *html_word(enum lang lang, enum text t)
{
	return words[t][lang == LANG_FA];
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
