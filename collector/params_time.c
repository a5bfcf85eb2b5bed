/* params_time.c: times, which depend on each other: asof is taken as the present, from comes before until. */
#include "collector/paramsint.h"
#include "common/clock.h"

static int take(const struct reading *r, struct reading_time *t, const char *value)
{
	*t = (struct reading_time){r->name, value};
	return 0;
}

int params_take_asof(struct reading *r, const char *value)
{
	return take(r, &r->asof, value);
}

int params_take_at(struct reading *r, const char *value)
{
	return take(r, &r->at, value);
}

int params_take_from(struct reading *r, const char *value)
{
	return take(r, &r->from, value);
}

int params_take_until(struct reading *r, const char *value)
{
	return take(r, &r->until, value);
}

/* A time that says no offset is one of the zone that times are given in. */
static int read_time(struct reading *r, const struct reading_time *t, int64_t now_ms, int64_t *out)
{
	int offset_min = r->p->local_time ? r->env->country->utc_offset_min : 0;
	if (!t->value || calendar_parse(t->value, offset_min, out) == 0 ||
	    clock_parse(t->value, now_ms, out) == 0)
		return 0;
	return problem_set(r->why, 400, t->name,
			   "%s must be a time like 2026-01-08T16:30:00Z, 1404-10-18 20:00, "
			   "1767889800 or -24h, not '%.40s'",
			   t->name, t->value);
}

/* All pages of a list are of what was known when the first one was asked for: an event whose onset is dated anew would be
 * told twice or never. */
static void pin_pages(struct reading *r, int64_t *now_ms)
{
	const int64_t settled_ms = r->env->settled_ms - r->env->settled_ms % 1000;
	if (r->env->began_ms && settled_ms >= r->env->began_ms)
		r->p->asof_ms = *now_ms = settled_ms;
}

/* The moment that is taken as the present. In whole seconds, so that the text of it is the same moment. */
static int read_now(struct reading *r, int64_t *now_ms)
{
	char began[CLOCK_RFC3339_LEN];
	*now_ms = r->env->now_ms;
	if (!r->asof.value && r->p->limit)
		pin_pages(r, now_ms);
	if (!r->asof.value)
		return 0;
	if (read_time(r, &r->asof, r->env->now_ms, now_ms) < 0)
		return -1;
	*now_ms -= *now_ms % 1000;
	if (*now_ms > r->env->now_ms)
		return problem_set(r->why, 400, "asof",
				   "asof is in the future: nobody knows what will be known then");
	if (!r->env->began_ms)
		return problem_set(r->why, 400, "asof",
				   "nothing is known yet, so nothing was known then");
	if (*now_ms < r->env->began_ms)
		return problem_set(r->why, 400, "asof",
				   "nothing was known then: the first step that was observed as it "
				   "happened ended at %s",
				   clock_rfc3339(began, r->env->began_ms));
	r->p->asof_ms = *now_ms;
	r->p->pinned = !clock_is_relative(r->asof.value);
	return 0;
}

int params_times(struct reading *r)
{
	struct params *p = r->p;
	int64_t range = p->range_ms ? p->range_ms : PARAMS_RANGE_DEFAULT_MS, now;
	if (read_now(r, &now) < 0)
		return -1;
	p->at_ms = p->until_ms = now;
	if (read_time(r, &r->at, now, &p->at_ms) < 0)
		return -1;
	if (p->at_ms > now)
		return problem_set(r->why, 400, "at", "at is in the future");
	if (read_time(r, &r->until, now, &p->until_ms) < 0)
		return -1;
	p->from_ms = p->until_ms - range;
	if (r->from.value && p->range_ms)
		return problem_set(r->why, 400, "range", "range and from can't both be given");
	if (read_time(r, &r->from, now, &p->from_ms) < 0)
		return -1;
	if (p->from_ms >= p->until_ms)
		return problem_set(r->why, 400, r->from.value ? r->from.name : r->until.name,
				   "from must be before until");
	p->range_ms = r->from.value || r->until.value ? 0 : range;
	return 0;
}
