/* options.c: the table, and how arguments become settings. A flag that is a row of the table takes
 * a value; one that is a switch does not. */
#include "probe/options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/countries.h"
#include "common/nearest.h"

/* Keep configs/probe.conf in step: tests/probe/test_options.c compares the two. */
const struct conf_option options_table[] = {
	{"probe", "state_dir", "state-dir", CONF_PATH, "/var/lib/fanous-probe", 0, 0, NULL,
	 "where keys, consent and waiting batches are kept"},
	{"probe", "country", "country", CONF_STR, NULL, 0, 0, NULL,
	 "country of this network, ISO 3166-1: IR"},
	{"probe", "region", "region", CONF_STR, NULL, 0, 0, NULL, "province, ISO 3166-2: IR-23"},
	{"probe", "watch", "watch", CONF_STR, NULL, 0, 0, NULL,
	 "country to measure from outside, when it is another one"},
	{"probe", "isp", "isp", CONF_STR, "auto", 0, 0, NULL,
	 "operator by its AS number: AS44244, or auto"},
	{"probe", "access", "access", CONF_STR, "unknown", 0, 0, "mobile|fixed|datacentre|unknown",
	 "how this line reaches the network"},
	{"probe", "level", "level", CONF_INT, "1", 0, 3, NULL,
	 "targets: 0 reachability, 1 everyday, 2 news and circumvention, 3 political"},
	{"probe", "countries_dir", "countries-dir", CONF_PATH, NULL, 0, 0, NULL,
	 "folder with one folder per country"},
	{"probe", "sandbox", "sandbox", CONF_BOOL, "yes", 0, 0, NULL,
	 "give up files and system calls that measuring does not need"},
	{"collector", "url", "collector", CONF_LIST, NULL, 0, 0, NULL,
	 "address of the collector, tried in order"},
	{"collector", "key", "key", CONF_STR, NULL, 0, 0, NULL,
	 "public key of the collector, from its init"},
	{"collector", "proxy", "proxy", CONF_LIST, NULL, 0, 0, NULL,
	 "socks5h:// proxy, tried when the direct way fails"},
	{"schedule", "interval_s", "interval-s", CONF_INT, "300", 1, 86400, NULL,
	 "seconds between two measurements of a target, on average"},
	{"schedule", "class_interval_s", "class-interval-s", CONF_LIST, NULL, 0, 0, NULL,
	 "the same for one class (or quic, speed) alone: filtered:600"},
	{"schedule", "budget_mb_per_day", "budget-mb-per-day", CONF_INT, "5", 0, 1000000, NULL,
	 "data a day, spread over the day; 0 for no limit"},
	{"schedule", "min_battery_percent", "min-battery-percent", CONF_INT, "0", 0, 100, NULL,
	 "pause on battery at this charge or less; 0 for never"},
	{"schedule", "metered_interface", "metered-interface", CONF_LIST, NULL, 0, 0, NULL,
	 "pause while the default route leaves through this: wwan*"},
	{"schedule", "concurrency", "concurrency", CONF_INT, "16", 1, 256, NULL,
	 "targets measured at the same time"},
	{"schedule", "check_timeout_ms", "check-timeout-ms", CONF_INT, "10000", 100, 20000, NULL,
	 "longest time for one step of one target"},
	{"spool", "cap_mb", "spool-cap-mb", CONF_INT, "64", 1, 65536, NULL,
	 "disk for waiting batches; thinned out evenly beyond it"},
	{"targets", "file", "targets", CONF_PATH, NULL, 0, 0, NULL,
	 "what to measure, instead of the country's list"},
	{"targets", "fingerprints", "fingerprints", CONF_PATH, NULL, 0, 0, NULL,
	 "known block pages, instead of the country's list"},
	{"dns", "resolver", "resolver", CONF_LIST, "system", 0, 0, NULL,
	 "system, udp://ADDRESS or https://HOST/PATH"},
	{0},
};

static const struct {
	const char *name;
	unsigned int bit;
	const char *help;
	const char *value; /* what it takes, NULL for nothing */
} switches[] = {
	{"json", SWITCH_JSON, "data as JSON on standard output", NULL},
	{"yes", SWITCH_YES, "yes to the question this command would ask", NULL},
	{"once", SWITCH_ONCE, "one cycle and one attempt to send, then exit", NULL},
	{"no-upload", SWITCH_NO_UPLOAD, "send nothing, only keep", NULL},
	{"measure-only", SWITCH_MEASURE_ONLY, "consent to measuring, but not to sending", NULL},
	{"ooni", SWITCH_OONI, "also write the measurements to this file, as OONI has them", "FILE"},
	{"lang", SWITCH_LANG, "language of the explanation", "en|fa"},
	{"help", SWITCH_HELP, "this help (also -h)", NULL},
	{"version", SWITCH_VERSION, "the version", NULL},
};
#define N_SWITCHES (sizeof(switches) / sizeof(*switches))

