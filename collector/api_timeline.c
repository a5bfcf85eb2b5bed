/* api_timeline.c: /api/v1/timeline: the rows of every series asked for, empty buckets included. */
#include "collector/listing.h"
#include "collector/server.h"
#include "common/limits.h"

/* Asked for again and again by live pages and monitors; rows change at every step at most. */
#define MAX_AGE_S 5

void api_timeline(struct call *c)
{
	static const struct listing_kind kind = {
		.name = "timeline",
		.key = "rows",
		.fault = "step",
		.advice = "a shorter time, fewer series or a larger step, such as step=3600",
		.max = API_ROWS_MAX,
		.csv_head = rowtext_row_csv_head,
	};
	struct listing_kind by_class = kind;
	const struct params *p = &c->params;
	const struct publish *publish = c->api->publish;
	struct publish_ask ask = {.step_ms = p->step_ms,
				  .now_ms = c->now_ms,
				  .first = p->cursor_given ? &p->cursor : NULL};
	struct problem why = {.retry_after_s = 10};
	struct listing l;
	if (server_is_full(c->api->server)) {
		problem_set(&why, 503, "", "too many large answers are under way");
		respond_problem(c, &why);
		return;
	}
	params_series(p, &ask.q);
	by_class.csv_head = rowtext_class_csv_head;
	if (p->by_class)
		ask.by_classes = p->classes ? p->classes : PARAMS_CLASSES;
	listing_begin(&l, c, p->by_class ? &by_class : &kind,
		      p->step_ms ? p->step_ms : publish->row_step_ms);
	listing_answer(&l, publish_timeline(publish, &ask, listing_put_row, &l), MAX_AGE_S);
}
