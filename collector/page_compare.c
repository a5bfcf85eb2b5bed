/* page_compare.c: /compare: regions and networks side by side, each with its states and its share. */
#include <stdlib.h>
#include <string.h>

#include "collector/chart_multiples.h"
#include "collector/chart_twin.h"
#include "collector/country.h"
#include "collector/page.h"
#include "collector/words.h"

#define PAGE_MAX  (4u * 1024 * 1024)
#define TITLE_MAX 8192
/* More than this nobody compares, and each takes a look into the store. */
#define SERIES_MAX 12
/* Rows of a table of shares. */
#define STEPS_MOST 48
/* Of what is shown when nothing was chosen: the regions with the most people. */
#define DEFAULT_REGIONS 4

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
}

static bool is_shown(const struct strips *s, const char *region, uint32_t isp)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->items[i].series.region, region) && s->items[i].series.isp == isp)
			return true;
	return false;
}

static void add(struct view *v, struct strips *s, const char *region, uint32_t isp)
{
	struct series series = {.isp = isp, .access = ACCESS_ANY};
	const char *regions[2];
	if (s->n == SERIES_MAX || is_shown(s, region, isp))
		return;
	memcpy(series.region, region, strlen(region) + 1);
	view_strip(v, s, &series);
	view_gather(v, s, store_query_one(&series, regions, 0, 0));
}

static int most_people(const void *a, const void *b)
{
	const struct region *const *x = a, *const *y = b;
	return (*x)->population < (*y)->population   ? 1
	       : (*x)->population > (*y)->population ? -1
						     : 0;
}

static void add_default(struct view *v, struct strips *s)
{
	const struct country *c = v->country;
	const struct region **r = xcalloc(c->n_regions + 1, sizeof(*r));
	for (size_t i = 0; i < c->n_regions; i++)
		r[i] = &c->regions[i];
	qsort(r, c->n_regions, sizeof(*r), most_people);
	for (size_t i = 0; i < c->n_regions && i < DEFAULT_REGIONS; i++)
		add(v, s, r[i]->code, ISP_ANY);
	free(r);
}

static void gather(struct view *v, struct strips *s)
{
	const struct params *p = &v->call->params;
	for (size_t i = 0; i < p->n_regions; i++)
		add(v, s, p->regions[i], ISP_ANY);
	for (size_t i = 0; i < p->n_isps; i++)
		add(v, s, "", p->isps[i]);
	if (!p->n_regions && !p->n_isps)
		add_default(v, s);
}

static void put_choice(struct html *h, const char *parameter, const char *value, const char *name,
		       bool on)
{
	html_putf(h, "<li><label><input type=\"checkbox\" name=\"%s\" value=\"", parameter);
	html_text(h, value);
	html_put(h, on ? "\" checked> " : "\"> ");
	html_text(h, name);
	html_put(h, "</label></li>\n");
}

/* A form that works without a script. */
static void put_form(struct html *h, const struct view *v, const struct strips *s)
{
	const struct country *c = v->country;
	const char *range = query_get(&v->call->query, "range");
	char isp[ROWTEXT_ISP_LEN];
	html_putf(
		h,
		"<form class=\"choose\" method=\"get\" action=\"%s/compare\">\n<details><summary>",
		lang_prefix(v->lang));
	html_say(h, TEXT_COMPARE_CHOOSE, words_int(h->lang, SERIES_MAX).s, NULL, NULL);
	html_put(h, "</summary>\n<ul>\n");
	for (size_t i = 0; i < c->n_regions; i++)
		put_choice(h, "region", c->regions[i].code,
			   rowtext_region_name(c, c->regions[i].code, h->lang),
			   is_shown(s, c->regions[i].code, ISP_ANY));
	for (size_t i = 0; i < c->n_isps; i++)
		put_choice(h, "isp", rowtext_isp(isp, c->isps[i].asn),
			   rowtext_isp_name(c, c->isps[i].asn, h->lang),
			   is_shown(s, "", c->isps[i].asn));
	html_put(h, "</ul>\n");
	if (range) {
		html_put(h, "<input type=\"hidden\" name=\"range\" value=\"");
		html_text(h, range);
		html_put(h, "\">\n");
	}
	html_put(h, "<button>");
	say(h, TEXT_COMPARE_SHOW);
	html_put(h, "</button>\n</details>\n</form>\n");
}

/* "Compared: Tehran, Fars, MCI" */
static void put_title(struct buf *out, const struct view *v, const struct page_rows *rows)
{
	struct buf names;
	buf_init(&names, TITLE_MAX);
	for (size_t i = 0; i < rows->n; i++)
		html_fill(&names, v->lang, i ? TEXT_COMPARE_NEXT : TEXT_COMPARE_FIRST,
			  rows->rows[i].name, NULL, NULL);
	html_fill(out, v->lang, TEXT_COMPARED, names.data, NULL, NULL);
	buf_clear(&names);
}

