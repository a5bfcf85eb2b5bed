/* telling.c: what, where, from when to when; then the figures; then what has to be known to read
 * them rightly. */
#include "collector/telling.h"

#include <math.h>
#include <stdio.h>

#include "collector/html.h"
#include "collector/meaning.h"
#include "collector/rowtext.h"
#include "collector/words.h"
#include "common/clock.h"

#define SHORT 512 /* bytes of a part */

struct teller {
	struct buf *out;
	const struct telling *t;
	const struct event *e;
	enum lang lang;
	int offset_min;
};

static void say(const struct teller *w, enum text text, const char *a, const char *b, const char *c)
{
	html_fill(w->out, w->lang, text, a, b, c);
}

/* The same as a sentence of its own. */
static void add(const struct teller *w, enum text text, const char *a, const char *b, const char *c)
{
	buf_putc(w->out, ' ');
	say(w, text, a, b, c);
}

/* A text that is filled in, to be filled into another one. */
static const char *part(struct buf *b, const struct teller *w, enum text text, const char *a1,
			const char *a2, const char *a3)
{
	html_fill(b, w->lang, text, a1, a2, a3);
	return b->data ? b->data : "";
}

/* --- where --- */

static enum text on_access(enum access_type access)
{
	switch (access) {
	case ACCESS_MOBILE: return TEXT_TELL_ON_MOBILE;
	case ACCESS_FIXED: return TEXT_TELL_ON_FIXED;
	case ACCESS_DATACENTRE: return TEXT_TELL_ON_DATACENTRE;
	default: return TEXT_TELL_ON_UNKNOWN;
	}
}

static enum text access_word(enum access_type access)
{
	switch (access) {
	case ACCESS_MOBILE: return TEXT_ACCESS_MOBILE;
	case ACCESS_FIXED: return TEXT_ACCESS_FIXED;
	case ACCESS_DATACENTRE: return TEXT_ACCESS_DATACENTRE;
	default: return TEXT_ACCESS_UNKNOWN;
	}
}

static void put_network(struct buf *out, const struct teller *w)
{
	const struct series *s = &w->e->series;
	char number[ROWTEXT_ISP_LEN];
	const char *name = rowtext_isp_name(w->t->country, s->isp, w->lang);
	if (s->isp == ISP_ANY) {
		html_fill(out, w->lang, on_access(s->access), NULL, NULL, NULL);
		return;
	}
	if (!s->isp)
		name = html_word(w->lang, TEXT_TELL_ISP_UNKNOWN);
	else if (!*name)
		name = rowtext_isp(number, s->isp);
	if (s->access == ACCESS_ANY)
		html_fill(out, w->lang, TEXT_TELL_ON_ISP, name, NULL, NULL);
	else
		html_fill(out, w->lang, TEXT_TELL_ON_ISP_ACCESS, name,
			  html_word(w->lang, access_word(s->access)), NULL);
}

static void put_where(struct buf *out, const struct teller *w)
{
	const struct series *s = &w->e->series;
	const struct country *c = w->t->country;
	const char *name = rowtext_country_name(c, w->lang);
	if (*s->region)
		name = rowtext_region_name(c, s->region, w->lang);
	if (s->isp != ISP_ANY || s->access != ACCESS_ANY) {
		put_network(out, w);
		buf_putc(out, ' ');
	}
	if (*s->region && !region_is_place(s->region))
		html_fill(out, w->lang, TEXT_TELL_IN_UNKNOWN, NULL, NULL, NULL);
	else
		html_fill(out, w->lang, TEXT_TELL_IN, name, NULL, NULL);
}

/* --- what --- */

static bool is_over(const struct event *e)
{
	return e->end_ms != 0;
}

static enum text what(const struct event *e)
{
	switch (e->kind) {
	case SIGN_IPV6: return TEXT_TELL_IPV6;
	case SIGN_QUIC: return TEXT_TELL_QUIC;
	case SIGN_DNS: return TEXT_TELL_DNS;
	case SIGN_TOOLS: return TEXT_TELL_TOOLS;
	case SIGN_SLOW: return TEXT_TELL_SLOW;
	default: break;
	}
	if (e->basis & EVENT_VOTES)
		return TEXT_TELL_LOSS;
	return is_over(e) ? TEXT_TELL_WAS_SILENT : TEXT_TELL_SILENT;
}

