/* compat_ooni.c: /compat/ooni/api/v1/aggregation: counts in the shape of OONI's API, for programs that read that.
 *
 * What is counted is not OONI's: a measurement is one probe in one step of the stored rows and one class of websites
 * (domestic, open, filtered), and has only one answer however often the probe asked. It is "ok" where the probe reached at
 * least half of what it tried of the class; "confirmed" where a known fingerprint of blocking was seen, else "anomaly". A
 * measurement that failed is not kept, so failures are 0. Counts that are withheld are missing in the sums. Of a step or a
 * network without any there is no entry, as in the original: that is no sign of access, and no sign of a cut either. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/api.h"
#include "collector/country.h"
#include "collector/server.h"
#include "common/clock.h"
#include "common/limits.h"

#define BODY_MAX  (16u * 1024 * 1024)
#define MAX_AGE_S 60
#define HOUR_MS	  (3600 * 1000LL)

struct counts {
	int64_t day_ms; /* 0: not split by time */
	uint32_t asn;	/* ISP_ANY: not split by network */
	uint64_t ok, confirmed, anomaly;
};

struct aggregate {
	const struct call *call;
	bool by_day, by_asn;
	int64_t grain_ms;
	struct counts *items; /* owned */
	size_t n, room, rows;
};

static bool has_axis(const struct params *p, enum axis a)
{
	return p->axis[0] == a || p->axis[1] == a;
}

/* Rows come series by series, time ascending, so it is mostly the last one. */
static struct counts *find(struct aggregate *a, int64_t day_ms, uint32_t asn)
{
	for (size_t i = a->n; i-- > 0;)
		if (a->items[i].day_ms == day_ms && a->items[i].asn == asn)
			return &a->items[i];
	if (a->n == a->room) {
		a->room = a->room ? 2 * a->room : 64;
		a->items = xrealloc(a->items, a->room * sizeof(*a->items));
	}
	a->items[a->n] = (struct counts){.day_ms = day_ms, .asn = asn};
	return &a->items[a->n++];
}

static int put_row(void *arg, const struct row *r)
{
	static const int classes[] = {CLASS_DOMESTIC, CLASS_OPEN, CLASS_FILTERED};
	struct aggregate *a = arg;
	uint64_t n = 0, ok = 0, confirmed = 0;
	if (++a->rows > API_ROWS_MAX)
		return 1;
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		const struct verdict_share *s = &r->v.share[classes[i]];
		const uint32_t down = s->n > s->up ? s->n - s->up : 0;
		n += s->n;
		ok += s->n - down;
		confirmed += s->fp < down ? s->fp : down;
	}
	if (!n)
		return 0;
	struct counts *c = find(a, a->by_day ? r->start_ms - r->start_ms % a->grain_ms : 0,
				a->by_asn ? r->series.isp : ISP_ANY);
	c->ok += ok;
	c->confirmed += confirmed;
	c->anomaly += n - ok - confirmed;
	return 0;
}

static int by_day_and_asn(const void *x, const void *y)
{
	const struct counts *a = x, *b = y;
	if (a->day_ms != b->day_ms)
		return a->day_ms < b->day_ms ? -1 : 1;
	return (a->asn > b->asn) - (a->asn < b->asn);
}

/* "2026-01-08", or with hours "2026-01-08T16:00:00Z" */
static void day_text(const struct aggregate *a, char out[static CLOCK_RFC3339_LEN], int64_t ms)
{
	clock_rfc3339(out, ms);
	if (a->grain_ms != HOUR_MS)
		out[10] = '\0';
}

static void put_entry(const struct aggregate *a, struct jsonw *j, const char *key,
		      const struct counts *n)
{
	const struct params *p = &a->call->params;
	char day[CLOCK_RFC3339_LEN];
	jsonw_object(j, key);
	jsonw_int(j, "anomaly_count", (int64_t)n->anomaly);
	jsonw_int(j, "confirmed_count", (int64_t)n->confirmed);
	jsonw_int(j, "failure_count", 0);
	jsonw_int(j, "measurement_count", (int64_t)(n->ok + n->confirmed + n->anomaly));
	if (a->by_day) {
		day_text(a, day, n->day_ms);
		jsonw_str(j, "measurement_start_day", day);
	}
	jsonw_int(j, "ok_count", (int64_t)n->ok);
	if (a->by_asn)
		jsonw_int(j, "probe_asn", n->asn);
	if (has_axis(p, AXIS_CC))
		jsonw_str(j, "probe_cc", a->call->api->country->code);
	if (has_axis(p, AXIS_TEST))
		jsonw_str(j, "test_name", "web_connectivity");
	jsonw_end(j);
}

