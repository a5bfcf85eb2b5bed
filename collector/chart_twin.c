/* chart_twin.c: tables in <details>. */
#include "collector/chart_twin.h"

#include <string.h>

#include "collector/chart_share.h"

struct twin {
	struct html *h;
	const struct chart_scale *scale;
	size_t n, most; /* rows asked for; rows that are written */
};

static void put_head(struct html *h, enum text summary, const char *heading,
		     const enum text *columns, size_t n)
{
	html_put(h, "<details class=\"twin\"><summary>");
	html_say(h, summary, NULL, NULL, NULL);
	html_put(h, "</summary>\n<table><thead><tr>");
	if (heading) {
		html_put(h, "<th scope=\"col\">");
		html_text(h, heading);
		html_put(h, "</th>");
	}
	for (size_t i = 0; i < n; i++) {
		html_put(h, "<th scope=\"col\">");
		html_say(h, columns[i], NULL, NULL, NULL);
		html_put(h, "</th>");
	}
	html_put(h, "</tr></thead>\n<tbody>\n");
}

static void put_tail(const struct twin *t)
{
	html_put(t->h, "</tbody></table>\n");
	if (t->n > t->most) {
		html_put(t->h, "<p class=\"note\">");
		html_say(t->h, TEXT_TWIN_MORE, words_int(t->h->lang, (int64_t)(t->n - t->most)).s,
			 NULL, NULL);
		html_put(t->h, "</p>\n");
	}
	html_put(t->h, "</details>\n");
}

static void put_time(const struct twin *t, int64_t ms)
{
	const struct chart_scale *s = t->scale;
	html_put(t->h, "<td>");
	html_text(t->h, words_moment_in(t->h->lang, s->calendar, ms, s->offset_min, s->until_ms).s);
	html_put(t->h, "</td>");
}

static void put_run(struct twin *t, const char *name, const struct chart_run *r)
{
	if (++t->n > t->most)
		return;
	html_put(t->h, "<tr>");
	if (name) {
		html_put(t->h, "<th scope=\"row\">");
		html_text(t->h, name);
		html_put(t->h, "</th>");
	}
	put_time(t, r->start_ms);
	put_time(t, r->end_ms);
	html_put(t->h, "<td>");
	html_say(t->h, html_state_text(r->state), NULL, NULL, NULL);
	html_put(t->h, "</td></tr>\n");
}

void chart_twin(struct html *h, const struct chart_scale *s, const char *heading,
		const struct chart_row *rows, size_t n, size_t most)
{
	static const enum text columns[] = {TEXT_TWIN_FROM, TEXT_TWIN_UNTIL, TEXT_TWIN_STATE};
	struct twin t = {h, s, 0, most};
	bool named = n != 1 || rows[0].name;
	put_head(h, TEXT_TWIN, named ? heading : NULL, columns, 3);
	for (size_t i = 0; i < n; i++) {
		struct chart_walk w = {.chart = rows[i].chart};
		struct chart_run r;
		while (chart_walk(&w, &r))
			put_run(&t, named ? rows[i].name : NULL, &r);
	}
	put_tail(&t);
}

static void put_point(struct twin *t, const struct chart_share *share, size_t from, size_t until)
{
	const struct chart_point *p = &share->points[from];
	enum lang l = t->h->lang;
	if (++t->n > t->most)
		return;
	html_put(t->h, "<tr>");
	put_time(t, share->from_ms + (int64_t)from * share->step_ms);
	put_time(t, share->from_ms + (int64_t)until * share->step_ms);
	html_put(t->h, "<td>");
	html_text(t->h, p->up < 0 ? "–" : words_percent(l, p->up / 100.0).s);
	html_put(t->h, "</td><td>");
	html_text(t->h, p->up < 0 ? "–" : words_interval(l, p->lo / 100.0, p->hi / 100.0).s);
	html_put(t->h, "</td></tr>\n");
}

void chart_twin_share(struct html *h, const struct chart_scale *s, const struct chart_share *share,
		      size_t most)
{
	static const enum text columns[] = {TEXT_TWIN_FROM, TEXT_TWIN_UNTIL, TEXT_TWIN_UP,
					    TEXT_TWIN_INTERVAL};
	struct twin t = {h, s, 0, most};
	put_head(h, TEXT_TWIN_SHARE, NULL, columns, 4);
	for (size_t i = 0, end; i < share->n; i = end) {
		for (end = i + 1; end < share->n; end++)
			if (memcmp(&share->points[end], &share->points[i], sizeof(*share->points)))
				break;
		put_point(&t, share, i, end);
	}
	put_tail(&t);
}
