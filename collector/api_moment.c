/* api_moment.c: /api/v1/map and /api/v1/coverage: one step, of every province or of every cell. */
#include <inttypes.h>

#include "collector/api.h"
#include "collector/rowfield.h"

/* A country of 31 regions and 12 networks has some 400 cells. */
#define BODY_MAX  (16u * 1024 * 1024)
#define MAX_AGE_S 5

struct rows {
	struct rowtext text;
	struct buf *out;
	struct jsonw *json; /* NULL: CSV */
	void (*put_json)(struct jsonw *j, const struct rowtext *t, const struct row *r);
	void (*put_csv)(struct buf *out, const struct rowtext *t, const struct row *r);
};

static int put_row(void *arg, const struct row *r)
{
	struct rows *rows = arg;
	if (rows->json)
		rows->put_json(rows->json, &rows->text, r);
	else
		rows->put_csv(rows->out, &rows->text, r);
	return rows->out->overflow;
}

/* The step that a moment lies in, or the newest whose rows are final. */
static int64_t step_at(const struct call *c, int64_t step_ms)
{
	int64_t final = c->now_ms - rowtext_grace_ms(step_ms) - step_ms;
	int64_t at = c->params.at_ms < final ? c->params.at_ms : final;
	return at > 0 ? at - at % step_ms : 0;
}

static void answer(struct call *c, struct rows *rows, struct publish_ask *ask, const char *name,
		   void (*put_head)(struct buf *out, const struct rowtext *t))
{
	int64_t step_ms = c->api->publish->row_step_ms, start = step_at(c, step_ms);
	struct problem why = {.retry_after_s = 5};
	struct reply reply;
	struct jsonw j;
	reply_init(&reply, 200, BODY_MAX);
	rows->text = call_rowtext(c);
	rows->out = &reply.body;
	ask->now_ms = c->now_ms;
	ask->q.from_ms = start;
	ask->q.until_ms = start + step_ms;
	if (c->params.format == FORMAT_CSV) {
		put_head(rows->out, &rows->text);
	} else {
		rows->json = &j;
		jsonw_begin(&j, rows->out);
		call_envelope(c, &j, start, start + step_ms, step_ms);
		jsonw_array(&j, "rows");
	}
	if (publish_timeline(c->api->publish, ask, put_row, rows) != 0) {
		reply_clear(&reply);
		problem_set(&why, 503, "", "the store can't be read at this moment");
		respond_problem(c, &why);
		return;
	}
	if (rows->json) {
		jsonw_end(&j);
		jsonw_end(&j);
		buf_putc(rows->out, '\n');
	}
	respond_table(c, &reply, name, MAX_AGE_S);
}

void api_map(struct call *c)
{
	struct rows rows = {.put_json = rowtext_row_json, .put_csv = rowtext_row_csv};
	struct publish_ask ask = {0};
	params_series(&c->params, &ask.q);
	answer(c, &rows, &ask, "map", rowtext_row_csv_head);
}

/* Nothing where either number is withheld: it would tell the other. */
static bool knows_silent(const struct rowtext *t, const struct verdict *v)
{
	return v->expected && (v->probes >= t->min_probes || t->min_probes <= 1);
}

static uint32_t silent(const struct verdict *v)
{
	return v->expected > v->probes ? v->expected - v->probes : 0;
}

static void coverage_json(struct jsonw *j, const struct rowtext *t, const struct row *r)
{
	jsonw_object(j, NULL);
	rowfield_json_series(j, t, &r->series);
	jsonw_str(j, "state", state_str(r->v.state));
	rowfield_json_probes(j, t, "expected", r->v.expected);
	rowfield_json_probes(j, t, "heard", r->v.probes);
	if (knows_silent(t, &r->v))
		jsonw_int(j, "silent", silent(&r->v));
	else
		jsonw_null(j, "silent");
	jsonw_end(j);
}

static void coverage_csv_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, "region,isp,access,start,state,expected,heard,silent");
	rowfield_csv_tail_head(out, t);
}

static void coverage_csv(struct buf *out, const struct rowtext *t, const struct row *r)
{
	rowfield_csv_series(out, &r->series);
	rowfield_csv_time(out, t, r->start_ms);
	buf_printf(out, "%s,", state_str(r->v.state));
	rowfield_csv_probes(out, t, r->v.expected);
	rowfield_csv_probes(out, t, r->v.probes);
	if (knows_silent(t, &r->v))
		buf_printf(out, "%" PRIu32, silent(&r->v));
	rowfield_csv_tail(out, t, &r->series);
}

void api_coverage(struct call *c)
{
	struct rows rows = {.put_json = coverage_json, .put_csv = coverage_csv};
	struct publish_ask ask = {0};
	if (!c->params.by_given)
		c->params.by_region = c->params.by_isp = c->params.by_access = true;
	params_series(&c->params, &ask.q);
	answer(c, &rows, &ask, "coverage", coverage_csv_head);
}
