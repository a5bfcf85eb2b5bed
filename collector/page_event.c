/* page_event.c: /event/ID: what was observed, when, by how many, how that was revised, and how to cite it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/calendar.h"
#include "collector/country.h"
#include "collector/feed.h"
#include "collector/meaning.h"
#include "collector/page.h"
#include "collector/page_embed.h"
#include "collector/telling.h"
#include "collector/words.h"
#include "common/clock.h"

#define PAGE_MAX      (2u * 1024 * 1024)
#define TEXT_MAX      8192
#define REVISIONS_MAX 50
#define HOUR_MS	      (3600 * 1000LL)

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
}

/* --- finding it --- */

struct search {
	const char *id;
	struct event *out;
};

static int is_it(void *arg, const struct event *e)
{
	struct search *s = arg;
	if (strcmp(s->id, e->id))
		return 0;
	*s->out = *e;
	return 1;
}

static int find(const struct call *c, const char *id, int64_t asof_ms, struct event *out)
{
	struct search search = {id, out};
	struct series series;
	const char *regions[2];
	if (!series_parse(&series, id))
		return 0;
	struct series_query q = store_query_one(&series, regions, 0, INT64_MAX);
	q.asof_ms = asof_ms;
	return publish_events(c->api->publish, &q, is_it, &search);
}

/* As it stands in an address (feed_path). */
static void read_id(char *out, size_t len, const char *tail)
{
	bool unplaced = !strncasecmp(tail, "%3F", 3);
	snprintf(out, len, "%s%s", unplaced ? "?" : "", tail + (unplaced ? 3 : 0));
}

int page_find_event(const struct call *c, const char *name, int64_t asof_ms, struct event *out)
{
	char id[sizeof(out->id)];
	read_id(id, sizeof(id), name);
	return find(c, id, asof_ms, out);
}

/* --- what it was --- */

static void put_fact(struct html *h, enum text name, const char *value)
{
	html_put(h, "<tr><th scope=\"row\">");
	say(h, name);
	html_put(h, "</th><td>");
	html_prose(h, value);
	html_put(h, "</td></tr>\n");
}

/* "Thu 8 Jan 2026 20:15 (2026-01-08T16:45:00Z)" */
static void put_moment(struct buf *out, const struct view *v, int64_t ms)
{
	char utc[CALENDAR_RFC3339_LEN];
	buf_printf(out, "%s ", words_date(v->lang, ms, v->offset_min).s);
	buf_printf(out, "%s (\u2066%s\u2069)", words_time(v->lang, ms, v->offset_min).s,
		   calendar_rfc3339(utc, ms, 0));
}

static void put_when(struct html *h, const struct view *v, enum text name, int64_t ms,
		     int64_t lo_ms, int64_t hi_ms)
{
	struct buf at, all;
	buf_init(&at, TEXT_MAX);
	buf_init(&all, TEXT_MAX);
	put_moment(&at, v, ms);
	if (lo_ms && lo_ms < hi_ms)
		html_fill(&all, h->lang, TEXT_FACT_BETWEEN, at.data,
			  words_moment(h->lang, lo_ms, v->offset_min, ms).s,
			  words_moment(h->lang, hi_ms, v->offset_min, ms).s);
	put_fact(h, name, all.len ? all.data : at.data);
	buf_clear(&at);
	buf_clear(&all);
}

static enum text basis(const struct event *e)
{
	if (e->basis == (EVENT_VOTES | EVENT_SILENCE))
		return TEXT_FACT_BASIS_BOTH;
	return e->basis & EVENT_SILENCE ? TEXT_FACT_BASIS_SILENCE : TEXT_FACT_BASIS_VOTES;
}

