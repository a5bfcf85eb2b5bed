/* options.c: the option table and the command line. A new option is one row here and its line in
 * configs/collector.conf; a test holds the two together. */
#include "collector/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/params.h"
#include "common/nearest.h"

#define EXIT_USAGE_CODE	 2
#define EXIT_CONFIG_CODE 78
#define DAY_S		 86400

const struct conf_option options_table[] = {
	{"collector", "data_dir", "data-dir", CONF_PATH, "/var/lib/fanous-collector", 0, 0, NULL,
	 "folder of the key, the archive and the views"},
	{"collector", "listen", "listen", CONF_STR, "127.0.0.1:8080", 0, 0, NULL,
	 "ADDRESS:PORT to serve on; a reverse proxy with TLS belongs in front"},
	{"collector", "country", "country", CONF_STR, NULL, 0, 0, NULL,
	 "country to watch, a folder of countries_dir"},
	{"collector", "countries_dir", "countries-dir", CONF_PATH, NULL, 0, 0, NULL,
	 "folder with one folder for each country [the build tree's, or the installed one]"},
	{"geo", "city_mmdb", "city-mmdb", CONF_PATH, NULL, 0, 0, NULL,
	 "database of addresses to provinces, optional"},
	{"geo", "asn_mmdb", "asn-mmdb", CONF_PATH, NULL, 0, 0, NULL,
	 "database of addresses to networks, optional"},
	{"store", "backend", "store", CONF_STR, "sqlite", 0, 0, "sqlite", "where the views live"},
	{"store", "url", "store-url", CONF_STR, NULL, 0, 0, NULL,
	 "server of a back end that has one; sqlite has none"},
	{"publish", "min_probes", "min-probes", CONF_INT, "5", 1, 1000, NULL,
	 "probes that a cell needs before its figures are shown"},
	{"publish", "bucket_s", "bucket-s", CONF_INT, "60", 1, 3600, NULL,
	 "seconds of one base cell"},
	{"publish", "step_s", "step-s", CONF_INT, "300", 1, DAY_S, NULL,
	 "seconds of one published row, a multiple of bucket_s that divides a day"},
	{"limits", "max_connections", "max-connections", CONF_INT, "10000", 1, 1000000, NULL,
	 "open connections before new ones have to wait"},
	{.section = NULL},
};

static int __attribute__((format(printf, 3, 4)))
usage(char *err, size_t errlen, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(err, errlen, fmt, ap);
	va_end(ap);
	return EXIT_USAGE_CODE;
}

static int read_verb(struct options *o, const char *word, char *err, size_t errlen)
{
	static const char *const words[] = {"init", "serve", "rebuild", "export", NULL};
	for (int i = 0; words[i]; i++) {
		if (!strcmp(words[i], word)) {
			o->verb = (enum verb)i;
			return 0;
		}
	}
	return usage(err, errlen, "unknown command '%.40s'; the nearest is '%s'", word,
		     nearest_word(word, words));
}

/* --- what export takes beside the settings --- */

#define EXPORT_PARAMS                                                                              \
	(PARAM_FROM | PARAM_UNTIL | PARAM_ASOF | PARAM_REGION | PARAM_ISP | PARAM_ACCESS |         \
	 PARAM_BY | PARAM_STEP | PARAM_TZ | PARAM_CALENDAR | PARAM_LANG)

static const struct options_word own_words[] = {
	{"what", NULL, 0},
	{"format", NULL, 0},
	{"month", NULL, 0},
};
#define OWN_WORDS (sizeof(own_words) / sizeof(own_words[0]))

/* The i-th flag of export that is no setting. False after the last. */
static bool export_word(size_t i, struct options_word *out)
{
	const struct param_doc *p;
	if (i < OWN_WORDS) {
		*out = own_words[i];
		return true;
	}
	i -= OWN_WORDS;
	for (size_t at = 0; (p = params_doc(at)); at++) {
		if (!(p->bit & EXPORT_PARAMS) || i--)
			continue;
		*out = (struct options_word){p->name, NULL, p->bit};
		return true;
	}
	return false;
}

const char *options_word(const struct options *o, const char *name)
{
	for (size_t i = 0; i < o->n_words; i++)
		if (!strcmp(o->words[i].name, name))
			return o->words[i].value;
	return NULL;
}

/* 1 when it is one, 0 when it is not, -1 with err. */
static int take_word(struct options *o, const char *flag, const char *value, char *err,
		     size_t errlen)
{
	struct options_word w;
	for (size_t i = 0; export_word(i, &w); i++) {
		if (strcmp(w.name, flag))
			continue;
		if (o->n_words == OPTIONS_WORDS_MAX) {
			usage(err, errlen, "more than %d flags", OPTIONS_WORDS_MAX);
			return -1;
		}
		if (!w.param && options_word(o, flag)) {
			usage(err, errlen, "--%s is given twice", flag);
			return -1;
		}
		w.value = xstrdup(value);
		o->words[o->n_words++] = w;
		return 1;
	}
	return 0;
}

/* Of all that export takes. */
static void refuse_word(const struct options *o, const char *flag, char *err, size_t errlen)
{
	const char *best = conf_nearest_flag(o->conf, flag);
	struct options_word w;
	for (size_t i = 0; export_word(i, &w); i++)
		if (nearest_distance(flag, w.name) < nearest_distance(flag, best))
			best = w.name;
	usage(err, errlen, "unknown option --%.64s; the nearest is --%s", flag, best);
}

