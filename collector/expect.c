/* expect.c: a ring of what was heard, and medians of it. */
#include "collector/expect.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"

#define DAYS	       7 /* a week holds each weekday once, so a weekend does not bend the median */
#define DAYS_MIN       3
#define WINDOW_MS      (30LL * 60 * 1000) /* on either side of the same time of day */
#define WINDOW_SAMPLES 6		  /* at most, on either side */
#define LAST_STEPS     12
#define SAMPLES	       (DAYS * (2 * WINDOW_SAMPLES + 1))

void expect_init(struct expect *e, int64_t step_ms)
{
	*e = (struct expect){.step_ms = step_ms, .newest_ms = -1, .last_heard_ms = -1};
}

void expect_clear(struct expect *e)
{
	free(e->ring);
	expect_init(e, e->step_ms);
}

static uint16_t *slot(const struct expect *e, int64_t start_ms)
{
	return &e->ring[(size_t)(start_ms / e->step_ms) % e->room];
}

/* 0 for a time that the ring does not hold. */
static uint16_t at(const struct expect *e, int64_t start_ms)
{
	if (start_ms < 0 || start_ms > e->newest_ms ||
	    (e->newest_ms - start_ms) / e->step_ms >= (int64_t)e->room)
		return 0;
	return *slot(e, start_ms);
}

/* What a row says about how many probes there are to be heard. */
static uint16_t value_of(const struct verdict *v)
{
	uint32_t n = v->probes;
	if ((state_is_loss(v->state) || verdict_is_quiet(n, v->expected)) && v->expected > n)
		n = v->expected;
	return n < UINT16_MAX ? (uint16_t)n : UINT16_MAX;
}

/* Makes room for a new newest step; steps in between are unknown. */
static void advance(struct expect *e, int64_t start_ms)
{
	int64_t skipped = (start_ms - e->newest_ms) / e->step_ms;
	if (skipped >= (int64_t)e->room)
		memset(e->ring, 0, e->room * sizeof(*e->ring));
	else
		for (int64_t t = e->newest_ms + e->step_ms; t <= start_ms; t += e->step_ms)
			*slot(e, t) = 0;
	e->newest_ms = start_ms;
}

void expect_note(struct expect *e, const struct row *r)
{
	if (!e->ring) {
		e->room = (size_t)(EXPECT_LOOKBACK_MS / e->step_ms) + 1;
		e->ring = xcalloc(e->room, sizeof(*e->ring));
		e->newest_ms = r->start_ms;
	}
	if (r->v.probes && r->start_ms > e->last_heard_ms)
		e->last_heard_ms = r->start_ms;
	if (r->start_ms > e->newest_ms)
		advance(e, r->start_ms);
	if ((e->newest_ms - r->start_ms) / e->step_ms < (int64_t)e->room)
		*slot(e, r->start_ms) = value_of(&r->v);
}

static int compare(const void *a, const void *b)
{
	uint16_t x = *(const uint16_t *)a, y = *(const uint16_t *)b;
	return (x > y) - (x < y);
}

/* The lower one of an even number: rather expect too few than call a silence that is none. */
static uint32_t median(uint16_t *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n ? values[(n - 1) / 2] : 0;
}

/* Samples of the clock window in the trailing days; the number of days that had any goes to *days.
 */
static size_t window(const struct expect *e, int64_t start_ms, uint16_t *out, int *days)
{
	int64_t side = WINDOW_MS / e->step_ms,
		stride = (side + WINDOW_SAMPLES - 1) / WINDOW_SAMPLES;
	size_t n = 0;
	stride = stride ? stride : 1;
	side -= side % stride;
	*days = 0;
	for (int d = 1; d <= DAYS; d++) {
		size_t before = n;
		for (int64_t k = -side; k <= side; k += stride) {
			uint16_t v = at(e, start_ms - d * CLOCK_DAY_MS + k * e->step_ms);
			if (v)
				out[n++] = v;
		}
		*days += n > before;
	}
	return n;
}

/* The last samples that there were. */
static size_t last_steps(const struct expect *e, int64_t start_ms, uint16_t *out)
{
	size_t n = 0;
	for (int64_t t = start_ms - e->step_ms; n < LAST_STEPS && t > start_ms - CLOCK_DAY_MS;
	     t -= e->step_ms) {
		uint16_t v = at(e, t);
		if (v)
			out[n++] = v;
	}
	return n;
}

uint32_t expect_at(const struct expect *e, int64_t start_ms)
{
	uint16_t values[SAMPLES];
	int days;
	if (e->last_heard_ms < 0)
		return 0;
	size_t n = window(e, start_ms, values, &days);
	if (days < DAYS_MIN)
		n = last_steps(e, start_ms, values);
	uint32_t expected = median(values, n);
	int64_t forget = expected < EXPECT_FEW ? EXPECT_FORGET_FEW_MS : EXPECT_FORGET_MS;
	return start_ms - e->last_heard_ms > forget ? 0 : expected;
}
