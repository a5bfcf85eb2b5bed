/* events.c: a machine with three phases.
 *
 * The onset is dated to the start of the first lost bucket. Votes unite over a bucket, so a bucket
 * is lost when most of its probes never got through in it: the change lies between the start of the
 * last bucket that was not lost and the end of the first that was. That is the interval of the
 * onset.
 *
 * Severity is the share of probes that lost access, times hours: 1 - up; for silence the share of
 * expected probes that was not heard; all of them where nobody could try.
 */
#include "collector/events.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define LONG_STEP_MS (300 * 1000)
#define HOUR_MS	     3600000.0

void events_init(struct events *m, const struct series *series, int64_t step_ms)
{
	*m = (struct events){.step_ms = step_ms, .calm_ms = -1};
	m->current.series = *series;
}

void events_resume(struct events *m, const struct event *open)
{
	m->phase = EVENTS_ACTIVE;
	m->current = *open;
}

static double silent_share(const struct verdict *v)
{
	return v->expected ? 1 - (double)v->probes / v->expected : 1;
}

static double lost_share(const struct verdict *v)
{
	if (v->state == STATE_SILENT)
		return silent_share(v);
	return isnan(v->up) ? 1 : 1 - v->up;
}

/* What was measured says more than what is presumed from silence. */
static bool is_worse(enum state a, enum state b)
{
	if (a == STATE_SILENT || b == STATE_SILENT)
		return b == STATE_SILENT && a != STATE_SILENT;
	return state_rank(a) > state_rank(b);
}

static void grow(struct event *e, const struct row *r)
{
	if (is_worse(r->v.state, e->state))
		e->state = r->v.state;
	if (r->v.probes > e->probes)
		e->probes = r->v.probes;
	e->severity += lost_share(&r->v) * (double)r->step_ms / HOUR_MS;
}

/* Quiet buckets that ran up to this silent one belong to it. */
static bool is_run_up(const struct events *m, const struct row *r)
{
	return r->v.state == STATE_SILENT && m->quiet.n && m->quiet.n < EVENTS_LOOKBACK &&
	       m->quiet.from_ms + m->quiet.n * m->step_ms == r->start_ms;
}

static void start(struct events *m, const struct row *r)
{
	bool run_up = is_run_up(m, r);
	int64_t onset = run_up ? m->quiet.from_ms : r->start_ms, calm = m->calm_ms;
	if (calm < onset - EVENTS_LOOKBACK * m->step_ms)
		calm = onset - m->step_ms;
	m->current = (struct event){.series = m->current.series,
				    .state = r->v.state,
				    .onset_ms = onset,
				    .onset_lo_ms = calm > 0 ? calm : 0,
				    .onset_hi_ms = onset + r->step_ms,
				    .severity = run_up ? m->quiet.severity : 0};
	m->phase = EVENTS_PENDING;
	grow(&m->current, r);
}

static enum events_change next_lost(struct events *m, const struct row *r)
{
	if (m->phase == EVENTS_ACTIVE) {
		grow(&m->current, r);
		return EVENTS_GREW;
	}
	if (m->phase == EVENTS_PENDING && r->start_ms == m->current.onset_ms + m->step_ms)
		grow(&m->current, r);
	else
		start(m, r);
	if (m->current.onset_ms == r->start_ms && m->step_ms < LONG_STEP_MS)
		return EVENTS_SAME;
	m->phase = EVENTS_ACTIVE;
	return EVENTS_BEGAN;
}

/* A bucket that can't be judged: perhaps a silence in the making. */
static void next_insufficient(struct events *m, const struct row *r)
{
	bool goes_on = m->quiet.n && m->quiet.from_ms + m->quiet.n * m->step_ms == r->start_ms;
	if (!goes_on) {
		m->quiet.from_ms = r->start_ms;
		m->quiet.n = 0;
		m->quiet.severity = 0;
	}
	if (!verdict_is_quiet(r->v.probes, r->v.expected)) {
		m->quiet.n = 0;
		return;
	}
	m->quiet.n++;
	m->quiet.severity += silent_share(&r->v) * (double)r->step_ms / HOUR_MS;
}

enum events_change events_next(struct events *m, const struct row *r)
{
	if (r->v.state == STATE_INSUFFICIENT) {
		next_insufficient(m, r);
		return EVENTS_SAME;
	}
	if (state_is_loss(r->v.state))
		return next_lost(m, r);
	bool ended = m->phase == EVENTS_ACTIVE;
	m->phase = EVENTS_CALM;
	m->calm_ms = r->start_ms;
	if (!ended)
		return EVENTS_SAME;
	m->current.end_ms = r->start_ms;
	m->current.end_lo_ms = r->start_ms - m->step_ms;
	m->current.end_hi_ms = r->start_ms + m->step_ms;
	return EVENTS_ENDED;
}

void events_name(struct event *e)
{
	char series[SERIES_TEXT_LEN], onset[24];
	time_t s = (time_t)(e->onset_ms / 1000);
	struct tm tm;
	gmtime_r(&s, &tm);
	strftime(onset, sizeof(onset), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(e->id, sizeof(e->id), "%s.%s", series_text(series, &e->series), onset);
}