static void part_facts(struct html *h, const struct view *v, const struct event *e)
{
	enum lang l = h->lang;
	html_put(h, "<section class=\"reach\">\n<h2>");
	say(h, TEXT_FACTS);
	html_put(h, "</h2>\n<table><tbody>\n");
	put_when(h, v, TEXT_FACT_ONSET, e->onset_ms, e->onset_lo_ms, e->onset_hi_ms);
	if (e->end_ms)
		put_when(h, v, TEXT_FACT_END, e->end_ms, e->end_lo_ms, e->end_hi_ms);
	else
		put_fact(h, TEXT_FACT_END, html_word(l, TEXT_FACT_LASTS));
	if (e->end_ms)
		put_fact(h, TEXT_FACT_DURATION, words_duration(l, e->end_ms - e->onset_ms).s);
	put_when(h, v, TEXT_FACT_DETECTED, e->detected_ms, 0, 0);
	if (e->state != STATE_INSUFFICIENT)
		put_fact(h, TEXT_FACT_WORST, meaning_state(l, e->state));
	put_fact(h, TEXT_FACT_BASIS, html_word(l, basis(e)));
	if (e->n) {
		struct buf votes;
		buf_init(&votes, TEXT_MAX);
		html_fill(&votes, l, TEXT_REACH_OF, words_int(l, e->hit).s, words_int(l, e->n).s,
			  NULL);
		put_fact(h, TEXT_FACT_VOTES, votes.data);
		buf_clear(&votes);
	}
	if (e->probes)
		put_fact(h, TEXT_FACT_PROBES, words_int(l, e->probes).s);
	if (e->expected)
		put_fact(h, TEXT_FACT_EXPECTED, words_int(l, e->expected).s);
	put_fact(h, TEXT_FACT_REVISION, words_int(l, e->revision).s);
	html_put(h, "</tbody></table>\n</section>\n");
}

/* --- what was said of it before --- */

static void put_revision(struct html *h, const struct view *v, const struct event *e)
{
	struct buf when;
	buf_init(&when, TEXT_MAX);
	put_moment(&when, v, e->revised_ms);
	html_put(h, "<li>");
	html_tell(h, e->revision > 1 ? TEXT_REVISION_BECAUSE : TEXT_REVISION_FIRST,
		  words_int(h->lang, e->revision).s, when.data, meaning_why(h->lang, e->why));
	html_put(h, " ");
	html_say(h, TEXT_EVENT_WORST, html_word(h->lang, html_state_text(e->state)), NULL, NULL);
	html_say(h, TEXT_REVISION_NEXT, NULL, NULL, NULL);
	struct words onset = words_moment(h->lang, e->onset_ms, v->offset_min, 0);
	if (e->end_ms)
		html_say(h, TEXT_EVENT_FROM, onset.s,
			 words_moment(h->lang, e->end_ms, v->offset_min, 0).s, NULL);
	else
		html_say(h, TEXT_EVENT_ONGOING, onset.s, NULL, NULL);
	html_put(h, "</li>\n");
	buf_clear(&when);
}

/* Newest first: each is what was known just before the next one. */
static void gather_revisions(struct view *v, const struct event *e)
{
	v->events = xcalloc(REVISIONS_MAX, sizeof(*v->events));
	v->events[v->n_events++] = *e;
	while (v->n_events < REVISIONS_MAX) {
		const struct event *last = &v->events[v->n_events - 1];
		if (last->revision <= 1 || last->revised_ms <= 1)
			break;
		int rc = find(v->call, e->id, last->revised_ms - 1, &v->events[v->n_events]);
		v->failed |= rc < 0;
		if (rc <= 0)
			break;
		v->n_events++;
	}
}

static void part_revisions(struct html *h, const struct view *v)
{
	html_put(h, "<section>\n<h2>");
	say(h, TEXT_REVISIONS);
	html_put(h, "</h2>\n<ul class=\"events\">\n");
	for (size_t i = 0; i < v->n_events; i++)
		put_revision(h, v, &v->events[i]);
	html_put(h, "</ul>\n</section>\n");
}

/* --- how it was done --- */

static int keep_most(void *arg, const struct row *r)
{
	struct verdict_count *most = arg;
	for (int m = 0; m < MECHANISMS; m++)
		if (r->v.mech[m].hit > most[m].hit)
			most[m] = r->v.mech[m];
	return 0;
}

/* Of each, the step of the event in which the most probes saw it. */
static void part_means(struct html *h, struct view *v, const struct event *e)
{
	struct verdict_count most[MECHANISMS] = {{0}};
	const char *regions[2];
	int64_t end = e->end_ms ? e->end_ms : v->until_ms;
	struct publish_ask ask = {
		.q = store_query_one(&e->series, regions, e->onset_ms, end),
		.step_ms = v->step_ms,
		.now_ms = v->until_ms,
	};
	ask.q.asof_ms = v->call->params.asof_ms;
	v->failed |= publish_timeline(v->call->api->publish, &ask, keep_most, most) < 0;
	part_mechanisms(h, most, TEXT_MECHANISM_MOST);
}

