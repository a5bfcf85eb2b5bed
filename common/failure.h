/* failure.h: the vocabulary of outcomes (failure.def) as an enum, with names both ways. */
#ifndef COMMON_FAILURE_H
#define COMMON_FAILURE_H

enum failure {
#define FAILURE(sym, str, class, doc) FAIL_##sym,
#include "common/failure.def"
#undef FAILURE
	FAILURES
};

enum failure_class {
	FCLASS_NONE,
	FCLASS_DNS,
	FCLASS_TCP,
	FCLASS_TLS,
	FCLASS_HTTP,
	FCLASS_LOCAL,
	FCLASS_OTHER,
};

/* The wire string; "" for success and "unknown_failure" for a code that is not in the table. */
const char *failure_str(enum failure f);
/* One plain sentence for a person. */
const char *failure_meaning(enum failure f);
enum failure_class failure_class(enum failure f);
/* The code of a wire string, or FAILURES when there is none. */
enum failure failure_parse(const char *str);

#endif
