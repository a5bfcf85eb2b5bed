/* export_package.c: `collector export --what package --month M FOLDER`: a month as a folder (package.h). */
#include <stdio.h>
#include <string.h>

#include "collector/month.h"
#include "collector/options.h"
#include "collector/package.h"
#include "collector/params.h"
#include "collector/reader.h"
#include "collector/verbs.h"
#include "common/clock.h"
#include "common/log.h"

#define EXIT_USAGE_CODE 2

static int check_words(const struct options *o, int *month)
{
	const char *text = options_word(o, "month");
	for (size_t i = 0; i < o->n_words; i++) {
		const struct options_word *w = &o->words[i];
		if (w->param == PARAM_ASOF || !strcmp(w->name, "what") || !strcmp(w->name, "month"))
			continue;
		log_warnx("--%s is no flag of --what package, which takes --month, --asof and a "
			  "folder",
			  w->name);
		return EXIT_USAGE_CODE;
	}
	if (!text || month_parse(text, month) < 0) {
		log_warnx("--month must be a month like 2026-01, not '%.40s'", text ? text : "");
		return EXIT_USAGE_CODE;
	}
	if (!o->folder) {
		log_warnx("--what package needs the name of the folder that it makes");
		return EXIT_USAGE_CODE;
	}
	return 0;
}

/* Of a month that is over, and of which something was observed. */
static int check_month(const struct reader *r, int month)
{
	char text[MONTH_LEN], other[MONTH_LEN];
	int64_t began_ms = store_began(r->store);
	if (!began_ms) {
		log_warnx("nothing is known yet");
		return EXIT_USAGE_CODE;
	}
	if (month_start_ms(month + 1) > r->now_ms) {
		log_warnx("--month %s is not over; the newest that is: %s", month_text(text, month),
			  month_text(other, month_of(r->now_ms) - 1));
		return EXIT_USAGE_CODE;
	}
	if (month_start_ms(month + 1) <= began_ms) {
		log_warnx("--month: nothing was observed in %s; the first that has anything: %s",
			  month_text(text, month), month_text(other, month_of(began_ms)));
		return EXIT_USAGE_CODE;
	}
	return 0;
}

static int read_asof(const struct reader *r, const struct options *o, struct package *p)
{
	const char *text = options_word(o, "asof");
	char end[CLOCK_RFC3339_LEN];
	p->asof_ms = r->now_ms;
	if (text && clock_parse(text, r->now_ms, &p->asof_ms) < 0) {
		log_warnx("--asof must be a time like 2026-02-02T00:00:00Z, 1769990400 or -24h, "
			  "not '%.40s'",
			  text);
		return EXIT_USAGE_CODE;
	}
	p->asof_ms -= p->asof_ms % 1000;
	if (p->asof_ms > r->now_ms || p->asof_ms < month_start_ms(p->month + 1)) {
		log_warnx("--asof must be a moment between the end of the month (%s) and now",
			  clock_rfc3339(end, month_start_ms(p->month + 1)));
		return EXIT_USAGE_CODE;
	}
	return 0;
}

int verb_export_package(const struct options *o)
{
	struct package p = {0};
	struct reader r;
	char err[512];
	int rc = check_words(o, &p.month);
	if (rc)
		return rc;
	rc = reader_open(&r, o->conf, err, sizeof(err));
	p.publish = &r.publish;
	p.synthetic = r.synthetic;
	if (rc)
		log_warnx("%s", err);
	else
		rc = check_month(&r, p.month);
	if (rc == 0)
		rc = read_asof(&r, o, &p);
	if (rc == 0 && package_write(&p, o->folder, err, sizeof(err)) < 0) {
		log_warnx("%s", err);
		rc = 1;
	}
	reader_close(&r);
	return rc;
}
