/* detector_hours.c: losses that keep the same hours. */
#include "collector/detectorint.h"

#include <string.h>

#include "common/clock.h"

#define MIN_MS	 60000
#define NEAR_MS	 (45LL * MIN_MS)
#define APART_MS (18LL * 3600 * 1000) /* of another day */
#define SPAN_MS	 (10 * CLOCK_DAY_MS)
#define DAYS_MIN 3

/* From clock time a to b, the shorter way round: in [-12 h, 12 h). */
static int64_t clock_to(int64_t a_ms, int64_t b_ms)
{
	int64_t diff = (b_ms - a_ms) % CLOCK_DAY_MS;
	if (diff < -CLOCK_DAY_MS / 2)
		diff += CLOCK_DAY_MS;
	return diff >= CLOCK_DAY_MS / 2 ? diff - CLOCK_DAY_MS : diff;
}

/* How many days have a mark of this kind near the clock time of the last one; *min becomes the mean
 * of those, as minute of the day. */
static uint32_t days_near(const struct detector *d, bool lost, uint16_t *min)
{
	int64_t last = -1, before = 0, sum = 0;
	uint32_t days = 0;
	for (size_t i = d->n_marks; i-- > 0;) {
		const struct detector_mark *m = &d->marks[i];
		if (m->lost != lost || (last >= 0 && last - m->at_ms > SPAN_MS))
			continue;
		if (last < 0)
			last = m->at_ms;
		else if (before - m->at_ms < APART_MS)
			continue;
		int64_t diff = clock_to(last, m->at_ms);
		if (diff < -NEAR_MS || diff > NEAR_MS)
			continue;
		before = m->at_ms;
		sum += diff;
		days++;
	}
	if (days)
		*min = (uint16_t)((last + sum / days + CLOCK_DAY_MS) % CLOCK_DAY_MS / MIN_MS);
	return days;
}

/* Losses or returns that come at the same time on three days or more make a pattern. */
static struct event_hours pattern(const struct detector *d)
{
	struct event_hours h = {0};
	uint32_t lost = days_near(d, true, &h.from_min), back = days_near(d, false, &h.until_min);
	h.days = lost > back ? lost : back;
	if (h.days < DAYS_MIN)
		return (struct event_hours){0};
	if (lost < DAYS_MIN - 1)
		h.from_min = h.until_min;
	if (back < DAYS_MIN - 1)
		h.until_min = h.from_min;
	return h;
}

void detector_mark(struct detector *d, int64_t at_ms, bool lost)
{
	if (d->n_marks == DETECTOR_MARKS)
		memmove(d->marks, d->marks + 1, --d->n_marks * sizeof(d->marks[0]));
	d->marks[d->n_marks++] = (struct detector_mark){at_ms, lost};
	d->current.hours = pattern(d);
}
