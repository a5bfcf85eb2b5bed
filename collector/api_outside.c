/* api_outside.c: /api/v1/outside-in: which networks inside answer those outside. */
#include <inttypes.h>

#include "collector/api.h"
#include "collector/outside.h"
#include "collector/rowfield.h"

/* A month of 26 networks in steps of five minutes is 232,128 rows. */
#define ROWS_MAX  500000
#define BODY_MAX  (64u * 1024 * 1024)
#define MAX_AGE_S 5

struct rows {
	struct rowtext text;
	struct buf *out;
	struct jsonw *json; /* NULL: CSV */
	size_t n;
};

static void put_json(struct rows *rows, const struct outside_row *r)
{
	const struct rowtext *t = &rows->text;
	struct jsonw *j = rows->json;
	char isp[ROWTEXT_ISP_LEN];
	jsonw_object(j, NULL);
	rowfield_json_time(j, t, "start", r->start_ms);
	jsonw_int(j, "step", r->step_ms / 1000);
	jsonw_str(j, "isp", rowtext_isp(isp, r->isp));
	rowfield_json_text(j, "isp_name", rowtext_isp_name(t->country, r->isp, t->lang));
	jsonw_int(j, "controls", r->controls);
	jsonw_int(j, "tried", r->tried);
	jsonw_int(j, "reached", r->reached);
	jsonw_end(j);
}

static void put_csv(struct rows *rows, const struct outside_row *r)
{
	const struct rowtext *t = &rows->text;
	char isp[ROWTEXT_ISP_LEN];
	rowfield_csv_time(rows->out, t, r->start_ms);
	buf_printf(rows->out, "%" PRId64 ",%s,", r->step_ms / 1000, rowtext_isp(isp, r->isp));
	rowtext_csv_field(rows->out, rowtext_isp_name(t->country, r->isp, t->lang));
	buf_printf(rows->out, ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 "%s\r\n", r->controls, r->tried,
		   r->reached, t->synthetic ? ",1" : "");
}

static int put_row(void *arg, const struct outside_row *r)
{
	struct rows *rows = arg;
	if (++rows->n > ROWS_MAX)
		return 1;
	if (rows->json)
		put_json(rows, r);
	else
		put_csv(rows, r);
	return rows->out->overflow;
}

/* 0; or -1 with why. */
static int put_rows(struct call *c, struct rows *rows, int64_t step_ms, struct problem *why)
{
	struct series_query q;
	params_series(&c->params, &q);
	if (q.until_ms > c->now_ms)
		q.until_ms = c->now_ms;
	int rc = outside_rows(c->api->publish->store, &q, step_ms, put_row, rows);
	why->example = c->route->example;
	if (rc > 0)
		return problem_set(why, 400, "step",
				   "this would be more than %d rows; ask for a shorter time or a "
				   "larger step, such as step=3600",
				   ROWS_MAX);
	why->retry_after_s = 5;
	return rc < 0 ? problem_set(why, 503, "", "the store can't be read at this moment") : 0;
}

void api_outside_in(struct call *c)
{
	const struct params *p = &c->params;
	int64_t step_ms = p->step_ms ? p->step_ms : c->api->publish->row_step_ms;
	struct problem why = {0};
	struct reply reply;
	struct jsonw j;
	struct rows rows = {.out = &reply.body, .text = call_rowtext(c)};
	reply_init(&reply, 200, BODY_MAX);
	if (p->format == FORMAT_CSV) {
		buf_printf(rows.out, "start,step,isp,isp_name,controls,tried,reached%s\r\n",
			   rows.text.synthetic ? ",synthetic" : "");
	} else {
		rows.json = &j;
		jsonw_begin(&j, rows.out);
		call_envelope(c, &j, p->from_ms, p->until_ms, step_ms);
		jsonw_array(&j, "rows");
	}
	if (put_rows(c, &rows, step_ms, &why) < 0) {
		reply_clear(&reply);
		respond_problem(c, &why);
		return;
	}
	if (rows.json) {
		jsonw_end(&j);
		jsonw_end(&j);
		buf_putc(rows.out, '\n');
	}
	respond_table(c, &reply, "outside-in", MAX_AGE_S);
}
