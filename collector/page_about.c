/* page_about.c: /join, how to run a probe, with the risk first; /data, what can be taken away and how it is pinned. */
#include <stdio.h>
#include <string.h>

#include "collector/country.h"
#include "collector/package.h"
#include "collector/page.h"
#include "collector/shelf.h"
#include "collector/words.h"

#define PAGE_MAX   (256u * 1024)
#define ORIGIN_MAX 512

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
}

static void put_part(struct html *h, enum text heading, enum text text)
{
	html_put(h, "<h2>");
	say(h, heading);
	html_put(h, "</h2>\n<p>");
	html_tell(h, text, NULL, NULL, NULL);
	html_put(h, "</p>\n");
}

/* A page of text: write puts what stands between its heading and its end. */
static void answer(struct call *c, const char *path, enum text title,
		   void (*write)(struct html *h, const struct view *v))
{
	const struct page page = {.path = path, .headline = html_word(c->params.lang, title)};
	struct reply reply;
	struct view v;
	view_init(&v, c);
	reply_init(&reply, 200, PAGE_MAX);
	struct html h = {&reply.body, v.lang};
	page_begin(&h, &v, &page);
	html_put(&h, "<article class=\"text\">\n");
	write(&h, &v);
	html_put(&h, "</article>\n");
	page_end(&h, &v, &page);
	view_clear(&v);
	page_answer_take(c, &reply);
}

void page_commands(struct html *h, const struct view *v)
{
	const struct country *c = v->country;
	struct buf origin;
	buf_init(&origin, ORIGIN_MAX);
	page_origin(&origin, v->call);
	html_put(h, "<pre dir=\"ltr\">fanous-probe init --country ");
	html_text(h, c->code);
	html_put(h, " --region ");
	html_text(h, c->n_regions ? c->regions[0].code : "");
	html_put(h, " \\\n    --collector ");
	html_text(h, origin.data);
	html_put(h, " \\\n    --key ");
	html_text(h, v->call->api->key);
	html_put(h, "\nfanous-probe run</pre>\n");
	buf_clear(&origin);
}

static void write_join(struct html *h, const struct view *v)
{
	put_part(h, TEXT_JOIN_RISK, TEXT_JOIN_RISK_SEEN);
	html_put(h, "<p>");
	say(h, TEXT_JOIN_RISK_YOU);
	html_put(h, "</p>\n");
	put_part(h, TEXT_JOIN_DOES, TEXT_JOIN_DOES_WHAT);
	put_part(h, TEXT_JOIN_HOW, TEXT_JOIN_HOW_WHAT);
	page_commands(h, v);
	put_part(h, TEXT_JOIN_END, TEXT_JOIN_END_WHAT);
	html_put(h, "<pre dir=\"ltr\">fanous-probe wipe --yes</pre>\n");
}

void page_join(struct call *c)
{
	answer(c, "/join", TEXT_JOIN, write_join);
}

static void put_link_as(struct html *h, const char *path, const char *name)
{
	html_put(h, "<a href=\"");
	html_text(h, path);
	html_put(h, "\"><code dir=\"ltr\">");
	html_text(h, name);
	html_put(h, "</code></a>");
}

static void put_link(struct html *h, const char *path)
{
	put_link_as(h, path, path);
}

/* What the API has, as its table says it; a program's paths have no language. */
static void put_paths(struct html *h)
{
	size_t n;
	const struct route *r = api_routes(&n);
	html_put(h, "<table lang=\"en\" dir=\"ltr\"><tbody>\n");
	for (size_t i = 0; i < n; i++) {
		if (strncmp(r[i].path, "/api/", 5) || r[i].methods != ROUTE_GET)
			continue;
		html_put(h, "<tr><td>");
		put_link(h, r[i].example);
		html_put(h, "</td><td>");
		html_text(h, r[i].doc);
		html_put(h, "</td></tr>\n");
	}
	html_put(h, "</tbody></table>\n");
}

static void put_links(struct html *h, const char *const *paths)
{
	html_put(h, "<ul>\n");
	for (; *paths; paths++) {
		html_put(h, "<li>");
		put_link(h, *paths);
		html_put(h, "</li>\n");
	}
	html_put(h, "</ul>\n");
}

struct months {
	struct html *h;
	const struct view *v;
	size_t n;
};

static void put_month(void *arg, const struct shelf_item *i)
{
	struct months *m = arg;
	char name[SHELF_NAME_LEN], path[96];
	shelf_name(name, i);
	html_put(m->h, m->n++ ? "<li>" : "<ul>\n<li>");
	html_say(m->h, TEXT_DATA_MONTH, name,
		 words_date(m->h->lang, shelf_asof_ms(i), m->v->offset_min).s, NULL);
	html_put(m->h, "<br>\n");
	for (const char *const *f = package_files(); *f; f++) {
		if (strstr(*f, ".gz"))
			continue;
		snprintf(path, sizeof(path), "/data/%s/%s", name, *f);
		put_link_as(m->h, path, *f);
		html_put(m->h, f[1] ? " · " : "");
	}
	html_put(m->h, "</li>\n");
}

static void put_months(struct html *h, const struct view *v)
{
	const struct api *a = v->call->api;
	struct months m = {h, v, 0};
	put_part(h, TEXT_DATA_MONTHS, TEXT_DATA_MONTHS_WHAT);
	if (a->packages)
		shelf_list(a->packages, store_began(a->publish->store), api_now_ms(a), put_month,
			   &m);
	html_put(h, m.n ? "</ul>\n" : "<p>");
	if (m.n)
		return;
	say(h, TEXT_DATA_MONTHS_NONE);
	html_put(h, "</p>\n");
}

static void write_data(struct html *h, const struct view *v)
{
	static const char *const pictures[] = {"/country.svg?range=30d", "/map.png", NULL};
	static const char *const feeds[] = {"/events.atom", "/events.ics", NULL};
	static const char *const document[] = {"/openapi.json", NULL};
	uint32_t min_probes = v->call->api->publish->min_probes;
	html_put(h, "<p>");
	say(h, TEXT_DATA_FREE);
	html_put(h, " ");
	say(h, TEXT_LICENCE);
	if (min_probes > 1) {
		html_put(h, " ");
		html_say(h, TEXT_MIN_PROBES, words_int(h->lang, min_probes).s, NULL, NULL);
	}
	html_put(h, "</p>\n");
	put_part(h, TEXT_DATA_TABLES, TEXT_DATA_TABLES_WHAT);
	put_paths(h);
	put_links(h, document);
	put_months(h, v);
	put_part(h, TEXT_DATA_PINNED, TEXT_DATA_PINNED_WHAT);
	put_part(h, TEXT_DATA_PICTURES, TEXT_DATA_PICTURES_WHAT);
	put_links(h, pictures);
	put_part(h, TEXT_DATA_FEEDS, TEXT_DATA_FEEDS_WHAT);
	put_links(h, feeds);
}

void page_data(struct call *c)
{
	answer(c, "/data", TEXT_DATA_TITLE, write_data);
}
