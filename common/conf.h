/* conf.h: settings from a table of options: flags over environment over file.
 *
 * A program has one const table; each row is one key of the INI file, one long flag and one
 * environment variable, so the three can never drift apart. The values land in strings owned by the
 * conf; typed getters have the range already checked. Any error is one sentence that names the
 * place (file and line, flag or variable), what is wrong and what would be right; an unknown key
 * names the nearest known one.
 *
 *	{"schedule", "interval_s", "interval-s", CONF_INT, "300", 1, 86400, NULL, "seconds ..."}
 *
 * File key [schedule] interval_s, flag --interval-s, environment PROBE_INTERVAL_S (flag in
 * capitals). */
#ifndef COMMON_CONF_H
#define COMMON_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

enum conf_type { CONF_STR, CONF_INT, CONF_BOOL, CONF_LIST, CONF_PATH };

struct conf_option {
	const char *section;
	const char *key;
	const char *flag;     /* without the dashes; also names the environment variable */
	enum conf_type type;  /* LIST: repeatable; PATH: relative to the file that names it */
	const char *fallback; /* default, NULL for none */
	int64_t min, max;     /* CONF_INT */
	const char *choices;  /* CONF_STR: "mobile|fixed", NULL for anything */
	const char *help;     /* one line; ends the table when section is NULL */
};

#define CONF_VALUES_MAX 16 /* repeats of a LIST */

struct conf; /* opaque */

/* table is borrowed and must outlive the conf; env_prefix is "PROBE_" or "COLLECTOR_". */
struct conf *conf_new(const struct conf_option *table, const char *env_prefix);
void conf_free(struct conf *c);

/* Each returns 0, or -1 with one sentence in err. Order of calls does not matter: rank decides. */
int conf_load_file(struct conf *c, const char *path, char *err, size_t errlen);
int conf_load_env(struct conf *c, char *err, size_t errlen);
int conf_set_flag(struct conf *c, const char *flag, const char *value, char *err, size_t errlen);

/* Looks the flag up ("interval-s"), NULL when unknown. */
const struct conf_option *conf_find_flag(const struct conf *c, const char *flag);
/* The flag nearest to a mistyped one, never NULL. */
const char *conf_nearest_flag(const struct conf *c, const char *flag);

/* Values by file key; the row must exist (assert). str is NULL when unset and without default. */
const char *conf_str(const struct conf *c, const char *section, const char *key);
int64_t conf_int(const struct conf *c, const char *section, const char *key);
bool conf_bool(const struct conf *c, const char *section, const char *key);
/* LIST: number of values, i-th value. */
size_t conf_count(const struct conf *c, const char *section, const char *key);
const char *conf_at(const struct conf *c, const char *section, const char *key, size_t i);
/* True when some source set it (not the default). */
bool conf_is_set(const struct conf *c, const char *section, const char *key);

/* Writes the values given by flags into an INI file, keeping every other line of it (comments too)
 * as it was; makes the file when there is none. Crash-safe. 0, or -1 with err. */
int conf_write_flags(const struct conf *c, const char *path, char *err, size_t errlen);

/* Appends the option list as help text: "  --interval-s N   seconds between cycles [300]". */
void conf_help(const struct conf *c, struct buf *out);

#endif
