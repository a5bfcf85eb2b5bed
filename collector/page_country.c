/* page_country.c: `/`, /region/X and /isp/X: each gathers its series, finds its headline, and puts
 * the parts in order. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/country.h"
#include "collector/page.h"
#include "collector/page_embed.h"
#include "collector/words.h"

#define PAGE_MAX     (8u * 1024 * 1024)
#define HEADLINE_MAX 2048

/* A page on its way. */
struct draft {
	struct view view;
	struct reply reply;
	struct html html;
	struct buf headline; /* plain text */
	struct strips whole; /* one strip */
};

static void draft_init(struct draft *d, struct call *c)
{
	view_init(&d->view, c);
	reply_init(&d->reply, 200, PAGE_MAX);
	buf_init(&d->headline, HEADLINE_MAX);
	d->html = (struct html){&d->reply.body, d->view.lang};
	d->whole = (struct strips){.shares = true};
}

/* Answers with what was drafted, or with 503 when the store gave out half-way. */
static void draft_finish(struct draft *d)
{
	struct call *c = d->view.call;
	struct problem p = {.retry_after_s = 5};
	bool failed = d->view.failed;
	view_clear(&d->view);
	strips_clear(&d->whole);
	buf_clear(&d->headline);
	if (!failed && (c->params.format == FORMAT_SVG || c->params.format == FORMAT_PNG)) {
		page_picture_answer_take(c, &d->reply);
		return;
	}
	if (!failed) {
		page_answer_take(c, &d->reply);
		return;
	}
	reply_clear(&d->reply);
	problem_set(&p, 503, "", "the store can't be read at this moment");
	respond_problem(c, &p);
}

/* Answers with the figures of some series instead. */
static void draft_figures(struct draft *d, const struct page_figures *f)
{
	reply_clear(&d->reply);
	page_figures_answer(&d->view, f);
	view_clear(&d->view);
	strips_clear(&d->whole);
	buf_clear(&d->headline);
}

/* The page's own series: always there, even without rows. */
static struct strip *gather_whole(struct draft *d, const struct series *s,
				  const struct series_query *q)
{
	view_strip(&d->view, &d->whole, s);
	view_gather(&d->view, &d->whole, *q);
	return &d->whole.items[0];
}

static void part_empty(struct html *h, const struct view *v)
{
	enum lang l = h->lang;
	const struct publish *publish = v->call->api->publish;
	html_put(h, "<p>");
	html_say(h, TEXT_EMPTY_WHY, NULL, NULL, NULL);
	html_put(h, "</p>\n");
	page_commands(h, v);
	html_put(h, "<p>");
	html_say(h, TEXT_EMPTY_THEN, words_duration(l, publish->row_step_ms).s, NULL, NULL);
	html_put(h, " ");
	if (publish->min_probes > 1)
		html_say(h, TEXT_EMPTY_FEW, words_int(l, publish->min_probes).s, NULL, NULL);
	html_put(h, "</p>\n");
}

static void write_empty(struct draft *d)
{
	const struct page page = {
		.path = "/", .headline = d->headline.data, .stream = "by=country"};
	page_begin(&d->html, &d->view, &page);
	part_empty(&d->html, &d->view);
	page_end(&d->html, &d->view, &page);
}

static void add_provinces(const struct view *v, struct strips *s)
{
	struct series series = {.isp = ISP_ANY, .access = ACCESS_ANY};
	for (size_t i = 0; i < v->country->n_regions; i++) {
		memcpy(series.region, v->country->regions[i].code, sizeof(series.region));
		view_strip(v, s, &series);
	}
}

/* What the country is made of, when it is of several. The map has the newest figures of provinces. */
static struct page_grid grid_of(struct draft *d, const char *id, enum text heading, enum text names,
				const struct strips *s)
{
	return (struct page_grid){id,
				  heading,
				  names,
				  &d->whole.items[0].series,
				  s,
				  d->headline.data,
				  heading != TEXT_PROVINCES || !d->view.call->api->map};
}

static void put_grid(struct draft *d, const char *id, enum text heading, enum text names,
		     const struct strips *s)
{
	const struct page_grid g = grid_of(d, id, heading, names, s);
	if (s->n > 1)
		part_grid(&d->html, &d->view, &g);
}

static void draw_country(struct draft *d, const struct strips *provinces)
{
	const struct call *c = d->view.call;
	bool map = !strcmp(c->route->path, "/map");
	const struct page_grid g =
		grid_of(d, "provinces", TEXT_PROVINCES, TEXT_TWIN_PROVINCE, provinces);
	const struct page page = {.path = map ? "/map.svg" : "/", .headline = d->headline.data};
	if (map && c->api->map)
		page_picture_map(&d->html, &d->view, &page, provinces, d->whole.items);
	else
		page_picture_grid(&d->html, &d->view, &page, &g, d->whole.items);
}

/* One chart: where it is lost when there is a map, otherwise since when. */
static void embed_country(struct html *h, const struct view *v, const struct strip *whole,
			  const struct strips *parts, const char *headline)
{
	if (parts && v->call->api->map)
		part_map(h, v, parts, headline);
	else
		part_hero(h, v, whole, page_country_name(v));
}