/* The same choice, in the addresses of other ranges and languages. */
static void put_path(struct buf *out, const struct strips *s)
{
	char isp[ROWTEXT_ISP_LEN];
	buf_puts(out, "/compare");
	for (size_t i = 0; i < s->n; i++) {
		const struct series *one = &s->items[i].series;
		buf_printf(out, "%c%s=%s", i ? '&' : '?', *one->region ? "region" : "isp",
			   *one->region ? one->region : rowtext_isp(isp, one->isp));
	}
}

/* A word for this choice: "compare.IR-23.AS44244". */
static void put_word(struct buf *out, const struct strips *s)
{
	char isp[ROWTEXT_ISP_LEN];
	buf_puts(out, "compare");
	for (size_t i = 0; i < s->n; i++) {
		const struct series *one = &s->items[i].series;
		buf_printf(out, ".%s", *one->region ? one->region : rowtext_isp(isp, one->isp));
	}
}

/* The shares, and each as a table. */
static void part_shares(struct html *h, const struct view *v, const struct page_rows *rows)
{
	const struct chart_multiples m = {view_scale(v), rows->rows, rows->n};
	html_put(h, "<section>\n<h2>");
	say(h, TEXT_COMPARE_SHARES);
	html_put(h, "</h2>\n");
	chart_multiples_html(h, &m);
	for (size_t i = 0; i < rows->n; i++) {
		html_put(h, "<h3>");
		html_text(h, rows->rows[i].name);
		html_put(h, "</h3>\n");
		chart_twin_share(h, &m.scale, rows->rows[i].share, STEPS_MOST);
	}
	html_put(h, "</section>\n");
}

static void write_parts(struct html *h, const struct view *v, const struct page *p,
			const struct page_grid *g, const struct page_rows *rows)
{
	struct buf word;
	buf_init(&word, TITLE_MAX);
	put_word(&word, g->strips);
	page_begin(h, v, p);
	put_form(h, v, g->strips);
	part_grid(h, v, g);
	part_shares(h, v, rows);
	part_cite(h, v, p, word.data);
	part_legend(h, v);
	page_end(h, v, p);
	buf_clear(&word);
}

static void write_page(struct html *h, const struct view *v, const struct strips *s)
{
	const struct series any = {.isp = ISP_ANY, .access = ACCESS_ANY};
	struct page_rows rows;
	struct buf title, path;
	buf_init(&title, TITLE_MAX);
	buf_init(&path, TITLE_MAX);
	page_rows_init(&rows, v, &any, s);
	put_title(&title, v, &rows);
	put_path(&path, s);
	const struct page page = {.path = path.data,
				  .headline = title.data,
				  .picture = path.data,
				  .data = path.data,
				  .ranges = true};
	const struct page_grid grid = {.id = "compared",
				       .heading = TEXT_COMPARE_STATES,
				       .names = TEXT_COMPARE_NAMES,
				       .own = &any,
				       .strips = s,
				       .finding = title.data,
				       .newest = true};
	if (v->call->params.format == FORMAT_HTML)
		write_parts(h, v, &page, &grid, &rows);
	else
		page_picture_multiples(h, v, &page, &grid);
	page_rows_clear(&rows);
	buf_clear(&title);
	buf_clear(&path);
}

static void answer_figures(struct view *v, const struct strips *s)
{
	const char *regions[SERIES_MAX][2];
	struct series_query queries[SERIES_MAX];
	for (size_t i = 0; i < s->n; i++)
		queries[i] = store_query_one(&s->items[i].series, regions[i], 0, 0);
	page_figures_answer(v, &(struct page_figures){"compare", queries, s->n, false});
}

static void answer_page(struct view *v, const struct strips *s)
{
	struct problem why = {.retry_after_s = 5};
	struct reply reply;
	reply_init(&reply, 200, PAGE_MAX);
	struct html h = {&reply.body, v->lang};
	write_page(&h, v, s);
	if (v->failed) {
		reply_clear(&reply);
		problem_set(&why, 503, "", "the store can't be read at this moment");
		respond_problem(v->call, &why);
	} else if (v->call->params.format == FORMAT_HTML) {
		page_answer_take(v->call, &reply);
	} else {
		page_picture_answer_take(v->call, &reply);
	}
}

void page_compare(struct call *c)
{
	struct strips s = {.shares = true};
	struct view v;
	view_init(&v, c);
	gather(&v, &s);
	if (page_is_data(c))
		answer_figures(&v, &s);
	else
		answer_page(&v, &s);
	strips_clear(&s);
	view_clear(&v);
}
