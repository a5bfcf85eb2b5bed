/* page_events.c: the list of losses, and the legend. */
#include <stdio.h>

#include "collector/calendar.h"
#include "collector/country.h"
#include "collector/feed.h"
#include "collector/meaning.h"
#include "collector/page.h"
#include "collector/words.h"

/* The list of a page: the newest at once, some more when asked for, all of them as data. */
#define EVENTS_AT_ONCE 4
#define EVENTS_SHOWN   24

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
}

/* "Tehran, MCI": the series of an event in words. */
static void put_where(struct html *h, const struct view *v, const struct series *s)
{
	char isp[ROWTEXT_ISP_LEN];
	if (*s->region)
		html_text(h, rowtext_region_name(v->country, s->region, h->lang));
	else
		say(h, TEXT_WHOLE_COUNTRY);
	if (s->isp != ISP_ANY) {
		const char *name = rowtext_isp_name(v->country, s->isp, h->lang);
		html_put(h, ", ");
		html_text(h, *name ? name : rowtext_isp(isp, s->isp));
	}
}

/* When it began, from when to when, how long. */
static void put_times(struct html *h, const struct view *v, const struct event *e)
{
	enum lang l = h->lang;
	struct words onset = words_moment(l, e->onset_ms, v->offset_min, v->until_ms);
	html_put(h, "<p>");
	if (e->end_ms)
		html_say(h, TEXT_EVENT_FROM, onset.s,
			 words_moment(l, e->end_ms, v->offset_min, v->until_ms).s, NULL);
	else
		html_say(h, TEXT_EVENT_ONGOING, onset.s, NULL, NULL);
	html_put(h, " <span class=\"whole\">(");
	html_text(h, words_duration(l, (e->end_ms ? e->end_ms : v->until_ms) - e->onset_ms).s);
	html_put(h, ")</span></p>");
}

static void put_link(struct html *h, const struct view *v, const struct event *e)
{
	char path[FEED_PATH_LEN], asof[CALENDAR_RFC3339_LEN];
	feed_path(path, e);
	html_putf(h, " <a href=\"%s", lang_prefix(v->lang));
	html_text(h, path);
	if (v->call->params.asof_ms)
		html_putf(h, "?asof=%s", calendar_rfc3339(asof, v->call->params.asof_ms, 0));
	html_put(h, "\">");
}

static void put_event(struct html *h, const struct view *v, const struct event *e)
{
	enum lang l = h->lang;
	html_put(h, "<li>");
	chart_swatch(h, e->state);
	put_link(h, v, e);
	html_put(h, "<b>");
	put_where(h, v, &e->series);
	html_put(h, "</b></a>");
	if (e->state != STATE_INSUFFICIENT) { /* a loss that no single step could tell more of */
		html_put(h, " <span class=\"whole\">");
		html_say(h, TEXT_EVENT_WORST, html_word(l, html_state_text(e->state)), NULL, NULL);
		html_put(h, "</span>");
	}
	put_times(h, v, e);
	html_put(h, "</li>\n");
}

static void put_events(struct html *h, const struct view *v, size_t from, size_t until)
{
	html_put(h, "<ul class=\"events\">\n");
	for (size_t i = from; i < until; i++)
		put_event(h, v, &v->events[i]);
	html_put(h, "</ul>\n");
}

/* What does not stand in the list. */
static void put_data(struct html *h, const struct view *v, const struct page *p)
{
	char from[CALENDAR_RFC3339_LEN], until[CALENDAR_RFC3339_LEN];
	html_putf(h, "<p><a href=\"/api/v1/events.csv?%s&amp;from=%s&amp;until=%s\">",
		  p->data_query, calendar_rfc3339(from, v->from_ms, 0),
		  calendar_rfc3339(until, v->until_ms, 0));
	html_say(h, TEXT_EVENTS_MORE, words_int(h->lang, (int64_t)(v->n_events - EVENTS_SHOWN)).s,
		 NULL, NULL);
	html_put(h, "</a></p>\n");
}

static void put_older(struct html *h, const struct view *v, const struct page *p)
{
	size_t shown = v->n_events < EVENTS_SHOWN ? v->n_events : EVENTS_SHOWN;
	html_put(h, "<details class=\"twin\"><summary>");
	html_say(h, TEXT_EVENTS_OLDER,
		 words_int(h->lang, (int64_t)(v->n_events - EVENTS_AT_ONCE)).s, NULL, NULL);
	html_put(h, "</summary>\n");
	put_events(h, v, EVENTS_AT_ONCE, shown);
	if (shown < v->n_events)
		put_data(h, v, p);
	html_put(h, "</details>\n");
}

void part_events(struct html *h, const struct view *v, const struct page *p)
{
	html_put(h, "<section>\n<h2>");
	say(h, TEXT_EVENTS);
	html_put(h, "</h2>\n");
	if (v->n_events) {
		put_events(h, v, 0, v->n_events < EVENTS_AT_ONCE ? v->n_events : EVENTS_AT_ONCE);
	} else {
		html_put(h, "<p>");
		say(h, TEXT_EVENTS_NONE);
		html_put(h, "</p>\n");
	}
	if (v->n_events > EVENTS_AT_ONCE)
		put_older(h, v, p);
	html_put(h, "</section>\n");
}

void part_legend(struct html *h, const struct view *v)
{
	html_put(h, "<section class=\"legend\">\n<h2>");
	say(h, TEXT_LEGEND);
	html_put(h, "</h2>\n<p>");
	if (v->offset_min)
		html_say(h, TEXT_AXIS, words_offset(v->offset_min).s, NULL, NULL);
	else
		say(h, TEXT_AXIS_UTC);
	html_put(h, ". ");
	say(h, TEXT_LEGEND_UP);
	html_put(h, " ");
	say(h, TEXT_LEGEND_GAP);
	html_put(h, "</p>\n<dl>\n");
	for (int s = STATES - 1; s >= 0; s--) {
		html_put(h, "<div><dt>");
		chart_swatch(h, (enum state)s);
		html_put(h, " ");
		say(h, html_state_text((enum state)s));
		html_put(h, "</dt><dd>");
		html_text(h, meaning_state(h->lang, (enum state)s));
		html_put(h, "</dd></div>\n");
	}
	html_put(h, "</dl>\n</section>\n");
}
