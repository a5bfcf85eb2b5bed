/* cmd_init.c: `probe init`: the one screen of consent, the few questions that flags did not answer,
 * then keys and configuration. Nothing touches the disk before there is consent. Run again, it
 * changes what its flags say and asks for consent anew; the seed stays. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/keys.h"
#include "probe/commands.h"
#include "probe/consent.h"
#include "probe/route.h"
#include "probe/state.h"
#include "probe/vantage.h"

struct init {
	const struct options *o;
	char *state_dir, *countries_dir; /* owned */
	bool terminal;			 /* somebody can answer questions */
	struct vantage vantage;
	struct consent before;
	enum consent_answer answer;
};

/* --- questions --- */

/* One line from the person, without its end; NULL at the end of input. */
static const char *ask(const char *question, const char *fallback, char *line, size_t len)
{
	fprintf(stderr, fallback && *fallback ? "%s [%s]: " : "%s: ", question, fallback);
	if (!fgets(line, (int)len, stdin))
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return *line ? line : fallback;
}

/* Asks for a setting until it is accepted. An empty answer without a fallback leaves it unset. */
static int ask_setting(const struct init *in, const char *section, const char *key,
		       const char *flag, const char *question)
{
	char line[160], err[512];
	struct conf *c = in->o->conf;
	while (!conf_is_set(c, section, key)) {
		const char *answer = ask(question, conf_str(c, section, key), line, sizeof(line));
		if (!answer)
			return feof(stdin) ? -1 : 0;
		if (conf_set_flag(c, flag, answer, err, sizeof(err)) < 0)
			fprintf(stderr, "%s\n", err);
	}
	return 0;
}

/* The province, by code or name, out of the list that is shown. */
static int ask_region(const struct init *in)
{
	struct conf *c = in->o->conf;
	const char *country = conf_str(c, "probe", "country"), *answer;
	char line[160], code[BATCH_REGION_LEN], err[512];
	struct buf list;
	if (!country || conf_is_set(c, "probe", "region"))
		return 0;
	buf_init(&list, 64 * 1024);
	int rc = vantage_list_regions(&list, in->countries_dir, country);
	if (rc == 0)
		fprintf(stderr, "Provinces of %s:\n%s", country, list.data ? list.data : "");
	buf_clear(&list);
	if (rc < 0)
		return 0; /* an unknown country: check_settings says so */
	while ((answer = ask("Province (code or name)", "", line, sizeof(line)))) {
		if (vantage_region_code(code, in->countries_dir, country, answer, err,
					sizeof(err)) == 0)
			return conf_set_flag(c, "region", code, err, sizeof(err));
		fprintf(stderr, "%s\n", err);
	}
	return -1;
}

/* What the flags and the file did not say. -1 when the person went away. */
static int ask_missing(const struct init *in)
{
	if (ask_setting(in, "probe", "country", "country", "Country, as two letters (IR)") < 0 ||
	    ask_region(in) < 0 ||
	    ask_setting(in, "probe", "isp", "isp", "Operator (AS number, or auto)") < 0 ||
	    ask_setting(in, "probe", "access", "access",
			"Line: mobile, fixed, datacentre or unknown") < 0 ||
	    ask_setting(in, "collector", "url", "collector", "Address of the collector") < 0 ||
	    ask_setting(in, "collector", "key", "key", "Key of the collector") < 0)
		return -1;
	return 0;
}

/* --- checks --- */

/* An exit code: everything that `run` will need is there and makes sense. */
static int check_settings(struct init *in)
{
	const struct conf *c = in->o->conf;
	const char *key = conf_str(c, "collector", "key");
	uint8_t pk[KEYS_BOX_PK];
	struct routes routes;
	char err[512];
	if (vantage_read(&in->vantage, c, in->countries_dir, err, sizeof(err)) < 0)
		return command_fail(EXIT_USAGE_ERROR, "%s", err);
	if (!*in->vantage.region && !options_is_control(in->o))
		return command_fail(EXIT_USAGE_ERROR,
				    "no province is set; give one with --region; all of them stand "
				    "in %s/%s/regions.tsv",
				    in->countries_dir, in->vantage.country);
	if (!conf_count(c, "collector", "url"))
		return command_fail(EXIT_USAGE_ERROR,
				    "no collector is set; give its address with --collector");
	int rc = routes_init(&routes, c, err, sizeof(err));
	routes_clear(&routes);
	if (rc < 0)
		return command_fail(EXIT_USAGE_ERROR, "%s", err);
	if (!key || keys_parse(pk, key) < 0)
		return command_fail(EXIT_USAGE_ERROR,
				    key ? "'%.64s' is not a collector's key, which is 43 letters, "
					  "digits, - and _"
					: "no key is set; give the collector's with --key",
				    key);
	return EXIT_DONE;
}

