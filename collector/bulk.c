/* bulk.c: what is remembered from row to row is which figures of a window have to be withheld (lines.h), so windows are
 * what bounds it. */
#include "collector/bulk.h"

/* Given away when there is so much of it; one event with its sentences may have 20 KB. */
#define PIECE_BYTES (64 * 1024)
#define PIECE_MAX   (4 * PIECE_BYTES)

struct table {
	const struct bulk *bulk;
	struct buf piece;
};

static int flush(struct table *t)
{
	const struct bulk *b = t->bulk;
	if (t->piece.overflow)
		return -1;
	int rc = t->piece.len ? b->put(b->arg, t->piece.data, t->piece.len) : 0;
	buf_reset(&t->piece);
	return rc;
}

static int flush_full(struct table *t)
{
	return t->piece.len >= PIECE_BYTES || t->piece.overflow ? flush(t) : 0;
}

static int put_row(void *arg, const struct row *r)
{
	struct table *t = arg;
	if (t->bulk->params->format == FORMAT_NDJSON)
		rowtext_row_line(&t->piece, &t->bulk->text, r);
	else
		rowtext_row_csv(&t->piece, &t->bulk->text, r);
	return flush_full(t);
}

static int put_event(void *arg, const struct event *e)
{
	struct table *t = arg;
	if (t->bulk->params->format == FORMAT_NDJSON)
		rowtext_event_line(&t->piece, &t->bulk->text, e);
	else
		rowtext_event_csv(&t->piece, &t->bulk->text, e);
	return flush_full(t);
}

static void begin(struct table *t, const struct bulk *b,
		  void (*csv_head)(struct buf *out, const struct rowtext *text))
{
	*t = (struct table){.bulk = b};
	buf_init(&t->piece, PIECE_MAX);
	if (b->params->format == FORMAT_CSV && !b->goes_on)
		csv_head(&t->piece, &b->text);
}

static int end(struct table *t, int rc)
{
	if (rc == 0)
		rc = flush(t);
	buf_clear(&t->piece);
	return rc;
}

/* A whole number of the steps that are asked for. */
static int64_t window_ms(const struct bulk *b, int64_t step_ms)
{
	int64_t window = BULK_WINDOW_STEPS * b->publish->row_step_ms;
	return window > step_ms ? window - window % step_ms : step_ms;
}

int bulk_rows(const struct bulk *b)
{
	const struct params *p = b->params;
	int64_t step_ms = p->step_ms ? p->step_ms : b->publish->row_step_ms;
	int64_t window = window_ms(b, step_ms), now = b->text.now_ms;
	int64_t from = p->from_ms > 0 ? p->from_ms - p->from_ms % step_ms : 0;
	int64_t until = p->until_ms < now ? p->until_ms : now;
	struct table t;
	int rc = 0;
	begin(&t, b, rowtext_row_csv_head);
	for (; from < until && rc == 0; from += window) {
		struct publish_ask ask = {.step_ms = p->step_ms, .now_ms = now};
		params_series(p, &ask.q);
		ask.q.from_ms = from;
		if (ask.q.until_ms > from + window)
			ask.q.until_ms = from + window;
		rc = publish_timeline(b->publish, &ask, put_row, &t);
	}
	return end(&t, rc);
}

int bulk_events(const struct bulk *b)
{
	struct series_query q;
	struct table t;
	params_series(b->params, &q);
	begin(&t, b, rowtext_event_csv_head);
	return end(&t, publish_events(b->publish, &q, put_event, &t));
}