static int set_flag(struct options *o, const char *flag, const char *value, char *err,
		    size_t errlen)
{
	if (o->verb == VERB_EXPORT) {
		int took = take_word(o, flag, value, err, errlen);
		if (took)
			return took < 0 ? -1 : 0;
		if (!conf_find_flag(o->conf, flag)) {
			refuse_word(o, flag, err, errlen);
			return -1;
		}
	}
	return conf_set_flag(o->conf, flag, value, err, errlen);
}

/* --name value, --name=value, -c FILE, and the folder of export. Returns how many arguments it took, or -1. */
static int read_flag(struct options *o, char **argv, const char **file, char *err, size_t errlen)
{
	char name[64];
	const char *equals = strchr(argv[0], '=');
	const char *value = equals ? equals + 1 : argv[1];
	size_t len = equals ? (size_t)(equals - argv[0]) : strlen(argv[0]);
	snprintf(name, sizeof(name), "%.*s", (int)len, argv[0]);
	if (o->verb == VERB_EXPORT && argv[0][0] != '-' && !o->folder) {
		o->folder = xstrdup(argv[0]);
		return 1;
	}
	if (!value) {
		usage(err, errlen, "%s needs a value", name);
		return -1;
	}
	if (!strcmp(name, "-c") || !strcmp(name, "--config")) {
		*file = value;
	} else if (strncmp(name, "--", 2)) {
		usage(err, errlen, "unknown argument '%s'; see collector --help", name);
		return -1;
	} else if (set_flag(o, name + 2, value, err, errlen) < 0) {
		return -1;
	}
	return equals ? 1 : 2;
}

/* What no single row of the table can say. */
static int check_together(const struct conf *c, char *err, size_t errlen)
{
	int64_t bucket = conf_int(c, "publish", "bucket_s"),
		step = conf_int(c, "publish", "step_s");
	if (step % bucket || DAY_S % step) {
		snprintf(
			err, errlen,
			"[publish] step_s must be a multiple of bucket_s and divide a day (86400)");
		return -1;
	}
	return 0;
}

static int load(struct options *o, const char *file, char *err, size_t errlen)
{
	const char *path = file ? file : OPTIONS_FILE;
	bool skip = !file && access(path, F_OK) < 0 && errno == ENOENT;
	if ((!skip && conf_load_file(o->conf, path, err, errlen) < 0) ||
	    conf_load_env(o->conf, err, errlen) < 0 || check_together(o->conf, err, errlen) < 0)
		return EXIT_CONFIG_CODE;
	return 0;
}

static bool is_any(const char *word, const char *a, const char *b)
{
	return !strcmp(word, a) || !strcmp(word, b);
}

int options_read(struct options *o, int argc, char **argv, char *err, size_t errlen)
{
	const char *file = NULL;
	*o = (struct options){.verb = VERB_HELP};
	for (int i = 1; i < argc; i++) {
		if (is_any(argv[i], "-h", "--help"))
			return 0;
		if (is_any(argv[i], "--version", "-V")) {
			o->verb = VERB_VERSION;
			return 0;
		}
	}
	if (argc < 2)
		return usage(err, errlen, "a command is needed: init, serve, rebuild or export");
	int rc = read_verb(o, argv[1], err, errlen);
	if (rc)
		return rc;
	o->conf = conf_new(options_table, "COLLECTOR_");
	o->rest = argv + 2;
	o->n_rest = (size_t)argc - 2;
	for (int i = 2; i < argc;) {
		int took = read_flag(o, argv + i, &file, err, errlen);
		if (took < 0) {
			options_clear(o);
			return EXIT_USAGE_CODE;
		}
		i += took;
	}
	rc = load(o, file, err, errlen);
	if (rc)
		options_clear(o);
	return rc;
}

void options_clear(struct options *o)
{
	conf_free(o->conf);
	for (size_t i = 0; i < o->n_words; i++)
		free(o->words[i].value);
	free(o->folder);
	*o = (struct options){.verb = o->verb};
}

char *options_data_path(const struct conf *c, const char *name)
{
	return xasprintf("%s/%s", conf_str(c, "collector", "data_dir"), name);
}

/* The rest of it is what the API's parameters are. */
static void help_export(struct buf *out)
{
	const struct param_doc *p;
	char left[48];
	buf_puts(out,
		 "Of export:\n"
		 "  --what timeline|cells|events       cells: by region, network and access\n"
		 "  --what package --month M FOLDER    a month that is over, as a Data Package\n"
		 "  --format csv|ndjson                [csv]\n");
	for (size_t i = 0; (p = params_doc(i)); i++) {
		snprintf(left, sizeof(left), "--%s %s", p->name,
			 !strcmp(p->type, "integer") ? "N" : "TEXT");
		if (p->bit & EXPORT_PARAMS)
			buf_printf(out, "  %-34s %s%s\n", left, p->doc,
				   p->repeatable ? " (repeatable)" : "");
	}
	buf_puts(out, "\nSettings:\n");
}

void options_help(struct buf *out)
{
	struct conf *c = conf_new(options_table, "COLLECTOR_");
	buf_puts(
		out,
		"Usage: collector COMMAND [-c FILE] [OPTIONS]\n"
		"\n"
		"  init     make the data folder and the key; print the public KEY for probe init\n"
		"  serve    take submissions, keep the timeline, show it\n"
		"  rebuild  throw the views away and make them again from the archive\n"
		"  export   print a table of any length, also beside serve\n"
		"\n"
		"  -c, --config FILE                  settings [" OPTIONS_FILE "]\n"
		"  -h, --help   --version\n"
		"\n");
	help_export(out);
	conf_help(c, out);
	buf_puts(out, "\nFlags win over COLLECTOR_* variables, those over the file. See "
		      "fanous-collector(8).\n");
	conf_free(c);
}
