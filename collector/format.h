/* format.h: the forms in which an answer can be had: the same figures under the same address with another suffix. Pure. */
#ifndef COLLECTOR_FORMAT_H
#define COLLECTOR_FORMAT_H

#include <stddef.h>

enum format {
#define FORMAT(name, suffix, type) FORMAT_##name,
#include "collector/format.def"
#undef FORMAT
	FORMATS
};

/* A set of formats: a bit each. */
#define FORMAT_BIT(f) (1u << (f))

/* "csv", without the dot; "" for what no suffix asks for. */
const char *format_suffix(enum format f);
/* The media type. */
const char *format_type(enum format f);
/* The one of a set that is given unasked. */
enum format format_first(unsigned int set);
/* The one of a set with this suffix; FORMATS when there is none. Case does not matter. */
enum format format_parse(unsigned int set, const char *suffix);
/* The suffixes of a set, NULL-ended. */
void format_words(unsigned int set, const char *words[static FORMATS + 1]);

#endif
