/* page_rows.c: what a series is called on a page, and what is found of it, in words. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/page.h"
#include "collector/rowtext.h"
#include "collector/withhold.h"
#include "collector/words.h"

#define HREF_MAX    512
#define FINDING_MAX 1024

struct row_words {
	char note[64];
	struct buf href, finding;
};

const char *page_country_name(const struct view *v)
{
	return rowtext_country_name(v->country, v->lang);
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

void page_figures(struct buf *out, const struct view *v, const struct row *r)
{
	uint32_t min_probes = v->call->api->publish->min_probes;
	enum lang l = v->lang;
	struct words n = words_int(l, r->v.probes);
	if (!r->step_ms || withhold_gives_away(&r->v))
		return;
	if (r->v.probes < min_probes && min_probes > 1)
		n = words_below(l, min_probes);
	if (isnan(r->v.up) || isnan(r->v.lo) || isnan(r->v.hi))
		html_fill(out, l, TEXT_FIGURES_NONE, NULL, NULL, n.s);
	else
		html_fill(out, l, TEXT_FIGURES, words_percent(l, r->v.up).s,
			  words_interval(l, r->v.lo, r->v.hi).s, n.s);
	if (r->v.expected)
		html_fill(out, l, TEXT_FIGURES_USUAL, words_int(l, r->v.expected).s, NULL, NULL);
}

void page_finding(struct buf *out, const struct view *v, const struct strip *s)
{
	enum lang l = v->lang;
	struct buf state, figures;
	buf_init(&state, FINDING_MAX);
	buf_init(&figures, FINDING_MAX);
	buf_puts(&state, html_word(l, html_state_text(s->current.v.state)));
	if (s->since_ms) {
		buf_putc(&state, ' ');
		html_fill(&state, l, s->since_before ? TEXT_SINCE_BEFORE : TEXT_SINCE,
			  words_moment(l, s->since_ms, v->offset_min, v->until_ms).s, NULL, NULL);
	}
	page_figures(&figures, v, &s->current);
	if (figures.len)
		html_fill(out, l, TEXT_FINDING, state.data, figures.data, NULL);
	else
		buf_puts(out, state.data);
	buf_clear(&state);
	buf_clear(&figures);
}

static void put_href(struct row_words *w, const struct view *v, const char *kind, const char *code)
{
	char path[40];
	snprintf(path, sizeof(path), "/%s/%s", kind, code);
	page_href(&w->href, v, path);
}

static void name_isp(struct chart_row *r, struct row_words *w, const struct view *v,
		     const struct series *s)
{
	char isp[ROWTEXT_ISP_LEN];
	const char *access =
		s->access == ACCESS_ANY ? "" : html_word(v->lang, access_text(s->access));
	rowtext_isp(isp, s->isp);
	r->name = rowtext_isp_name(v->country, s->isp, v->lang);
	if (!s->isp)
		r->name = html_word(v->lang, TEXT_UNKNOWN_NETWORK);
	snprintf(w->note, sizeof(w->note), "%s%s%s", s->isp ? isp : "",
		 s->isp && *access ? " · " : "", access);
	if (s->isp)
		put_href(w, v, "isp", isp);
}

/* own: the series that the page is about, which need not be said again. */
static void name_row(struct chart_row *r, struct row_words *w, const struct view *v,
		     const struct series *own, const struct series *s)
{
	const char *access =
		s->access == ACCESS_ANY ? "" : html_word(v->lang, access_text(s->access));
	r->name = html_word(v->lang, TEXT_WHOLE_COUNTRY);
	if (s->isp != own->isp) {
		name_isp(r, w, v, s);
	} else if (strcmp(s->region, own->region)) {
		r->name = rowtext_region_name(v->country, s->region, v->lang);
		snprintf(w->note, sizeof(w->note), "%s", access);
		if (country_region(v->country, s->region))
			put_href(w, v, "region", s->region);
	} else if (s->access != ACCESS_ANY) {
		r->name = access;
		snprintf(w->note, sizeof(w->note), "%s", html_word(v->lang, TEXT_ALL_NETWORKS));
	}
}

void page_rows_init(struct page_rows *p, const struct view *v, const struct series *own,
		    const struct strips *s)
{
	*p = (struct page_rows){.rows = xcalloc(s->n + 1, sizeof(*p->rows)),
				.words = xcalloc(s->n + 1, sizeof(*p->words)),
				.n = s->n};
	for (size_t i = 0; i < s->n; i++) {
		const struct strip *strip = &s->items[i];
		struct chart_row *r = &p->rows[i];
		struct row_words *w = &p->words[i];
		buf_init(&w->href, HREF_MAX);
		buf_init(&w->finding, FINDING_MAX);
		name_row(r, w, v, own, &strip->series);
		page_finding(&w->finding, v, strip);
		r->label = w->finding.data;
		r->href = w->href.data;
		r->note = w->note[0] ? w->note : NULL;
		if (!*r->name) {
			r->name = w->note;
			r->note = NULL;
		}
		r->chart = &strip->chart;
		r->share = strip->share.points ? &strip->share : NULL;
	}
}

void page_rows_clear(struct page_rows *p)
{
	for (size_t i = 0; i < p->n; i++) {
		buf_clear(&p->words[i].href);
		buf_clear(&p->words[i].finding);
	}
	free(p->rows);
	free(p->words);
}
