/* cursor.h: where a list of rows or events goes on that was too long for one answer. Pure.
 *
 * It names a place in the order of the list and not a number of entries, so nothing is told twice or left out
 * when entries come or go in between. */
#ifndef COLLECTOR_CURSOR_H
#define COLLECTOR_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/row.h"

struct cursor {
	struct series series;
	int64_t time_ms;	 /* start of a row, onset of an event */
	enum sign kind;		 /* of an event; otherwise LOSS */
	enum target_class class; /* of a row of one class; otherwise CLASSES */
};

/* "IR-23.AS44244.mobile.1767889800000.loss": series, milliseconds, kind or class. */
#define CURSOR_TEXT_LEN 96
const char *cursor_text(char out[static CURSOR_TEXT_LEN], const struct cursor *c);
/* 0, or -1 when the text is no such thing. */
int cursor_parse(struct cursor *out, const char *text);

struct cursor cursor_of_row(const struct row *r, bool of_class);
struct cursor cursor_of_event(const struct event *e);
/* The event comes before this place, so it was told already. */
bool cursor_is_past(const struct cursor *c, const struct event *e);

#endif
