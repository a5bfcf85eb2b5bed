/* csv.h: records of an RFC 4180 file, one at a time, cut up in place.
 *
 *	csv_begin(&c, text, len);
 *	while ((got = csv_next(&c)) > 0)
 *		... c.field[0] .. c.field[c.n - 1], from line c.line
 *
 * Strict where leniency would be a guess: quotes stand around a whole field or not at all, every
 * one is closed, and there is no NUL byte. Empty lines, a byte order mark and CRLF are taken. */
#ifndef COMMON_CSV_H
#define COMMON_CSV_H

#include <stddef.h>

#define CSV_FIELDS_MAX 16 /* OONI's fingerprints have 11 columns, Citizen Lab's lists 6 */

struct csv {
	char *at, *end;
	size_t line;		     /* where the record starts, from 1 */
	size_t next_line;	     /* where the reader stands */
	char *field[CSV_FIELDS_MAX]; /* into the text, NUL-terminated */
	size_t n;
	const char *error; /* static text, after -1 */
};

/* text is modified, must outlive the records and end with a NUL at text[len]. */
void csv_begin(struct csv *c, char *text, size_t len);
/* 1 with the next record, 0 at the end, -1 with error (and line) set. */
int csv_next(struct csv *c);
/* Position of a column in the record at hand, which is the header; -1 when it has none such. */
int csv_column(const struct csv *c, const char *name);

#endif
