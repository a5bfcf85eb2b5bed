/* score.c: devices' clocks are wrong by up to half a minute without being called wrong, so a change of the truth so close
 * to a step counts as one within it.
 */
#include "tests/sim/score.h"

#include <math.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"

#define SLACK_MS   30000
#define EPISODE_MS (5 * 60 * 1000LL)
#define EARLY_MS                                                                                   \
	(10 * 60 * 1000LL) /* an onset so much before the truth is still of the same episode */
#define LATE_MS (10 * 60 * 1000LL)
#define SHORT_MS                                                                                   \
	(2 * 60 * 1000LL) /* an end so close to the last that was seen of a loss is the true one */
#define FALSE_BELOW 0.2
#define YEAR_MS	    (365 * 24 * 3600 * 1000.0)

void score_clear(struct score *s)
{
	free(s->findings);
	*s = (struct score){0};
}

static bool is_restored(enum state s)
{
	return s == STATE_OPEN || s == STATE_FILTERED || s == STATE_RESTRICTED ||
	       s == STATE_THROTTLED;
}

void score_row(struct score_rows rows[static SCOPES], const struct truth *t, const struct row *r)
{
	const struct saga *s = truth_of(t, &r->series);
	int64_t from = r->start_ms - SLACK_MS, until = r->start_ms + r->step_ms + SLACK_MS;
	bool right = false, mixed = false, lost = true;
	if (!s || r->v.probes < SCORE_PROBES || r->start_ms < t->from_ms ||
	    r->start_ms + r->step_ms > t->until_ms ||
	    truth_is_swamped(t, s, r->start_ms, r->v.probes))
		return;
	from = from < t->from_ms ? t->from_ms : from;
	until = until > t->until_ms ? t->until_ms : until;
	const struct spell *first = saga_spell(s, from), *p = first;
	for (; p < s->spells + s->n_spells && p->from_ms < until; p++) {
		if (!truth_shows(p->share, r->v.probes))
			mixed = true;
		right |= weather_state(p->weather) == r->v.state;
		lost &= truth_shows(p->lost, r->v.probes);
	}
	struct score_rows *o = &rows[s->scope];
	o->restored += lost && is_restored(r->v.state);
	if (mixed) /* no state holds for the whole */
		return;
	o->n++;
	o->right += right;
	if (p == first + 1)
		o->said[weather_state(first->weather)][r->v.state]++;
}

/* --- claims --- */

static bool is_of(const struct claim *c, const struct episode *ep)
{
	return c->onset_ms >= ep->from_ms - EARLY_MS && c->onset_ms < ep->until_ms &&
	       (!c->end_ms || c->end_ms > ep->from_ms);
}

/* Nothing was lost, or nearly nothing, from its onset until it was made or ended. */
static bool is_untrue(const struct saga *s, const struct claim *c)
{
	int64_t until = c->end_ms > c->onset_ms ? c->end_ms : c->detected_ms;
	const struct spell *p = saga_spell(s, c->onset_ms);
	for (; p < s->spells + s->n_spells && p->from_ms < until; p++)
		if (p->lost > FALSE_BELOW)
			return false;
	return true;
}

static const struct claim *first_of(const struct claim *list, size_t n, const struct episode *ep)
{
	const struct claim *best = NULL;
	for (size_t i = 0; i < n; i++)
		if (is_of(&list[i], ep) && list[i].detected_ms < ep->until_ms + LATE_MS &&
		    (!best || list[i].detected_ms < best->detected_ms))
			best = &list[i];
	return best;
}

static const struct claim *nearest_of(const struct claim *list, size_t n, const struct episode *ep)
{
	const struct claim *best = NULL;
	for (size_t i = 0; i < n; i++)
		if (is_of(&list[i], ep) && (!best || llabs(list[i].onset_ms - ep->from_ms) <
							     llabs(best->onset_ms - ep->from_ms)))
			best = &list[i];
	return best;
}

/* Distance of a moment from the time between the last good and the first lost measurement. */
static int64_t beside(const struct episode *ep, int64_t onset_ms)
{
	if (ep->last_good_ms && onset_ms < ep->last_good_ms)
		return ep->last_good_ms - onset_ms;
	return onset_ms > ep->first_lost_ms ? onset_ms - ep->first_lost_ms : 0;
}

/* Whether a loss was told of for half of an episode at least, by an event that may have begun with a part of it. */
static bool is_told(const struct claim *list, size_t n, const struct episode *ep)
{
	for (size_t i = 0; i < n; i++) {
		int64_t from = list[i].onset_ms > ep->from_ms ? list[i].onset_ms : ep->from_ms,
			until = list[i].end_ms && list[i].end_ms < ep->until_ms ? list[i].end_ms
										: ep->until_ms;
		if (2 * (until - from) >= ep->until_ms - ep->from_ms)
			return true;
	}
	return false;
}

