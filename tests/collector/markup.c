/* markup.c: a check of well-formedness that is strict where markup is made by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/collector/markup.h"

#define DEPTH_MAX 64
#define NAME_MAX_ 32

struct reader {
	const char *text, *p;
	const char *defs;
	char open[DEPTH_MAX][NAME_MAX_];
	int depth;
};

#define FAIL(r, why) fail_msg("%s at: %.100s", why, (r)->p)

size_t markup_count(const char *text, const char *what)
{
	size_t n = 0;
	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

void markup_has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not in: %.2000s", what, text);
}

void markup_lacks(const char *text, const char *what)
{
	if (strstr(text, what))
		fail_msg("'%s' is in: %.2000s", what, text);
}

/* An entity at r->p. */
static void check_entity(struct reader *r)
{
	static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strncmp(r->p, known[i], strlen(known[i])))
			return;
	FAIL(r, "a bare &");
}

static void read_name(struct reader *r, char *out)
{
	size_t n = 0;
	while (isalnum((unsigned char)r->p[n]) || strchr("-:_", r->p[n] ? r->p[n] : ' '))
		n++;
	if (!n || n >= NAME_MAX_)
		FAIL(r, "no name");
	snprintf(out, NAME_MAX_, "%.*s", (int)n, r->p);
	r->p += n;
}

static bool has_id(const char *text, const char *id, size_t len)
{
	char what[128];
	snprintf(what, sizeof(what), " id=\"%.*s\"", (int)len, id);
	return text && strstr(text, what);
}

static void check_value(struct reader *r, const char *name, const char *value, size_t len)
{
	char text[128];
	const char *id = !strncmp(value, "url(#", 5) ? value + 5 : *value == '#' ? value + 1 : NULL;
	if (!strcmp(name, "style") || !strncmp(name, "on", 2))
		FAIL(r, "an inline style or script");
	if (!strcmp(name, "id")) {
		snprintf(text, sizeof(text), " id=\"%.*s\"", (int)len, value);
		if (markup_count(r->text, text) != 1)
			FAIL(r, "an id that stands twice");
	}
	if (id && (!strcmp(name, "href") || value[0] == 'u')) {
		len = strcspn(id, ")\"");
		if (!has_id(r->text, id, len) && !has_id(r->defs, id, len))
			FAIL(r, "points at nothing");
	}
}

static void read_attribute(struct reader *r, char seen[][NAME_MAX_], int n)
{
	read_name(r, seen[n]);
	for (int i = 0; i < n; i++)
		if (!strcmp(seen[i], seen[n]))
			FAIL(r, "an attribute that stands twice");
	if (r->p[0] != '=' || r->p[1] != '"')
		FAIL(r, "an attribute without a quoted value");
	r->p += 2;
	const char *value = r->p;
	for (; *r->p != '"'; r->p++) {
		if (!*r->p || *r->p == '<')
			FAIL(r, "a value without an end");
		if (*r->p == '&')
			check_entity(r);
	}
	check_value(r, seen[n], value, (size_t)(r->p - value));
	r->p++;
}

static void read_tag(struct reader *r)
{
	char name[NAME_MAX_], seen[16][NAME_MAX_];
	int n = 0;
	bool closing = r->p[1] == '/';
	r->p += closing ? 2 : 1;
	read_name(r, name);
	if (closing) {
		if (!r->depth || strcmp(r->open[--r->depth], name))
			FAIL(r, "closes what is not open");
		if (*r->p++ != '>')
			FAIL(r, "no end of a tag");
		return;
	}
	while (*r->p == ' ') {
		r->p++;
		if (n == 16)
			FAIL(r, "too many attributes");
		read_attribute(r, seen, n++);
	}
	bool empty = *r->p == '/';
	r->p += empty;
	if (*r->p++ != '>')
		FAIL(r, "no end of a tag");
	if (empty)
		return;
	if (r->depth == DEPTH_MAX)
		FAIL(r, "too deep");
	strcpy(r->open[r->depth++], name);
}

void markup_check(const char *text, const char *defs)
{
	struct reader r = {.text = text, .p = text, .defs = defs};
	if (!strncmp(r.p, "<?xml", 5))
		r.p = strstr(r.p, "?>") + 2;
	while (*r.p) {
		if (*r.p == '<')
			read_tag(&r);
		else if (*r.p == '&')
			check_entity(&r), r.p++;
		else if (*r.p == '>')
			FAIL(&r, "a bare >");
		else
			r.p++;
	}
	if (r.depth)
		fail_msg("<%s> is not closed", r.open[r.depth - 1]);
}
