/* page_times.c: which time a page shows: a range up to now at one click, any other by a form that takes local time or UTC,
 * Gregorian or Jalali dates. */
#include <stdio.h>
#include <string.h>

#include "collector/country.h"
#include "collector/page.h"
#include "collector/words.h"

#define KEPT_MAX 256

static void say(struct html *h, enum text t)
{
	html_say(h, t, NULL, NULL, NULL);
}

static void put_kept(struct html *h, const struct view *v)
{
	struct buf kept;
	buf_init(&kept, KEPT_MAX);
	page_keep(&kept, v, false, true);
	html_text(h, kept.data ? kept.data : "");
	buf_clear(&kept);
}

static void put_ranges(struct html *h, const struct view *v, const struct page *p)
{
	static const struct {
		const char *value;
		int hours;
		enum text text;
	} ranges[] = {{"1h", 1, TEXT_RANGE_1H},		{"6h", 6, TEXT_RANGE_6H},
		      {"24h", 24, TEXT_RANGE_24H},	{"7d", 7 * 24, TEXT_RANGE_7D},
		      {"30d", 30 * 24, TEXT_RANGE_30D}, {"365d", 365 * 24, TEXT_RANGE_365D}};
	html_put(h, "<nav class=\"ranges\" aria-label=\"");
	say(h, TEXT_RANGE);
	html_put(h, "\">");
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		bool now = v->range_ms == ranges[i].hours * 3600000LL;
		html_put(h, i ? " <a href=\"" : "<a href=\"");
		html_put(h, lang_prefix(v->lang));
		html_text(h, p->path);
		html_putf(h, "%srange=%s", strchr(p->path, '?') ? "&amp;" : "?", ranges[i].value);
		put_kept(h, v);
		html_put(h, now ? "\" aria-current=\"page\">" : "\">");
		say(h, ranges[i].text);
		html_put(h, "</a>");
	}
	html_put(h, "</nav>\n");
}

/* What the form does not ask for but the address had, like the series of a comparison. */
static void put_hidden(struct html *h, const struct query *q)
{
	static const char *const asked[] = {"from", "until", "range", "tz", "calendar"};
	for (size_t i = 0; i < q->n; i++) {
		bool ours = false;
		for (size_t k = 0; k < sizeof(asked) / sizeof(asked[0]); k++)
			ours |= !strcmp(q->pairs[i].name, asked[k]);
		if (ours)
			continue;
		html_put(h, "<input type=\"hidden\" name=\"");
		html_text(h, q->pairs[i].name);
		html_put(h, "\" value=\"");
		html_text(h, q->pairs[i].value);
		html_put(h, "\">");
	}
}

/* "2026-01-08 20:00": what calendar_parse reads. */
static void put_time(struct html *h, const struct view *v, const char *name, enum text label,
		     int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	if (v->calendar == CALENDAR_JALALI)
		calendar_jalali_text(text, ms, v->offset_min);
	else
		calendar_rfc3339(text, ms, v->offset_min);
	text[10] = ' ';
	text[16] = '\0';
	html_put(h, "<label>");
	say(h, label);
	html_putf(h,
		  " <input name=\"%s\" value=\"%s\" size=\"16\" dir=\"ltr\" autocomplete=\"off\" "
		  "required></label>\n",
		  name, text);
}

struct choice {
	const char *value;
	enum text text;
};

static void put_choice(struct html *h, const char *name, enum text label, const struct choice *of,
		       int chosen)
{
	html_put(h, "<label>");
	say(h, label);
	html_putf(h, " <select name=\"%s\">", name);
	for (int i = 0; i < 2; i++) {
		html_putf(h, "<option value=\"%s\"%s>", of[i].value,
			  i == chosen ? " selected" : "");
		say(h, of[i].text);
		html_put(h, "</option>");
	}
	html_put(h, "</select></label>\n");
}

static void put_form(struct html *h, const struct view *v, const struct page *p)
{
	static const struct choice zones[] = {{"local", TEXT_TIMES_LOCAL}, {"UTC", TEXT_TIMES_UTC}};
	static const struct choice calendars[] = {
		[CALENDAR_GREGORIAN] = {"gregorian", TEXT_TIMES_GREGORIAN},
		[CALENDAR_JALALI] = {"jalali", TEXT_TIMES_JALALI},
	};
	html_put(h, "<details class=\"times\"><summary>");
	say(h, TEXT_TIMES);
	html_putf(h, "</summary>\n<form action=\"%s%.*s\">", lang_prefix(v->lang),
		  (int)strcspn(p->path, "?"), p->path);
	put_hidden(h, &v->call->query);
	put_time(h, v, "from", TEXT_TIMES_FROM, v->from_ms);
	put_time(h, v, "until", TEXT_TIMES_UNTIL, v->until_ms);
	put_choice(h, "tz", TEXT_TIMES_ZONE, zones, v->offset_min ? 0 : 1);
	put_choice(h, "calendar", TEXT_TIMES_CALENDAR, calendars, (int)v->calendar);
	html_put(h, "<button>");
	say(h, TEXT_TIMES_SHOW);
	html_put(h, "</button></form></details>\n");
}

void part_times(struct html *h, const struct view *v, const struct page *p)
{
	put_ranges(h, v, p);
	put_form(h, v, p);
}
