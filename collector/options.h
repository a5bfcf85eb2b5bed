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

extern const struct conf_option options_table[];

enum verb { VERB_INIT, VERB_SERVE, VERB_REBUILD, VERB_HELP, VERB_VERSION };

struct options {
	enum verb verb;
	struct conf *conf; /* owned; NULL for help and version */
};

/* Reads the command line, the environment and the file. 0, or the exit code (2 usage, 78
 * configuration) with one sentence in err. */
int options_read(struct options *o, int argc, char **argv, char *err, size_t errlen);
void options_clear(struct options *o);

/* data_dir/name; the caller frees it. */
char *options_data_path(const struct conf *c, const char *name);

/* Appends the text of --help. */
void options_help(struct buf *out);

#endif
