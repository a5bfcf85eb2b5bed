/* lang.c: what the first line of each file in lang/ says. */
#include "collector/lang.h"

#include <string.h>

static const struct {
	struct language is;
	const char *prefix;
} languages[LANGS] = {
#define LANGUAGE(sym, code, name, direction, digits, calendar)                                     \
	[LANG_##sym] = {{code, name, direction, digits, CALENDAR_##calendar}, "/" code},
#define TEXT(sym, text)
#include "collector/languages.def"
#undef TEXT
#undef LANGUAGE
};

const struct language *lang_of(enum lang lang)
{
	return &languages[lang].is;
}

const char *lang_prefix(enum lang lang)
{
	return lang == LANG_EN ? "" : languages[lang].prefix;
}

enum lang lang_of_path(const char *path)
{
	size_t len = *path ? strcspn(path + 1, "/") : 0;
	enum lang lang = len && path[1 + len] ? lang_parse(path + 1, len) : LANGS;
	return lang == LANGS ? LANG_EN : lang;
}

enum lang lang_parse(const char *code, size_t len)
{
	size_t i = 0;
	while (i < LANGS && (strncmp(languages[i].is.code, code, len) || languages[i].is.code[len]))
		i++;
	return (enum lang)i;
}
