/* page_picture.c: the chart of a page as a picture that stands alone, as SVG or PNG. */
#include <stdio.h>
#include <stdlib.h>

#include "collector/calendar.h"
#include "collector/chart_event.h"
#include "collector/chart_frame.h"
#include "collector/chart_grid.h"
#include "collector/chart_multiples.h"
#include "collector/page.h"
#include "collector/raster.h"
#include "collector/words.h"

#define WIDTH	 900
#define TEXT_MAX 4096

/* What the frame of a picture borrows. */
struct surroundings {
	struct buf subtitle, sample, url;
	char version[CALENDAR_RFC3339_LEN];
};

static struct chart_frame frame_of(struct surroundings *s, const struct view *v,
				   const struct page *p, const struct verdict *heard,
				   const char *what, const char *when)
{
	enum lang l = v->lang;
	buf_init(&s->subtitle, TEXT_MAX);
	buf_init(&s->sample, TEXT_MAX);
	buf_init(&s->url, TEXT_MAX);
	html_fill(&s->subtitle, l, TEXT_PICTURE_SUBTITLE, what, when,
		  v->offset_min ? words_offset(v->offset_min).s : "UTC");
	if (heard)
		page_heard(&s->sample, v, heard);
	page_permalink(&s->url, v, p->path);
	calendar_rfc3339(s->version, v->call->now_ms, 0);
	return (struct chart_frame){
		.title = p->headline,
		.subtitle = s->subtitle.data,
		.sample = s->sample.data ? s->sample.data : "",
		.version = s->version,
		.method = METHOD_VERSION,
		.url = s->url.data,
		.synthetic = v->call->api->synthetic,
		.width = WIDTH,
	};
}

static void clear(struct surroundings *s)
{
	buf_clear(&s->subtitle);
	buf_clear(&s->sample);
	buf_clear(&s->url);
}

void page_picture_grid(struct html *h, const struct view *v, const struct page *p,
		       const struct page_grid *g, const struct strip *whole)
{
	struct surroundings s;
	struct page_rows rows;
	struct buf span;
	buf_init(&span, TEXT_MAX);
	page_span(&span, v);
	struct chart_frame f =
		frame_of(&s, v, p, &whole->current.v, html_word(v->lang, g->heading), span.data);
	page_rows_init(&rows, v, g->own, g->strips);
	const struct chart_grid chart = {
		.id = g->id,
		.label = p->headline,
		.scale = view_scale(v),
		.step_ms = v->step_ms,
		.rows = rows.rows,
		.n = rows.n,
	};
	f.desc = f.subtitle;
	f.states = strips_states(g->strips);
	struct chart_place body =
		chart_frame_begin(h, &f, chart_grid_height(&chart, h->lang, chart_frame_inner(&f)));
	chart_grid_svg(h, &chart, &body);
	chart_frame_end(h, &f);
	page_rows_clear(&rows);
	buf_clear(&span);
	clear(&s);
}

void page_picture_map(struct html *h, const struct view *v, const struct page *p,
		      const struct strips *regions, const struct strip *whole)
{
	struct words at = words_time(v->lang, v->until_ms, v->offset_min);
	struct words date = words_date(v->lang, v->until_ms, v->offset_min);
	struct surroundings s;
	struct page_areas a;
	struct buf what;
	buf_init(&what, TEXT_MAX);
	html_fill(&what, v->lang, TEXT_MAP, at.s, NULL, NULL);
	struct chart_frame f = frame_of(&s, v, p, &whole->current.v, what.data, date.s);
	page_areas_init(&a, v, regions);
	const struct chart_map m = {v->call->api->map, p->headline, a.areas, a.n};
	f.desc = f.subtitle;
	f.states = a.states;
	struct chart_place body =
		chart_frame_begin(h, &f, chart_map_height(&m, chart_frame_inner(&f)));
	chart_map_svg(h, &m, &body);
	chart_frame_end(h, &f);
	page_areas_clear(&a);
	buf_clear(&what);
	clear(&s);
}