static void put_what(const struct teller *w)
{
	struct buf where;
	buf_init(&where, SHORT);
	put_where(&where, w);
	say(w, what(w->e), where.data, NULL, NULL);
	buf_clear(&where);
}

/* --- when --- */

static bool same_day(const struct teller *w, int64_t a_ms, int64_t b_ms)
{
	int64_t offset = w->offset_min * 60000LL;
	return (a_ms + offset) / CLOCK_DAY_MS == (b_ms + offset) / CLOCK_DAY_MS;
}

/* "20:15 (between 20:14 and 20:16)"; what lies on another day is given with it. */
static const char *span(struct buf *b, const struct teller *w, int64_t at_ms, int64_t lo_ms,
			int64_t hi_ms)
{
	struct words at = words_time(w->lang, at_ms, w->offset_min);
	if (lo_ms >= hi_ms) {
		buf_puts(b, at.s);
		return b->data;
	}
	return part(b, w, TEXT_TELL_SPAN, at.s,
		    words_moment(w->lang, lo_ms, w->offset_min, at_ms).s,
		    words_moment(w->lang, hi_ms, w->offset_min, at_ms).s);
}

static struct words date(const struct teller *w, int64_t ms)
{
	return words_long_date(w->lang, ms, w->offset_min);
}

static struct words moment(const struct teller *w, int64_t ms)
{
	return words_moment(w->lang, ms, w->offset_min, w->e->onset_ms);
}

static void put_from(const struct teller *w)
{
	const struct event *e = w->e;
	struct buf b;
	buf_init(&b, SHORT);
	if (e->onset_lo_ms)
		say(w, TEXT_TELL_FROM, span(&b, w, e->onset_ms, e->onset_lo_ms, e->onset_hi_ms),
		    date(w, e->onset_ms).s, NULL);
	else
		say(w, TEXT_TELL_FROM_BEFORE, words_time(w->lang, e->onset_ms, w->offset_min).s,
		    date(w, e->onset_ms).s, NULL);
	buf_clear(&b);
}

static void put_to(const struct teller *w)
{
	const struct event *e = w->e;
	struct buf b;
	buf_init(&b, SHORT);
	const char *to = span(&b, w, e->end_ms, e->end_lo_ms, e->end_hi_ms);
	if (same_day(w, e->onset_ms, e->end_ms))
		say(w, TEXT_TELL_TO, to, NULL, NULL);
	else
		say(w, TEXT_TELL_TO_DAY, to, date(w, e->end_ms).s, NULL);
	buf_clear(&b);
}

static void put_end(const struct teller *w)
{
	const struct event *e = w->e;
	if (is_over(e))
		put_to(w);
	say(w, TEXT_TELL_LOCAL, NULL, NULL, NULL);
	if (is_over(e))
		say(w, TEXT_TELL_LASTED, words_duration(w->lang, e->end_ms - e->onset_ms).s, NULL,
		    NULL);
	else if (e->back_ms)
		say(w, TEXT_TELL_BACK, moment(w, e->back_ms).s, NULL, NULL);
	else
		say(w, TEXT_TELL_LASTS, NULL, NULL, NULL);
}

/* --- by how many --- */

static bool put_count(const struct teller *w)
{
	const struct event *e = w->e;
	if (e->basis & EVENT_VOTES && e->n)
		add(w, e->kind == SIGN_LOSS ? TEXT_TELL_LOST : TEXT_TELL_SHOWN,
		    words_int(w->lang, e->hit).s, words_int(w->lang, e->n).s, NULL);
	else if (!(e->basis & EVENT_VOTES) && e->expected)
		add(w, TEXT_TELL_USUAL, words_int(w->lang, e->expected).s, NULL, NULL);
	else
		return false;
	return true;
}

static void put_evidence(const struct teller *w)
{
	const struct event *e = w->e;
	int64_t after = e->detected_ms - e->onset_ms;
	bool counted = put_count(w), soon = after < CLOCK_DAY_MS;
	struct words when = soon ? words_duration(w->lang, after) : date(w, e->detected_ms);
	if (e->detected_ms <= e->onset_ms) {
		if (counted)
			buf_putc(w->out, '.');
	} else if (counted) {
		say(w, soon ? TEXT_TELL_DETECTED : TEXT_TELL_FOUND, when.s, NULL, NULL);
	} else {
		add(w, soon ? TEXT_TELL_DETECTED_ALONE : TEXT_TELL_FOUND_ALONE, when.s, NULL, NULL);
	}
}

