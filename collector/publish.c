/* publish.c: rows as they may be shown.
 *
 * Withheld: of a row with fewer than min_probes probes, every figure; of any row, the shares of classes that fewer
 * probes tried. Such a row reads as an empty bucket does, so that it does not say whether anybody was there.
 */
#include "collector/publish.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

static const struct verdict nothing = {.up = NAN, .lo = NAN, .hi = NAN, .rule = "few"};

/* Some fine rows on the way to one coarse row. */
struct fold {
	struct row row;
	size_t n;	     /* fine buckets taken */
	size_t held[STATES]; /* of them, by state */
	char rules[STATES][sizeof(nothing.rule)];
	double up, lo, hi; /* sums */
	size_t n_up;
	uint32_t most; /* probes of the row whose counts are shown */
};

struct stream {
	const struct publish *p;
	int64_t step_ms, until_ms;
	struct series series;
	int64_t next_ms; /* the fine bucket that comes next */
	struct fold fold;
	int (*fn)(void *arg, const struct row *r);
	void *arg;
};

static void withhold_all(struct row *r, uint32_t min_probes)
{
	enum state state = r->v.state;
	uint32_t expected = r->v.expected;
	r->v = nothing;
	r->v.expected = expected < min_probes ? 0 : expected;
	if (state == STATE_SILENT) {
		r->v.state = state;
		snprintf(r->v.rule, sizeof(r->v.rule), "silent");
	} else {
		r->revision = 0;
		r->revised_ms = 0;
	}
}

static void withhold(struct row *r, uint32_t min_probes)
{
	struct verdict *v = &r->v;
	if (v->probes < min_probes) {
		withhold_all(r, min_probes);
		return;
	}
	for (size_t c = 0; c < CLASSES; c++)
		if (v->share[c].n < min_probes)
			v->share[c] = (struct verdict_share){0};
	if (!v->share[CLASS_OPEN].n)
		v->up = v->lo = v->hi = NAN;
}

static enum state longest(const struct fold *f)
{
	enum state best = STATE_INSUFFICIENT;
	for (size_t s = 0; s < STATES; s++)
		if (f->held[s] > f->held[best] ||
		    (f->held[s] == f->held[best] && state_rank((enum state)s) > state_rank(best)))
			best = (enum state)s;
	return best;
}

static uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void fold_add(struct fold *f, const struct row *r)
{
	struct verdict *v = &f->row.v;
	if (!f->n || r->v.probes > f->most)
		memcpy(v->share, r->v.share, sizeof(v->share));
	f->most = max_u32(f->most, r->v.probes);
	v->probes = max_u32(v->probes, r->v.probes);
	v->expected = max_u32(v->expected, r->v.expected);
	v->late = max_u32(v->late, r->v.late);
	f->row.revision = max_u32(f->row.revision, r->revision);
	if (r->revised_ms > f->row.revised_ms)
		f->row.revised_ms = r->revised_ms;
	if (!isnan(r->v.up)) {
		f->up += r->v.up;
		f->lo += r->v.lo;
		f->hi += r->v.hi;
		f->n_up++;
	}
	if (!f->held[r->v.state]++)
		memcpy(f->rules[r->v.state], r->v.rule, sizeof(r->v.rule));
	f->n++;
}

/* Gives the coarse row away, if it has begun. */
static int fold_end(struct stream *s)
{
	struct fold *f = &s->fold;
	struct verdict *v = &f->row.v;
	if (!f->n)
		return 0;
	v->state = longest(f);
	if (v->state == STATE_INSUFFICIENT) {
		f->n_up = 0;
		memset(v->share, 0, sizeof(v->share));
	}
	memcpy(v->rule, f->rules[v->state], sizeof(v->rule));
	v->up = f->n_up ? verdict_round(f->up / (double)f->n_up) : NAN;
	v->lo = f->n_up ? verdict_round(f->lo / (double)f->n_up) : NAN;
	v->hi = f->n_up ? verdict_round(f->hi / (double)f->n_up) : NAN;
	int rc = s->fn(s->arg, &f->row);
	*f = (struct fold){0};
	return rc;
}

static int take(struct stream *s, const struct row *r)
{
	s->next_ms = r->start_ms + s->p->row_step_ms;
	if (s->step_ms == s->p->row_step_ms)
		return s->fn(s->arg, r);
	int64_t start = r->start_ms - r->start_ms % s->step_ms;
	if (s->fold.n && s->fold.row.start_ms != start) {
		int rc = fold_end(s);
		if (rc)
			return rc;
	}
	s->fold.row.series = s->series;
	s->fold.row.start_ms = start;
	s->fold.row.step_ms = s->step_ms;
	fold_add(&s->fold, r);
	return 0;
}

