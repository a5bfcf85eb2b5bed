/* conf.c: settings from one table: the INI file through inih, environment and flags beside it.
 *
 * inih does not tell a handler the line number (as built by Debian), and takes an indented line for
 * the continuation of the one before; both are settled by giving it our own reader, which counts
 * lines and strips their indentation. Writing values back into a file is in conf_write.c. */
#include "common/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf_table.h"
#include "common/limits.h"
#include "common/nearest.h"

struct conf *conf_new(const struct conf_option *table, const char *env_prefix)
{
	struct conf *c = xcalloc(1, sizeof(*c));
	c->table = table;
	c->env_prefix = env_prefix;
	while (table[c->n].section)
		c->n++;
	c->values = xcalloc(c->n, sizeof(*c->values));
	return c;
}

static void value_clear(struct conf_value *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(v->text[i]);
	v->n = 0;
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n; i++)
		value_clear(&c->values[i]);
	free(c->values);
	free(c);
}

/* NULL, or what is wrong with text as a value of this option, in err. */
static const char *check_int(const struct conf_option *o, const char *text, char *err, size_t len)
{
	char *end;
	errno = 0;
	long long v = strtoll(text, &end, 10);
	if (*text && !*end && !errno && v >= o->min && v <= o->max)
		return NULL;
	snprintf(err, len, "%s must be a whole number from %" PRId64 " to %" PRId64 ", not '%s'",
		 o->key, o->min, o->max, text);
	return err;
}

static bool is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);
	for (const char *p = choices;; p++) {
		if (!strncmp(p, text, len) && (p[len] == '|' || !p[len]))
			return len > 0;
		p = strchr(p, '|');
		if (!p)
			return false;
	}
}

static const char *check_value(const struct conf_option *o, const char *text, char *err, size_t len)
{
	if (o->type == CONF_INT)
		return check_int(o, text, err, len);
	if (o->type == CONF_BOOL && !is_choice("yes|no|true|false|on|off|1|0", text))
		snprintf(err, len, "%s must be yes or no, not '%s'", o->key, text);
	else if (o->choices && !is_choice(o->choices, text))
		snprintf(err, len, "%s must be one of %s, not '%s'", o->key, o->choices, text);
	else if (!*text)
		snprintf(err, len, "%s has no value", o->key);
	else
		return NULL;
	return err;
}

/* A path that a file names is relative to that file's folder; one from a flag or a variable to the
 * working folder, made absolute here, since init writes it into a file that may stand elsewhere. */
static char *absolute_path(const char *text, const char *file)
{
	const char *slash = file ? strrchr(file, '/') : NULL;
	if (*text == '/' || (file && !slash))
		return xstrdup(text);
	if (slash)
		return xasprintf("%.*s/%s", (int)(slash - file), file, text);
	char *cwd = getcwd(NULL, 0);
	char *path = cwd ? xasprintf("%s/%s", cwd, text) : xstrdup(text);
	free(cwd);
	return path;
}

/* Enters a value of a given rank; a higher rank drops what a lower one said. file is for CONF_PATH.
 */
static const char *enter(struct conf *c, size_t i, enum conf_rank rank, const char *text,
			 const char *file, char *err, size_t len)
{
	const struct conf_option *o = &c->table[i];
	struct conf_value *v = &c->values[i];
	const char *why = check_value(o, text, err, len);
	if (why)
		return why;
	if (v->rank > rank)
		return NULL;
	if (v->rank == rank && o->type != CONF_LIST) {
		if (rank == CONF_FILE) {
			snprintf(err, len, "%s is given twice", o->key);
			return err;
		}
		value_clear(v);
	}
	if (v->rank < rank)
		value_clear(v);
	if (v->n == CONF_VALUES_MAX) {
		snprintf(err, len, "%s is given more than %d times", o->key, CONF_VALUES_MAX);
		return err;
	}
	v->rank = rank;
	v->text[v->n++] = o->type == CONF_PATH ? absolute_path(text, file) : xstrdup(text);
	return NULL;
}

struct load {
	struct conf *c;
	const char *path;
	const char *at; /* rest of the file */
	unsigned int line;
	char *err;
	size_t errlen;
	bool failed;
};

static char *next_line(char *out, int room, void *arg)
{
	struct load *l = arg;
	if (!*l->at)
		return NULL;
	size_t len = strcspn(l->at, "\n");
	const char *start = l->at;
	l->line++;
	l->at += len + (l->at[len] == '\n');
	while (len && (*start == ' ' || *start == '\t')) {
		start++;
		len--;
	}
	if (len + 2 > (size_t)room || len > CONF_LINE_MAX) {
		if (!l->failed)
			snprintf(l->err, l->errlen, "%s:%u: the line is longer than %d bytes",
				 l->path, l->line, CONF_LINE_MAX);
		l->failed = true;
		len = 0;
	}
	memcpy(out, start, len);
	strcpy(out + len, "\n");
	return out;
}

/* "did you mean interval_s in [schedule]?": the nearest key of the table, wherever it belongs. */
static void unknown_key(const struct load *l, const char *section, const char *key)
{
	const struct conf_option *best = NULL;
	size_t best_d = SIZE_MAX;
	for (const struct conf_option *o = l->c->table; o->section; o++) {
		size_t d = 2 * nearest_distance(key, o->key) + (strcmp(section, o->section) != 0);
		if (d < best_d) {
			best_d = d;
			best = o;
		}
	}
	snprintf(l->err, l->errlen,
		 "%s:%u: unknown key '%.64s' in [%.64s]; the nearest is '%s' in [%s]", l->path,
		 l->line, key, section, best->key, best->section);
}

