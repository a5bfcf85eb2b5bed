/* failure.c: the vocabulary of outcomes, looked up. Everything derives from failure.def. */
#include "common/failure.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *str;
	enum failure_class class;
	const char *meaning;
} table[FAILURES] = {
#define FAILURE(sym, str, class, doc) [FAIL_##sym] = {str, FCLASS_##class, doc},
#include "common/failure.def"
#undef FAILURE
};

const char *failure_str(enum failure f)
{
	return (unsigned int)f < FAILURES ? table[f].str : "unknown_failure";
}

const char *failure_meaning(enum failure f)
{
	return (unsigned int)f < FAILURES ? table[f].meaning
					  : "an outcome that this version does not know";
}

enum failure_class failure_class(enum failure f)
{
	return (unsigned int)f < FAILURES ? table[f].class : FCLASS_OTHER;
}

enum failure failure_parse(const char *str)
{
	for (size_t i = 0; i < FAILURES; i++)
		if (!strcmp(table[i].str, str))
			return (enum failure)i;
	return FAILURES;
}
