/* doctor_settings.c: whether what was set and agreed to is enough to measure with. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/keys.h"
#include "probe/budget.h"
#include "probe/commands.h"
#include "probe/consent.h"
#include "probe/doctor.h"
#include "probe/fingerprints.h"
#include "probe/options.h"
#include "probe/targets.h"
#include "probe/vantage.h"

#define INIT "run `probe init`"

/* A file with a collector in it says who measures; one with a proxy may hold its password. */
static void look_at_file(struct doctor *d)
{
	const char *file = d->o->file;
	const struct conf *c = d->o->conf;
	bool tells = conf_count(c, "collector", "url") || conf_count(c, "collector", "proxy") ||
		     conf_str(c, "collector", "key");
	struct stat st;
	if (stat(file, &st) < 0)
		doctor_say(d, DOCTOR_WARNING, "configuration", INIT, "%s is not there", file);
	else if (st.st_mode & (S_IWGRP | S_IWOTH))
		doctor_say(d, DOCTOR_PROBLEM, "configuration",
			   "chmod 600 it, and look what it says", "others may write in %s", file);
	else if (tells && st.st_mode & (S_IRGRP | S_IROTH))
		doctor_say(d, DOCTOR_WARNING, "configuration", "chmod 600 it",
			   "others on this device may read %s, which names your collector", file);
	else
		doctor_say(d, DOCTOR_OK, "configuration", NULL, "%s, private", file);
}

static bool look_at_place(struct doctor *d)
{
	struct vantage v;
	char err[512], text[VANTAGE_TEXT], *countries = options_countries_dir(d->o);
	int rc = vantage_read(&v, d->o->conf, countries, err, sizeof(err));
	free(countries);
	if (rc < 0)
		doctor_say(d, DOCTOR_PROBLEM, "place", INIT, "%s", err);
	else
		doctor_say(d, DOCTOR_OK, "place", NULL, "%s%s%s", vantage_text(text, &v),
			   options_is_control(d->o) ? ", outside of " : "",
			   options_is_control(d->o) ? options_watched(d->o) : "");
	return rc == 0;
}

static void look_at_consent(struct doctor *d)
{
	struct consent c;
	consent_load(&c, d->state_dir);
	switch (c.answer) {
	case CONSENT_YES: doctor_say(d, DOCTOR_OK, "consent", NULL, "yes, on %s", c.date); break;
	case CONSENT_MEASURE_ONLY:
		doctor_say(d, DOCTOR_OK, "consent", NULL,
			   "to measuring alone, on %s: nothing is sent", c.date);
		break;
	case CONSENT_OUTDATED:
		doctor_say(d, DOCTOR_PROBLEM, "consent", INIT ", which shows it",
			   "what you agreed to on %s has changed since", c.date);
		break;
	case CONSENT_NO:
		doctor_say(d, DOCTOR_PROBLEM, "consent", INIT " if you changed your mind",
			   "you said no on %s: nothing is measured", c.date);
		break;
	case CONSENT_NONE:
		doctor_say(d, DOCTOR_PROBLEM, "consent", INIT,
			   "nobody has agreed to measuring here (%s)", d->state_dir);
		break;
	}
}

static void look_at_key(struct doctor *d)
{
	const char *key = conf_str(d->o->conf, "collector", "key");
	uint8_t pk[KEYS_BOX_PK];
	if (!key)
		doctor_say(d, DOCTOR_PROBLEM, "key", "ask the collector's operator for it; " INIT,
			   "the collector's key is missing: results can't be sealed");
	else if (keys_parse(pk, key) < 0)
		doctor_say(d, DOCTOR_PROBLEM, "key", "compare it with what the operator gave you",
			   "[collector] key is not a collector's key");
	else
		doctor_say(d, DOCTOR_OK, "key", NULL, "of the collector, well-formed");
}

/* "31 of level 1 or less: 10 domestic, 8 open, ..." */
static void say_classes(struct buf *out, const struct targets *t)
{
	size_t n[CLASSES] = {0};
	const char *before = ": ";
	for (size_t i = 0; i < t->n; i++)
		n[t->list[i].class]++;
	for (int c = 0; c < CLASSES; c++) {
		if (!n[c])
			continue;
		buf_printf(out, "%s%zu %s", before, n[c], class_str((enum target_class)c));
		before = ", ";
	}
}

/* What a first round of everything is taken to cost (budget.h): later ones know better. */
static void look_at_budget(struct doctor *d, const struct targets *t)
{
	uint64_t bytes = 0;
	for (size_t i = 0; i < t->n; i++)
		bytes += budget_guess(&t->list[i]);
	int64_t mb = conf_int(d->o->conf, "schedule", "budget_mb_per_day");
	double cycle_mb = (double)bytes / 1e6;
	double cycles = 86400.0 / (double)conf_int(d->o->conf, "schedule", "interval_s");
	if (!mb)
		doctor_say(d, DOCTOR_OK, "budget", NULL,
			   "no limit; a whole cycle takes about %.1f MB, a day up to %.0f MB",
			   cycle_mb, cycle_mb * cycles);
	else if (cycle_mb > (double)mb)
		doctor_say(d, DOCTOR_WARNING, "budget",
			   "raise budget_mb_per_day where data is cheap",
			   "%" PRId64 " MB a day are less than one whole cycle (about %.1f MB): a "
			   "target has its turn every %.0f days",
			   mb, cycle_mb, cycle_mb / (double)mb + 0.5);
	else
		doctor_say(d, DOCTOR_OK, "budget", NULL,
			   "%" PRId64 " MB a day pay for about %.0f whole cycles of %.1f MB; "
			   "without limit there would be %.0f",
			   mb, (double)mb / cycle_mb, cycle_mb, cycles);
}

static void look_at_targets(struct doctor *d)
{
	struct targets t = {0};
	struct buf classes;
	char err[512];
	int level = (int)conf_int(d->o->conf, "probe", "level");
	buf_init(&classes, 512);
	if (command_targets(&t, d->o, err, sizeof(err)) < 0) {
		doctor_say(d, DOCTOR_PROBLEM, "targets", "mend the list, or set [targets] file",
			   "%s", err);
		goto out;
	}
	say_classes(&classes, &t);
	if (!t.n) {
		doctor_say(d, DOCTOR_PROBLEM, "targets", "raise [probe] level, or set another list",
			   "the list has none of level %d or less", level);
		goto out;
	}
	doctor_say(d, DOCTOR_OK, "targets", NULL, "%zu of level %d or less%s", t.n, level,
		   classes.data);
	look_at_budget(d, &t);
out:
	buf_clear(&classes);
	targets_clear(&t);
}

static void look_at_fingerprints(struct doctor *d)
{
	char err[512], *path = options_fingerprints(d->o);
	struct fingerprints *f = fingerprints_load(path, err, sizeof(err));
	if (!f)
		doctor_say(d, DOCTOR_PROBLEM, "fingerprints",
			   "mend the file, or set [targets] fingerprints", "%s", err);
	else
		doctor_say(d, DOCTOR_OK, "fingerprints", NULL,
			   "%zu known block pages and forged answers, %zu passed over",
			   fingerprints_count(f), fingerprints_skipped(f));
	fingerprints_free(f);
	free(path);
}

void doctor_settings(struct doctor *d)
{
	look_at_file(d);
	bool placed = look_at_place(d);
	look_at_consent(d);
	look_at_key(d);
	if (placed || conf_str(d->o->conf, "targets", "file"))
		look_at_targets(d);
	look_at_fingerprints(d);
}
