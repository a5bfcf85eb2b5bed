/* listing.c: what lists of rows and of events have in common. */
#include "collector/listing.h"

#include <ctype.h>
#include <string.h>

#include "common/clock.h"

#define BODY_MAX    (160u * 1024 * 1024)
#define ADDRESS_MAX (4 * QUERY_TEXT_MAX)

void listing_begin(struct listing *l, struct call *c, const struct listing_kind *kind,
		   int64_t step_ms)
{
	const struct params *p = &c->params;
	*l = (struct listing){.kind = kind, .call = c, .text = call_rowtext(c)};
	reply_init(&l->reply, 200, BODY_MAX);
	if (p->format == FORMAT_CSV) {
		kind->csv_head(&l->reply.body, &l->text);
	} else if (p->format == FORMAT_JSON) {
		jsonw_begin(&l->json, &l->reply.body);
		call_envelope(c, &l->json, p->from_ms, p->until_ms, step_ms);
		jsonw_array(&l->json, kind->key);
	}
}

bool listing_takes(struct listing *l, const struct cursor *there)
{
	size_t limit = l->call->params.limit;
	if (l->n == (limit ? limit : l->kind->max)) {
		l->more = true;
		l->next = *there;
		return false;
	}
	l->n++;
	return true;
}

void listing_row(struct listing *l, const struct row *r)
{
	switch (l->call->params.format) {
	case FORMAT_CSV: rowtext_row_csv(&l->reply.body, &l->text, r); break;
	case FORMAT_NDJSON: rowtext_row_line(&l->reply.body, &l->text, r); break;
	default: rowtext_row_json(&l->json, &l->text, r); break;
	}
}

void listing_event(struct listing *l, const struct event *e)
{
	switch (l->call->params.format) {
	case FORMAT_CSV: rowtext_event_csv(&l->reply.body, &l->text, e); break;
	case FORMAT_NDJSON: rowtext_event_line(&l->reply.body, &l->text, e); break;
	default: rowtext_event_json(&l->json, &l->text, e); break;
	}
}

static void put_class(struct listing *l, const struct row *r)
{
	switch (l->call->params.format) {
	case FORMAT_CSV: rowtext_class_csv(&l->reply.body, &l->text, r); break;
	case FORMAT_NDJSON: rowtext_class_line(&l->reply.body, &l->text, r); break;
	default: rowtext_class_json(&l->json, &l->text, r); break;
	}
}

int listing_put_row(void *arg, const struct row *r)
{
	struct listing *l = arg;
	const bool by_class = l->call->params.by_class;
	const struct cursor there = cursor_of_row(r, by_class);
	if (!listing_takes(l, &there))
		return 1;
	if (by_class)
		put_class(l, r);
	else
		listing_row(l, r);
	return l->reply.body.overflow;
}

static void put_encoded(struct buf *out, const char *text)
{
	for (; *text; text++)
		if (isalnum((unsigned char)*text) || strchr("-._~,:", *text))
			buf_putc(out, *text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
}

static void put_pair(struct buf *out, const char *name, const char *value)
{
	buf_putc(out, strchr(out->data, '?') ? '&' : '?');
	buf_printf(out, "%s=", name);
	put_encoded(out, value);
}

/* Up to the second that holds it: what starts before one starts before the other. */
static int64_t round_up(int64_t ms)
{
	return (ms + 999) / 1000 * 1000;
}

/* What was asked for, with absolute times, from where this page ends. */
static void put_address(struct buf *out, const struct listing *l)
{
	static const char *const ours[] = {"from", "until", "asof", "cursor"};
	const struct query *q = &l->call->query;
	const struct params *p = &l->call->params;
	char time[CLOCK_RFC3339_LEN], cursor[CURSOR_TEXT_LEN];
	buf_puts(out, request_path(l->call->request));
	for (size_t i = 0; i < q->n; i++) {
		bool is_ours = false;
		for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
			is_ours |= !strcmp(q->pairs[i].name, ours[k]);
		if (!is_ours)
			put_pair(out, q->pairs[i].name, q->pairs[i].value);
	}
	put_pair(out, "from", clock_rfc3339(time, p->from_ms));
	put_pair(out, "until", clock_rfc3339(time, round_up(p->until_ms)));
	if (p->asof_ms)
		put_pair(out, "asof", clock_rfc3339(time, p->asof_ms));
	put_pair(out, "cursor", cursor_text(cursor, &l->next));
}

/* Ends the envelope, and says how to go on. 0, or -1 when the store can't be read. */
static int finish(struct listing *l)
{
	int rc = 0;
	struct buf next;
	buf_init(&next, ADDRESS_MAX);
	if (l->more) {
		put_address(&next, l);
		reply_header(&l->reply, "Link", "<%s>; rel=\"next\"", next.data);
	}
	if (l->call->params.format == FORMAT_JSON) {
		jsonw_end(&l->json);
		if (l->call->params.limit)
			jsonw_str(&l->json, "next", next.data);
		rc = l->kind->rest ? l->kind->rest(l) : 0;
		jsonw_end(&l->json);
		buf_putc(&l->reply.body, '\n');
	}
	buf_clear(&next);
	return rc;
}

static int refuse(const struct listing *l, struct problem *why)
{
	why->example = l->call->route->example;
	if (l->call->params.limit)
		return problem_set(why, 400, "limit",
				   "a page of so many does not fit; ask for fewer");
	return problem_set(why, 400, l->kind->fault,
			   "this would be more than %zu; ask for %s, or for pages of it with "
			   "limit=10000",
			   l->n, l->kind->advice);
}

void listing_answer(struct listing *l, int rc, int max_age_s)
{
	bool page = l->more && l->call->params.limit;
	struct problem why = {0};
	if (finish(l) < 0 || rc < 0) {
		why.retry_after_s = 5;
		problem_set(&why, 503, "", "the store can't be read at this moment");
	} else if (l->reply.body.overflow || (rc > 0 && !page)) {
		refuse(l, &why);
	}
	if (why.status) {
		reply_clear(&l->reply);
		respond_problem(l->call, &why);
		return;
	}
	respond_table(l->call, &l->reply, l->kind->name, max_age_s);
}
