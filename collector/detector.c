/* detector.c: the machine. */
#include "collector/detectorint.h"

#include <math.h>
#include <string.h>

#define SHARE_1	   10000
#define HOUR_MS	   3600000.0
#define SEEN_MIN   3  /* buckets that have to be judged so, for a state to count as measured */
#define PART_MIN   10 /* buckets that a return of a part has to last */
#define PART_SHARE 5  /* a fifth of the probes */
#define DATE_AGAIN                                                                                 \
	10 /* buckets after which a return can be dated better than when it was noticed */

const char *detector_change_str(enum detector_change c)
{
	static const char *const names[] = {
		[DETECTOR_SAME] = "same",	  [DETECTOR_BEGAN] = "began",
		[DETECTOR_GREW] = "grew",	  [DETECTOR_RETURNING] = "returning",
		[DETECTOR_RELAPSED] = "relapsed", [DETECTOR_ENDED] = "ended"};
	return (unsigned int)c < sizeof(names) / sizeof(names[0]) ? names[c] : "unknown";
}

void detector_init(struct detector *d, const struct series *series, enum sign sign,
		   int64_t bucket_ms)
{
	*d = (struct detector){.sign = sign, .bucket_ms = bucket_ms, .said_ms = -1, .level = 100};
	d->current.series = *series;
}

/* --- the event --- */

/* What was measured says more than what is presumed from silence. */
static bool is_worse(enum state a, enum state b)
{
	if (a == STATE_SILENT || b == STATE_SILENT)
		return b == STATE_SILENT && a != STATE_SILENT;
	return state_rank(a) > state_rank(b);
}

/* Of a forerunner: what it makes of a day that is fine otherwise. */
static enum state state_of_sign(enum sign s)
{
	switch (s) {
	case SIGN_IPV6:
	case SIGN_QUIC: return STATE_RESTRICTED;
	case SIGN_SLOW: return STATE_THROTTLED;
	default: return STATE_FILTERED;
	}
}

static void see_state(struct detector *d, const struct pulse *p)
{
	struct event *e = &d->current;
	enum state s = (enum state)p->state;
	if (d->sign != SIGN_LOSS || !state_is_loss(s) || s == STATE_SILENT)
		return;
	if (d->seen[s] < SEEN_MIN)
		d->seen[s]++;
	bool first = e->state == STATE_SILENT || e->state == STATE_INSUFFICIENT;
	if (first ? e->basis & EVENT_VOTES : d->seen[s] == SEEN_MIN && is_worse(s, e->state))
		e->state = s;
}

/* The share of the probes that have lost access in this bucket, as far as it can say. */
static uint32_t share_lost(const struct detector *d, const struct pulse *p)
{
	const struct verdict_count *c = &p->sign[d->sign];
	uint32_t share = d->share;
	if (c->n)
		share = (uint32_t)((uint64_t)c->hit * SHARE_1 / c->n);
	if (d->current.basis & EVENT_SILENCE && 2ULL * p->reports_c < p->expected_c) {
		uint32_t unheard = (uint32_t)((uint64_t)(p->expected_c - p->reports_c) * SHARE_1 /
					      p->expected_c);
		share = unheard > share || !c->n ? unheard : share;
	}
	return share;
}

static double percent(uint8_t stored)
{
	return stored ? (stored - 1) / 100.0 : NAN;
}

/* The figures of its worst moment. */
static void see_worst(struct detector *d, const struct pulse *p, bool worse)
{
	const struct verdict_count *c = &p->all[d->sign];
	struct event *e = &d->current;
	if (c->hit > e->hit) {
		e->n = c->n;
		e->hit = c->hit;
	}
	if (!worse)
		return;
	e->lost_lo = percent(p->lost_lo);
	e->lost_hi = percent(p->lost_hi);
}

/* Takes into the event what the bucket says; it has been lost since from_ms without having been counted. */
static void grow(struct detector *d, const struct pulse *p, int64_t from_ms)
{
	struct event *e = &d->current;
	uint32_t share = share_lost(d, p);
	if (detector_lost_by_votes(d, p))
		e->basis |= EVENT_VOTES;
	if (detector_lost_by_silence(d, p))
		e->basis |= EVENT_SILENCE;
	see_state(d, p);
	see_worst(d, p, share > d->share || isnan(e->lost_lo));
	d->share = share;
	d->lost_ms += share * (d->until_ms - from_ms);
	e->severity = (double)d->lost_ms / SHARE_1 / HOUR_MS;
	if (p->heard > e->probes)
		e->probes = p->heard;
}

static enum state first_state(const struct detector *d, bool votes)
{
	if (d->sign != SIGN_LOSS)
		return state_of_sign(d->sign);
	return votes ? STATE_INSUFFICIENT : STATE_SILENT;
}

static enum detector_change begin(struct detector *d, const struct pulse *p, bool votes)
{
	struct detector_span s = votes ? detector_date_votes(d) : detector_date_silence(d);
	struct event *e = &d->current;
	*e = (struct event){.series = e->series,
			    .kind = d->sign,
			    .state = first_state(d, votes),
			    .basis = votes ? EVENT_VOTES : EVENT_SILENCE,
			    .onset_ms = s.at_ms,
			    .onset_lo_ms = s.lo_ms,
			    .onset_hi_ms = s.hi_ms,
			    .lost_lo = NAN,
			    .lost_hi = NAN,
			    .expected = p->usual};
	memset(d->seen, 0, sizeof(d->seen));
	d->lost_ms = 0;
	d->share = d->held = d->partial = 0;
	d->was_low = false;
	d->fine.sum = d->present.sum = 0;
	d->phase = DETECTOR_LOST;
	grow(d, p, s.at_ms);
	detector_mark(d, s.at_ms, true);
	return DETECTOR_BEGAN;
}