static void put_worst(const struct teller *w)
{
	const struct event *e = w->e;
	if (e->kind == SIGN_LOSS && e->state != STATE_SILENT && e->state != STATE_INSUFFICIENT)
		add(w, TEXT_TELL_WORST, meaning_state(w->lang, e->state), NULL, NULL);
	if (e->basis & EVENT_VOTES && !isnan(e->lost_lo) && e->lost_lo < e->lost_hi)
		add(w, TEXT_TELL_PARTS, words_percent(w->lang, e->lost_lo).s,
		    words_percent(w->lang, e->lost_hi).s, NULL);
}

/* --- its course --- */

static void put_returns(const struct teller *w)
{
	const struct event_returns *r = &w->e->returns;
	struct words all = words_duration(w->lang, r->total_ms);
	if (r->n == 1)
		add(w, TEXT_TELL_RETURNED, all.s, moment(w, r->last_ms).s, NULL);
	else if (r->n)
		add(w, TEXT_TELL_RETURNS, words_int(w->lang, r->n).s, all.s,
		    moment(w, r->last_ms).s);
	if (r->n && r->partial)
		add(w, TEXT_TELL_PARTIAL, words_int(w->lang, r->partial).s, NULL, NULL);
}

static void put_hours(const struct teller *w)
{
	const struct event_hours *h = &w->e->hours;
	if (h->days)
		add(w, h->from_min == h->until_min ? TEXT_TELL_HOUR : TEXT_TELL_HOURS,
		    words_int(w->lang, h->days).s,
		    words_time(w->lang, h->from_min * 60000LL, w->offset_min).s,
		    words_time(w->lang, h->until_min * 60000LL, w->offset_min).s);
}

static void put_doubts(const struct teller *w)
{
	const struct event *e = w->e;
	if (e->basis & EVENT_SILENCE)
		add(w, e->basis & EVENT_VOTES ? TEXT_TELL_PRESUMED_PART : TEXT_TELL_PRESUMED, NULL,
		    NULL, NULL);
	if (e->revision > 1 && e->why != WHY_FIRST && e->why != WHY_COURSE)
		add(w, TEXT_TELL_REVISED, date(w, e->revised_ms).s, meaning_why(w->lang, e->why),
		    NULL);
}

static bool is_withdrawn(const struct event *e)
{
	return e->end_ms == e->onset_ms;
}

void telling_lead(struct buf *out, const struct telling *t, const struct event *e)
{
	const struct teller w = {out, t, e, t->lang, t->country->utc_offset_min};
	put_what(&w);
	put_from(&w);
	if (is_withdrawn(e)) {
		say(&w, TEXT_TELL_LOCAL, NULL, NULL, NULL);
		say(&w, TEXT_TELL_WITHDRAWN, date(&w, e->revised_ms).s,
		    meaning_why(t->lang, e->why), NULL);
		return;
	}
	put_end(&w);
	put_evidence(&w);
}

void telling_rest(struct buf *out, const struct telling *t, const struct event *e)
{
	const struct teller w = {out, t, e, t->lang, t->country->utc_offset_min};
	if (is_withdrawn(e))
		return;
	put_worst(&w);
	put_returns(&w);
	put_hours(&w);
	put_doubts(&w);
}

void telling_event(struct buf *out, const struct telling *t, const struct event *e)
{
	telling_lead(out, t, e);
	telling_rest(out, t, e);
}

void telling_title(struct buf *out, const struct telling *t, const struct event *e)
{
	const struct teller w = {out, t, e, t->lang, t->country->utc_offset_min};
	struct buf head;
	buf_init(&head, SHORT);
	const struct teller headed = {&head, t, e, t->lang, w.offset_min};
	put_what(&headed);
	say(&w, TEXT_TELL_TITLE, head.data, date(&w, e->onset_ms).s, NULL);
	buf_clear(&head);
}

void telling_where(struct buf *out, const struct telling *t, const struct series *s)
{
	const struct event e = {.series = *s};
	const struct teller w = {out, t, &e, t->lang, t->country->utc_offset_min};
	put_where(out, &w);
}
