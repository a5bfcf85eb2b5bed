/* export.c: `collector export`: tables of any length on standard output.
 *
 * Reads one snapshot of the views, so it may run beside a collector that serves; while it runs, the log of the store
 * grows instead of being folded in. The parameters are the API's, read by the API's reader: what is said of one holds
 * for the other. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/bulk.h"
#include "collector/options.h"
#include "collector/reader.h"
#include "collector/verbs.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/nearest.h"

#define EXIT_USAGE_CODE 2
#define TELL_EVERY_MS	200

#define TIMES  (PARAM_FROM | PARAM_UNTIL | PARAM_ASOF)
#define SERIES (PARAM_REGION | PARAM_ISP | PARAM_ACCESS)
#define TEXTS  (PARAM_TZ | PARAM_CALENDAR | PARAM_LANG)

enum what { CELLS, EVENTS, TIMELINE, WHATS };

static const struct export_kind {
	const char *name;
	unsigned int params; /* enum param bits: the flags that it takes */
	int (*write)(const struct bulk *b);
} kinds[WHATS] = {
	[CELLS] = {"cells", TIMES | SERIES | TEXTS | PARAM_STEP, bulk_rows},
	[EVENTS] = {"events", TIMES | SERIES | TEXTS | PARAM_BY, bulk_events},
	[TIMELINE] = {"timeline", TIMES | SERIES | TEXTS | PARAM_BY | PARAM_STEP, bulk_rows},
};

/* --- what is asked for --- */

/* 2, with the nearest word. */
static int refuse(const char *flag, const char *value, const char *const *words)
{
	log_warnx("--%s can't be '%.40s'; the nearest value that it can be is '%s'", flag, value,
		  nearest_word(value, words));
	return EXIT_USAGE_CODE;
}

/* A result is one probe's: that is below every threshold. */
static int refuse_results(const struct conf *c)
{
	log_warnx("--what results: a single result is one probe's, and what fewer than min_probes "
		  "(%" PRId64 ") probes say is shown to nobody; --what cells has the finest "
		  "figures that may be shown",
		  conf_int(c, "publish", "min_probes"));
	return EXIT_USAGE_CODE;
}

static int choose_kind(const struct options *o, const struct export_kind **out)
{
	const char *words[WHATS + 2] = {NULL}, *what = options_word(o, "what");
	for (size_t i = 0; i < WHATS; i++)
		words[i] = kinds[i].name;
	words[WHATS] = "package";
	if (!what) {
		log_warnx("--what is needed: timeline, cells, events or package");
		return EXIT_USAGE_CODE;
	}
	for (size_t i = 0; i < WHATS; i++) {
		*out = &kinds[i];
		if (!strcmp(kinds[i].name, what))
			return 0;
	}
	return strcmp(what, "results") ? refuse("what", what, words) : refuse_results(o->conf);
}

/* Only a package is a folder. */
static int refuse_rest(const struct options *o)
{
	if (o->folder)
		log_warnx("'%.40s': a folder is for --what package; tables go to standard output",
			  o->folder);
	else if (options_word(o, "month"))
		log_warnx("--month is for --what package; of a table it is --from and --until");
	else
		return 0;
	return EXIT_USAGE_CODE;
}

static int choose_format(const struct options *o, enum format *out)
{
	static const char *const words[] = {"csv", "ndjson", NULL};
	const char *format = options_word(o, "format");
	*out = format && !strcmp(format, words[1]) ? FORMAT_NDJSON : FORMAT_CSV;
	if (!format || *out == FORMAT_NDJSON || !strcmp(format, words[0]))
		return 0;
	return refuse("format", format, words);
}

static int refuse_flag(const char *flag, const struct export_kind *k)
{
	const struct param_doc *p;
	struct buf flags;
	buf_init(&flags, 512);
	for (size_t i = 0; (p = params_doc(i)); i++)
		if (p->bit & k->params)
			buf_printf(&flags, "%s--%s", flags.len ? ", " : "", p->name);
	log_warnx("--%s is no flag of --what %s, which takes %s", flag, k->name, flags.data);
	buf_clear(&flags);
	return EXIT_USAGE_CODE;
}

/* The flags that are parameters of the API, as if they stood in a query. */
static int take_words(const struct options *o, const struct export_kind *k, struct query *q)
{
	for (size_t i = 0; i < o->n_words; i++) {
		const struct options_word *w = &o->words[i];
		if (!w->param)
			continue;
		if (!(w->param & k->params)) {
			return refuse_flag(w->name, k);
		}
		q->pairs[q->n++] = (struct query_pair){w->name, w->value};
	}
	return 0;
}

static int read_params(const struct reader *r, const struct export_kind *k, const struct query *q,
		       struct params *p)
{
	const struct params_env env = {
		.country = r->country,
		.now_ms = r->now_ms,
		.began_ms = store_began(r->store),
		.row_step_ms = r->publish.row_step_ms,
		.allowed = k->params,
	};
	struct problem why = {0};
	if (params_read(p, q, &env, &why) < 0) {
		log_warnx("--%s: %s", why.parameter, why.detail);
		return EXIT_USAGE_CODE;
	}
	if (k == &kinds[CELLS])
		p->by_given = p->by_region = p->by_isp = p->by_access = true;
	return 0;
}

/* --- standard output --- */

struct output {
	bool terminal; /* standard error is one */
	uint64_t bytes;
	int64_t told_ms; /* monotonic */
};

static void tell(struct output *o, const char *end)
{
	if (o->terminal)
		fprintf(stderr, "\r%.1f MB%s", (double)o->bytes / 1e6, end);
}

static int put(void *arg, const void *data, size_t len)
{
	struct output *o = arg;
	int64_t now_ms = clock_mono_ms();
	if (fwrite(data, 1, len, stdout) != len)
		return errno ? errno : EIO;
	o->bytes += len;
	if (now_ms - o->told_ms >= TELL_EVERY_MS) {
		o->told_ms = now_ms;
		tell(o, "");
	}
	return 0;
}

static int write_table(const struct reader *r, const struct export_kind *k, const struct params *p)
{
	struct output o = {.terminal = isatty(STDERR_FILENO), .told_ms = clock_mono_ms()};
	const struct bulk b = {
		.publish = &r->publish,
		.params = p,
		.text = rowtext_of(p, &r->publish, r->synthetic,
				   p->asof_ms ? p->asof_ms : r->now_ms),
		.put = put,
		.arg = &o,
	};
	int rc = k->write(&b);
	if (rc == 0 && fflush(stdout) != 0)
		rc = errno;
	tell(&o, "\n");
	if (rc > 0)
		log_warnx("standard output can't be written: %s", strerror(rc));
	else if (rc < 0)
		log_warnx("the views can't be read");
	return rc != 0;
}

int verb_export(const struct options *o)
{
	const struct export_kind *k;
	struct params p = {.format = FORMAT_CSV};
	struct query q = {.n = 0};
	struct reader r;
	char err[512];
	const char *what = options_word(o, "what");
	if (what && !strcmp(what, "package"))
		return verb_export_package(o);
	int rc = choose_kind(o, &k);
	if (rc == 0)
		rc = refuse_rest(o);
	if (rc == 0)
		rc = choose_format(o, &p.format);
	if (rc == 0)
		rc = take_words(o, k, &q);
	if (rc)
		return rc;
	rc = reader_open(&r, o->conf, err, sizeof(err));
	if (rc)
		log_warnx("%s", err);
	else
		rc = read_params(&r, k, &q, &p);
	if (rc == 0)
		rc = write_table(&r, k, &p);
	reader_close(&r);
	return rc;
}
