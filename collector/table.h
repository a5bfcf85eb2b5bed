/* table.h: the plain tables of a country's folder: rows of tab-separated or comma-separated text,
 * one at a time. Every error is one sentence that begins with file and line, so that whoever keeps
 * the tables can mend them without reading code. */
#ifndef COLLECTOR_TABLE_H
#define COLLECTOR_TABLE_H

#include <stddef.h>

#include "common/buf.h"
#include "common/csv.h"

#define TABLE_COLUMNS_MAX CSV_FIELDS_MAX

struct table {
	const char *path; /* borrowed, like err */
	char *err;
	size_t errlen;
	struct buf text;
	struct csv csv;	   /* where table_next_csv stands */
	char *at;	   /* where the next row of table_next_tsv starts */
	unsigned int line; /* line on which the current row starts */
	unsigned int next_line;
	char *column[TABLE_COLUMNS_MAX]; /* of the current row, inside text */
	size_t n;
};

/* Reads the file; 0, or -1 with err. table_close in either case. */
int table_open(struct table *t, const char *path, char *err, size_t errlen);
void table_close(struct table *t);

/* Steps to the next row that is not empty: 1 with column[] and n, 0 at the end, -1 with err.
 * tsv: a line that starts with # is a comment. csv: quoting as in RFC 4180. */
int table_next_tsv(struct table *t);
int table_next_csv(struct table *t);

/* Puts "file:line: reason" into err and returns -1. */
int table_fail(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
