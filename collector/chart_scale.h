/* chart_scale.h: an axis of time: where a moment lies on it, and its ticks. Pure.
 *
 * Ticks stand where people's clocks and calendars begin something: minutes, hours, days, months,
 * years, of UTC or local time, Gregorian or Jalali; from an hour to centuries. As fine as fits without
 * labels running into one another. Times within the years 1 to 9999. */
#ifndef COLLECTOR_CHART_SCALE_H
#define COLLECTOR_CHART_SCALE_H

#include <stdbool.h>

#include "collector/words.h"

struct chart_scale {
	int64_t from_ms, until_ms; /* from before until */
	int offset_min;		   /* that the clock of the axis is ahead of UTC; 0 is UTC */
	enum calendar calendar;	   /* of its days, months and years */
};

struct chart_tick {
	int64_t at_ms;
	bool strong;	    /* something larger begins: a day among hours, a year among months */
	struct words label; /* "09:00", "8 Jan", "Jan", "2026" */
	struct words below; /* the same moment for others: UTC under local time, the Gregorian day
			       under a Jalali one; "" when it would be the same */
};

#define CHART_TICKS_MAX	 12
#define CHART_LABEL_SIZE 11 /* font size of labels, pixels */

struct chart_ticks {
	bool clock; /* they are times of day, at least some */
	bool two;   /* they have something below */
	size_t n;
	struct chart_tick tick[CHART_TICKS_MAX];
};

/* The ticks of an axis that is at least width pixels wide. */
void chart_scale_ticks(const struct chart_scale *s, enum lang lang, int width,
		       struct chart_ticks *out);

/* Where a moment lies, of 0 to 100. */
double chart_scale_percent(const struct chart_scale *s, int64_t at_ms);

#endif
