/* commands.h: the verbs of the program, one file each (cmd_*.c), and the few things that several of
 * them need. A command gets its settings read and checked for spelling, and returns the exit code.
 */
#ifndef PROBE_COMMANDS_H
#define PROBE_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/options.h"
#include "probe/runner.h"
#include "probe/wording.h"

struct event_base;
struct ooni_file;
struct spool;
struct targets;
struct vantage;

struct command {
	const char *name;
	const char *words;     /* what it takes besides flags, NULL for nothing */
	const char *summary;   /* one line */
	unsigned int switches; /* enum options_switch */
	bool makes_file;       /* the configuration file need not exist */
	bool in_panic;	       /* works with a broken file too, if that says where the state is */
	int (*run)(const struct options *o);
};

int cmd_init(const struct options *o);
int cmd_run(const struct options *o);
int cmd_check(const struct options *o);
int cmd_status(const struct options *o);
int cmd_doctor(const struct options *o);
int cmd_queue(const struct options *o);
int cmd_upload(const struct options *o);
int cmd_wipe(const struct options *o);

/* Says what is wrong, as one line on standard error, and gives back the code. */
int command_fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* An event loop whose timers are exact to the millisecond. */
struct event_base *command_base(void);

/* The spool of the state folder, made if need be, or NULL with err. */
struct spool *command_spool(const struct options *o, char *err, size_t errlen);
/* Whether there is one: who only looks must not make it, and perhaps as another user. */
bool command_has_spool(const struct options *o);

/* Closes the process in (sandbox.h), unless the settings say not to; once everything is open and
 * before anything is measured. One line on standard error says what this kernel lacks. state_dir is
 * NULL for a command that writes nothing. */
void command_sandbox(const struct options *o, const char *state_dir);

/* How to measure, as the settings say. Zeroed is empty. */
struct command_runner {
	struct runner_config config;
	const char **resolvers;		   /* owned array */
	struct fingerprints *fingerprints; /* owned */
};
/* 0, or -1 with err; command_runner_clear in both cases. */
int command_runner(struct command_runner *r, const struct options *o, char *err, size_t errlen);
void command_runner_clear(struct command_runner *r);

/* What to measure, as the settings say: lists and level. 0, or -1 with err. */
int command_targets(struct targets *t, const struct options *o, char *err, size_t errlen);

/* The language to speak: of --lang, otherwise of the environment. */
enum wording command_wording(const struct options *o);

/* The file of --ooni, opened before anything is measured; *f is NULL without one. All borrowed until
 * it is closed. An exit code. */
int command_ooni_open(struct ooni_file **f, const struct options *o, const struct vantage *vantage,
		      const char *first_resolver);
/* Closes it and says on standard error what it holds; an exit code. */
int command_ooni_close(struct ooni_file *f, const struct options *o);

#endif
