/* table.c: rows of text, cut up in place: each column is terminated inside the text of the file. */
#include "collector/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A country has some hundred regions and ISPs and at most TARGETS_MAX targets of TARGET_URL_MAX
 * bytes. */
#define TABLE_FILE_MAX (4 * 1024 * 1024)

int table_fail(struct table *t, const char *fmt, ...)
{
	char why[384];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	snprintf(t->err, t->errlen, "%s:%u: %s", t->path, t->line, why);
	return -1;
}

/* Names end up in pages, exports and terminals: no control characters, and so no NUL either. */
static int check_text(struct table *t)
{
	t->line = 1;
	for (const char *p = t->text.data; p < t->text.data + t->text.len; p++) {
		unsigned char c = (unsigned char)*p;
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f)
			return table_fail(t, "a control character (byte 0x%02x)", c);
		t->line += c == '\n';
	}
	return 0;
}

int table_open(struct table *t, const char *path, char *err, size_t errlen)
{
	*t = (struct table){.path = path, .err = err, .errlen = errlen, .next_line = 1};
	if (buf_read_file(&t->text, path, TABLE_FILE_MAX) < 0) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return -1;
	}
	t->at = t->text.data;
	csv_begin(&t->csv, t->text.data, t->text.len);
	if (!strncmp(t->at, "\xef\xbb\xbf", 3)) /* the byte order mark that spreadsheets write */
		t->at += 3;
	return check_text(t);
}

void table_close(struct table *t)
{
	buf_clear(&t->text);
}

/* Cuts the line at t->at off, without its end, and steps behind it. */
static char *take_line(struct table *t)
{
	char *line = t->at;
	size_t len = strcspn(line, "\n");
	t->at += len + (line[len] == '\n');
	t->line = t->next_line++;
	if (len && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	return line;
}

int table_next_tsv(struct table *t)
{
	char *line, *one;
	do {
		if (!*t->at)
			return 0;
		line = take_line(t);
	} while (!*line || *line == '#');

	t->n = 0;
	while ((one = strsep(&line, "\t"))) {
		if (t->n == TABLE_COLUMNS_MAX)
			return table_fail(t, "more than %d columns", TABLE_COLUMNS_MAX);
		t->column[t->n++] = one;
	}
	return 1;
}

int table_next_csv(struct table *t)
{
	int rc = csv_next(&t->csv);
	t->line = (unsigned int)t->csv.line;
	if (rc < 0)
		return table_fail(t, "%s", t->csv.error);
	memcpy(t->column, t->csv.field, sizeof(t->column));
	t->n = t->csv.n;
	return rc;
}
