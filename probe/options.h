/* options.h: everything a person can set: the option table (flags, PROBE_* environment and
 * probe.conf are three faces of it, common/conf.h), the switches of single commands, and the paths
 * that follow from them. */
#ifndef PROBE_OPTIONS_H
#define PROBE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/conf.h"

/* Exit codes: the contract with scripts. */
enum probe_exit {
	EXIT_DONE = 0,
	EXIT_INTERNAL = 1,
	EXIT_USAGE_ERROR = 2,
	EXIT_QUEUED = 3,       /* measured, but only queued */
	EXIT_NO_NETWORK = 4,   /* no address or no gateway */
	EXIT_UNREACHABLE = 69, /* no way to the collector worked */
	EXIT_NO_CONSENT = 77,
	EXIT_CONFIG = 78,
};

enum options_switch {
	SWITCH_JSON = 1 << 0,
	SWITCH_YES = 1 << 1,
	SWITCH_ONCE = 1 << 2,
	SWITCH_NO_UPLOAD = 1 << 3,
	SWITCH_MEASURE_ONLY = 1 << 4,
	SWITCH_HELP = 1 << 5, /* every command has the last two */
	SWITCH_VERSION = 1 << 6,
	SWITCH_OONI = 1 << 7, /* these two take a value */
	SWITCH_LANG = 1 << 8,
};

struct options {
	struct conf *conf; /* owned */
	char *file;	   /* owned: the configuration file, -c or the default */
	bool file_named;   /* -c was given, so a missing file is an error */
	unsigned int switches;
	char *ooni;	    /* owned: the file of --ooni, NULL without */
	const char *lang;   /* borrowed: en or fa of --lang, NULL without */
	const char **words; /* owned array of borrowed arguments that are not flags */
	size_t n_words;
};

extern const struct conf_option options_table[];

/* Reads the arguments that follow the command's name. allowed: the switches this command knows.
 * 0, or -1 with one sentence in err; options_free in both cases. */
int options_parse(struct options *o, int argc, char *const *argv, unsigned int allowed, char *err,
		  size_t errlen);
/* Adds environment and file to the flags. A missing file is an error when it was named, unless the
 * command is about to make it. 0, or -1 with one sentence in err. */
int options_load(struct options *o, bool makes_file, char *err, size_t errlen);
void options_free(struct options *o);

/* Help on the switches of a command and on all options. */
void options_help(const struct options *o, unsigned int allowed, struct buf *out);

/* The country whose lists are measured: [probe] watch, otherwise that of this network; NULL when neither is set. */
const char *options_watched(const struct options *o);
/* This probe measures another country than its own, from outside. */
bool options_is_control(const struct options *o);

/* Paths that follow from the settings; the caller owns them. The targets file is the watched country's
 * own unless one is set; the fingerprints file is NULL when there is none; so is the list of hosts inside, which
 * only a control measures. Needs a country. */
char *options_state_dir(const struct options *o);
char *options_countries_dir(const struct options *o);
char *options_targets(const struct options *o);
char *options_fingerprints(const struct options *o);
char *options_inside(const struct options *o);

#endif
