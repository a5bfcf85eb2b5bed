/* conf_write.c: values given by flags, written into a person's INI file without touching anything
 * else.
 *
 * Line by line: a line that sets one of our keys is replaced by the new value (or dropped, for the
 * second and further values of a list); at the end of its section what was not yet written is
 * added; sections that are missing come at the end. Comments and order stay. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf_table.h"

struct write {
	const struct conf *c;
	bool *written; /* one per row */
	char section[64];
	struct buf out;
};

static void put_option(struct write *w, size_t i)
{
	for (size_t k = 0; k < w->c->values[i].n; k++)
		buf_printf(&w->out, "%s = %s\n", w->c->table[i].key, w->c->values[i].text[k]);
	w->written[i] = true;
}

/* What belongs to the section that ends here and was not in it. */
static void finish_section(struct write *w)
{
	for (size_t i = 0; i < w->c->n; i++)
		if (w->c->values[i].rank == CONF_FLAG && !w->written[i] &&
		    !strcmp(w->c->table[i].section, w->section))
			put_option(w, i);
}

/* Row that this line sets by a flag's value, or n. */
static size_t line_option(const struct write *w, const char *line, size_t len)
{
	size_t key = 0;
	while (key < len && line[key] != '=' && line[key] != ':')
		key++;
	if (key == len)
		return w->c->n;
	while (key && isspace((unsigned char)line[key - 1]))
		key--;
	for (size_t i = 0; i < w->c->n; i++)
		if (w->c->values[i].rank == CONF_FLAG &&
		    !strcmp(w->c->table[i].section, w->section) &&
		    strlen(w->c->table[i].key) == key && !memcmp(w->c->table[i].key, line, key))
			return i;
	return w->c->n;
}

static void rewrite_line(struct write *w, const char *line, size_t len)
{
	size_t skip = 0;
	while (skip < len && isspace((unsigned char)line[skip]))
		skip++;
	if (skip < len && line[skip] == '[') {
		finish_section(w);
		size_t n = strcspn(line + skip + 1, "]\n");
		snprintf(w->section, sizeof(w->section), "%.*s", (int)n, line + skip + 1);
	}
	size_t i = line_option(w, line + skip, len - skip);
	if (i == w->c->n) {
		buf_put(&w->out, line, len);
		buf_putc(&w->out, '\n');
	} else if (!w->written[i]) {
		put_option(w, i);
	}
}

static void add_missing_sections(struct write *w)
{
	for (size_t i = 0; i < w->c->n; i++) {
		if (w->c->values[i].rank != CONF_FLAG || w->written[i])
			continue;
		snprintf(w->section, sizeof(w->section), "%s", w->c->table[i].section);
		buf_printf(&w->out, "%s[%s]\n", w->out.len ? "\n" : "", w->section);
		finish_section(w);
	}
}

int conf_write_flags(const struct conf *c, const char *path, char *err, size_t errlen)
{
	struct buf old;
	struct write w = {.c = c, .written = xcalloc(c->n, sizeof(bool))};
	int rc = -1;

	buf_init(&w.out, 2 * CONF_FILE_MAX);
	if (access(path, F_OK) < 0)
		buf_init(&old, 0);
	else if (buf_read_file(&old, path, CONF_FILE_MAX) < 0)
		goto out;
	for (const char *p = old.data; p && *p;) {
		size_t len = strcspn(p, "\n");
		rewrite_line(&w, p, len);
		p += len + (p[len] == '\n');
	}
	finish_section(&w);
	add_missing_sections(&w);
	rc = buf_write_file(path, w.out.data ? w.out.data : "", w.out.len, 0600);
out:
	if (rc < 0)
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
	buf_clear(&old);
	buf_clear(&w.out);
	free(w.written);
	return rc;
}