static void write_country(struct draft *d, const struct strip *whole,
			  const struct strips *provinces, const struct strips *accesses,
			  const struct strips *networks)
{
	static const struct strips none;
	const struct view *v = &d->view;
	struct html *h = &d->html;
	const struct strips *parts = provinces->n > 1 ? provinces : NULL;
	const struct page page = {.path = "/",
				  .headline = d->headline.data,
				  .picture = "/country",
				  .data = "/country",
				  .data_query = "by=region",
				  .ranges = true,
				  .stream = "by=country"};
	page_begin(h, v, &page);
	if (embed_is_asked(v->call)) {
		embed_country(h, v, whole, parts, page.headline);
		page_end(h, v, &page);
		return;
	}
	part_coverage(h, v, whole, parts);
	html_put(h, "<div class=\"two\">\n");
	part_map(h, v, parts ? parts : &none, page.headline);
	html_put(h, "<div>\n");
	part_hero(h, v, whole,
		  parts ? html_word(v->lang, TEXT_WHOLE_COUNTRY) : page_country_name(v));
	part_events(h, v, &page);
	html_put(h, "</div>\n</div>\n");
	put_grid(d, "provinces", TEXT_PROVINCES, TEXT_TWIN_PROVINCE, provinces);
	put_grid(d, "networks", TEXT_NETWORKS, TEXT_TWIN_SERIES, networks);
	put_grid(d, "lines", TEXT_ACCESSES, TEXT_TWIN_SERIES, accesses);
	part_reach(h, v, whole);
	part_legend(h, v);
	page_end(h, v, &page);
}

/* What the page, or the map, is drawn from. */
static void answer_figures(struct draft *d)
{
	static const struct series_query queries[] = {
		{.by_region = true, .access = -1},
		{.access = -1},
		{.by_access = true, .access = -1},
		{.by_isp = true, .access = -1},
	};
	const bool map = !strcmp(d->view.call->route->path, "/map");
	view_gather_events(&d->view, queries[1]);
	view_gather_events(&d->view, queries[0]);
	draft_figures(d,
		      &(struct page_figures){map ? "map" : "country", queries, map ? 1 : 4, map});
}

void page_country(struct call *c)
{
	const struct series any = {.isp = ISP_ANY, .access = ACCESS_ANY};
	const struct series_query country = {.access = -1};
	const struct series_query by_region = {.by_region = true, .access = -1};
	const struct series_query by_isp = {.by_isp = true, .access = -1};
	const struct series_query by_access = {.by_access = true, .access = -1};
	struct strips provinces = {0}, networks = {0}, accesses = {0};
	struct draft d;

	draft_init(&d, c);
	struct strip *whole = gather_whole(&d, &any, &country);
	if (view_fit(&d.view, whole)) {
		strips_clear(&d.whole);
		d.whole = (struct strips){.shares = true};
		whole = gather_whole(&d, &any, &country);
	}
	if (page_is_data(c)) {
		answer_figures(&d);
		return;
	}
	if (c->params.format == FORMAT_SVG || c->params.format == FORMAT_PNG) {
		add_provinces(&d.view, &provinces);
		view_gather(&d.view, &provinces, by_region);
		view_sort(&d.view, &provinces);
		headline_provinces(&d.headline, &d.view, &provinces, whole);
		draw_country(&d, &provinces);
	} else if (!whole->heard && !view_has_history(&d.view)) {
		html_fill(&d.headline, d.view.lang, TEXT_HEAD_EMPTY, NULL, NULL, NULL);
		write_empty(&d);
	} else {
		add_provinces(&d.view, &provinces);
		view_gather(&d.view, &provinces, by_region);
		view_gather(&d.view, &accesses, by_access);
		view_gather(&d.view, &networks, by_isp);
		view_gather_events(&d.view, country);
		view_gather_events(&d.view, by_region);
		view_sort(&d.view, &provinces);
		view_sort(&d.view, &networks);
		headline_provinces(&d.headline, &d.view, &provinces, whole);
		write_country(&d, whole, &provinces, &accesses, &networks);
	}
	strips_clear(&provinces);
	strips_clear(&networks);
	strips_clear(&accesses);
	draft_finish(&d);
}

static struct page_grid series_grid(struct draft *d, const struct strips *parts, enum text heading)
{
	return grid_of(d, "parts", heading,
		       heading == TEXT_NETWORKS ? TEXT_TWIN_SERIES : TEXT_TWIN_PROVINCE, parts);
}

static void draw_series(struct draft *d, const struct page *page, const struct strips *parts,
			enum text heading)
{
	const struct page_grid grid = series_grid(d, parts, heading);
	page_picture_grid(&d->html, &d->view, page, &grid, d->whole.items);
}

