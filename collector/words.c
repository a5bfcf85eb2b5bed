/* words.c: digits, names of days and months, units. */
#include "collector/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/html.h"

#define FILLED_MAX 256

/* Replaces ASCII digits and the percent sign by those of the language; cuts what does not fit. */
static struct words localise(enum lang lang, const char *text)
{
	const char *digits = lang_of(lang)->digits, *percent = html_word(lang, TEXT_PERCENT_SIGN);
	size_t width = strlen(digits) / 10, n = 0;
	struct words w = {""};
	for (; *text; text++) {
		const char *from = text;
		size_t len = 1;
		if (*text >= '0' && *text <= '9') {
			from = digits + (size_t)(*text - '0') * width;
			len = width;
		} else if (*text == '%') {
			from = percent;
			len = strlen(percent);
		}
		if (n + len >= sizeof(w.s))
			break;
		memcpy(w.s + n, from, len);
		n += len;
	}
	w.s[n] = '\0';
	return w;
}

static struct words say(enum lang lang, enum text t, const char *a, const char *b, const char *c)
{
	struct words w;
	struct buf out;
	buf_init(&out, FILLED_MAX);
	html_fill(&out, lang, t, a, b, c);
	w = localise(lang, out.data ? out.data : "");
	buf_clear(&out);
	return w;
}

/* A number as it is, to be filled in. */
static struct words plain(int64_t n)
{
	struct words w;
	snprintf(w.s, sizeof(w.s), "%" PRId64, n);
	return w;
}

struct words words_int(enum lang lang, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRId64, n);
	return localise(lang, text);
}

struct words words_below(enum lang lang, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "<%" PRId64, n);
	return localise(lang, text);
}

/* Whole percent, with 0 and 100 kept for exactly that. */
static int whole_percent(double share)
{
	int p = (int)lround(share * 100);
	if (p == 0 && share > 0)
		return 1;
	return p == 100 && share < 1 ? 99 : p;
}

struct words words_percent(enum lang lang, double share)
{
	char text[16];
	int p = whole_percent(share);
	const char *sign = share > 0 && share < 0.005 ? "<" : share < 1 && share > 0.995 ? ">" : "";
	snprintf(text, sizeof(text), "%s%d%%", sign, p);
	return localise(lang, text);
}

struct words words_interval(enum lang lang, double lo, double hi)
{
	char text[32];
	snprintf(text, sizeof(text), "%d–%d%%", (int)floor(lo * 100 + 1e-9),
		 (int)ceil(hi * 100 - 1e-9));
	return localise(lang, text);
}

struct words words_time(enum lang lang, int64_t wall_ms, int offset_min)
{
	char text[32];
	struct calendar_date d = calendar_gregorian(wall_ms, offset_min);
	snprintf(text, sizeof(text), "%02d:%02d", d.hour, d.minute);
	return localise(lang, text);
}

enum calendar words_calendar(enum lang lang)
{
	return lang_of(lang)->calendar;
}

bool words_rtl(enum lang lang)
{
	return !strcmp(lang_of(lang)->direction, "rtl");
}

static const char *month_name(enum lang lang, enum calendar c, const struct calendar_date *d)
{
	enum text first = c == CALENDAR_JALALI ? TEXT_MONTH_FARVARDIN : TEXT_MONTH_JANUARY;
	return html_word(lang, first + (enum text)(d->month - 1));
}

static const char *weekday(enum lang lang, const struct calendar_date *d)
{
	return html_word(lang, TEXT_WEEKDAY_SUNDAY + (enum text)d->weekday);
}

static struct words day_of(enum lang lang, enum calendar c, const struct calendar_date *d)
{
	return say(lang, TEXT_DAY, plain(d->day).s, month_name(lang, c, d), NULL);
}

struct words words_day_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min)
{
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	return day_of(lang, c, &d);
}

struct words words_day(enum lang lang, int64_t wall_ms, int offset_min)
{
	return words_day_in(lang, words_calendar(lang), wall_ms, offset_min);
}

struct words words_long_date(enum lang lang, int64_t wall_ms, int offset_min)
{
	enum calendar c = words_calendar(lang);
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	const char *month = month_name(lang, c, &d);
	if (c == CALENDAR_GREGORIAN)
		month = html_word(lang, TEXT_LONG_MONTH_JANUARY + (enum text)(d.month - 1));
	return say(lang, TEXT_LONG_DATE, plain(d.day).s, month, plain(d.year).s);
}

struct words words_month_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min)
{
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	return localise(lang, month_name(lang, c, &d));
}

struct words words_year_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min)
{
	return words_int(lang, calendar_of(c, wall_ms, offset_min).year);
}

struct words words_date_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min)
{
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	return say(lang, TEXT_DATE, weekday(lang, &d), day_of(lang, c, &d).s, plain(d.year).s);
}

struct words words_date(enum lang lang, int64_t wall_ms, int offset_min)
{
	return words_date_in(lang, words_calendar(lang), wall_ms, offset_min);
}

struct words words_moment_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min,
			     int64_t now_ms)
{
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	struct calendar_date now = calendar_of(c, now_ms, offset_min);
	struct words time = words_time(lang, wall_ms, offset_min);
	if (d.year == now.year && d.month == now.month && d.day == now.day)
		return time;
	return say(lang, TEXT_MOMENT, weekday(lang, &d), day_of(lang, c, &d).s, time.s);
}

struct words words_moment(enum lang lang, int64_t wall_ms, int offset_min, int64_t now_ms)
{
	return words_moment_in(lang, words_calendar(lang), wall_ms, offset_min, now_ms);
}

struct words words_duration(enum lang lang, int64_t ms)
{
	static const struct {
		int64_t s;
		enum text text;
	} units[] = {{86400, TEXT_UNIT_DAYS},
		     {3600, TEXT_UNIT_HOURS},
		     {60, TEXT_UNIT_MINUTES},
		     {1, TEXT_UNIT_SECONDS}};
	struct words parts[2];
	int64_t left = llabs(ms) / 1000;
	int n = 0;
	size_t u = 0;
	while (u < 3 && left < units[u].s)
		u++;
	/* The two largest that are next to each other: "5 min", not "0 h 5 min" or "5 min 0 s". */
	for (size_t end = u + 2; u < end && u < 4; u++) {
		int64_t count = left / units[u].s;
		left -= count * units[u].s;
		if (count)
			parts[n++] = say(lang, units[u].text, plain(count).s, NULL, NULL);
	}
	if (n == 2)
		return say(lang, TEXT_UNITS_TWO, parts[0].s, parts[1].s, NULL);
	return n ? parts[0] : words_int(lang, 0);
}

struct words words_offset(int offset_min)
{
	struct words w;
	snprintf(w.s, sizeof(w.s), "UTC%c%02d:%02d", offset_min < 0 ? '-' : '+',
		 abs(offset_min) / 60, abs(offset_min) % 60);
	return w;
}