/* The flag nearest to an unknown one, among rows and switches. */
static const char *nearest_flag(const char *flag)
{
	const char *words[sizeof(options_table) / sizeof(*options_table) + N_SWITCHES + 2];
	size_t n = 0;
	for (const struct conf_option *o = options_table; o->section; o++)
		words[n++] = o->flag;
	for (size_t i = 0; i < N_SWITCHES; i++)
		words[n++] = switches[i].name;
	words[n++] = "config";
	words[n] = NULL;
	return nearest_word(flag, words);
}

/* A path on the command line is relative to where the person stands, and must still be right when
 * it is read back from a file elsewhere. */
static char *absolute(const char *path)
{
	char cwd[PATH_MAX];
	if (*path == '/' || !*path || !getcwd(cwd, sizeof(cwd)))
		return xstrdup(path);
	return xasprintf("%s/%s", cwd, path);
}

/* A word after a flag is its value unless it is a flag itself. What only looks like one is a value: every 4096th key of a
 * collector begins with two dashes. */
static bool is_flag(const struct options *o, const char *word)
{
	if (strncmp(word, "--", 2))
		return false;
	const char *name = word + 2;
	size_t len = strcspn(name, "=");
	char flag[80];
	if (len >= sizeof(flag))
		return false;
	snprintf(flag, sizeof(flag), "%.*s", (int)len, name);
	for (size_t i = 0; i < N_SWITCHES; i++)
		if (!strcmp(flag, switches[i].name))
			return true;
	return !len || !strcmp(flag, "config") || conf_find_flag(o->conf, flag);
}

/* The value of a switch that has one; NULL, or what is wrong with it. */
static const char *keep_value(struct options *o, unsigned int bit, const char *value)
{
	if (!value || !*value)
		return "needs a value";
	if (bit == SWITCH_LANG && strcmp(value, "en") && strcmp(value, "fa"))
		return "is en or fa";
	if (bit == SWITCH_LANG) {
		o->lang = value;
	} else {
		free(o->ooni);
		o->ooni = absolute(value);
	}
	return NULL;
}

static bool takes_value(const char *name)
{
	for (size_t i = 0; i < N_SWITCHES; i++)
		if (!strcmp(name, switches[i].name))
			return switches[i].value;
	return false;
}

static int take_switch(struct options *o, const char *name, const char *value, unsigned int allowed,
		       char *err, size_t errlen)
{
	for (size_t i = 0; i < N_SWITCHES; i++) {
		if (strcmp(name, switches[i].name))
			continue;
		const char *why = switches[i].value ? keep_value(o, switches[i].bit, value) : NULL;
		if (value && !switches[i].value)
			snprintf(err, errlen, "--%s takes no value", name);
		else if (!(switches[i].bit & (allowed | SWITCH_HELP | SWITCH_VERSION)))
			snprintf(err, errlen, "this command does not take --%s", name);
		else if (why)
			snprintf(err, errlen, "--%s %s", name, why);
		else {
			o->switches |= switches[i].bit;
			return 0;
		}
		return -1;
	}
	snprintf(err, errlen, "unknown option --%.64s; the nearest is --%s", name,
		 nearest_flag(name));
	return -1;
}

static int take_value(struct options *o, const char *flag, const char *value, char *err,
		      size_t errlen)
{
	if (!value) {
		snprintf(err, errlen, "--%s needs a value", flag);
		return -1;
	}
	if (!strcmp(flag, "config")) {
		free(o->file);
		o->file = absolute(value);
		o->file_named = true;
		return 0;
	}
	char *path = NULL;
	if (conf_find_flag(o->conf, flag)->type == CONF_PATH)
		value = path = absolute(value);
	int rc = conf_set_flag(o->conf, flag, value, err, errlen);
	free(path);
	return rc;
}

/* One argument that starts with a dash; *i moves on when it takes the next one too. */
static int take_flag(struct options *o, int argc, char *const *argv, int *i, unsigned int allowed,
		     char *err, size_t errlen)
{
	const char *arg = argv[*i];
	const char *next = *i + 1 < argc ? argv[*i + 1] : NULL;
	if (!strcmp(arg, "-h") || !strcmp(arg, "-c"))
		arg = arg[1] == 'h' ? "--help" : "--config";
	if (strncmp(arg, "--", 2)) {
		snprintf(err, errlen, "unknown option %.64s; see --help", arg);
		return -1;
	}
	const char *value = strchr(arg, '=');
	size_t len = value ? (size_t)(value - arg) - 2 : strlen(arg) - 2;
	char flag[80];
	snprintf(flag, sizeof(flag), "%.*s", (int)(len < sizeof(flag) ? len : sizeof(flag) - 1),
		 arg + 2);
	bool is_switch = !conf_find_flag(o->conf, flag) && strcmp(flag, "config");
	if (value) {
		value++;
	} else if ((!is_switch || takes_value(flag)) && next && !is_flag(o, next)) {
		value = next;
		(*i)++;
	}
	return is_switch ? take_switch(o, flag, value, allowed, err, errlen)
			 : take_value(o, flag, value, err, errlen);
}

