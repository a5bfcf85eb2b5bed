/* main.c: the program: shuts itself off from curious eyes, finds the command, reads the settings,
 * runs it. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "common/keys.h"
#include "common/log.h"
#include "common/nearest.h"
#include "probe/commands.h"

static const struct command commands[] = {
	{.name = "init",
	 .summary = "ask for consent, make keys, write the configuration",
	 .switches = SWITCH_YES | SWITCH_MEASURE_ONLY,
	 .makes_file = true,
	 .run = cmd_init},
	{.name = "run",
	 .summary = "measure, keep, send: as a service, or one cycle",
	 .switches = SWITCH_ONCE | SWITCH_JSON | SWITCH_NO_UPLOAD | SWITCH_OONI,
	 .run = cmd_run},
	{.name = "check",
	 .words = "URL|HOST[:PORT]...",
	 .summary = "measure now and explain what happens; sends nothing",
	 .switches = SWITCH_JSON | SWITCH_OONI | SWITCH_LANG,
	 .run = cmd_check},
	{.name = "status",
	 .summary = "consent, place, collector, waiting batches",
	 .switches = SWITCH_JSON,
	 .run = cmd_status},
	{.name = "doctor",
	 .summary = "look at everything that a probe needs, and say what to do",
	 .switches = SWITCH_JSON,
	 .run = cmd_doctor},
	{.name = "queue",
	 .summary = "list the waiting batches",
	 .switches = SWITCH_JSON,
	 .run = cmd_queue},
	{.name = "upload",
	 .summary = "send the waiting batches now",
	 .switches = SWITCH_JSON,
	 .run = cmd_upload},
	{.name = "wipe",
	 .summary = "destroy keys, waiting batches and consent",
	 .switches = SWITCH_YES,
	 .in_panic = true,
	 .run = cmd_wipe},
};
#define N_COMMANDS (sizeof(commands) / sizeof(*commands))

/* What this process knows must not end up in a core file, in another process or in a readable file.
 */
/* Questions have a socket each, and a round may ask hundreds at once. */
static void allow_files(void)
{
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_cur < l.rlim_max) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static void harden(void)
{
	umask(077);
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	prctl(PR_SET_DUMPABLE, 0);
	signal(SIGPIPE, SIG_IGN);
}

static void help(FILE *out)
{
	fputs("Fanous measures whether networks work, so that blackouts can be seen.\n\n"
	      "usage: probe COMMAND [OPTION...]\n\n",
	      out);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`probe COMMAND --help` tells more; so does fanous-probe(8).\n", out);
}

static void command_help(const struct command *c, const struct options *o)
{
	struct buf text;
	buf_init(&text, 64 * 1024);
	buf_printf(&text, "usage: probe %s [OPTION...]%s%s\n\nprobe %s: %s\n\n", c->name,
		   c->words ? " " : "", c->words ? c->words : "", c->name, c->summary);
	options_help(o, c->switches, &text);
	fputs(text.data, stdout);
	buf_clear(&text);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *words[N_COMMANDS + 1];
	for (size_t i = 0; i < N_COMMANDS; i++)
		words[i] = commands[i].name;
	words[N_COMMANDS] = NULL;
	return command_fail(EXIT_USAGE_ERROR, "unknown command '%.64s'; the nearest is '%s'", name,
			    nearest_word(name, words));
}

static int run_command(const struct command *c, int argc, char *const *argv)
{
	struct options o;
	char err[512];
	int code;
	if (options_parse(&o, argc, argv, c->switches, err, sizeof(err)) < 0)
		code = command_fail(EXIT_USAGE_ERROR, "%s", err);
	else if (o.switches & SWITCH_HELP) {
		command_help(c, &o);
		code = EXIT_DONE;
	} else if (o.switches & SWITCH_VERSION) {
		puts("fanous-probe " VERSION);
		code = EXIT_DONE;
	} else if (!c->words != !o.n_words) {
		code = command_fail(EXIT_USAGE_ERROR,
				    c->words ? "%s needs %s" : "%s takes no '%.64s'; see --help",
				    c->name, c->words ? c->words : o.words[0]);
	} else if (options_load(&o, c->makes_file, err, sizeof(err)) < 0 &&
		   !(c->in_panic && conf_is_set(o.conf, "probe", "state_dir"))) {
		code = command_fail(EXIT_CONFIG, "%s", err);
	} else {
		code = c->run(&o);
	}
	options_free(&o);
	return code;
}

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	harden();
	allow_files();
	log_init("probe", LOG_LEVEL_INFO);
	if (keys_init() < 0)
		log_fatalx(EXIT_INTERNAL, "libsodium does not start");

	const char *name = argc > 1 ? argv[1] : NULL;
	if (!name) {
		help(stderr);
		return EXIT_USAGE_ERROR;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
		help(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(name, "--version")) {
		puts("fanous-probe " VERSION);
		return EXIT_DONE;
	}
	const struct command *c = find_command(name);
	return c ? run_command(c, argc - 2, argv + 2) : unknown_command(name);
}
