/* cursor.c: both ends of the text of a cursor, and the order that it is a place in. */
#include "collector/cursor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 15 /* of milliseconds: until the year 33658 */

const char *cursor_text(char out[static CURSOR_TEXT_LEN], const struct cursor *c)
{
	char series[SERIES_TEXT_LEN];
	snprintf(out, CURSOR_TEXT_LEN, "%s.%" PRId64 ".%s", series_text(series, &c->series),
		 c->time_ms, c->class == CLASSES ? sign_str(c->kind) : class_str(c->class));
	return out;
}

int cursor_parse(struct cursor *out, const char *text)
{
	const char *rest = series_parse(&out->series, text);
	if (!rest || *rest != '.')
		return -1;
	size_t n = strspn(++rest, "0123456789");
	if (!n || n > DIGITS_MAX || rest[n] != '.')
		return -1;
	out->time_ms = strtoll(rest, NULL, 10);
	out->kind = sign_parse(rest + n + 1);
	out->class = CLASSES;
	if (out->kind != SIGNS)
		return 0;
	out->kind = SIGN_LOSS;
	out->class = class_parse(rest + n + 1);
	return out->class == CLASSES ? -1 : 0;
}

struct cursor cursor_of_row(const struct row *r, bool of_class)
{
	return (struct cursor){.series = r->series,
			       .time_ms = r->start_ms,
			       .kind = SIGN_LOSS,
			       .class = of_class ? r->class : CLASSES};
}

struct cursor cursor_of_event(const struct event *e)
{
	return (struct cursor){
		.series = e->series, .time_ms = e->onset_ms, .kind = e->kind, .class = CLASSES};
}

bool cursor_is_past(const struct cursor *c, const struct event *e)
{
	int order = series_cmp(&e->series, &c->series);
	if (order || e->onset_ms != c->time_ms)
		return order < 0 || (order == 0 && e->onset_ms < c->time_ms);
	return e->kind < c->kind;
}
