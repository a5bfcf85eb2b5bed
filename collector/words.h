/* words.h: numbers, times and durations as a language writes them. Pure.
 *
 * Each gives a short text by value, so it can stand where it is needed:
 *	html_say(h, TEXT_HEARD, words_int(lang, n).s, NULL, NULL); */
#ifndef COLLECTOR_WORDS_H
#define COLLECTOR_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/calendar.h"
#include "collector/params.h"

struct words {
	char s[96];
};

struct words words_int(enum lang lang, int64_t n);
/* "<5" */
struct words words_below(enum lang lang, int64_t n);
/* 0.123 -> "12%"; what is neither 0 nor 1 is never shown as such: "<1%", ">99%". */
struct words words_percent(enum lang lang, double share);
/* "4–29%" */
struct words words_interval(enum lang lang, double lo, double hi);
/* The calendar that readers of a language count in; what follows without naming one uses it. */
enum calendar words_calendar(enum lang lang);
/* Written from right to left. */
bool words_rtl(enum lang lang);

/* "20:15" */
struct words words_time(enum lang lang, int64_t wall_ms, int offset_min);
/* "Thu 8 Jan 2026"; in Persian the Jalali date. */
struct words words_date(enum lang lang, int64_t wall_ms, int offset_min);
/* "8 January 2026", for sentences that are quoted. */
struct words words_long_date(enum lang lang, int64_t wall_ms, int offset_min);
/* "8 Jan" */
struct words words_day(enum lang lang, int64_t wall_ms, int offset_min);
/* The same in any calendar: "18 Dey", "Dey", "1404", "Thu 18 Dey 1404". */
struct words words_day_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min);
struct words words_month_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min);
struct words words_year_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min);
struct words words_date_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min);
/* "Thu 8 Jan 20:15", the day left out when it is that of now_ms. */
struct words words_moment(enum lang lang, int64_t wall_ms, int offset_min, int64_t now_ms);
struct words words_moment_in(enum lang lang, enum calendar c, int64_t wall_ms, int offset_min,
			     int64_t now_ms);
/* "24 days 9 h", "3 h 15 min", "5 min", "40 s": the two largest units. */
struct words words_duration(enum lang lang, int64_t ms);
/* "UTC+03:30", the same in every language. */
struct words words_offset(int offset_min);

#endif