/* Where an ordinary user keeps such files (XDG Base Directory Specification). */
static char *xdg_path(const char *variable, const char *below_home, const char *name)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	if (base && *base == '/')
		return xasprintf("%s/%s", base, name);
	if (home && *home == '/')
		return xasprintf("%s/%s/%s", home, below_home, name);
	return NULL;
}

static char *default_file(void)
{
	char *file = geteuid() ? xdg_path("XDG_CONFIG_HOME", ".config", "fanous/probe.conf") : NULL;
	return file ? file : xstrdup("/etc/fanous/probe.conf");
}

int options_parse(struct options *o, int argc, char *const *argv, unsigned int allowed, char *err,
		  size_t errlen)
{
	bool flags_end = false;
	*o = (struct options){.conf = conf_new(options_table, "PROBE_"), .file = default_file()};
	o->words = xcalloc((size_t)argc + 1, sizeof(*o->words));
	for (int i = 0; i < argc; i++) {
		const char *arg = argv[i];
		if (flags_end || arg[0] != '-' || !arg[1])
			o->words[o->n_words++] = arg;
		else if (!strcmp(arg, "--"))
			flags_end = true;
		else if (take_flag(o, argc, argv, &i, allowed, err, errlen) < 0)
			return -1;
	}
	return 0;
}

int options_load(struct options *o, bool makes_file, char *err, size_t errlen)
{
	if (conf_load_env(o->conf, err, errlen) < 0)
		return -1;
	if ((makes_file || !o->file_named) && access(o->file, F_OK) < 0 && errno == ENOENT)
		return 0;
	return conf_load_file(o->conf, o->file, err, errlen);
}

void options_free(struct options *o)
{
	conf_free(o->conf);
	free(o->file);
	free(o->words);
	free(o->ooni);
	*o = (struct options){0};
}

void options_help(const struct options *o, unsigned int allowed, struct buf *out)
{
	buf_puts(out, "Options of this command:\n");
	for (size_t i = 0; i < N_SWITCHES; i++)
		if (switches[i].bit & (allowed | SWITCH_HELP | SWITCH_VERSION))
			buf_printf(out, "  --%s %-*s %s\n", switches[i].name,
				   (int)(31 - strlen(switches[i].name)),
				   switches[i].value ? switches[i].value : "", switches[i].help);
	buf_printf(out, "  %-34s the configuration file [%s]\n", "-c, --config FILE", o->file);
	buf_puts(out, "\nSettings (also in the configuration file, or as PROBE_NAME in the "
		      "environment):\n");
	conf_help(o->conf, out);
}

char *options_state_dir(const struct options *o)
{
	char *own = NULL;
	if (!conf_is_set(o->conf, "probe", "state_dir") && geteuid())
		own = xdg_path("XDG_STATE_HOME", ".local/state", "fanous-probe");
	return own ? own : xstrdup(conf_str(o->conf, "probe", "state_dir"));
}

char *options_countries_dir(const struct options *o)
{
	const char *dir = conf_str(o->conf, "probe", "countries_dir");
	return dir ? xstrdup(dir) : countries_default_dir();
}

const char *options_watched(const struct options *o)
{
	const char *watch = conf_str(o->conf, "probe", "watch");
	return watch ? watch : conf_str(o->conf, "probe", "country");
}

bool options_is_control(const struct options *o)
{
	const char *country = conf_str(o->conf, "probe", "country");
	return country && strcmp(options_watched(o), country);
}

static char *country_file(const struct options *o, const char *name)
{
	char *dir = options_countries_dir(o);
	char *path = xasprintf("%s/%s/%s", dir, options_watched(o), name);
	free(dir);
	return path;
}

/* NULL when there is no such file. */
static char *country_file_if_any(const struct options *o, const char *name)
{
	char *path = country_file(o, name);
	if (access(path, F_OK) == 0)
		return path;
	free(path);
	return NULL;
}

char *options_targets(const struct options *o)
{
	const char *file = conf_str(o->conf, "targets", "file");
	return file ? xstrdup(file) : country_file(o, "targets.csv");
}

char *options_fingerprints(const struct options *o)
{
	const char *file = conf_str(o->conf, "targets", "fingerprints");
	if (file)
		return xstrdup(file);
	return options_watched(o) ? country_file_if_any(o, "fingerprints.csv") : NULL;
}

char *options_inside(const struct options *o)
{
	if (conf_str(o->conf, "targets", "file") || !options_is_control(o))
		return NULL;
	return country_file_if_any(o, "inside.csv");
}
