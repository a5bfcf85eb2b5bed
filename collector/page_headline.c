/* page_headline.c: the state of a country in one sentence. It says what was observed, and what was
 * not; never who did it or why. */
#include "collector/meaning.h"
#include "collector/page.h"
#include "collector/withhold.h"
#include "collector/words.h"

#define HEARD_MAX 1024

struct tally {
	size_t known, lost, silent, worse, few;
	const struct strip *only; /* the one that is lost, when it is one */
};

static struct tally count(const struct strips *provinces)
{
	struct tally t = {0};
	for (size_t i = 0; i < provinces->n; i++) {
		enum state s = provinces->items[i].current.v.state;
		t.few += s == STATE_INSUFFICIENT;
		t.known += s != STATE_INSUFFICIENT;
		t.silent += s == STATE_SILENT;
		t.worse += s == STATE_RESTRICTED || s == STATE_THROTTLED;
		if (state_is_loss(s) && s != STATE_SILENT) {
			t.lost++;
			t.only = &provinces->items[i];
		}
	}
	return t;
}

void headline_series(struct buf *out, enum lang lang, const char *name, const struct strip *s)
{
	html_fill(out, lang, TEXT_HEAD_STATE, name, meaning_state(lang, s->current.v.state), NULL);
}

void headline_provinces(struct buf *out, const struct view *v, const struct strips *provinces,
			const struct strip *whole)
{
	struct tally t = count(provinces);
	enum lang l = v->lang;
	struct words of = words_int(l, (int64_t)provinces->n), lost = words_int(l, (int64_t)t.lost);
	struct words silent = words_int(l, (int64_t)t.silent);
	if (provinces->n <= 1 || (!t.known && whole))
		headline_series(out, l, page_country_name(v), whole);
	else if (t.lost == 1 && !t.silent)
		html_fill(out, l, TEXT_HEAD_LOST_ONE, NULL, NULL,
			  rowtext_region_name(v->country, t.only->series.region, l));
	else if (t.lost && t.silent)
		html_fill(out, l, TEXT_HEAD_LOST_SILENT, lost.s, of.s, silent.s);
	else if (t.lost)
		html_fill(out, l, t.lost == provinces->n ? TEXT_HEAD_LOST_ALL : TEXT_HEAD_LOST,
			  lost.s, of.s, NULL);
	else if (t.silent)
		html_fill(out, l, TEXT_HEAD_SILENT, silent.s, of.s, NULL);
	else if (t.worse)
		html_fill(out, l, TEXT_HEAD_WORSE, words_int(l, (int64_t)t.worse).s, of.s, NULL);
	else
		html_fill(out, l, t.known ? TEXT_HEAD_FINE : TEXT_HEAD_UNKNOWN, NULL, NULL, NULL);
}

void page_heard(struct buf *out, const struct view *view, const struct verdict *v)
{
	enum lang l = view->lang;
	uint32_t min_probes = view->call->api->publish->min_probes;
	if (withhold_gives_away(v))
		html_fill(out, l, TEXT_HEARD_WITHHELD, NULL, NULL, NULL);
	else if (v->probes < min_probes && min_probes > 1)
		html_fill(out, l, TEXT_HEARD_FEW, words_int(l, min_probes).s, NULL, NULL);
	else
		html_fill(out, l, TEXT_HEARD, words_int(l, v->probes).s, NULL, NULL);
	if (!v->expected)
		return;
	buf_putc(out, ' ');
	html_fill(out, l, TEXT_EXPECTED, words_int(l, v->expected).s, NULL, NULL);
}

void part_coverage(struct html *h, const struct view *v, const struct strip *whole,
		   const struct strips *provinces)
{
	int64_t end = v->until_ms;
	const struct row *r = whole ? &whole->current : NULL;
	enum lang l = h->lang;
	struct buf heard;
	buf_init(&heard, HEARD_MAX);
	if (r && r->step_ms && r->v.state != STATE_INSUFFICIENT)
		end = r->start_ms + r->step_ms;
	html_put(h, "<p class=\"at\">");
	html_say(h, v->offset_min ? TEXT_AT : TEXT_AT_UTC, words_time(l, end, v->offset_min).s,
		 words_time(l, end, 0).s, words_date(l, end, v->offset_min).s);
	html_put(h, " ");
	if (r) {
		page_heard(&heard, v, &r->v);
		html_text(h, heard.data);
	}
	buf_clear(&heard);
	struct tally t = provinces ? count(provinces) : (struct tally){0};
	if (t.few && t.known) {
		html_put(h, " ");
		html_say(h, TEXT_TOO_FEW, words_int(l, (int64_t)t.few).s, NULL, NULL);
	}
	html_put(h, "</p>\n");
}