/* --- the page --- */

/* Some time around it, unless another was asked for. */
static void choose_times(struct call *c, const struct event *e)
{
	struct params *p = &c->params;
	int64_t end = e->end_ms ? e->end_ms : c->now_ms;
	int64_t margin = (end - e->onset_ms) / 4;
	if (query_get(&c->query, "from") || query_get(&c->query, "until"))
		return;
	if (margin < HOUR_MS)
		margin = HOUR_MS;
	p->from_ms = e->onset_ms - margin;
	p->until_ms = end + margin < c->now_ms ? end + margin : c->now_ms;
	p->range_ms = 0;
}

static void write_page(struct html *h, struct view *v, const struct page *p, const struct event *e,
		       const struct strip *whole)
{
	const struct telling t = {v->country, v->lang};
	struct buf text;
	buf_init(&text, TEXT_MAX);
	page_begin(h, v, p);
	telling_lead(&text, &t, e);
	html_put(h, "<p class=\"lead\">");
	html_text(h, text.data);
	html_put(h, "</p>\n<p>");
	buf_reset(&text);
	telling_rest(&text, &t, e);
	html_text(h, text.len ? text.data : "");
	html_put(h, "</p>\n");
	buf_reset(&text);
	telling_where(&text, &t, &e->series);
	part_hero(h, v, whole, text.data);
	if (!embed_is_asked(v->call)) {
		part_facts(h, v, e);
		part_means(h, v, e);
		part_revisions(h, v);
		part_cite(h, v, p, e->id);
		part_legend(h, v);
	}
	page_end(h, v, p);
	buf_clear(&text);
}

static void draw(struct html *h, const struct view *v, const struct page *p, const struct event *e,
		 const struct strip *whole)
{
	const struct telling t = {v->country, v->lang};
	struct buf where;
	buf_init(&where, TEXT_MAX);
	telling_where(&where, &t, &e->series);
	page_picture_event(h, v, p, e, whole, where.data);
	buf_clear(&where);
}

static void answer_page(struct view *v, const struct event *e)
{
	char path[FEED_PATH_LEN];
	const char *regions[2];
	struct strips whole = {.shares = true};
	struct problem why = {.retry_after_s = 5};
	struct reply reply;
	struct buf title;
	const struct telling t = {v->country, v->lang};
	const struct series *s = &e->series;
	feed_path(path, e);
	buf_init(&title, TEXT_MAX);
	telling_title(&title, &t, e);
	view_strip(v, &whole, s);
	view_gather(v, &whole, store_query_one(s, regions, 0, 0));
	reply_init(&reply, 200, PAGE_MAX);
	struct html h = {&reply.body, v->lang};
	const struct page page = {
		.path = path, .headline = title.data, .picture = path, .data = path};
	if (v->call->params.format == FORMAT_HTML)
		write_page(&h, v, &page, e, whole.items);
	else
		draw(&h, v, &page, e, whole.items);
	if (v->failed) {
		reply_clear(&reply);
		problem_set(&why, 503, "", "the store can't be read at this moment");
		respond_problem(v->call, &why);
	} else if (v->call->params.format == FORMAT_HTML) {
		page_answer_take(v->call, &reply);
	} else {
		page_picture_answer_take(v->call, &reply);
	}
	strips_clear(&whole);
	buf_clear(&title);
}

static void answer(struct call *c, const struct event *e)
{
	struct view v;
	choose_times(c, e);
	view_init(&v, c);
	gather_revisions(&v, e);
	if (page_is_data(c))
		page_figures_answer_event(&v);
	else
		answer_page(&v, e);
	view_clear(&v);
}

void page_event(struct call *c)
{
	struct problem p = {0};
	struct event e;
	int rc = page_find_event(c, c->tail, c->params.asof_ms, &e);
	if (rc > 0) {
		answer(c, &e);
	} else if (rc < 0) {
		p.retry_after_s = 5;
		problem_set(&p, 503, "", "the store can't be read at this moment");
		respond_problem(c, &p);
	} else {
		problem_set(&p, 404, "", "no event of this name is known%s",
			    c->params.asof_ms ? " at that moment" : "");
		respond_problem(c, &p);
	}
}