/* --- its course --- */

/* A part of the probes has access again: not enough to be called a return, and too many for chance. */
static void see_part(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	const struct verdict_count *c = &p->sign[d->sign];
	struct event_returns *r = &d->current.returns;
	uint32_t base = detector_base(d, p);
	if (!base)
		return; /* nobody can say */
	if (PART_SHARE * (uint64_t)(c->n - c->hit) < base) {
		d->partial = 0;
		d->was_low = true;
		return;
	}
	if (!d->was_low)
		return;
	d->partial++;
	if (d->partial == PART_MIN) {
		d->before = *r;
		r->n++;
		r->partial++;
		r->last_ms = start_ms - (PART_MIN - 1) * d->bucket_ms;
		r->total_ms += (PART_MIN - 1) * d->bucket_ms;
	}
	if (d->partial >= PART_MIN)
		r->total_ms += d->bucket_ms;
}

static enum detector_change go_on(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	struct event *e = &d->current;
	if (!detector_is_back(d, p)) {
		detector_wait(d, start_ms);
		grow(d, p, start_ms);
		see_part(d, p, start_ms);
		return DETECTOR_GREW;
	}
	if (d->partial >= PART_MIN)
		e->returns = d->before; /* that was the beginning of this */
	d->back = detector_date_back(d);
	e->back_ms = d->back.at_ms;
	d->held = d->partial = 0;
	d->lost.sum = d->gone.sum = 0;
	memset(d->silent, 0, sizeof(d->silent));
	d->level = 0;
	detector_raise(d);
	d->phase = DETECTOR_BACK;
	return DETECTOR_RETURNING;
}

static enum detector_change relapse(struct detector *d, const struct pulse *p, bool votes)
{
	struct detector_span s = votes ? detector_date_votes(d) : detector_date_silence(d);
	struct event *e = &d->current;
	int64_t at = s.at_ms > d->back.at_ms ? s.at_ms : d->back.at_ms;
	e->returns.n++;
	e->returns.total_ms += at - d->back.at_ms;
	e->returns.last_ms = d->back.at_ms;
	e->back_ms = 0;
	d->was_low = false;
	d->fine.sum = d->present.sum = 0;
	d->phase = DETECTOR_LOST;
	detector_mark(d, d->back.at_ms, false);
	detector_mark(d, at, true);
	grow(d, p, at);
	return DETECTOR_RELAPSED;
}

static enum detector_change hold(struct detector *d, const struct pulse *p)
{
	struct event *e = &d->current;
	bool votes = detector_lost_by_votes(d, p);
	if (votes || detector_lost_by_silence(d, p))
		return relapse(d, p, votes);
	if (!detector_is_fine(d, p))
		return DETECTOR_SAME;
	if (++d->held == DATE_AGAIN) {
		d->back = detector_date_back(d);
		e->back_ms = d->back.at_ms;
	}
	if (d->held < (d->sign == SIGN_LOSS ? DETECTOR_HOLD : DETECTOR_HOLD_OTHER))
		return d->held == DATE_AGAIN ? DETECTOR_GREW : DETECTOR_SAME;
	e->end_ms = d->back.at_ms;
	e->end_lo_ms = d->back.lo_ms;
	e->end_hi_ms = d->back.hi_ms;
	e->back_ms = 0;
	d->phase = DETECTOR_CALM;
	detector_mark(d, d->back.at_ms, false);
	return DETECTOR_ENDED;
}

/* A service that was never seen to work is not lost. Access is: it may have been lost before the first report. */
static enum detector_change stay_calm(struct detector *d, const struct pulse *p)
{
	bool votes = detector_lost_by_votes(d, p);
	if (!d->known && (d->sign == SIGN_LOSS ? detector_is_fine(d, p) : detector_is_back(d, p)))
		d->known = true;
	if (!d->known && d->sign != SIGN_LOSS)
		return DETECTOR_SAME;
	return votes || detector_lost_by_silence(d, p) ? begin(d, p, votes) : DETECTOR_SAME;
}

enum detector_change detector_next(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	detector_remember(d, p, start_ms);
	detector_add(d, p, start_ms);
	switch (d->phase) {
	case DETECTOR_CALM: return stay_calm(d, p);
	case DETECTOR_LOST: return go_on(d, p, start_ms);
	default: return hold(d, p);
	}
}

bool detector_is_silent(const struct detector *d, int64_t start_ms)
{
	const struct event *e = &d->current;
	if (d->phase == DETECTOR_CALM || !(e->basis & EVENT_SILENCE))
		return false;
	return start_ms + d->bucket_ms > e->onset_ms &&
	       (d->phase == DETECTOR_LOST || start_ms < e->back_ms);
}

bool detector_is_lost(const struct detector *d)
{
	return d->phase == DETECTOR_LOST;
}

int64_t detector_lost_since(const struct detector *d)
{
	return d->phase == DETECTOR_LOST ? d->marks[d->n_marks - 1].at_ms : -1;
}
