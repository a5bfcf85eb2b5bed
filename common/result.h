/* result.h: one measurement, and the vocabulary of kinds, fields and target classes.
 *
 * A result is a row of small integers: which columns count is said by its kind (kinds.def). Names
 * live in the tables of the batch that carries it, so a result by itself holds nothing that could
 * name a volunteer. Both ends of the text form, one JSON array a line, are in result.c. */
#ifndef COMMON_RESULT_H
#define COMMON_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"
#include "common/limits.h"

enum result_field {
#define FIELD(sym, name, min, max, doc) RESULT_##sym,
#include "common/kinds.def"
#undef FIELD
	RESULT_FIELDS
};

enum kind {
#define KIND(sym, name, cols, doc) KIND_##sym,
#include "common/kinds.def"
#undef KIND
	KINDS
};

/* What a target stands for; the words of the verdict. Never mixed in one figure. OTHER has no say.
 */
enum target_class {
	CLASS_DOMESTIC,
	CLASS_OPEN,
	CLASS_FILTERED,
	CLASS_CANARY,
	CLASS_RESOLVER,
	CLASS_LINK,
	CLASS_OTHER,
	CLASSES
};

/* How the subscriber line reaches the network. */
enum access_type { ACCESS_UNKNOWN, ACCESS_MOBILE, ACCESS_FIXED, ACCESS_DATACENTRE, ACCESSES };

#define RESULT_LIST_MAX 8
_Static_assert(RESULT_ANSWERS_MAX <= RESULT_LIST_MAX && RESULT_CHAIN_MAX <= RESULT_LIST_MAX,
	       "one array holds either list");

struct result {
	enum kind kind;
	int64_t v[RESULT_FIELDS]; /* by field; -1 is none. v[RESULT_T] is Unix ms here, relative on
				     the wire */
	/* The one list that a kind may have: ANSWERS or CHAIN. */
	uint16_t list[RESULT_LIST_MAX];
	uint8_t n_list;
};

/* A result of this kind with every field "none", qtype and the like zero. */
void result_init(struct result *r, enum kind kind);

/* The list that results of this kind have: RESULT_ANSWERS, RESULT_CHAIN, or RESULT_FIELDS for none. */
enum result_field kind_list(enum kind k);
const char *kind_str(enum kind k);
enum kind kind_parse(const char *s); /* KINDS when unknown */
const char *field_str(enum result_field f);
enum result_field field_parse(const char *s); /* RESULT_FIELDS when unknown */
/* Columns of a kind in wire order, ended by RESULT_FIELDS. */
const enum result_field *kind_columns(enum kind k);

const char *class_str(enum target_class c);
enum target_class class_parse(const char *s); /* CLASSES when unknown */
const char *access_str(enum access_type a);
enum access_type access_parse(const char *s); /* ACCESSES when unknown */

/* Which columns the lines of each kind have: by default those of this version, in a batch those
 * that its header names, so that an older probe's shorter lines are still read. Each list ends with
 * RESULT_FIELDS. */
struct result_columns {
	enum result_field of[KINDS][RESULT_FIELDS + 1];
};
void result_columns_default(struct result_columns *c);

/* Text form, one line without its newline: [kind, column, column, ...]; times relative to t0. */
struct buf;
int result_encode(struct buf *out, const struct result *r, int64_t t0_ms);
/* NULL and *r filled, or the reason why the line is refused (a static text). The ranges of
 * kinds.def are enforced here; indexes into tables are checked by batch_open, which knows their
 * sizes. */
const char *result_decode(struct result *r, const char *line, size_t len, int64_t t0_ms,
			  const struct result_columns *columns);

#endif
