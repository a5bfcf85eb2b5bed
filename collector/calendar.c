/* calendar.c: days into dates. Gregorian: the algorithm of H. Hinnant, "chrono-compatible low-level
 * date algorithms" (days_from_civil and back). */
#include "collector/calendar.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000LL
#define DAY_MIN	  (24 * 60)

/* 1 Farvardin of year 0 in the 33-year reckoning, in days since 1970-01-01; with it 1 Farvardin
 * 1404 is 2025-03-21. */
#define JALALI_EPOCH_DAY (-492633LL)
#define CYCLE_YEARS	 33
#define CYCLE_DAYS	 (33 * 365 + 8)

/* Years of a wall clock that are Jalali ones: 1821 to 2221. */
#define JALALI_YEAR_MIN 1200
#define JALALI_YEAR_MAX 1599

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Splits off the time of day; returns the day number since 1970-01-01 in that offset. */
static int64_t take_time(struct calendar_date *d, int64_t wall_ms, int offset_min)
{
	int64_t minutes = floor_div(wall_ms, MINUTE_MS) + offset_min;
	int64_t day = floor_div(minutes, DAY_MIN);
	int of_day = (int)(minutes - day * DAY_MIN);
	d->hour = of_day / 60;
	d->minute = of_day % 60;
	d->weekday = (int)((day + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
	return day;
}

struct calendar_date calendar_gregorian(int64_t wall_ms, int offset_min)
{
	struct calendar_date d;
	int64_t z = take_time(&d, wall_ms, offset_min) + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	d.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	d.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	d.year = (int)(yoe + era * 400 + (d.month <= 2));
	return d;
}

/* Days before year y of a 33-year cycle (0 to 32), whose leap years are 1, 5, 9, 13, 17, 22, 26, 30. */
static int days_before(int y)
{
	static const int leap[] = {1, 5, 9, 13, 17, 22, 26, 30};
	int days = 365 * y;
	for (int i = 0; i < 8; i++)
		days += leap[i] < y;
	return days;
}

struct calendar_date calendar_jalali(int64_t wall_ms, int offset_min)
{
	struct calendar_date d;
	int64_t since = take_time(&d, wall_ms, offset_min) - JALALI_EPOCH_DAY;
	int64_t cycle = floor_div(since, CYCLE_DAYS);
	int day = (int)(since - cycle * CYCLE_DAYS); /* day 0 is 1 Farvardin of a year 0 mod 33 */
	int y = day / 366;
	while (y < CYCLE_YEARS - 1 && days_before(y + 1) <= day)
		y++;
	day -= days_before(y);
	d.year = (int)cycle * CYCLE_YEARS + y;
	d.month = day < 186 ? day / 31 + 1 : (day - 186) / 30 + 7;
	d.day = day < 186 ? day % 31 + 1 : (day - 186) % 30 + 1;
	return d;
}

struct calendar_date calendar_of(enum calendar c, int64_t wall_ms, int offset_min)
{
	return c == CALENDAR_JALALI ? calendar_jalali(wall_ms, offset_min)
				    : calendar_gregorian(wall_ms, offset_min);
}

static const char *put_text(char out[static CALENDAR_RFC3339_LEN], const struct calendar_date *d,
			    int64_t wall_ms, int offset_min)
{
	int second = (int)(floor_div(wall_ms, 1000) - floor_div(wall_ms, MINUTE_MS) * 60);
	int n = snprintf(out, CALENDAR_RFC3339_LEN, "%04d-%02d-%02dT%02d:%02d:%02d",
			 d->year % 10000, d->month, d->day, d->hour, d->minute, second);
	if (offset_min)
		snprintf(out + n, CALENDAR_RFC3339_LEN - (size_t)n, "%c%02d:%02d",
			 offset_min < 0 ? '-' : '+', abs(offset_min) / 60 % 100,
			 abs(offset_min) % 60);
	else
		snprintf(out + n, CALENDAR_RFC3339_LEN - (size_t)n, "Z");
	return out;
}

const char *calendar_rfc3339(char out[static CALENDAR_RFC3339_LEN], int64_t wall_ms, int offset_min)
{
	struct calendar_date d = calendar_gregorian(wall_ms, offset_min);
	return put_text(out, &d, wall_ms, offset_min);
}

const char *calendar_jalali_text(char out[static CALENDAR_RFC3339_LEN], int64_t wall_ms,
				 int offset_min)
{
	struct calendar_date d = calendar_jalali(wall_ms, offset_min);
	return put_text(out, &d, wall_ms, offset_min);
}

/* --- and back --- */

static int64_t gregorian_day(int64_t y, int64_t m, int64_t d)
{
	y -= m <= 2;
	int64_t era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t jalali_day(int64_t y, int64_t m, int64_t d)
{
	int64_t cycle = floor_div(y, CYCLE_YEARS);
	int64_t doy = (m <= 6 ? (m - 1) * 31 : 186 + (m - 7) * 30) + d - 1;
	return JALALI_EPOCH_DAY + cycle * CYCLE_DAYS + days_before((int)(y - cycle * CYCLE_YEARS)) +
	       doy;
}

/* Takes a digit of Latin, Arabic (U+0660) or Persian (U+06F0) script off the text; -1 for none. */
static int take_digit(const char **text)
{
	const unsigned char *t = (const unsigned char *)*text;
	if (*t >= '0' && *t <= '9') {
		*text += 1;
		return *t - '0';
	}
	int base = t[0] == 0xd9 ? 0xa0 : t[0] == 0xdb ? 0xb0 : 0;
	if (!base || t[1] < base || t[1] > base + 9)
		return -1;
	*text += 2;
	return t[1] - base;
}

/* A number of one to `digits` digits, and one of the characters that may stand before it. */
static int take_number(const char **text, const char *before, int digits, int *out)
{
	int n = 0, digit;
	*out = 0;
	if (*before && (!**text || !strchr(before, *(*text)++)))
		return -1;
	for (; n < digits && (digit = take_digit(text)) >= 0; n++)
		*out = *out * 10 + digit;
	return n ? 0 : -1;
}

int calendar_parse(const char *text, int offset_min, int64_t *out)
{
	int y, m, d, hour = 0, minute = 0, second = 0;
	if (take_number(&text, "", 4, &y) < 0 || take_number(&text, "-/", 2, &m) < 0 ||
	    take_number(&text, "-/", 2, &d) < 0)
		return -1;
	if (*text &&
	    (take_number(&text, "T ", 2, &hour) < 0 || take_number(&text, ":", 2, &minute) < 0))
		return -1;
	if (*text && take_number(&text, ":", 2, &second) < 0)
		return -1;
	if (*text || hour > 23 || minute > 59 || second > 59)
		return -1;
	bool jalali = y >= JALALI_YEAR_MIN && y <= JALALI_YEAR_MAX;
	int64_t day = jalali ? jalali_day(y, m, d) : gregorian_day(y, m, d);
	int64_t ms =
		(day * DAY_MIN + hour * 60 + minute - offset_min) * MINUTE_MS + second * 1000LL;
	struct calendar_date back =
		calendar_of(jalali ? CALENDAR_JALALI : CALENDAR_GREGORIAN, ms, offset_min);
	if (ms < 0 || back.year != y || back.month != m || back.day != d)
		return -1;
	*out = ms;
	return 0;
}
