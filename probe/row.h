/* row.h: one target as a person sees it: what its steps amount to, as a line of a table. Pure. */
#ifndef PROBE_ROW_H
#define PROBE_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/result.h"

struct buf;
struct runner_step;
struct target;
struct term;

#define ROW_WIDE 64 /* columns from which on there is room for class and steps */

/* What the steps of one kind said: any success wins, as in the verdict. */
struct row_kind {
	bool tried, good;
	enum failure failure; /* of the first failure */
	int64_t us;	      /* of the first success, or of the first failure */
};

struct row {
	const struct target *target; /* borrowed */
	struct row_kind kind[KINDS];
	bool done;
};

void row_begin(struct row *r, const struct target *target);
void row_add(struct row *r, const struct runner_step *step);

/* The kind whose success means that the target answered as it should. */
enum kind row_final_kind(const struct target *target);
/* Whether the last step of the chain succeeded for some address: truth.md's "up". */
bool row_is_up(const struct row *r);

/* Appends the line without its end, at most `columns` wide: on ROW_WIDE columns or more with class
 * and every step, on fewer with host and outcome. */
void row_line(struct buf *out, const struct row *r, const struct term *t, int columns);

/* Appends the parts of a link result with their marks; short names where columns are scarce. A part is good when it is there
 * and not known to be dumb. */
void row_link(struct buf *out, const struct result *link, const struct term *t, bool wide);

/* The failure in a word or three, without the name of the kind: "timeout", "connection refused". */
#define ROW_REASON 40
const char *row_reason(char out[static ROW_REASON], enum kind kind, enum failure failure);

/* "123 ms", "10.0 s". */
#define ROW_TIME 16
const char *row_time(char out[static ROW_TIME], int64_t us);

#endif
