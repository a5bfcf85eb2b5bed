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

void html_text(struct html *h, const char *text)
{
	for (; *text; text++)
		put_char(h->out, *text);
}

void html_say(struct html *h, enum text t, const char *a, const char *b, const char *c)
{
	const char *const args[] = {a, b, c};
	for (const char *p = html_word(h->lang, t); *p; p++) {
		if (p[0] == '{' && p[1] >= '0' && p[1] <= '2' && p[2] == '}') {
			if (args[p[1] - '0'])
				html_text(h, args[p[1] - '0']);
			p += 2;
		} else {
			put_char(h->out, *p);
		}
	}
}