/* --- consent --- */

static int get_consent(struct init *in)
{
	consent_load(&in->before, in->state_dir);
	if (in->o->switches & SWITCH_YES)
		in->answer = CONSENT_YES;
	else if (in->o->switches & SWITCH_MEASURE_ONLY)
		in->answer = CONSENT_MEASURE_ONLY;
	else if (in->terminal)
		in->answer = consent_ask(stdin, stderr, consent_language(),
					 options_is_control(in->o) ? options_watched(in->o) : NULL,
					 in->before.answer);
	else
		in->answer = in->before.answer;

	if (consent_may_measure(in->answer))
		return EXIT_DONE;
	/* An earlier yes must not outlive the no. */
	if (in->answer == CONSENT_NO && in->before.answer != CONSENT_NONE &&
	    consent_save(in->state_dir, CONSENT_NO, clock_wall_ms()) < 0)
		return command_fail(EXIT_INTERNAL, "cannot record the answer: %s", strerror(errno));
	return command_fail(EXIT_NO_CONSENT,
			    in->answer == CONSENT_NO
				    ? "nothing will be measured"
				    : "without an answer nothing is measured, and nothing was "
				      "written; on a terminal this asks, and --yes or "
				      "--measure-only answer");
}

/* --- writing --- */

/* The file must say everything by itself: the next reader may have another environment. */
static int write_file(const struct init *in, char *err, size_t errlen)
{
	struct options again = {.file = in->o->file, .file_named = true};
	char *slash = strrchr(in->o->file, '/');
	char *folder = slash ? xasprintf("%.*s", (int)(slash - in->o->file), in->o->file) : NULL;
	int rc = 0;
	if (folder && *folder && state_make_folder(folder) < 0) {
		snprintf(err, errlen, "cannot make %s: %s", folder, strerror(errno));
		rc = -1;
	}
	free(folder);
	if (rc == 0 && !conf_is_set(in->o->conf, "probe", "state_dir"))
		rc = conf_set_flag(in->o->conf, "state-dir", in->state_dir, err, errlen);
	if (rc == 0)
		rc = conf_write_flags(in->o->conf, in->o->file, err, errlen);
	if (rc == 0) { /* what was written can be read */
		again.conf = conf_new(options_table, "PROBE_");
		rc = conf_load_file(again.conf, in->o->file, err, errlen);
		conf_free(again.conf);
	}
	return rc;
}

static int write_all(const struct init *in)
{
	uint8_t seed[KEYS_SEED];
	char err[512];
	if (state_make(in->state_dir, err, sizeof(err)) < 0)
		return command_fail(EXIT_INTERNAL, "%s", err);
	int rc = state_seed(in->state_dir, seed);
	keys_wipe(seed, sizeof(seed));
	if (rc < 0)
		return command_fail(EXIT_INTERNAL, "cannot make the seed in %s: %s", in->state_dir,
				    strerror(errno));
	if (in->answer != in->before.answer &&
	    consent_save(in->state_dir, in->answer, clock_wall_ms()) < 0)
		return command_fail(EXIT_INTERNAL, "cannot record the consent in %s: %s",
				    in->state_dir, strerror(errno));
	if (write_file(in, err, sizeof(err)) < 0)
		return command_fail(EXIT_INTERNAL, "%s", err);
	return EXIT_DONE;
}

static void tell(const struct init *in)
{
	char place[VANTAGE_TEXT];
	fprintf(stderr, "place    %s\n", vantage_text(place, &in->vantage));
	if (options_is_control(in->o))
		fprintf(stderr, "watches  %s, from outside\n", options_watched(in->o));
	fprintf(stderr,
		"consent  %s\n"
		"config   %s\n"
		"state    %s\n"
		"next     probe run --once -c %s\n",
		consent_str(in->answer), in->o->file, in->state_dir, in->o->file);
}

int cmd_init(const struct options *o)
{
	struct init in = {
		.o = o,
		.state_dir = options_state_dir(o),
		.countries_dir = options_countries_dir(o),
		.terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO),
	};
	int code = EXIT_DONE;
	if (in.terminal && !(o->switches & SWITCH_YES) && ask_missing(&in) < 0)
		code = command_fail(EXIT_NO_CONSENT, "nothing was written");
	if (code == EXIT_DONE)
		code = check_settings(&in);
	if (code == EXIT_DONE)
		code = get_consent(&in);
	if (code == EXIT_DONE)
		code = write_all(&in);
	if (code == EXIT_DONE)
		tell(&in);
	free(in.state_dir);
	free(in.countries_dir);
	return code;
}
