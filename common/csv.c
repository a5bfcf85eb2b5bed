/* csv.c: RFC 4180, reading only. A field is unquoted by moving its bytes to the left, so that it
 * never needs more room than it has. */
#include "common/csv.h"

#include <stdbool.h>
#include <string.h>

void csv_begin(struct csv *c, char *text, size_t len)
{
	memset(c, 0, sizeof(*c));
	c->at = text;
	c->end = text + len;
	c->next_line = 1;
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		c->at += 3;
}

static int fail(struct csv *c, const char *why)
{
	c->error = why;
	return -1;
}

/* The opening quote has been passed. Leaves at behind the closing one. */
static int take_quoted(struct csv *c)
{
	char *to = c->at;
	for (; c->at < c->end; c->at++) {
		if (*c->at == '"') {
			if (c->at[1] != '"') {
				c->at++;
				*to = '\0';
				return 0;
			}
			c->at++;
		}
		if (!*c->at)
			return fail(c, "a NUL byte");
		c->next_line += *c->at == '\n';
		*to++ = *c->at;
	}
	return fail(c, "a quote is never closed");
}

static int take_plain(struct csv *c)
{
	c->at += strcspn(c->at, ",\"\r\n");
	return *c->at == '"' ? fail(c, "a quote inside a field without quotes") : 0;
}

/* One field and the separator behind it. 1 when another one follows, 0 at the end. */
static int take_field(struct csv *c)
{
	if (c->n == CSV_FIELDS_MAX)
		return fail(c, "too many columns");
	int r;
	if (*c->at == '"') {
		c->field[c->n++] = ++c->at;
		r = take_quoted(c);
	} else {
		c->field[c->n++] = c->at;
		r = take_plain(c);
	}
	if (r < 0)
		return r;

	char *stop = c->at;
	bool more = *stop == ',';
	if (*c->at == '\r' && c->at[1] == '\n')
		c->at++;
	if (!more && *c->at != '\n' && c->at < c->end)
		return fail(c, *c->at ? "text where the field should have ended" : "a NUL byte");
	c->next_line += *c->at == '\n';
	if (c->at < c->end)
		c->at++;
	*stop = '\0';
	return more;
}

int csv_next(struct csv *c)
{
	for (; c->at < c->end && (*c->at == '\n' || *c->at == '\r'); c->at++)
		c->next_line += *c->at == '\n';
	c->line = c->next_line;
	c->n = 0;
	if (c->at == c->end)
		return 0;
	int more;
	do {
		more = take_field(c);
	} while (more > 0);
	return more < 0 ? -1 : 1;
}

int csv_column(const struct csv *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->field[i], name))
			return (int)i;
	return -1;
}
