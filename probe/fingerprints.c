/* fingerprints.c: the table in memory is the file's text with one row per usable record; names and
 * patterns point into it. */
#include "probe/fingerprints.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/csv.h"

#define FILE_MAX (4 * 1024 * 1024) /* OONI's whole list is a quarter of a MiB */

enum place { PLACE_DNS, PLACE_BODY, PLACE_LOCATION, PLACES };
enum type { TYPE_FULL, TYPE_PREFIX, TYPE_CONTAINS, TYPES };

static const char *const place_names[PLACES] = {"dns", "body", "header.location"};
static const char *const type_names[TYPES] = {"full", "prefix", "contains"};

struct fingerprint {
	const char *name, *pattern; /* into text */
	size_t len;		    /* of the pattern */
	enum place place;
	enum type type;
};

struct fingerprints {
	struct buf text;
	struct fingerprint *list;
	size_t n, room, skipped;
};

/* Where the columns that count stand in this file. */
struct columns {
	int name, scope, place, type, pattern;
};

static int find_columns(struct columns *col, struct csv *c)
{
	if (csv_next(c) <= 0)
		return -1;
	col->name = csv_column(c, "name");
	col->scope = csv_column(c, "scope");
	col->place = csv_column(c, "location_found");
	col->type = csv_column(c, "pattern_type");
	col->pattern = csv_column(c, "pattern");
	return col->name < 0 || col->place < 0 || col->type < 0 || col->pattern < 0 ? -1 : 0;
}

static int find(const char *const *names, int n, const char *word)
{
	int i = 0;
	while (i < n && strcmp(names[i], word))
		i++;
	return i;
}

/* "fp" rows describe pages that look like blocking and are not; "vbw" is OONI's "vague blocking
 * word". */
static bool is_evidence(const char *scope)
{
	return strcmp(scope, "fp") && strcmp(scope, "vbw");
}

/* Answers are compared as inet_ntop writes them, so a pattern that is a whole address is brought to
 * that form. It never gets longer, except for an IPv4-mapped one, which then stays as it is. */
static void normalise(char *pattern)
{
	struct in6_addr six;
	char text[INET6_ADDRSTRLEN];
	if (inet_pton(AF_INET6, pattern, &six) == 1 &&
	    inet_ntop(AF_INET6, &six, text, sizeof(text)) && strlen(text) <= strlen(pattern))
		strcpy(pattern, text);
}

/* NULL, or the reason why the row is an error. */
static const char *add_row(struct fingerprints *f, const struct csv *c, const struct columns *col)
{
	int place = find(place_names, PLACES, c->field[col->place]);
	int type = find(type_names, TYPES, c->field[col->type]);
	char *pattern = c->field[col->pattern];
	if (place == PLACES || type == TYPES || (place == PLACE_DNS && type == TYPE_CONTAINS) ||
	    (col->scope >= 0 && !is_evidence(c->field[col->scope]))) {
		f->skipped++;
		return NULL;
	}
	if (!*pattern)
		return "the pattern is empty and would match everything";
	if (!*c->field[col->name])
		return "the name is empty";
	if (place == PLACE_DNS && type == TYPE_FULL)
		normalise(pattern);
	if (f->n == f->room) {
		f->room = f->room ? 2 * f->room : 64;
		f->list = xrealloc(f->list, f->room * sizeof(*f->list));
	}
	f->list[f->n++] = (struct fingerprint){
		.name = c->field[col->name],
		.pattern = pattern,
		.len = strlen(pattern),
		.place = (enum place)place,
		.type = (enum type)type,
	};
	return NULL;
}

static int parse(struct fingerprints *f, const char *path, char *err, size_t errlen)
{
	struct columns col;
	struct csv c;
	int got;
	csv_begin(&c, f->text.data, f->text.len);
	if (find_columns(&col, &c) < 0) {
		snprintf(err, errlen,
			 "%s: the first line must name the columns name, location_found, "
			 "pattern_type and pattern",
			 path);
		return -1;
	}
	size_t columns = c.n;
	while ((got = csv_next(&c)) > 0) {
		const char *why = c.n == columns ? add_row(f, &c, &col)
						 : "not as many columns as the first line";
		if (why) {
			snprintf(err, errlen, "%s: line %zu: %s", path, c.line, why);
			return -1;
		}
	}
	if (got < 0)
		snprintf(err, errlen, "%s: line %zu: %s", path, c.line, c.error);
	return got;
}

struct fingerprints *fingerprints_load(const char *path, char *err, size_t errlen)
{
	struct fingerprints *f = xcalloc(1, sizeof(*f));
	buf_init(&f->text, FILE_MAX);
	if (!path)
		return f;
	if (buf_read_file(&f->text, path, FILE_MAX) < 0) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		goto out;
	}
	buf_put(&f->text, "", 0);
	if (parse(f, path, err, errlen) == 0)
		return f;
out:
	fingerprints_free(f);
	return NULL;
}

void fingerprints_free(struct fingerprints *f)
{
	if (!f)
		return;
	free(f->list);
	buf_clear(&f->text);
	free(f);
}

static bool matches(const struct fingerprint *fp, const char *text, size_t len)
{
	if (len < fp->len)
		return false;
	switch (fp->type) {
	case TYPE_FULL: return len == fp->len && !memcmp(text, fp->pattern, len);
	case TYPE_PREFIX: return !memcmp(text, fp->pattern, fp->len);
	default: return memmem(text, len, fp->pattern, fp->len);
	}
}

static const char *search(const struct fingerprints *f, enum place place, const char *text,
			  size_t len)
{
	for (size_t i = 0; f && i < f->n; i++)
		if (f->list[i].place == place && matches(&f->list[i], text, len))
			return f->list[i].name;
	return NULL;
}

const char *fingerprints_dns(const struct fingerprints *f, const char *addr)
{
	return search(f, PLACE_DNS, addr, strlen(addr));
}

const char *fingerprints_body(const struct fingerprints *f, const char *body, size_t len)
{
	return search(f, PLACE_BODY, body, len);
}

const char *fingerprints_location(const struct fingerprints *f, const char *location)
{
	return search(f, PLACE_LOCATION, location, strlen(location));
}

size_t fingerprints_count(const struct fingerprints *f)
{
	return f->n;
}

size_t fingerprints_skipped(const struct fingerprints *f)
{
	return f->skipped;
}