static void note(struct finding *f, const struct truth *t, const struct episode *ep,
		 const struct claim *live, const struct claim *final)
{
	f->found = final != NULL;
	f->live = live != NULL;
	if (final) {
		f->error_ms = llabs(final->onset_ms - ep->from_ms);
		f->observed_ms = beside(ep, final->onset_ms);
		f->covered = final->lo_ms <= ep->from_ms && final->hi_ms >= ep->from_ms;
		f->ended = final->end_ms && ep->until_ms < t->until_ms;
		f->end_error_ms = llabs(final->end_ms - ep->until_ms);
	}
	if (live) {
		f->live_error_ms = llabs(live->onset_ms - ep->from_ms);
		f->delay_ms = live->detected_ms - ep->from_ms;
	}
}

static struct finding *add(struct score *s, const struct saga *saga, const struct episode *ep)
{
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->findings = xrealloc(s->findings, s->room * sizeof(*s->findings));
	}
	struct finding *f = &s->findings[s->n++];
	*f = (struct finding){.scope = saga->scope,
			      .weather = ep->weather,
			      .reaches = ep->reaches,
			      .active = ep->active,
			      .liars = ep->liars,
			      .measured = ep->measured,
			      .lasts_ms = ep->until_ms - ep->from_ms};
	return f;
}

static void tell(const struct score *s, const struct saga *saga, const char *what, int64_t from_ms,
		 int64_t until_ms, const char *why)
{
	const struct series *at = &saga->series;
	char from[CLOCK_RFC3339_LEN], until[CLOCK_RFC3339_LEN];
	if (!s->out)
		return;
	fprintf(s->out, "%s: %s %s.AS%u.%s, %u seats, %s to %s, %s\n", what, scope_str(saga->scope),
		at->region, at->isp, access_str((enum access_type)at->access), saga->n_seats,
		clock_rfc3339(from, from_ms), clock_rfc3339(until, until_ms), why);
}

static void tell_cut(const struct score *s, const struct saga *saga, const struct episode *ep,
		     const struct finding *f)
{
	char why[128];
	snprintf(why, sizeof(why), "%s, %u active, %u of them liars, %u measured, after %.1f min%s",
		 weather_str(ep->weather), f->active, f->liars, f->measured,
		 f->live ? (double)f->delay_ms / 60000 : (double)NAN,
		 f->told ? "" : ", nothing told");
	tell(s, saga,
	     !f->found ? "missed"
	     : f->live ? "found"
		       : "found late",
	     ep->from_ms, ep->until_ms, why);
}

static void tell_untrue(const struct score *s, const struct saga *saga, const struct claim *c)
{
	char told[CLOCK_RFC3339_LEN];
	tell(s, saga, "untrue", c->onset_ms, c->end_ms, clock_rfc3339(told, c->detected_ms));
}

static void tell_return(const struct score *s, const struct saga *saga, const struct episode *in,
			int64_t end_ms)
{
	char told[CLOCK_RFC3339_LEN];
	tell(s, saga, "false return", in->from_ms, in->until_ms, clock_rfc3339(told, end_ms));
}

void score_claims(struct score *s, const struct truth *t, const struct saga *saga,
		  const struct claim *live, size_t n_live, const struct claim *final,
		  size_t n_final)
{
	for (size_t k = 0; k < saga->n_episodes; k++) {
		const struct episode *ep = &saga->episodes[k];
		if (ep->until_ms - ep->from_ms < EPISODE_MS)
			continue;
		struct finding *f = add(s, saga, ep);
		note(f, t, ep, first_of(live, n_live, ep), nearest_of(final, n_final, ep));
		f->told = is_told(final, n_final, ep);
		tell_cut(s, saga, ep, f);
	}
	for (size_t i = 0; i < n_live; i++) {
		if (!is_untrue(saga, &live[i]))
			continue;
		s->untrue[saga->scope]++;
		tell_untrue(s, saga, &live[i]);
	}
	s->claims[saga->scope] += n_live;
	s->years[saga->scope] += (double)(t->until_ms - t->from_ms) / YEAR_MS;
}

void score_end(struct score *s, const struct saga *saga, int64_t end_ms)
{
	const struct episode *in = saga_episode(saga, end_ms, end_ms + 1);
	if (!in || end_ms <= in->from_ms + SHORT_MS || end_ms >= in->last_lost_ms - SHORT_MS ||
	    !truth_shows(saga_spell(saga, end_ms)->lost, saga->n_seats))
		return;
	s->returns[saga->scope]++;
	tell_return(s, saga, in, end_ms);
}
