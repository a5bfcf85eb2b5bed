/* page_view.c: gathers what a page shows: rows into bands, the newest verdicts, events. */
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/page.h"

/* A page's charts have about as many steps as a phone has pixels. */
#define STEPS_MAX 360

#define EVENTS_MAX 2000
#define HISTORY_MS (400LL * 24 * 3600 * 1000)
#define HOUR_MS	   (3600LL * 1000)
#define DAY_MS	   (24 * HOUR_MS)

struct gathering {
	struct view *view;
	struct strips *strips;
	size_t at; /* strip of the last row: rows come series by series */
	bool newest;
};

/* The finest step whose rows fit: a multiple of the stored rows' that people can read off a clock. */
static int64_t choose_step(int64_t range_ms, int64_t row_ms)
{
	static const int64_t times[] = {1, 2, 3, 6, 12, 24, 36, 72, 144, 288};
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		if (range_ms / (row_ms * times[i]) <= STEPS_MAX)
			return row_ms * times[i];
	return (range_ms / STEPS_MAX / row_ms + 1) * row_ms;
}

static void set_range(struct view *v, int64_t from_ms)
{
	int64_t row_ms = v->call->api->publish->row_step_ms;
	v->from_ms = from_ms < v->until_ms ? from_ms : v->until_ms - row_ms;
	v->step_ms = choose_step(v->until_ms - v->from_ms, row_ms);
	v->from_ms -= v->from_ms % v->step_ms;
}

struct chart_scale view_scale(const struct view *v)
{
	int64_t steps = (v->until_ms - v->from_ms + v->step_ms - 1) / v->step_ms;
	return (struct chart_scale){v->from_ms, v->from_ms + steps * v->step_ms, v->offset_min,
				    v->calendar};
}

void view_init(struct view *v, struct call *c)
{
	const struct params *p = &c->params;
	int64_t row_ms = c->api->publish->row_step_ms;
	int64_t end = p->until_ms < c->now_ms ? p->until_ms : c->now_ms;
	*v = (struct view){.call = c, .country = c->api->country, .lang = p->lang};
	v->until_ms = end - end % row_ms;
	v->range_ms = p->range_ms;
	set_range(v, p->range_ms ? v->until_ms - p->range_ms : p->from_ms);
	v->calendar = p->calendar_given ? p->calendar : words_calendar(p->lang);
	v->offset_min = p->local_time ? v->country->utc_offset_min : 0;
}

bool view_fit(struct view *v, const struct strip *s)
{
	static const int64_t ranges[] = {HOUR_MS, 6 * HOUR_MS};
	const struct chart *c = &s->chart;
	size_t first = 0;
	if (!v->range_ms || query_get(&v->call->query, "range"))
		return false;
	while (first < c->n && c->runs[first].state == STATE_INSUFFICIENT)
		first++;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (first == c->n || c->runs[first].start_ms < v->until_ms - ranges[i])
			continue;
		v->range_ms = ranges[i];
		set_range(v, v->until_ms - ranges[i]);
		return true;
	}
	return false;
}

void view_clear(struct view *v)
{
	free(v->events);
}

void strips_clear(struct strips *s)
{
	for (size_t i = 0; i < s->n; i++) {
		chart_clear(&s->items[i].chart);
		chart_share_clear(&s->items[i].share);
	}
	free(s->items);
}

struct strip *view_strip(const struct view *v, struct strips *s, const struct series *series)
{
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 32;
		s->items = xrealloc(s->items, s->room * sizeof(*s->items));
	}
	struct strip *strip = &s->items[s->n++];
	*strip = (struct strip){.series = *series};
	strip->current.v.state = STATE_INSUFFICIENT;
	strip->current.series = *series;
	struct chart_scale scale = view_scale(v);
	chart_init(&strip->chart, scale.from_ms, scale.until_ms);
	if (s->shares)
		chart_share_init(&strip->share, scale.from_ms, scale.until_ms, v->step_ms);
	return strip;
}

static struct strip *find_strip(struct gathering *g, const struct series *series)
{
	struct strips *s = g->strips;
	for (size_t i = 0; i < s->n; i++, g->at = (g->at + 1) % s->n)
		if (series_equal(&s->items[g->at].series, series))
			return &s->items[g->at];
	g->at = s->n;
	return view_strip(g->view, s, series);
}

bool view_is_newer(const struct row *r, const struct row *before)
{
	return r->v.state != STATE_INSUFFICIENT || before->v.state == STATE_INSUFFICIENT;
}

static int put_row(void *arg, const struct row *r)
{
	struct gathering *g = arg;
	struct strip *s = find_strip(g, &r->series);
	s->heard |= r->v.probes || r->v.expected;
	if (r->revision > g->view->revision)
		g->view->revision = r->revision;
	if (r->revised_ms > g->view->revised_ms)
		g->view->revised_ms = r->revised_ms;
	if (!g->newest) {
		chart_add(&s->chart, r->start_ms, r->start_ms + r->step_ms, r->v.state);
		if (s->share.points)
			chart_share_add(&s->share, r->start_ms, r->start_ms + r->step_ms, r->v.up,
					r->v.lo, r->v.hi);
	} else if (view_is_newer(r, &s->current)) {
		s->current = *r;
	}
	return 0;
}

