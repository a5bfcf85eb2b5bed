/* page_figures.c: what a page shows as data, under its own address with another suffix: the same series, steps and time, and
 * the numbers that its charts leave out. */
#include "collector/listing.h"
#include "collector/page.h"
#include "collector/server.h"
#include "common/limits.h"

bool page_is_data(const struct call *c)
{
	const unsigned int data =
		FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_CSV) | FORMAT_BIT(FORMAT_NDJSON);
	return data & FORMAT_BIT(c->params.format);
}

/* Counts are shown, so sums are looked at too. */
static int publish_query(const struct view *v, struct series_query q, bool newest,
			 int (*fn)(void *arg, const struct row *r), void *arg)
{
	const struct publish *publish = v->call->api->publish;
	struct publish_ask ask = {.q = q,
				  .step_ms = newest ? publish->row_step_ms : v->step_ms,
				  .now_ms = v->until_ms};
	ask.q.from_ms =
		newest ? v->until_ms - VIEW_NEWEST_STEPS * publish->row_step_ms : v->from_ms;
	ask.q.until_ms = v->until_ms;
	ask.q.asof_ms = v->call->params.asof_ms;
	return publish_timeline(publish, &ask, fn, arg);
}

/* Of each series the row that says where it stands. */
struct newest {
	struct listing *listing;
	struct row row;
	bool any;
};

static int flush_newest(struct newest *n)
{
	int rc = n->any ? listing_put_row(n->listing, &n->row) : 0;
	n->any = false;
	return rc;
}

static int take_newest(void *arg, const struct row *r)
{
	struct newest *n = arg;
	int rc = 0;
	if (n->any && !series_equal(&n->row.series, &r->series))
		rc = flush_newest(n);
	if (!n->any || view_is_newer(r, &n->row))
		n->row = *r;
	n->any = true;
	return rc;
}

static int put_queries(const struct view *v, const struct page_figures *f, struct listing *l)
{
	struct newest newest = {.listing = l};
	int rc = 0;
	for (size_t i = 0; i < f->n && rc == 0; i++)
		rc = f->newest ? publish_query(v, f->queries[i], true, take_newest, &newest)
			       : publish_query(v, f->queries[i], false, listing_put_row, l);
	return rc ? rc : flush_newest(&newest);
}

static int put_events(struct listing *l)
{
	const struct view *v = l->arg;
	jsonw_array(&l->json, "events");
	for (size_t i = 0; i < v->n_events; i++)
		listing_event(l, &v->events[i]);
	jsonw_end(&l->json);
	return 0;
}

static void begin(struct listing *l, struct view *v, const struct listing_kind *kind,
		  int64_t step_ms)
{
	struct call *c = v->call;
	c->params.from_ms = v->from_ms;
	c->params.until_ms = v->until_ms;
	listing_begin(l, c, kind, step_ms);
	l->arg = v;
}

/* As long as the page may be kept, which it is the same as. */
static void finish(struct listing *l, int rc)
{
	listing_answer(l, rc, page_max_age(l->call));
}

void page_figures_answer(struct view *v, const struct page_figures *f)
{
	const struct listing_kind kind = {
		.name = f->name,
		.key = "rows",
		.fault = "range",
		.advice = "a shorter time",
		.max = API_ROWS_MAX,
		.csv_head = rowtext_row_csv_head,
		.rest = f->newest ? NULL : put_events,
	};
	struct problem why = {.retry_after_s = 10};
	struct listing l;
	if (server_is_full(v->call->api->server)) {
		problem_set(&why, 503, "", "too many large answers are under way");
		respond_problem(v->call, &why);
		return;
	}
	begin(&l, v, &kind, f->newest ? v->call->api->publish->row_step_ms : v->step_ms);
	finish(&l, v->failed ? -1 : put_queries(v, f, &l));
}

static int put_row_of_event(void *arg, const struct row *r)
{
	listing_row(arg, r);
	return 0;
}

static int put_rows_of_event(struct listing *l)
{
	const struct view *v = l->arg;
	const char *regions[2];
	jsonw_array(&l->json, "rows");
	int rc = publish_query(v, store_query_one(&v->events[0].series, regions, 0, 0), false,
			       put_row_of_event, l);
	jsonw_end(&l->json);
	return rc;
}

void page_figures_answer_event(struct view *v)
{
	static const struct listing_kind kind = {
		.name = "event",
		.key = "events",
		.fault = "from",
		.advice = "a shorter time",
		.max = API_EVENTS_MAX,
		.csv_head = rowtext_event_csv_head,
		.rest = put_rows_of_event,
	};
	struct listing l;
	begin(&l, v, &kind, v->step_ms);
	for (size_t i = 0; i < v->n_events; i++)
		listing_event(&l, &v->events[i]);
	finish(&l, v->failed ? -1 : 0);
}
