/* publish.c: rows as they may be shown. */
#include "collector/publish.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/lines.h"
#include "collector/withhold.h"
#include "common/buf.h"

/* Some fine rows on the way to one coarse row. */
struct fold {
	struct row row;
	size_t n; /* fine buckets taken */
	struct {
		size_t n; /* of them, in this state */
		char rule[sizeof(((struct verdict *)NULL)->rule)];
		uint32_t fragile; /* the least that there was */
	} held[STATES];
	double up, lo, hi; /* sums */
	size_t n_up;
	uint32_t most; /* probes of the row whose counts are shown */
};

struct stream {
	const struct publish *p;
	struct lines *lines; /* NULL: no look at sums */
	int64_t step_ms, from_ms, until_ms, asof_ms;
	unsigned int by_classes;
	struct series series;
	enum target_class class; /* where by_classes is not 0 */
	int64_t next_ms;	 /* the fine bucket that comes next */
	struct fold fold;
	int (*fn)(void *arg, const struct row *r);
	void *arg;
};

static enum state longest(const struct fold *f)
{
	enum state best = STATE_INSUFFICIENT;
	for (size_t s = 0; s < STATES; s++)
		if (f->held[s].n > f->held[best].n ||
		    (f->held[s].n == f->held[best].n &&
		     state_rank((enum state)s) > state_rank(best)))
			best = (enum state)s;
	return best;
}

/* WITHHOLD_LATE is larger than any number. */
static uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static void copy_counts(struct verdict *to, const struct verdict *from)
{
	memcpy(to->share, from->share, sizeof(to->share));
	memcpy(to->sign, from->sign, sizeof(to->sign));
	memcpy(to->mech, from->mech, sizeof(to->mech));
}

static void fold_state(struct fold *f, const struct verdict *v)
{
	if (!f->held[v->state].n++)
		memcpy(f->held[v->state].rule, v->rule, sizeof(v->rule));
	if (v->fragile && (!f->held[v->state].fragile || v->fragile < f->held[v->state].fragile))
		f->held[v->state].fragile = v->fragile;
}

static void fold_revision(struct row *to, const struct row *r)
{
	to->revision = max_u32(to->revision, r->revision);
	to->method = max_u32(to->method, r->method);
	if (r->revised_ms > to->revised_ms) {
		to->revised_ms = r->revised_ms;
		to->why = r->why;
	}
}

static void fold_add(struct fold *f, const struct row *r)
{
	struct verdict *v = &f->row.v;
	if (!f->n)
		withhold_empty(v);
	if (!f->n || r->v.probes > f->most)
		copy_counts(v, &r->v);
	f->most = max_u32(f->most, r->v.probes);
	v->probes = max_u32(v->probes, r->v.probes);
	v->expected = max_u32(v->expected, r->v.expected);
	v->late = max_u32(v->late, r->v.late);
	v->part_lo = fmin(v->part_lo, r->v.part_lo); /* the other one where one is NaN */
	v->part_hi = fmax(v->part_hi, r->v.part_hi);
	if (!isnan(r->v.up)) {
		f->up += r->v.up;
		f->lo += r->v.lo;
		f->hi += r->v.hi;
		f->n_up++;
	}
	fold_state(f, &r->v);
	fold_revision(&f->row, r);
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
		copy_counts(v, &(struct verdict){0});
		v->part_lo = v->part_hi = NAN;
	}
	v->fragile = f->held[v->state].fragile;
	memcpy(v->rule, f->held[v->state].rule, sizeof(v->rule));
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
	s->fold.row.class = s->class;
	fold_add(&s->fold, r);
	return 0;
}

/* Empty buckets up to a time. */
static int fill(struct stream *s, int64_t until_ms)
{
	struct row r = {.series = s->series, .step_ms = s->p->row_step_ms, .class = s->class};
	int rc = 0;
	withhold_empty(&r.v);
	while (rc == 0 && s->next_ms < until_ms) {
		r.start_ms = s->next_ms;
		rc = take(s, &r);
	}
	return rc;
}

/* Leaves one class of what may be shown. The share of the open one is that of the row, which is no mere count where the row
 * is of a whole (rollup.c). */
static void keep_class(struct row *r, enum target_class class)
{
	struct verdict *v = &r->v;
	const struct verdict_share share = v->share[class];
	r->class = class;
	v->probes = share.n;
	if (class != CLASS_OPEN) {
		v->up = v->lo = v->hi = v->part_lo = v->part_hi = NAN;
		if (share.n) {
			verdict_wilson(share.up, share.n, &v->lo, &v->hi);
			v->up = verdict_round((double)share.up / share.n);
			v->lo = verdict_round(v->lo);
			v->hi = verdict_round(v->hi);
		}
	}
	copy_counts(v, &(struct verdict){0});
	v->share[class] = share;
}

static int on_row(void *arg, const struct row *stored)
{
	struct stream *s = arg;
	struct row r = *stored;
	uint32_t mask = 0;
	if (s->lines && lines_mask(s->lines, r.start_ms, &mask) < 0)
		return -1;
	withhold_row(&r, mask, s->p->min_probes);
	if (s->by_classes)
		keep_class(&r, s->class);
	int rc = fill(s, r.start_ms);
	return rc ? rc : take(s, &r);
}

