/* usual.c: half hours of five weeks, and medians over them.
 *
 * The stored form of a day: the time of the last report, then for each slot that holds anything its number and its
 * fields in the order of the struct, varints throughout. */
#include "collector/usual.h"

#include <stdlib.h>
#include <string.h>

#include "collector/varint.h"
#include "common/clock.h"

#define SLOT_MS	 (CLOCK_DAY_MS / USUAL_SLOTS)
#define DAYS_MIN 3
#define FIELDS	 (sizeof(struct usual_slot) / sizeof(uint32_t))

_Static_assert(sizeof(struct usual_slot) == FIELDS * sizeof(uint32_t), "fields of one size");

/* Days before: the last three, and the same weekday. */
static const int same_days[] = {1, 2, 3, 7, 14, 21, 28};
static const int last_days[] = {1, 2, 3, 4, 5, 6, 7};
#define VALUES 7

void usual_init(struct usual *u)
{
	*u = (struct usual){.heard_ms = -1};
}

void usual_clear(struct usual *u)
{
	for (size_t i = 0; i < USUAL_DAYS; i++)
		free(u->days[i]);
	usual_init(u);
}

static struct usual_day *day_for(struct usual *u, int64_t day)
{
	struct usual_day **at = &u->days[(size_t)day % USUAL_DAYS];
	if (!*at)
		*at = xcalloc(1, sizeof(**at));
	if ((*at)->day != day)
		**at = (struct usual_day){.day = day};
	return *at;
}

static struct usual_slot *slot_for(struct usual *u, int64_t start_ms)
{
	struct usual_day *d = day_for(u, start_ms / CLOCK_DAY_MS);
	d->dirty = true;
	return &d->slots[start_ms % CLOCK_DAY_MS / SLOT_MS];
}

/* NULL when nothing is known of that time. */
static const struct usual_slot *slot_at(const struct usual *u, int64_t t_ms)
{
	if (t_ms < 0)
		return NULL;
	const struct usual_day *d = u->days[(size_t)(t_ms / CLOCK_DAY_MS) % USUAL_DAYS];
	return d && d->day == t_ms / CLOCK_DAY_MS ? &d->slots[t_ms % CLOCK_DAY_MS / SLOT_MS] : NULL;
}

void usual_note_bucket(struct usual *u, int64_t start_ms, uint32_t reports_c, uint32_t words,
		       uint32_t times)
{
	struct usual_slot *s = slot_for(u, start_ms);
	s->buckets++;
	s->reports_c += reports_c;
	s->words += words;
	s->times += times;
}

void usual_note_step(struct usual *u, int64_t start_ms, uint32_t heard)
{
	struct usual_slot *s = slot_for(u, start_ms);
	s->steps++;
	s->heard += heard;
}

void usual_heard(struct usual *u, int64_t start_ms)
{
	if (start_ms > u->heard_ms)
		u->heard_ms = start_ms;
}

void usual_note_rate(struct usual *u, int64_t start_ms, bool is_home, uint8_t rate)
{
	struct usual_slot *s = slot_for(u, start_ms);
	*(is_home ? &s->home_n : &s->open_n) += 1;
	*(is_home ? &s->home_rate : &s->open_rate) += rate;
}

/* Sum of the slots around a time, so many before and after that of the time itself. */
static struct usual_slot window(const struct usual *u, int64_t t_ms, int before, int after)
{
	struct usual_slot sum = {0};
	for (int k = -before; k <= after; k++) {
		const struct usual_slot *s = slot_at(u, t_ms + k * SLOT_MS);
		const uint32_t *from = (const uint32_t *)s;
		for (size_t i = 0; s && i < FIELDS; i++)
			((uint32_t *)&sum)[i] += from[i];
	}
	return sum;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

struct values {
	double v[VALUES];
	size_t n;
};

static void put(struct values *v, double sum, uint32_t n)
{
	if (n)
		v->v[v->n++] = sum / n;
}

/* The lower one of an even number: rather expect too little than call a silence that is none. */
static double median(struct values *v)
{
	qsort(v->v, v->n, sizeof(v->v[0]), compare);
	return v->n ? v->v[(v->n - 1) / 2] : 0;
}

struct gathered {
	struct values heard, reports_c, words, times, open, home;
};

static void gather(struct gathered *g, const struct usual_slot *s)
{
	put(&g->heard, s->heard, s->steps);
	put(&g->reports_c, s->reports_c, s->buckets);
	put(&g->words, s->words, s->buckets);
	put(&g->times, s->times, s->buckets);
	put(&g->open, s->open_rate, s->open_n);
	put(&g->home, s->home_rate, s->home_n);
}

/* How many of the days said anything. */
static size_t gather_days(struct gathered *g, const struct usual *u, int64_t t_ms, const int *days)
{
	*g = (struct gathered){0};
	for (size_t i = 0; i < VALUES; i++) {
		struct usual_slot s = window(u, t_ms - days[i] * CLOCK_DAY_MS, 1, 1);
		gather(g, &s);
	}
	return g->reports_c.n;
}

void usual_at(const struct usual *u, int64_t start_ms, struct usual_now *out)
{
	struct gathered g;
	*out = (struct usual_now){0};
	if (u->heard_ms < 0)
		return;
	bool days = gather_days(&g, u, start_ms, same_days) >= DAYS_MIN ||
		    gather_days(&g, u, start_ms, last_days) >= DAYS_MIN;
	if (days)
		out->times = (uint32_t)(median(&g.times) + 0.5);
	if (!days) {
		struct usual_slot s = window(u, start_ms, 2, 0);
		g = (struct gathered){0};
		gather(&g, &s);
	}
	out->open_rate = (uint8_t)(median(&g.open) + 0.5);
	out->home_rate = (uint8_t)(median(&g.home) + 0.5);
	double heard = median(&g.heard);
	int64_t forget = heard < USUAL_FEW ? USUAL_FORGET_FEW_MS : USUAL_FORGET_MS;
	if (start_ms - u->heard_ms > forget)
		return;
	out->expected = (uint32_t)(heard + 0.5);
	out->expected_c = (uint32_t)(median(&g.reports_c) + 0.5);
	out->words_c = (uint32_t)(100 * median(&g.words) + 0.5);
}

void usual_encode(const struct usual *u, const struct usual_day *d, struct buf *out)
{
	static const struct usual_slot empty;
	varint_put(out, (uint64_t)(u->heard_ms + 1));
	for (size_t i = 0; i < USUAL_SLOTS; i++) {
		const uint32_t *fields = (const uint32_t *)&d->slots[i];
		if (!memcmp(&d->slots[i], &empty, sizeof(empty)))
			continue;
		varint_put(out, i);
		for (size_t k = 0; k < FIELDS; k++)
			varint_put(out, fields[k]);
	}
}

int usual_decode(struct usual *u, int64_t day, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	struct usual_day d = {.day = day};
	size_t next = 0;
	int64_t heard = (int64_t)varint_get_max(&in, INT64_MAX) - 1;
	while (!in.bad && !varint_done(&in)) {
		size_t i = varint_get_max(&in, USUAL_SLOTS - 1);
		in.bad |= i < next;
		for (size_t k = 0; k < FIELDS; k++)
			((uint32_t *)&d.slots[i])[k] = (uint32_t)varint_get_max(&in, UINT32_MAX);
		next = i + 1;
	}
	if (in.bad)
		return -1;
	*day_for(u, day) = d;
	usual_heard(u, heard);
	return 0;
}