static void write_series(struct draft *d, const struct page *page, const char *name,
			 const struct strips *parts, enum text heading)
{
	const struct strip *whole = d->whole.items;
	const struct view *v = &d->view;
	struct html *h = &d->html;
	page_begin(h, v, page);
	if (embed_is_asked(v->call)) {
		part_hero(h, v, whole, name);
		page_end(h, v, page);
		return;
	}
	part_coverage(h, v, whole, NULL);
	part_hero(h, v, whole, name);
	const struct page_grid grid = series_grid(d, parts, heading);
	part_grid(h, v, &grid);
	part_events(h, v, page);
	part_reach(h, v, whole);
	part_mechanisms(h, whole->current.v.mech, TEXT_MECHANISM_NOTE);
	part_legend(h, v);
	page_end(h, v, page);
}

/* A region or a network: its own states and share, then what it is made of. */
static void answer_series(struct call *c, const struct series *own, const char *name,
			  struct series_query q, enum text heading)
{
	char path[32], data[64], stream[64], isp[ROWTEXT_ISP_LEN];
	const char *kind = *own->region ? "region" : "isp";
	const char *code = *own->region ? own->region : rowtext_isp(isp, own->isp);
	struct page page = {.path = path,
			    .picture = path,
			    .data = path,
			    .data_query = data,
			    .ranges = true,
			    .stream = stream};
	struct strips parts = {0};
	struct draft d;

	snprintf(path, sizeof(path), "/%s/%s", kind, code);
	snprintf(data, sizeof(data), "%s=%s&amp;by=region,isp,access", kind, code);
	snprintf(stream, sizeof(stream), "%s=%s&amp;by=%s", kind, code, kind);
	draft_init(&d, c);
	struct strip *whole = gather_whole(&d, own, &q);
	view_gather_events(&d.view, q);
	struct series_query queries[] = {q, q};
	q.by_region = q.by_isp = q.by_access = true;
	queries[1] = q;
	if (page_is_data(c)) {
		draft_figures(&d, &(struct page_figures){code, queries, 2, false});
		return;
	}
	view_gather(&d.view, &parts, q);
	view_sort(&d.view, &parts);
	headline_series(&d.headline, d.view.lang, name, whole);
	page.headline = d.headline.data;
	if (c->params.format == FORMAT_HTML)
		write_series(&d, &page, name, &parts, heading);
	else
		draw_series(&d, &page, &parts, heading);
	strips_clear(&parts);
	draft_finish(&d);
}

static void not_found(struct call *c)
{
	struct problem p = {0};
	problem_set(&p, 404, "", "%s has nothing of this name", c->api->country->name_en);
	respond_problem(c, &p);
}

void page_region(struct call *c)
{
	const struct country *country = c->api->country;
	const struct region *r = NULL;
	for (size_t i = 0; i < country->n_regions && !r; i++)
		if (!strcasecmp(country->regions[i].code, c->tail))
			r = &country->regions[i];
	if (!r) {
		not_found(c);
		return;
	}
	struct series own = {.isp = ISP_ANY, .access = ACCESS_ANY};
	memcpy(own.region, r->code, sizeof(own.region));
	const char *regions[] = {r->code, NULL};
	const struct series_query q = {.regions = regions, .access = -1};
	answer_series(c, &own, rowtext_region_name(country, r->code, c->params.lang), q,
		      TEXT_NETWORKS);
}

void page_isp(struct call *c)
{
	const char *digits = strncasecmp(c->tail, "AS", 2) ? c->tail : c->tail + 2;
	unsigned long asn = strtoul(digits, NULL, 10);
	const struct isp *isp =
		asn && asn < ISP_ANY ? country_isp(c->api->country, (uint32_t)asn) : NULL;
	if (!isp || digits[strspn(digits, "0123456789")]) {
		not_found(c);
		return;
	}
	const struct series own = {.isp = isp->asn, .access = ACCESS_ANY};
	const struct series_query q = {.isps = &isp->asn, .n_isps = 1, .access = -1};
	answer_series(c, &own, rowtext_isp_name(c->api->country, isp->asn, c->params.lang), q,
		      TEXT_NETWORK_BY_PROVINCE);
}

void page_problem(struct call *c, const struct problem *p)
{
	enum text heading = p->status == 404   ? TEXT_NOT_FOUND
			    : p->status == 503 ? TEXT_TRY_LATER
					       : TEXT_BAD_REQUEST;
	const struct page page = {.path = "/", .headline = html_word(c->params.lang, heading)};
	struct draft d;
	draft_init(&d, c);
	d.reply.status = p->status;
	respond_problem_headers(c, &d.reply, p);
	page_begin(&d.html, &d.view, &page);
	html_put(&d.html, "<p lang=\"en\" dir=\"ltr\">");
	html_text(&d.html, p->detail);
	html_put(&d.html, "</p>\n<p><a href=\"");
	html_putf(&d.html, "%s/", lang_prefix(d.view.lang));
	html_put(&d.html, "\">");
	html_say(&d.html, TEXT_HOME, NULL, NULL, NULL);
	html_put(&d.html, "</a></p>\n");
	page_end(&d.html, &d.view, &page);
	draft_finish(&d);
}