/* The rows of one series; where classes are asked for, of one of them. */
static int one_series(struct stream *s, const struct series *series)
{
	const char *regions[2];
	struct series_query q = store_query_one(series, regions, s->from_ms, s->until_ms);
	q.asof_ms = s->asof_ms;
	s->series = *series;
	s->next_ms = s->from_ms;
	s->fold = (struct fold){0};
	if (s->lines && lines_choose(s->lines, series) < 0)
		return -1;
	int rc = store_rows(s->p->store, &q, on_row, s);
	if (rc == 0)
		rc = fill(s, s->until_ms);
	return rc ? rc : fold_end(s);
}

static struct lines *lines_of(const struct stream *s, bool one_step)
{
	const struct lines_config config = {.store = s->p->store,
					    .min_probes = s->p->min_probes,
					    .step_ms = s->p->row_step_ms,
					    .asof_ms = s->asof_ms,
					    .one_step = one_step};
	return lines_new(&config);
}

struct list {
	struct store *store;
	int64_t asof_ms;
	struct series *series; /* owned */
	size_t n, room;
};

static int list_add(struct list *l, const struct series *s)
{
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

static int stop(void *arg, const struct row *r)
{
	(void)arg;
	(void)r;
	return 1;
}

/* Adds a series unless nothing was known of it at the moment that is asked for: a network that was heard of later does not
 * change what was said before. */
static int list_known(void *arg, const struct series *series)
{
	struct list *l = arg;
	const char *regions[2];
	struct series_query q = store_query_one(series, regions, 0, l->asof_ms);
	q.asof_ms = l->asof_ms;
	int rc = l->asof_ms ? store_rows(l->store, &q, stop, NULL) : 1;
	return rc > 0 ? list_add(l, series) : rc;
}

/* The rows of one series from `first` on, class by class where classes are asked for. */
static int from_cursor(struct stream *s, const struct series *series, const struct cursor *first)
{
	const bool by_class = s->by_classes && first;
	const int64_t from_ms = s->from_ms;
	int rc = 0;
	for (int c = 0; c < (s->by_classes ? CLASSES : 1) && rc == 0; c++) {
		if ((s->by_classes && !(s->by_classes >> c & 1)) ||
		    (by_class && c < (int)first->class))
			continue;
		s->class = (enum target_class)c;
		if (first && first->time_ms > from_ms && (!by_class || c == (int)first->class))
			s->from_ms = first->time_ms - first->time_ms % s->step_ms;
		rc = one_series(s, series);
		s->from_ms = from_ms;
	}
	return rc;
}

/* Gives the rows of every series but those that come before `first`. */
static int all_series(struct stream *s, const struct list *l, const struct cursor *first)
{
	int rc = 0;
	for (size_t i = 0; i < l->n && rc == 0; i++) {
		int order = first ? series_cmp(&l->series[i], &first->series) : 1;
		if (order < 0 || (i && series_equal(&l->series[i], &l->series[i - 1])))
			continue;
		rc = from_cursor(s, &l->series[i], order == 0 ? first : NULL);
	}
	return rc;
}

int publish_timeline(const struct publish *p, const struct publish_ask *ask,
		     int (*fn)(void *arg, const struct row *r), void *arg)
{
	const struct series_query *q = &ask->q;
	struct stream s = {.p = p,
			   .step_ms = ask->step_ms ? ask->step_ms : p->row_step_ms,
			   .until_ms = q->until_ms < ask->now_ms ? q->until_ms : ask->now_ms,
			   .asof_ms = q->asof_ms,
			   .by_classes = ask->by_classes,
			   .fn = fn,
			   .arg = arg};
	struct list l = {.store = p->store, .asof_ms = q->asof_ms};
	/* Nothing starts at 0, which is no time. */
	s.from_ms = q->from_ms > s.step_ms ? q->from_ms - q->from_ms % s.step_ms : s.step_ms;
	if (s.step_ms % p->row_step_ms)
		return -1;
	list_named(&l, q, p->country);
	int rc = store_series(p->store, q, list_known, &l);
	if (l.n)
		qsort(l.series, l.n, sizeof(*l.series), series_cmp);
	s.lines = ask->states_only ? NULL : lines_of(&s, false);
	if (rc == 0)
		rc = all_series(&s, &l, ask->first);
	lines_free(s.lines);
	free(l.series);
	return rc;
}

int publish_step(const struct publish *p, const struct series *series, size_t n, int64_t start_ms,
		 int (*fn)(void *arg, const struct row *r), void *arg)
{
	struct stream s = {.p = p,
			   .step_ms = p->row_step_ms,
			   .from_ms = start_ms,
			   .until_ms = start_ms + p->row_step_ms,
			   .fn = fn,
			   .arg = arg};
	int rc = 0;
	s.lines = lines_of(&s, true);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = one_series(&s, &series[i]);
	lines_free(s.lines);
	return rc;
}

void publish_event(const struct publish *p, struct event *e)
{
	if (e->probes < p->min_probes)
		e->probes = 0;
	if (e->expected < p->min_probes)
		e->expected = 0;
	if (e->n < p->min_probes)
		e->n = e->hit = 0;
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
	publish_event(s->p, &e);
	return s->fn(s->arg, &e);
}

int publish_events(const struct publish *p, const struct series_query *q,
		   int (*fn)(void *arg, const struct event *e), void *arg)
{
	struct events_stream s = {p, fn, arg};
	return store_events(p->store, q, on_event, &s);
}