/* Without an axis the result is one object; with one it is a list. */
static void put_json(const struct aggregate *a, struct buf *out)
{
	const struct params *p = &a->call->params;
	const int axes = (p->axis[0] != AXIS_NONE) + (p->axis[1] != AXIS_NONE);
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_int(&j, "v", 0);
	jsonw_int(&j, "dimension_count", axes);
	if (a->call->api->synthetic)
		jsonw_bool(&j, "synthetic", true);
	if (axes) {
		jsonw_array(&j, "result");
		for (size_t i = 0; i < a->n; i++)
			put_entry(a, &j, NULL, &a->items[i]);
		jsonw_end(&j);
	} else {
		put_entry(a, &j, "result", &a->items[0]);
	}
	jsonw_object(&j, "db_stats");
	jsonw_int(&j, "row_count", (int64_t)a->rows);
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(out, '\n');
}

/* The columns are those of JSON, by name, as in the original. */
static void put_csv(const struct aggregate *a, struct buf *out)
{
	const struct params *p = &a->call->params;
	const bool cc = has_axis(p, AXIS_CC), test = has_axis(p, AXIS_TEST);
	char day[CLOCK_RFC3339_LEN];
	buf_printf(out,
		   "anomaly_count,confirmed_count,failure_count,measurement_count%s,ok_count%s%s%s%"
		   "s\r\n",
		   a->by_day ? ",measurement_start_day" : "", a->by_asn ? ",probe_asn" : "",
		   cc ? ",probe_cc" : "", a->call->api->synthetic ? ",synthetic" : "",
		   test ? ",test_name" : "");
	for (size_t i = 0; i < a->n; i++) {
		const struct counts *n = &a->items[i];
		buf_printf(out, "%" PRIu64 ",%" PRIu64 ",0,%" PRIu64, n->anomaly, n->confirmed,
			   n->ok + n->confirmed + n->anomaly);
		if (a->by_day) {
			day_text(a, day, n->day_ms);
			buf_printf(out, ",%s", day);
		}
		buf_printf(out, ",%" PRIu64, n->ok);
		if (a->by_asn)
			buf_printf(out, ",%" PRIu32, n->asn);
		if (cc)
			buf_printf(out, ",%s", a->call->api->country->code);
		buf_puts(out, a->call->api->synthetic ? ",1" : "");
		buf_puts(out, test ? ",web_connectivity" : "");
		buf_puts(out, "\r\n");
	}
}

static int aggregate(struct aggregate *a, struct problem *why)
{
	const struct call *c = a->call;
	struct publish_ask ask = {.now_ms = c->now_ms};
	params_series(&c->params, &ask.q);
	ask.q.by_region = false;
	ask.q.by_isp = a->by_asn;
	int rc = publish_timeline(c->api->publish, &ask, put_row, a);
	if (!a->n && c->params.axis[0] == AXIS_NONE && c->params.axis[1] == AXIS_NONE)
		find(a, 0, ISP_ANY); /* a sum of nothing is told too */
	if (a->n)
		qsort(a->items, a->n, sizeof(*a->items), by_day_and_asn);
	if (rc > 0)
		return problem_set(
			why, 400, "since",
			"this would be sums over more than %d rows; ask for a shorter time",
			API_ROWS_MAX);
	why->retry_after_s = 5;
	return rc < 0 ? problem_set(why, 503, "", "the store can't be read at this moment") : 0;
}

void compat_ooni(struct call *c)
{
	const struct params *p = &c->params;
	struct problem why = {.example = c->route->example, .retry_after_s = 10};
	struct aggregate a = {.call = c,
			      .by_day = has_axis(p, AXIS_DAY),
			      .by_asn = has_axis(p, AXIS_ASN),
			      .grain_ms = p->hourly ? HOUR_MS : CLOCK_DAY_MS};
	struct reply reply;
	if (server_is_full(c->api->server)) {
		problem_set(&why, 503, "", "too many large answers are under way");
		respond_problem(c, &why);
		return;
	}
	if (aggregate(&a, &why) < 0) {
		respond_problem(c, &why);
	} else {
		reply_init(&reply, 200, BODY_MAX);
		if (p->format == FORMAT_CSV)
			put_csv(&a, &reply.body);
		else
			put_json(&a, &reply.body);
		respond_table(c, &reply, "ooni", MAX_AGE_S);
	}
	free(a.items);
}
