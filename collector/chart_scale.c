/* chart_scale.c: ticks. The steps are tried from fine to coarse until the labels fit. */
#include "collector/chart_scale.h"

#include "collector/chart_text.h"

#define MINUTE_MS 60000LL
#define DAY_MS	  (24 * 60 * MINUTE_MS)

/* Between two labels, pixels. */
#define GAP 6

enum unit { MINUTES, DAYS, MONTHS, YEARS };

struct step {
	enum unit unit;
	int every;
};

static const struct step steps[] = {
	{MINUTES, 1},  {MINUTES, 5},   {MINUTES, 10},  {MINUTES, 15},  {MINUTES, 30},
	{MINUTES, 60}, {MINUTES, 120}, {MINUTES, 180}, {MINUTES, 360}, {MINUTES, 720},
	{DAYS, 1},     {DAYS, 2},      {DAYS, 5},      {DAYS, 10},     {DAYS, 15},
	{MONTHS, 1},   {MONTHS, 2},    {MONTHS, 3},    {MONTHS, 6},    {YEARS, 1},
	{YEARS, 2},    {YEARS, 5},     {YEARS, 10},    {YEARS, 20},    {YEARS, 50},
	{YEARS, 100},  {YEARS, 200},   {YEARS, 500},
};

static int64_t ceil_to(int64_t t, int64_t unit)
{
	int64_t rest = t % unit;
	return rest > 0 ? t + unit - rest : t - rest;
}

/* Whether a step begins on the day that begins at t. Of days every few are counted within a month; one
 * too near to its end is left out, because the next month begins with a tick. */
static bool begins(const struct chart_scale *s, const struct step *step, int64_t t)
{
	struct calendar_date d = calendar_of(s->calendar, t, s->offset_min);
	int64_t later = t + (step->every > 1 ? (step->every + 1) / 2 * DAY_MS : 0);
	switch (step->unit) {
	case MINUTES: break;
	case DAYS:
		return d.day == 1 ||
		       ((d.day - 1) % step->every == 0 &&
			calendar_of(s->calendar, later, s->offset_min).month == d.month);
	case MONTHS: return d.day == 1 && (d.month - 1) % step->every == 0;
	case YEARS: return d.day == 1 && d.month == 1 && d.year % step->every == 0;
	}
	return true;
}

/* From one tick to where the next may be: no unit is shorter. */
static int64_t least_ms(const struct step *step)
{
	switch (step->unit) {
	case MINUTES: return step->every * MINUTE_MS;
	case DAYS: return DAY_MS;
	case MONTHS: return step->every * 28 * DAY_MS;
	case YEARS: return step->every * 365 * DAY_MS;
	}
	return DAY_MS;
}

static bool is_midnight(const struct chart_scale *s, int64_t t)
{
	return (t + s->offset_min * MINUTE_MS) % DAY_MS == 0;
}

static void name_clock(struct chart_tick *tick, const struct chart_scale *s, enum lang lang)
{
	int64_t t = tick->at_ms;
	tick->strong = is_midnight(s, t);
	tick->label = tick->strong ? words_day_in(lang, s->calendar, t, s->offset_min)
				   : words_time(lang, t, s->offset_min);
	if (s->offset_min)
		tick->below = words_time(lang, t, 0);
}

static void name_days(struct chart_tick *tick, const struct chart_scale *s, enum lang lang,
		      enum unit unit)
{
	int64_t t = tick->at_ms;
	struct calendar_date d = calendar_of(s->calendar, t, s->offset_min);
	bool foreign = s->calendar != CALENDAR_GREGORIAN;
	if (unit == DAYS) {
		tick->strong = d.day == 1;
		tick->label = words_day_in(lang, s->calendar, t, s->offset_min);
	} else if (unit == MONTHS && d.month != 1) {
		tick->label = words_month_in(lang, s->calendar, t, s->offset_min);
	} else {
		tick->strong = unit == MONTHS;
		tick->label = words_year_in(lang, s->calendar, t, s->offset_min);
	}
	if (foreign && unit == YEARS)
		tick->below = words_year_in(lang, CALENDAR_GREGORIAN, t, s->offset_min);
	else if (foreign)
		tick->below = words_day_in(lang, CALENDAR_GREGORIAN, t, s->offset_min);
}

static int label_width(const struct chart_tick *t)
{
	int a = chart_text_width(t->label.s, CHART_LABEL_SIZE);
	int b = chart_text_width(t->below.s, CHART_LABEL_SIZE);
	return a > b ? a : b;
}

/* Whether a tick's label is clear of that of the tick before it. */
static bool is_clear(const struct chart_scale *s, int width, const struct chart_tick *t)
{
	int64_t apart = (t->at_ms - t[-1].at_ms) * width / (s->until_ms - s->from_ms);
	return apart >= (label_width(&t[-1]) + label_width(t)) / 2 + GAP;
}

/* The ticks of one step; false when they don't fit. */
static bool fill(const struct chart_scale *s, enum lang lang, int width, const struct step *step,
		 struct chart_ticks *out)
{
	int64_t unit = step->unit == MINUTES ? least_ms(step) : DAY_MS;
	int64_t shift = s->offset_min * MINUTE_MS, least = least_ms(step);
	int64_t t = ceil_to(s->from_ms + shift, unit) - shift;
	*out = (struct chart_ticks){.clock = step->unit == MINUTES};
	while (t <= s->until_ms) {
		struct chart_tick *tick = &out->tick[out->n];
		if (!begins(s, step, t)) {
			t += DAY_MS;
			continue;
		}
		if (out->n++ == CHART_TICKS_MAX)
			return false;
		*tick = (struct chart_tick){.at_ms = t};
		if (step->unit == MINUTES)
			name_clock(tick, s, lang);
		else
			name_days(tick, s, lang, step->unit);
		out->two |= *tick->below.s != '\0';
		if (out->n > 1 && !is_clear(s, width, tick))
			return false;
		t += least;
	}
	return true;
}

void chart_scale_ticks(const struct chart_scale *s, enum lang lang, int width,
		       struct chart_ticks *out)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (fill(s, lang, width, &steps[i], out))
			return;
	*out = (struct chart_ticks){0};
}

double chart_scale_percent(const struct chart_scale *s, int64_t at_ms)
{
	return 100.0 * (double)(at_ms - s->from_ms) / (double)(s->until_ms - s->from_ms);
}
