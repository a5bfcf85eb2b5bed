/* api_timeline.c: /api/v1/timeline: the rows of every series asked for, empty buckets included. */
#include "collector/api.h"
#include "collector/rowtext.h"
#include "collector/server.h"
#include "common/jsonw.h"

/* A month of 31 provinces in steps of five minutes is 276,768 rows. */
#define ROWS_MAX 500000
#define BODY_MAX (160u * 1024 * 1024)

/* Asked for again and again by live pages and monitors; rows change at every step at most. */
#define MAX_AGE_S 5

struct rows {
	struct rowtext text;
	struct buf *out;
	struct jsonw *json; /* NULL: CSV */
	size_t n;
};

static int put_row(void *arg, const struct row *r)
{
	struct rows *rows = arg;
	if (++rows->n > ROWS_MAX)
		return 1;
	if (rows->json)
		rowtext_row_json(rows->json, &rows->text, r);
	else
		rowtext_row_csv(rows->out, &rows->text, r);
	return rows->out->overflow;
}

/* 0; or -1 with why. */
static int put_rows(struct call *c, struct rows *rows, struct problem *why)
{
	struct publish_ask ask = {.step_ms = c->params.step_ms, .now_ms = c->now_ms};
	params_series(&c->params, &ask.q);
	int rc = publish_timeline(c->api->publish, &ask, put_row, rows);
	why->example = c->route->example;
	if (rc > 0)
		return problem_set(why, 400, "step",
				   "this would be more than %d rows; ask for a shorter time, fewer "
				   "series or a larger step, such as step=3600",
				   ROWS_MAX);
	why->retry_after_s = 5;
	return rc < 0 ? problem_set(why, 503, "", "the store can't be read at this moment") : 0;
}

static int put_json(struct call *c, struct rows *rows, struct problem *why)
{
	const struct params *p = &c->params;
	int64_t step_ms = p->step_ms ? p->step_ms : c->api->publish->row_step_ms;
	struct jsonw j;
	jsonw_begin(&j, rows->out);
	call_envelope(c, &j, p->from_ms, p->until_ms, step_ms);
	jsonw_array(&j, "rows");
	rows->json = &j;
	int rc = put_rows(c, rows, why);
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(rows->out, '\n');
	return rc;
}

static int put_csv(struct call *c, struct rows *rows, struct problem *why)
{
	rowtext_row_csv_head(rows->out, &rows->text);
	return put_rows(c, rows, why);
}

void api_timeline(struct call *c)
{
	const struct params *p = &c->params;
	bool csv = p->format == FORMAT_CSV;
	struct problem why = {0};
	struct reply reply;
	struct rows rows = {.out = &reply.body, .text = call_rowtext(c)};

	if (server_is_full(c->api->server)) {
		why.retry_after_s = 10;
		problem_set(&why, 503, "", "too many large answers are under way");
		respond_problem(c, &why);
		return;
	}
	reply_init(&reply, 200, BODY_MAX);
	if ((csv ? put_csv(c, &rows, &why) : put_json(c, &rows, &why)) < 0) {
		reply_clear(&reply);
		respond_problem(c, &why);
		return;
	}
	respond_table(c, &reply, "timeline", MAX_AGE_S);
}