/* Empty buckets up to a time. */
static int fill(struct stream *s, int64_t until_ms)
{
	struct row r = {.series = s->series, .step_ms = s->p->row_step_ms, .v = nothing};
	int rc = 0;
	while (rc == 0 && s->next_ms < until_ms) {
		r.start_ms = s->next_ms;
		rc = take(s, &r);
	}
	return rc;
}

static int on_row(void *arg, const struct row *stored)
{
	struct stream *s = arg;
	struct row r = *stored;
	int rc = fill(s, r.start_ms);
	withhold(&r, s->p->min_probes);
	return rc ? rc : take(s, &r);
}

static int one_series(struct stream *s, const struct series *series, int64_t from_ms)
{
	const char *regions[2];
	const struct series_query q = store_query_one(series, regions, from_ms, s->until_ms);
	s->series = *series;
	s->next_ms = from_ms;
	s->fold = (struct fold){0};
	int rc = store_rows(s->p->store, &q, on_row, s);
	if (rc == 0)
		rc = fill(s, s->until_ms);
	return rc ? rc : fold_end(s);
}

struct list {
	struct series *series; /* owned */
	size_t n, room;
};

static int list_add(void *arg, const struct series *s)
{
	struct list *l = arg;
	if (l->n == l->room) {
		l->room = l->room ? 2 * l->room : 64;
		l->series = xrealloc(l->series, l->room * sizeof(*l->series));
	}
	l->series[l->n++] = *s;
	return 0;
}

static void list_isps(struct list *l, const struct series_query *q, const char *region)
{
	struct series s = {.isp = ISP_ANY, .access = ACCESS_ANY};
	if (q->access >= 0)
		s.access = (enum access_type)q->access;
	snprintf(s.region, sizeof(s.region), "%s", region);
	if (!q->n_isps)
		list_add(l, &s);
	for (size_t i = 0; i < q->n_isps; i++) {
		s.isp = q->isps[i];
		list_add(l, &s);
	}
}

/* The series that q names, heard of or not: where networks and access types are not split, every region has a row even
 * if nobody ever reported from it. */
static void list_named(struct list *l, const struct series_query *q, const struct country *country)
{
	if ((q->by_isp && !q->n_isps) || (q->by_access && q->access < 0))
		return;
	if (q->regions)
		for (size_t i = 0; q->regions[i]; i++)
			list_isps(l, q, q->regions[i]);
	else if (!q->by_region)
		list_isps(l, q, "");
	else
		for (size_t i = 0; i < country->n_regions; i++)
			list_isps(l, q, country->regions[i].code);
}

int publish_timeline(const struct publish *p, const struct series_query *q, int64_t step_ms,
		     int64_t now_ms, int (*fn)(void *arg, const struct row *r), void *arg)
{
	struct stream s = {.p = p,
			   .step_ms = step_ms ? step_ms : p->row_step_ms,
			   .until_ms = q->until_ms < now_ms ? q->until_ms : now_ms,
			   .fn = fn,
			   .arg = arg};
	struct list l = {0};
	int64_t from = q->from_ms > 0 ? q->from_ms - q->from_ms % s.step_ms : 0;
	if (s.step_ms % p->row_step_ms)
		return -1;
	list_named(&l, q, p->country);
	int rc = store_series(p->store, q, list_add, &l);
	if (l.n)
		qsort(l.series, l.n, sizeof(*l.series), series_cmp);
	for (size_t i = 0; i < l.n && rc == 0; i++)
		if (!i || !series_equal(&l.series[i], &l.series[i - 1]))
			rc = one_series(&s, &l.series[i], from);
	free(l.series);
	return rc;
}

struct events_stream {
	const struct publish *p;
	int (*fn)(void *arg, const struct event *e);
	void *arg;
};

static int on_event(void *arg, const struct event *stored)
{
	const struct events_stream *s = arg;
	struct event e = *stored;
	if (e.probes < s->p->min_probes)
		e.probes = 0;
	return s->fn(s->arg, &e);
}

int publish_events(const struct publish *p, const struct series_query *q,
		   int (*fn)(void *arg, const struct event *e), void *arg)
{
	struct events_stream s = {p, fn, arg};
	return store_events(p->store, q, on_event, &s);
}
