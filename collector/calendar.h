/* calendar.h: dates as people read them: Gregorian and Jalali (Iran's solar calendar), in any
 * offset from UTC. Pure.
 *
 * Jalali leap years follow the 33-year rule; on every day from 1950 to 2099 it says what ICU and
 * jalaali-js say (tests/web holds it to that). (Debian's libjalali is wrong for all of 1404, which
 * holds January 2026.) */
#ifndef COLLECTOR_CALENDAR_H
#define COLLECTOR_CALENDAR_H

#include <stdint.h>

struct calendar_date {
	int year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
	int hour;
	int minute;
	int weekday; /* 0 Sunday */
};

enum calendar { CALENDAR_GREGORIAN, CALENDAR_JALALI, CALENDARS };

/* offset_min is added first, so the result is the wall clock of that offset. */
struct calendar_date calendar_of(enum calendar c, int64_t wall_ms, int offset_min);
struct calendar_date calendar_gregorian(int64_t wall_ms, int offset_min);
struct calendar_date calendar_jalali(int64_t wall_ms, int offset_min);

/* "2026-01-08T20:00:00+03:30", or with Z when offset_min is 0. */
#define CALENDAR_RFC3339_LEN 40
const char *calendar_rfc3339(char out[static CALENDAR_RFC3339_LEN], int64_t wall_ms,
			     int offset_min);

/* The same in the Jalali calendar: "1404-10-18T20:00:00+03:30". */
const char *calendar_jalali_text(char out[static CALENDAR_RFC3339_LEN], int64_t wall_ms,
				 int offset_min);

/* Reads a wall clock of offset_min, in digits of Latin or Persian script: "2026-01-08",
 * "2026-01-08 20:00", "1404/10/18T20:00:30". Years 1200 to 1599 are Jalali ones. 0 with *out, or -1 when
 * it is no such text or no such day. */
int calendar_parse(const char *text, int offset_min, int64_t *out);

#endif