/* Each has its own figures where there is no one number for all of them. */
void page_picture_multiples(struct html *h, const struct view *v, const struct page *p,
			    const struct page_grid *g)
{
	struct surroundings s;
	struct page_rows rows;
	struct buf span, *figures = xcalloc(g->strips->n + 1, sizeof(*figures));
	buf_init(&span, TEXT_MAX);
	page_span(&span, v);
	struct chart_frame f = frame_of(&s, v, p, NULL, html_word(v->lang, g->heading), span.data);
	page_rows_init(&rows, v, g->own, g->strips);
	for (size_t i = 0; i < rows.n; i++) {
		buf_init(&figures[i], TEXT_MAX);
		page_figures(&figures[i], v, &g->strips->items[i].current);
		rows.rows[i].note = figures[i].data;
	}
	const struct chart_multiples m = {view_scale(v), rows.rows, rows.n};
	f.desc = f.subtitle;
	f.states = strips_states(g->strips);
	struct chart_place body = chart_frame_begin(
		h, &f, chart_multiples_height(&m, h->lang, chart_frame_inner(&f)));
	chart_multiples_svg(h, &m, &body);
	chart_frame_end(h, &f);
	for (size_t i = 0; i < rows.n; i++)
		buf_clear(&figures[i]);
	free(figures);
	page_rows_clear(&rows);
	buf_clear(&span);
	clear(&s);
}

/* "Began 8 Jan 20:15" */
static void put_mark(struct buf *out, const struct view *v, enum text name, int64_t ms)
{
	buf_printf(out, "%s %s", html_word(v->lang, name),
		   words_moment(v->lang, ms, v->offset_min, 0).s);
}

void page_picture_event(struct html *h, const struct view *v, const struct page *p,
			const struct event *e, const struct strip *whole, const char *where)
{
	const struct verdict heard = {.probes = e->probes, .expected = e->expected};
	struct surroundings s;
	struct buf span, onset, end;
	buf_init(&span, TEXT_MAX);
	buf_init(&onset, TEXT_MAX);
	buf_init(&end, TEXT_MAX);
	page_span(&span, v);
	put_mark(&onset, v, TEXT_FACT_ONSET, e->onset_ms);
	put_mark(&end, v, TEXT_FACT_END, e->end_ms);
	const struct chart_mark marks[] = {
		{e->onset_ms, e->onset_lo_ms, e->onset_hi_ms, onset.data},
		{e->end_ms, e->end_lo_ms, e->end_hi_ms, end.data},
	};
	const struct chart_event chart = {view_scale(v), &whole->chart, &whole->share,
					  p->headline,	 marks,		e->end_ms ? 2 : 1};
	struct chart_frame f = frame_of(&s, v, p, &heard, where, span.data);
	f.desc = f.subtitle;
	f.states = chart_states(&whole->chart);
	struct chart_place body = chart_frame_begin(
		h, &f, chart_event_height(&chart, h->lang, chart_frame_inner(&f)));
	chart_event_svg(h, &chart, &body);
	chart_frame_end(h, &f);
	buf_clear(&span);
	buf_clear(&onset);
	buf_clear(&end);
	clear(&s);
}

/* --- the answer --- */

struct drawing {
	struct call call; /* what answering needs: without its query */
	int max_age_s;
};

static void drawn(void *arg, const void *png, size_t len)
{
	struct drawing *d = arg;
	struct problem p = {0};
	struct reply reply;
	if (png) {
		reply_init(&reply, 200, len);
		buf_put(&reply.body, png, len);
		respond_take(&d->call, &reply, "image/png", d->max_age_s);
	} else {
		problem_set(&p, 503, "", "the picture can't be drawn; .svg has the same one");
		respond_problem(&d->call, &p);
	}
	free(d);
}

void page_picture_answer_take(struct call *c, struct reply *reply)
{
	struct problem p = {.retry_after_s = 5};
	if (c->params.format == FORMAT_SVG) {
		respond_take(c, reply, "image/svg+xml", page_max_age(c));
		return;
	}
	struct drawing *d = xcalloc(1, sizeof(*d));
	d->call.api = c->api;
	d->call.request = c->request;
	d->call.route = c->route;
	d->call.params = c->params;
	d->max_age_s = page_max_age(c);
	if (raster_draw(c->api->raster, reply->body.data, reply->body.len, drawn, d) < 0) {
		problem_set(&p, 503, "", "other pictures are being drawn; .svg has the same one");
		respond_problem(c, &p);
		free(d);
	}
	reply_clear(reply);
}
