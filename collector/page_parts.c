/* page_parts.c: the parts of a page that show figures. Every figure comes with its n and its
 * interval. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/chart_axis.h"
#include "collector/chart_band.h"
#include "collector/country.h"
#include "collector/page.h"
#include "collector/withhold.h"
#include "collector/words.h"

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
}

static enum text access_text(enum access_type a)
{
	switch (a) {
	case ACCESS_MOBILE: return TEXT_ACCESS_MOBILE;
	case ACCESS_FIXED: return TEXT_ACCESS_FIXED;
	case ACCESS_DATACENTRE: return TEXT_ACCESS_DATACENTRE;
	default: return TEXT_ACCESS_UNKNOWN;
	}
}

/* "up 12% (4–29%), n=31 of 40"; of fewer than min_probes only that: "n<5"; nothing of what gives
 * away such a number. */
static void put_figures(struct html *h, const struct view *view, const struct row *r)
{
	const struct verdict *v = &r->v;
	uint32_t min_probes = view->call->api->publish->min_probes;
	enum lang l = h->lang;
	struct words n = words_int(l, v->probes);
	if (!r->step_ms || withhold_gives_away(v))
		return;
	if (v->probes < min_probes && min_probes > 1)
		n = words_below(l, min_probes);
	html_put(h, "<span class=\"fig\">");
	if (isnan(v->up) || isnan(v->lo) || isnan(v->hi))
		html_say(h, TEXT_FIGURES_NONE, NULL, NULL, n.s);
	else
		html_say(h, TEXT_FIGURES, words_percent(l, v->up).s,
			 words_interval(l, v->lo, v->hi).s, n.s);
	if (v->expected)
		html_say(h, TEXT_FIGURES_OF, words_int(l, v->expected).s, NULL, NULL);
	html_put(h, "</span>");
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

static struct chart_scale scale_of(const struct view *v)
{
	return (struct chart_scale){v->from_ms, v->until_ms, v->offset_min,
				    words_calendar(v->lang)};
}

static void put_band(struct html *h, const struct view *v, const struct strip *s, const char *name)
{
	struct buf changes, label;
	size_t n = chart_changes(&s->chart);
	struct chart_scale scale = scale_of(v);
	buf_init(&changes, 1024);
	buf_init(&label, 2048);
	html_fill(&changes, h->lang, n ? TEXT_BAND_CHANGES : TEXT_BAND_STEADY,
		  words_int(h->lang, (int64_t)n).s, NULL, NULL);
	html_fill(&label, h->lang, TEXT_BAND_LABEL, name,
		  html_word(h->lang, html_state_text(s->current.v.state)), changes.data);
	chart_band(h, NULL, &s->chart, label.data, &scale);
	buf_clear(&changes);
	buf_clear(&label);
}

static void put_axis(struct html *h, const struct view *v)
{
	struct chart_scale scale = scale_of(v);
	chart_axis(h, NULL, &scale, CHART_PHONE);
}

void part_hero(struct html *h, const struct view *v, const struct strip *s, const char *name)
{
	html_put(h, "<section class=\"hero\">\n<p><span class=\"what\">");
	html_text(h, name);
	html_put(h, "</span> ");
	put_state(h, v, s);
	html_put(h, " ");
	put_figures(h, v, &s->current);
	html_put(h, "</p>\n");
	put_band(h, v, s, name);
	put_axis(h, v);
	html_put(h, "</section>\n");
}

/* What a strip is called here, and the page that has more of it ("" for none). */
struct label {
	const char *name;
	char note[64];
	char path[40];
};

static void name_isp(struct label *l, const struct html *h, const struct view *v,
		     const struct series *s)
{
	char isp[ROWTEXT_ISP_LEN];
	const char *access =
		s->access == ACCESS_ANY ? "" : html_word(h->lang, access_text(s->access));
	rowtext_isp(isp, s->isp);
	l->name = rowtext_isp_name(v->country, s->isp, h->lang);
	if (!*l->name)
		l->name = s->isp ? "" : html_word(h->lang, TEXT_UNKNOWN_NETWORK);
	snprintf(l->note, sizeof(l->note), "%s%s%s", s->isp ? isp : "",
		 s->isp && *access ? " · " : "", access);
	if (s->isp)
		snprintf(l->path, sizeof(l->path), "/isp/%s", isp);
}

/* own: the series that the page is about, which need not be said again. */
static struct label label_of(const struct html *h, const struct view *v, const struct series *own,
			     const struct series *s)
{
	struct label l = {.name = html_word(h->lang, TEXT_WHOLE_COUNTRY)};
	const char *access =
		s->access == ACCESS_ANY ? "" : html_word(h->lang, access_text(s->access));
	if (s->isp != own->isp) {
		name_isp(&l, h, v, s);
	} else if (strcmp(s->region, own->region)) {
		l.name = rowtext_region_name(v->country, s->region, h->lang);
		snprintf(l.note, sizeof(l.note), "%s", access);
		if (country_region(v->country, s->region))
			snprintf(l.path, sizeof(l.path), "/region/%s", s->region);
	} else if (s->access != ACCESS_ANY) {
		l.name = access;
		snprintf(l.note, sizeof(l.note), "%s", html_word(h->lang, TEXT_ALL_NETWORKS));
	}
	return l;
}

static void put_label(struct html *h, const struct view *v, const struct label *l)
{
	html_put(h, "<h3>");
	if (l->path[0]) {
		html_put(h, "<a href=\"");
		page_href(h, v, l->path);
		html_put(h, "\">");
	}
	html_text(h, *l->name ? l->name : l->note);
	html_put(h, l->path[0] ? "</a>" : "");
	if (*l->name && l->note[0]) {
		html_put(h, " <small>");
		html_text(h, l->note);
		html_put(h, "</small>");
	}
	html_put(h, "</h3>");
}

void part_strips(struct html *h, const struct view *v, enum text heading, const struct series *own,
		 const struct strips *s)
{
	if (!s->n)
		return;
	html_put(h, "<section>\n<h2>");
	say(h, heading);
	html_put(h, "</h2>\n<div class=\"grid\"><div class=\"top\">");
	put_axis(h, v);
	html_put(h, "</div>\n<ol>\n");
	for (size_t i = 0; i < s->n; i++) {
		struct label l = label_of(h, v, own, &s->items[i].series);
		html_put(h, "<li>");
		put_label(h, v, &l);
		html_put(h, "<p>");
		put_state(h, v, &s->items[i]);
		html_put(h, " ");
		put_figures(h, v, &s->items[i].current);
		html_put(h, "</p>");
		put_band(h, v, &s->items[i], *l.name ? l.name : l.note);
		html_put(h, "</li>\n");
	}
	html_put(h, "</ol></div>\n</section>\n");
}

void part_reach(struct html *h, const struct view *v, const struct strip *s)
{
	static const struct {
		enum target_class class;
		enum text text;
	} rows[] = {{CLASS_DOMESTIC, TEXT_CLASS_DOMESTIC}, {CLASS_OPEN, TEXT_CLASS_OPEN},
		    {CLASS_FILTERED, TEXT_CLASS_FILTERED}, {CLASS_CANARY, TEXT_CLASS_CANARY},
		    {CLASS_RESOLVER, TEXT_CLASS_RESOLVER}, {CLASS_LINK, TEXT_CLASS_LINK}};
	const struct row *r = &s->current;
	enum lang l = h->lang;
	bool any = false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct verdict_share *share = &r->v.share[rows[i].class];
		if (!share->n)
			continue;
		if (!any) {
			html_put(h, "<section class=\"reach\">\n<h2>");
			say(h, TEXT_REACH);
			html_put(h, "</h2>\n<table><thead><tr><th scope=\"col\">");
			say(h, TEXT_REACH_CLASS);
			html_put(h, "</th><th scope=\"col\">");
			say(h, TEXT_REACH_HALF);
			html_put(h, "</th><th scope=\"col\">");
			say(h, TEXT_REACH_SOME);
			html_put(h, "</th></tr></thead>\n<tbody>\n");
			any = true;
		}
		html_put(h, "<tr><th scope=\"row\">");
		say(h, rows[i].text);
		html_put(h, "</th><td>");
		html_say(h, TEXT_REACH_OF, words_int(l, share->up).s, words_int(l, share->n).s,
			 NULL);
		html_put(h, "</td><td>");
		html_say(h, TEXT_REACH_OF, words_int(l, share->some).s, words_int(l, share->n).s,
			 NULL);
		html_put(h, "</td></tr>\n");
	}
	if (!any)
		return;
	html_put(h, "</tbody></table>\n<p class=\"note\">");
	html_say(h, TEXT_REACH_AT, words_time(l, r->start_ms, v->offset_min).s,
		 words_time(l, r->start_ms + r->step_ms, v->offset_min).s, NULL);
	/* More probes heard than counted: the verdict is that of one kind of line (rollup.h). */
	if (r->v.share[CLASS_LINK].n < r->v.probes) {
		html_put(h, ". ");
		html_say(h, TEXT_REACH_KIND, NULL, NULL, NULL);
	}
	html_put(h, "</p>\n</section>\n");
}