/* Since when the current state holds, as far as the band goes back. */
static void find_since(const struct view *v, struct strip *s)
{
	const struct chart *c = &s->chart;
	size_t i = c->n;
	if (v->step_ms != v->call->api->publish->row_step_ms ||
	    s->current.v.state == STATE_INSUFFICIENT)
		return;
	while (i > 0 && c->runs[i - 1].start_ms > s->current.start_ms)
		i--;
	if (i == 0 || c->runs[i - 1].state != s->current.v.state)
		return;
	s->since_ms = c->runs[i - 1].start_ms;
	s->since_before = s->since_ms <= v->from_ms;
}

void view_gather(struct view *v, struct strips *strips, struct series_query q)
{
	const struct publish *publish = v->call->api->publish;
	struct gathering g = {.view = v, .strips = strips};
	struct publish_ask bands = {
		.q = q, .step_ms = v->step_ms, .now_ms = v->until_ms, .states_only = true};
	bands.q.from_ms = v->from_ms;
	bands.q.until_ms = v->until_ms;
	bands.q.asof_ms = v->call->params.asof_ms;
	struct publish_ask newest = {.q = bands.q, .now_ms = v->until_ms};
	newest.q.from_ms = v->until_ms - VIEW_NEWEST_STEPS * publish->row_step_ms;
	v->failed |= publish_timeline(publish, &bands, put_row, &g) != 0;
	g.newest = true;
	g.at = 0;
	v->failed |= publish_timeline(publish, &newest, put_row, &g) != 0;
	for (size_t i = 0; i < strips->n; i++)
		find_since(v, &strips->items[i]);
}

static int put_event(void *arg, const struct event *e)
{
	struct view *v = arg;
	if (v->n_events == v->events_room) {
		v->events_room = v->events_room ? 2 * v->events_room : 32;
		v->events = xrealloc(v->events, v->events_room * sizeof(*v->events));
	}
	v->events[v->n_events++] = *e;
	return v->n_events >= EVENTS_MAX;
}

/* Those of the page's own series first: they are the summary. */
static int newest_first(const void *a, const void *b)
{
	const struct event *x = a, *y = b;
	if (!*x->series.region != !*y->series.region)
		return *x->series.region ? 1 : -1;
	if (x->onset_ms != y->onset_ms)
		return x->onset_ms < y->onset_ms ? 1 : -1;
	return series_cmp(&x->series, &y->series);
}

void view_gather_events(struct view *v, struct series_query q)
{
	q.from_ms = v->from_ms;
	q.until_ms = v->until_ms;
	q.asof_ms = v->call->params.asof_ms;
	v->failed |= publish_events(v->call->api->publish, &q, put_event, v) < 0;
	if (v->n_events)
		qsort(v->events, v->n_events, sizeof(*v->events), newest_first);
}

struct sortable {
	struct strip strip;
	double weight;
	size_t at;
};

static double weight(const struct view *v, const struct series *s)
{
	const struct region *r = country_region(v->country, s->region);
	const struct isp *i = s->isp == ISP_ANY ? NULL : country_isp(v->country, s->isp);
	if (s->isp != ISP_ANY)
		return i ? i->subscribers_million : -1;
	return r ? (double)r->population : 0;
}

static int worst_first(const void *a, const void *b)
{
	const struct sortable *x = a, *y = b;
	int rx = state_rank(x->strip.current.v.state), ry = state_rank(y->strip.current.v.state);
	if (rx != ry)
		return ry - rx;
	if (x->weight < y->weight || x->weight > y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->at < y->at ? -1 : 1;
}

void view_sort(const struct view *v, struct strips *strips)
{
	struct sortable *s = xcalloc(strips->n + 1, sizeof(*s));
	for (size_t i = 0; i < strips->n; i++)
		s[i] = (struct sortable){strips->items[i], weight(v, &strips->items[i].series), i};
	qsort(s, strips->n, sizeof(*s), worst_first);
	for (size_t i = 0; i < strips->n; i++)
		strips->items[i] = s[i].strip;
	free(s);
}

static int is_heard(void *arg, const struct row *r)
{
	(void)arg;
	return r->v.probes || r->v.expected;
}

bool view_has_history(const struct view *v)
{
	const struct publish_ask country = {.q = {.access = -1,
						  .from_ms = v->until_ms - HISTORY_MS,
						  .until_ms = v->until_ms,
						  .asof_ms = v->call->params.asof_ms},
					    .step_ms = DAY_MS,
					    .now_ms = v->until_ms,
					    .states_only = true};
	return publish_timeline(v->call->api->publish, &country, is_heard, NULL) > 0;
}
