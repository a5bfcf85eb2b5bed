/* page_charts.c: charts with their headings, keys and tables. */
#include <math.h>
#include <stdlib.h>

#include "collector/chart_axis.h"
#include "collector/chart_band.h"
#include "collector/chart_grid.h"
#include "collector/chart_twin.h"
#include "collector/country.h"
#include "collector/page.h"
#include "collector/withhold.h"
#include "collector/words.h"

/* Rows of a table that is folded away: more would weigh more than the chart. */
#define RUNS_MOST  120
#define STEPS_MOST 48
#define LABEL_MAX  4096

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
}

/* --- tables of the newest figures --- */

static void put_cell(struct html *h, const char *text)
{
	html_put(h, "<td>");
	html_text(h, text && *text ? text : "–");
	html_put(h, "</td>");
}

static void put_newest(struct html *h, const struct view *v, const struct chart_row *r,
		       const struct strip *s)
{
	const struct verdict *d = &s->current.v;
	uint32_t min_probes = v->call->api->publish->min_probes;
	enum lang l = h->lang;
	bool counted = s->current.step_ms && !withhold_gives_away(d), known = !isnan(d->up);
	bool few = d->probes < min_probes && min_probes > 1;
	html_put(h, "<tr><th scope=\"row\">");
	html_text(h, r->name);
	if (r->note) {
		html_put(h, " <small>");
		html_text(h, r->note);
		html_put(h, "</small>");
	}
	html_put(h, "</th>");
	put_cell(h, html_word(l, html_state_text(d->state)));
	put_cell(h, s->since_ms && !s->since_before
			    ? words_moment(l, s->since_ms, v->offset_min, v->until_ms).s
			    : NULL);
	put_cell(h, counted && known ? words_percent(l, d->up).s : NULL);
	put_cell(h, counted && known ? words_interval(l, d->lo, d->hi).s : NULL);
	put_cell(h, !counted ? NULL
		    : few    ? words_below(l, min_probes).s
			     : words_int(l, d->probes).s);
	put_cell(h, counted && d->expected ? words_int(l, d->expected).s : NULL);
	html_put(h, "</tr>\n");
}

static void put_newest_table(struct html *h, const struct view *v, enum text heading,
			     const struct page_rows *rows, const struct strips *s)
{
	const enum text columns[] = {heading,	     TEXT_TWIN_STATE,	 TEXT_TWIN_SINCE,
				     TEXT_TWIN_UP,   TEXT_TWIN_INTERVAL, TEXT_TWIN_PROBES,
				     TEXT_TWIN_USUAL};
	html_put(h, "<details class=\"twin\"><summary>");
	say(h, TEXT_TWIN_NEWEST);
	/* Wider than a phone: what scrolls must be there for the keyboard too. */
	html_put(h, "</summary>\n<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"");
	say(h, TEXT_TWIN_NEWEST);
	html_put(h, "\"><table><thead><tr>");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		html_put(h, "<th scope=\"col\">");
		say(h, columns[i]);
		html_put(h, "</th>");
	}
	html_put(h, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < s->n; i++)
		put_newest(h, v, &rows->rows[i], &s->items[i]);
	html_put(h, "</tbody></table></div>\n</details>\n");
}

/* --- charts --- */

unsigned int strips_states(const struct strips *s)
{
	unsigned int states = 0;
	for (size_t i = 0; i < s->n; i++)
		states |= chart_states(&s->items[i].chart);
	return states;
}

void page_areas_init(struct page_areas *a, const struct view *v, const struct strips *regions)
{
	const struct series any = {.isp = ISP_ANY, .access = ACCESS_ANY};
	*a = (struct page_areas){.areas = xcalloc(regions->n + 1, sizeof(*a->areas))};
	page_rows_init(&a->rows, v, &any, regions);
	for (size_t i = 0; i < regions->n; i++) {
		const struct strip *s = &regions->items[i];
		const struct chart_row *r = &a->rows.rows[i];
		const struct country_map_shape *shape =
			country_map_shape(v->call->api->map, s->series.region);
		if (!shape)
			continue;
		a->areas[a->n++] =
			(struct chart_area){shape, r->name, r->href, r->label, s->current.v.state};
		a->states |= 1U << s->current.v.state;
	}
}

void page_areas_clear(struct page_areas *a)
{
	page_rows_clear(&a->rows);
	free(a->areas);
}

void part_map(struct html *h, const struct view *v, const struct strips *regions,
	      const char *finding)
{
	const struct country_map *map = v->call->api->map;
	struct words at = words_time(h->lang, v->until_ms, v->offset_min);
	struct page_areas a;
	struct buf label;
	if (!map || !regions->n)
		return;
	buf_init(&label, LABEL_MAX);
	page_areas_init(&a, v, regions);
	html_fill(&label, h->lang, TEXT_MAP_LABEL, at.s, finding, NULL);
	const struct chart_map m = {map, label.data, a.areas, a.n};
	html_put(h, "<section>\n<h2>");
	html_say(h, TEXT_MAP, at.s, NULL, NULL);
	html_put(h, "</h2>\n");
	chart_map_html(h, &m);
	chart_key(h, a.states);
	put_newest_table(h, v, TEXT_TWIN_PROVINCE, &a.rows, regions);
	html_put(h, "</section>\n");
	page_areas_clear(&a);
	buf_clear(&label);
}

