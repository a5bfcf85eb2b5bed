/* batch_header.h: the first line of a batch: who measured (as coarsely as safety.md allows), on
 * which clocks, and the tables that result lines point into. One JSON object; both ends are in
 * batch_header.c. */
#ifndef COMMON_BATCH_HEADER_H
#define COMMON_BATCH_HEADER_H

#include <stddef.h>

struct batch;
struct buf;
struct result_columns;

/* Appends the line without its newline. */
void batch_header_encode(struct buf *out, const struct batch *b);
/* Fills header fields and tables of b and the columns of each kind. NULL, or the reason of a
 * refusal (static text); then b may hold a part, which batch_clear frees. */
const char *batch_header_decode(struct batch *b, struct result_columns *columns, const char *line,
				size_t len);

#endif
