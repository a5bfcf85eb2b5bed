/* page_parts.c: tables of the newest step: what probes reach, and how it fails. Every figure comes with
 * its n. */
#include "collector/meaning.h"
#include "collector/page.h"
#include "collector/words.h"

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
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

void part_mechanisms(struct html *h, const struct verdict_count *mech, enum text note)
{
	enum lang l = h->lang;
	bool any = false;
	for (int m = 0; m < MECHANISMS; m++) {
		const struct verdict_count *c = &mech[m];
		if (!c->n || !c->hit)
			continue;
		if (!any) {
			html_put(h, "<section class=\"reach\">\n<h2>");
			say(h, TEXT_MECHANISMS);
			html_put(h, "</h2>\n<table><thead><tr><th scope=\"col\">");
			say(h, TEXT_MECHANISM);
			html_put(h, "</th><th scope=\"col\">");
			say(h, TEXT_MECHANISM_SEEN);
			html_put(h, "</th></tr></thead>\n<tbody>\n");
			any = true;
		}
		html_put(h, "<tr><th scope=\"row\">");
		html_text(h, meaning_mechanism(l, (enum mechanism)m));
		html_put(h, "</th><td>");
		html_say(h, TEXT_REACH_OF, words_int(l, c->hit).s, words_int(l, c->n).s, NULL);
		html_put(h, "</td></tr>\n");
	}
	if (!any)
		return;
	html_put(h, "</tbody></table>\n<p class=\"note\">");
	say(h, note);
	html_put(h, "</p>\n</section>\n");
}
