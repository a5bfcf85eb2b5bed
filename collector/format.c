/* format.c: the table of format.def, by number and by suffix. */
#include "collector/format.h"

#include <strings.h>

static const struct {
	const char *suffix, *type;
} table[FORMATS] = {
#define FORMAT(name, suffix, type) {suffix, type},
#include "collector/format.def"
#undef FORMAT
};

const char *format_suffix(enum format f)
{
	return table[f].suffix;
}

const char *format_type(enum format f)
{
	return table[f].type;
}

enum format format_first(unsigned int set)
{
	int f = 0;
	while (f < FORMATS && !(set & FORMAT_BIT(f)))
		f++;
	return (enum format)f;
}

enum format format_parse(unsigned int set, const char *suffix)
{
	int f = 0;
	while (f < FORMATS && (!(set & FORMAT_BIT(f)) || !*table[f].suffix ||
			       strcasecmp(table[f].suffix, suffix) != 0))
		f++;
	return (enum format)f;
}

void format_words(unsigned int set, const char *words[static FORMATS + 1])
{
	size_t n = 0;
	for (int f = 0; f < FORMATS; f++)
		if ((set & FORMAT_BIT(f)) && *table[f].suffix)
			words[n++] = table[f].suffix;
	words[n] = NULL;
}
