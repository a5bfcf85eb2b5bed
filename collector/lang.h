/* lang.h: the languages of the pages, made from the files in lang/. Pure.
 *
 * The first is English, which is also what addresses without a language are in; the others follow by
 * their code. */
#ifndef COLLECTOR_LANG_H
#define COLLECTOR_LANG_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/calendar.h"

enum lang {
#define LANGUAGE(sym, code, name, direction, digits, calendar) LANG_##sym,
#define TEXT(sym, text)
#include "collector/languages.def"
#undef TEXT
#undef LANGUAGE
	LANGS
};

struct language {
	const char *code;      /* BCP 47: "fa" */
	const char *name;      /* as its readers call it */
	const char *direction; /* "ltr" or "rtl" */
	const char *digits;    /* the ten, from 0 on, in UTF-8; all equally long */
	enum calendar calendar;
};

const struct language *lang_of(enum lang lang);
/* What its addresses begin with: "" or "/fa". */
const char *lang_prefix(enum lang lang);
/* The language that an address is in: "/fa/region/IR-23" in Persian, what names none in English. */
enum lang lang_of_path(const char *path);
/* The language with this code of len bytes; LANGS when there is none. */
enum lang lang_parse(const char *code, size_t len);

#endif