void page_span(struct buf *out, const struct view *v)
{
	struct chart_scale s = view_scale(v);
	enum lang l = v->lang;
	buf_printf(out, "%s %s – ", words_date(l, s.from_ms, v->offset_min).s,
		   words_time(l, s.from_ms, v->offset_min).s);
	buf_printf(out, "%s %s", words_date(l, s.until_ms, v->offset_min).s,
		   words_time(l, s.until_ms, v->offset_min).s);
}

static void put_label(struct buf *out, const struct view *v, const struct page_grid *g)
{
	struct buf span;
	buf_init(&span, LABEL_MAX);
	page_span(&span, v);
	html_fill(out, v->lang, TEXT_CHART_LABEL, html_word(v->lang, g->heading), span.data,
		  g->finding);
	buf_clear(&span);
}

void part_grid(struct html *h, const struct view *v, const struct page_grid *g)
{
	struct page_rows rows;
	struct buf label;
	if (!g->strips->n)
		return;
	buf_init(&label, LABEL_MAX);
	page_rows_init(&rows, v, g->own, g->strips);
	put_label(&label, v, g);
	const struct chart_grid chart = {
		.id = g->id,
		.label = label.data,
		.scale = view_scale(v),
		.step_ms = v->step_ms,
		.rows = rows.rows,
		.n = rows.n,
	};
	html_put(h, "<section>\n<h2>");
	say(h, g->heading);
	html_put(h, "</h2>\n");
	chart_key(h, strips_states(g->strips));
	chart_grid_html(h, &chart);
	if (g->newest)
		put_newest_table(h, v, g->names, &rows, g->strips);
	chart_twin(h, &chart.scale, html_word(h->lang, g->names), rows.rows, rows.n, RUNS_MOST);
	html_put(h, "</section>\n");
	page_rows_clear(&rows);
	buf_clear(&label);
}

static void put_state(struct html *h, const struct view *v, const struct strip *s)
{
	enum lang l = h->lang;
	html_put(h, "<span class=\"st\">");
	chart_swatch(h, s->current.v.state);
	html_put(h, " <b>");
	say(h, html_state_text(s->current.v.state));
	html_put(h, "</b> ");
	if (s->since_ms)
		html_say(h, s->since_before ? TEXT_SINCE_BEFORE : TEXT_SINCE,
			 words_moment(l, s->since_ms, v->offset_min, v->until_ms).s, NULL, NULL);
	html_put(h, "</span>");
}

static void put_band(struct html *h, const struct view *v, const struct strip *s, const char *name,
		     const char *finding)
{
	struct buf changes, label;
	size_t n = chart_changes(&s->chart);
	struct chart_scale scale = view_scale(v);
	buf_init(&changes, LABEL_MAX);
	buf_init(&label, LABEL_MAX);
	html_fill(&changes, h->lang, n ? TEXT_BAND_CHANGES : TEXT_BAND_STEADY,
		  words_int(h->lang, (int64_t)n).s, NULL, NULL);
	html_fill(&label, h->lang, TEXT_BAND_LABEL, name, finding, changes.data);
	chart_band(h, NULL, &s->chart, label.data, &scale);
	buf_clear(&changes);
	buf_clear(&label);
}

static void put_share(struct html *h, const struct strip *s, const char *finding,
		      const struct chart_scale *scale)
{
	struct buf label;
	buf_init(&label, LABEL_MAX);
	html_fill(&label, h->lang, TEXT_SHARE_LABEL, finding, NULL, NULL);
	chart_share(h, NULL, &s->share, label.data, scale, CHART_PHONE);
	buf_clear(&label);
}

void part_hero(struct html *h, const struct view *v, const struct strip *s, const char *name)
{
	struct chart_scale scale = view_scale(v);
	const struct chart_row row = {.chart = &s->chart};
	struct buf figures, finding;
	buf_init(&figures, LABEL_MAX);
	buf_init(&finding, LABEL_MAX);
	page_figures(&figures, v, &s->current);
	page_finding(&finding, v, s);
	html_put(h, "<section class=\"hero\">\n<p><span class=\"what\">");
	html_text(h, name);
	html_put(h, "</span> ");
	put_state(h, v, s);
	html_put(h, " <span class=\"fig\">");
	html_text(h, figures.data ? figures.data : "");
	html_put(h, "</span></p>\n");
	put_band(h, v, s, name, finding.data);
	put_share(h, s, finding.data, &scale);
	chart_axis(h, NULL, &scale, CHART_PHONE);
	chart_twin(h, &scale, NULL, &row, 1, STEPS_MOST);
	chart_twin_share(h, &scale, &s->share, STEPS_MOST);
	html_put(h, "</section>\n");
	buf_clear(&figures);
	buf_clear(&finding);
}
