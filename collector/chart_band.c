/* chart_band.c: one rectangle per run, in percent. */
#include "collector/chart_band.h"

/* Beyond this a band's runs get no tooltips: noise that nobody would hover through. */
#define TITLES_MAX 60

static double percent(const struct chart *c, int64_t ms)
{
	return 100.0 * (double)(ms - c->from_ms) / (double)(c->until_ms - c->from_ms);
}

static void put_run(struct html *h, const struct chart *c, const struct chart_run *r,
		    const struct chart_scale *s)
{
	html_putf(h, "<rect x=\"%.2f%%\" width=\"%.2f%%\" height=\"100%%\" ",
		  percent(c, r->start_ms), percent(c, r->end_ms) - percent(c, r->start_ms));
	chart_look(h, r->state);
	if (c->n > TITLES_MAX) {
		html_put(h, "/>");
		return;
	}
	html_put(h, "><title>");
	html_text(h,
		  words_moment_in(h->lang, s->calendar, r->start_ms, s->offset_min, c->until_ms).s);
	html_put(h, "–");
	html_text(h,
		  words_moment_in(h->lang, s->calendar, r->end_ms, s->offset_min, c->until_ms).s);
	html_put(h, " ");
	html_say(h, html_state_text(r->state), NULL, NULL, NULL);
	html_put(h, "</title></rect>");
}

void chart_band(struct html *h, const struct chart_place *place, const struct chart *c,
		const char *label, const struct chart_scale *s)
{
	chart_open(h, place, "band");
	html_put(h, " role=\"img\" aria-label=\"");
	html_text(h, label);
	html_put(h, "\"><rect width=\"100%\" height=\"100%\" ");
	chart_look(h, STATE_INSUFFICIENT);
	html_put(h, "/>");
	for (size_t i = 0; i < c->n; i++)
		if (c->runs[i].state != STATE_INSUFFICIENT)
			put_run(h, c, &c->runs[i], s);
	html_put(h, "</svg>");
}
