/* options.h: the collector's settings: one table (common/conf.h), and where things lie in data_dir.
 */
#ifndef COLLECTOR_OPTIONS_H
#define COLLECTOR_OPTIONS_H

#include <stddef.h>

#include "common/conf.h"

#define OPTIONS_FILE "/etc/fanous/collector.conf"

/* Names inside data_dir. */
#define DATA_BOX_KEY "box.key"
#define DATA_ARCHIVE "archive"
#define DATA_STORE   "views.db"
#define DATA_SHELF   "packages"

extern const struct conf_option options_table[];

enum verb { VERB_INIT, VERB_SERVE, VERB_REBUILD, VERB_EXPORT, VERB_HELP, VERB_VERSION };

/* A flag of export that is no setting. Those with a param are the API's parameters of the same name. */
struct options_word {
	const char *name;
	char *value;	    /* owned */
	unsigned int param; /* enum param, 0: none */
};

#define OPTIONS_WORDS_MAX 96 /* every region of a country, and the rest */

struct options {
	enum verb verb;
	struct conf *conf; /* owned; NULL for help and version */
	struct options_word words[OPTIONS_WORDS_MAX];
	size_t n_words;
	char *const *rest; /* of argv, behind the verb; borrowed */
	size_t n_rest;
	char *folder; /* of export, the one argument without a flag; owned, NULL when there is none */
};

/* Reads the command line, the environment and the file. 0, or the exit code (2 usage, 78
 * configuration) with one sentence in err. */
int options_read(struct options *o, int argc, char **argv, char *err, size_t errlen);
void options_clear(struct options *o);

/* The value of a word; NULL when it is not there. */
const char *options_word(const struct options *o, const char *name);

/* data_dir/name; the caller frees it. */
char *options_data_path(const struct conf *c, const char *name);

/* Appends the text of --help. */
void options_help(struct buf *out);

#endif
