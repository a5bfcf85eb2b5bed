/* html.h: escaped HTML, and the words of the pages in their language (lang/). Pure. */
#ifndef COLLECTOR_HTML_H
#define COLLECTOR_HTML_H

#include "collector/params.h"
#include "collector/verdict.h"
#include "common/buf.h"

enum text {
#define LANGUAGE(sym, code, name, direction, digits, calendar)
#define TEXT(sym, text) TEXT_##sym,
#include "collector/lang/en.def"
#undef TEXT
#undef LANGUAGE
	TEXTS
};

struct html {
	struct buf *out; /* borrowed */
	enum lang lang;
};

/* As it stands in the file of the language. */
const char *html_word(enum lang lang, enum text t);
enum text html_state_text(enum state s);

/* Appends markup as it is; text that is not ours goes through html_text. */
void html_put(struct html *h, const char *markup);
void html_putf(struct html *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Appends text with its markup characters escaped, fit for content and quoted attributes. */
void html_text(struct html *h, const char *text);
/* Appends a text of the table with {0} {1} {2} filled in and escaped. */
void html_say(struct html *h, enum text t, const char *a, const char *b, const char *c);
/* Text as content, never in a quoted attribute: what stands between U+2066 and U+2069 (a time or an address, as
 * machines write them) keeps its direction and its line. */
void html_prose(struct html *h, const char *text);
/* A text of the table as such content. */
void html_tell(struct html *h, enum text t, const char *a, const char *b, const char *c);
/* html_say as plain text, not escaped. */
void html_fill(struct buf *out, enum lang lang, enum text t, const char *a, const char *b,
	       const char *c);

#endif