static int on_key(void *arg, const char *section, const char *key, const char *value)
{
	struct load *l = arg;
	char why[256];
	if (l->failed)
		return 0;
	for (size_t i = 0; i < l->c->n; i++) {
		const struct conf_option *o = &l->c->table[i];
		if (strcmp(o->section, section) || strcmp(o->key, key))
			continue;
		if (!enter(l->c, i, CONF_FILE, value, l->path, why, sizeof(why)))
			return 1;
		snprintf(l->err, l->errlen, "%s:%u: %s", l->path, l->line, why);
		l->failed = true;
		return 0;
	}
	unknown_key(l, section, key);
	l->failed = true;
	return 0;
}

int conf_load_file(struct conf *c, const char *path, char *err, size_t errlen)
{
	struct buf text;
	if (buf_read_file(&text, path, CONF_FILE_MAX) < 0) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		return -1;
	}
	struct load l = {c, path, text.data, 0, err, errlen, false};
	int line = strlen(text.data) == text.len ? ini_parse_stream(next_line, &l, on_key, &l) : -1;
	if (line < 0) {
		snprintf(err, errlen, "%s: this is not a text file", path);
		l.failed = true;
	} else if (line > 0 && !l.failed) {
		snprintf(err, errlen, "%s:%d: neither [section] nor key = value", path, line);
		l.failed = true;
	}
	buf_clear(&text);
	return l.failed ? -1 : 0;
}

static char *env_name(const struct conf *c, const struct conf_option *o)
{
	char *name = xasprintf("%s%s", c->env_prefix, o->flag);
	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
	return name;
}

/* One variable; several values of a list are separated by commas. */
static int load_variable(struct conf *c, size_t i, const char *name, const char *value, char *err,
			 size_t errlen)
{
	char *copy = xstrdup(value), *rest = copy, *one;
	char why[256];
	bool list = c->table[i].type == CONF_LIST;
	int rc = 0;
	while (rc == 0 && (one = list ? strsep(&rest, ",") : copy)) {
		if (enter(c, i, CONF_ENV, one, NULL, why, sizeof(why))) {
			snprintf(err, errlen, "environment variable %s: %s", name, why);
			rc = -1;
		}
		if (!list)
			break;
	}
	free(copy);
	return rc;
}

int conf_load_env(struct conf *c, char *err, size_t errlen)
{
	int rc = 0;
	for (size_t i = 0; i < c->n && rc == 0; i++) {
		char *name = env_name(c, &c->table[i]);
		const char *value = getenv(name);
		if (value)
			rc = load_variable(c, i, name, value, err, errlen);
		free(name);
	}
	return rc;
}

const struct conf_option *conf_find_flag(const struct conf *c, const char *flag)
{
	for (const struct conf_option *o = c->table; o->section; o++)
		if (!strcmp(o->flag, flag))
			return o;
	return NULL;
}

const char *conf_nearest_flag(const struct conf *c, const char *flag)
{
	const char **words = xcalloc(c->n + 1, sizeof(*words));
	for (size_t i = 0; i < c->n; i++)
		words[i] = c->table[i].flag;
	const char *best = nearest_word(flag, words);
	free(words);
	return best;
}

int conf_set_flag(struct conf *c, const char *flag, const char *value, char *err, size_t errlen)
{
	const struct conf_option *o = conf_find_flag(c, flag);
	char why[256];
	if (!o) {
		snprintf(err, errlen, "unknown option --%.64s; the nearest is --%s", flag,
			 conf_nearest_flag(c, flag));
		return -1;
	}
	if (!enter(c, (size_t)(o - c->table), CONF_FLAG, value, NULL, why, sizeof(why)))
		return 0;
	snprintf(err, errlen, "--%s: %s", flag, why);
	return -1;
}

static size_t find(const struct conf *c, const char *section, const char *key)
{
	for (size_t i = 0; i < c->n; i++)
		if (!strcmp(c->table[i].section, section) && !strcmp(c->table[i].key, key))
			return i;
	assert(!"a key that is not in the table");
	abort();
}

const char *conf_str(const struct conf *c, const char *section, const char *key)
{
	size_t i = find(c, section, key);
	return c->values[i].n ? c->values[i].text[0] : c->table[i].fallback;
}

int64_t conf_int(const struct conf *c, const char *section, const char *key)
{
	const char *text = conf_str(c, section, key);
	return text ? strtoll(text, NULL, 10) : 0;
}

bool conf_bool(const struct conf *c, const char *section, const char *key)
{
	const char *text = conf_str(c, section, key);
	return text && is_choice("yes|true|on|1", text);
}

size_t conf_count(const struct conf *c, const char *section, const char *key)
{
	size_t i = find(c, section, key);
	return c->values[i].n ? c->values[i].n : c->table[i].fallback != NULL;
}

const char *conf_at(const struct conf *c, const char *section, const char *key, size_t at)
{
	size_t i = find(c, section, key);
	assert(at < conf_count(c, section, key));
	return c->values[i].n ? c->values[i].text[at] : c->table[i].fallback;
}

bool conf_is_set(const struct conf *c, const char *section, const char *key)
{
	return c->values[find(c, section, key)].rank != CONF_UNSET;
}

void conf_help(const struct conf *c, struct buf *out)
{
	for (const struct conf_option *o = c->table; o->section; o++) {
		char left[48];
		const char *what = o->type == CONF_INT	  ? "N"
				   : o->type == CONF_BOOL ? "yes|no"
				   : o->type == CONF_PATH ? "PATH"
				   : o->choices		  ? o->choices
							  : "TEXT";
		snprintf(left, sizeof(left), "--%s %s", o->flag, what);
		buf_printf(out, "  %-34s %s%s", left, o->help,
			   o->type == CONF_LIST ? " (repeatable)" : "");
		if (o->fallback)
			buf_printf(out, " [%s]", o->fallback);
		buf_putc(out, '\n');
	}
}
