/* words.c: digits, names of days and months, units. */
#include "collector/words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const weekdays[2][7] = {
	{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	{"یکشنبه", "دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه"},
};
static const char *const months[2][2][12] = {
	[CALENDAR_GREGORIAN] = {{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
				 "Oct", "Nov", "Dec"},
				{"ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت",
				 "سپتامبر", "اکتبر", "نوامبر", "دسامبر"}},
	[CALENDAR_JALALI] = {{"Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar",
			      "Mehr", "Aban", "Azar", "Dey", "Bahman", "Esfand"},
			     {"فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر",
			      "آبان", "آذر", "دی", "بهمن", "اسفند"}},
};

/* Replaces ASCII digits and the percent sign by the Persian ones; cuts what does not fit. */
static struct words localise(enum lang lang, const char *text)
{
	struct words w = {""};
	size_t n = 0;
	for (; *text && n + 3 < sizeof(w.s); text++) {
		if (lang == LANG_FA && *text >= '0' && *text <= '9') {
			w.s[n++] = (char)0xdb; /* U+06F0 + digit */
			w.s[n++] = (char)(0xb0 + (*text - '0'));
		} else if (lang == LANG_FA && *text == '%') {
			w.s[n++] = (char)0xd9; /* U+066A */
			w.s[n++] = (char)0xaa;
		} else {
			w.s[n++] = *text;
		}
	}
	w.s[n] = '\0';
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
	return lang == LANG_FA ? CALENDAR_JALALI : CALENDAR_GREGORIAN;
}

bool words_rtl(enum lang lang)
{
	return lang == LANG_FA;
}

static const char *month_name(enum lang lang, enum calendar c, const struct calendar_date *d)
{
	return months[c][lang == LANG_FA][d->month - 1];
}

struct words words_day_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min)
{
	char text[64];
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	snprintf(text, sizeof(text), "%d %s", d.day, month_name(lang, c, &d));
	return localise(lang, text);
}

struct words words_day(enum lang lang, int64_t wall_ms, int offset_min)
{
	return words_day_in(lang, words_calendar(lang), wall_ms, offset_min);
}

struct words words_long_date(enum lang lang, int64_t wall_ms, int offset_min)
{
	static const char *const long_months[12] = {
		"January", "February", "March",	    "April",   "May",	   "June",
		"July",	   "August",   "September", "October", "November", "December"};
	enum calendar c = words_calendar(lang);
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	const char *month = month_name(lang, c, &d);
	char text[96];
	if (lang == LANG_EN && c == CALENDAR_GREGORIAN)
		month = long_months[d.month - 1];
	snprintf(text, sizeof(text), "%d %s %d", d.day, month, d.year);
	return localise(lang, text);
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
	char text[96];
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	snprintf(text, sizeof(text), "%s %d %s %d", weekdays[lang == LANG_FA][d.weekday], d.day,
		 month_name(lang, c, &d), d.year);
	return localise(lang, text);
}

struct words words_date(enum lang lang, int64_t wall_ms, int offset_min)
{
	return words_date_in(lang, words_calendar(lang), wall_ms, offset_min);
}

struct words words_moment_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min,
			     int64_t now_ms)
{
	char text[96];
	struct calendar_date d = calendar_of(c, wall_ms, offset_min);
	struct calendar_date now = calendar_of(c, now_ms, offset_min);
	if (d.year == now.year && d.month == now.month && d.day == now.day)
		return words_time(lang, wall_ms, offset_min);
	snprintf(text, sizeof(text), "%s %d %s %02d:%02d", weekdays[lang == LANG_FA][d.weekday],
		 d.day, month_name(lang, c, &d), d.hour, d.minute);
	return localise(lang, text);
}

struct words words_moment(enum lang lang, int64_t wall_ms, int offset_min, int64_t now_ms)
{
	return words_moment_in(lang, words_calendar(lang), wall_ms, offset_min, now_ms);
}

struct words words_duration(enum lang lang, int64_t ms)
{
	static const int64_t size_s[] = {86400, 3600, 60, 1};
	static const char *const units[2][4] = {
		{"d", "h", "min", "s"},
		{"روز", "ساعت", "دقیقه", "ثانیه"},
	};
	static const char *const and[2] = {" ", " و "};
	char text[96] = "";
	int64_t left = llabs(ms) / 1000;
	int n = 0;
	for (int u = 0; u < 4 && n < 2; u++) {
		size_t at = strlen(text);
		int64_t count = left / size_s[u];
		left -= count * size_s[u];
		if (!count && (n == 0 || u == 3)) /* "5 min", not "0 h 5 min" or "5 min 0 s" */
			continue;
		if (count)
			snprintf(text + at, sizeof(text) - at, "%s%" PRId64 " %s",
				 n ? and[lang == LANG_FA] : "", count, units[lang == LANG_FA][u]);
		n++;
	}
	return localise(lang, *text ? text : "0");
}

struct words words_offset(int offset_min)
{
	struct words w;
	snprintf(w.s, sizeof(w.s), "UTC%c%02d:%02d", offset_min < 0 ? '-' : '+',
		 abs(offset_min) / 60, abs(offset_min) % 60);
	return w;
}
