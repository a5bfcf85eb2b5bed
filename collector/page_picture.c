/* page_picture.c: the chart of a page as a picture that stands alone, as SVG or PNG. */
#include <stdio.h>
#include <stdlib.h>

#include "collector/calendar.h"
#include "collector/chart_frame.h"
#include "collector/chart_grid.h"
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
				   const struct page *p, const struct strip *whole,
				   const char *what, const char *when)
{
	enum lang l = v->lang;
	buf_init(&s->subtitle, TEXT_MAX);
	buf_init(&s->sample, TEXT_MAX);
	buf_init(&s->url, TEXT_MAX);
	html_fill(&s->subtitle, l, TEXT_PICTURE_SUBTITLE, what, when,
		  v->offset_min ? words_offset(v->offset_min).s : "UTC");
	page_heard(&s->sample, v, &whole->current.v);
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
	struct chart_frame f = frame_of(&s, v, p, whole, html_word(v->lang, g->heading), span.data);
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
	struct chart_frame f = frame_of(&s, v, p, whole, what.data, date.s);
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
