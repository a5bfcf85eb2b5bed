/* test_views.c: a small country over time: batches in, rows and events out; silence, backfill, restarts, rebuilds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/views.h"
#include "common/log.h"
#include "tests/collector/nation.h"
#include "tests/collector/stored.h"

#define T0     1767225600000 /* 2026-01-01T00:00:00Z */
#define STEP   5000
#define BUCKET 1000
#define GRACE  10000
#define CYCLE  2000
#define PROBES 16
#define SPOOL  400

/* What a probe has measured and not yet sent. */
struct probe {
	const char *region;
	uint32_t isp;
	int64_t times[SPOOL];
	enum nation_weather weathers[SPOOL];
	size_t n;
};

struct record {
	int64_t received_ms;
	int probe; /* -1: the collector was up */
	int64_t *times;
	enum nation_weather *weathers;
	size_t n;
};

struct world {
	struct country *country;
	struct stored *stored;
	struct views *views;
	struct views_config config;
	struct probe probes[PROBES];
	struct record *records;
	size_t n, room;
	/* what the listener was told */
	struct event told[64];
	size_t n_told, rows_told;
};

static void on_row(void *arg, const struct row *r)
{
	(void)r;
	((struct world *)arg)->rows_told++;
}

static void on_event(void *arg, const struct event *e)
{
	struct world *w = arg;
	if (w->n_told < 64)
		w->told[w->n_told++] = *e;
}

static void start(struct world *w)
{
	const struct views_listener listener = {on_row, on_event, w};
	w->views = views_new(w->stored->store, w->country, &w->config);
	assert_non_null(w->views);
	views_listen(w->views, &listener);
}

/* As after a crash and a new start. */
static void restart(struct world *w)
{
	views_free(w->views);
	stored_reopen(w->stored);
	start(w);
}

static int setup(void **state)
{
	static const char *const regions[] = {"XX-01", "XX-02"};
	static const uint32_t isps[] = {100, 200};
	struct world *w = xcalloc(1, sizeof(*w));
	void *stored;
	stored_setup(&stored);
	w->stored = stored;
	w->country = nation_new();
	w->config = (struct views_config){BUCKET, STEP, 2};
	for (size_t i = 0; i < PROBES; i++) {
		w->probes[i].region = regions[i % 2];
		w->probes[i].isp = isps[i / 2 % 2];
	}
	start(w);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	void *stored = w->stored;
	views_free(w->views);
	stored_teardown(&stored);
	country_free(w->country);
	for (size_t i = 0; i < w->n; i++) {
		free(w->records[i].times);
		free(w->records[i].weathers);
	}
	free(w->records);
	free(w);
	return 0;
}

/* --- the archive --- */

static struct record *add_record(struct world *w, int64_t received_ms, int probe)
{
	if (w->n == w->room) {
		w->room = w->room ? 2 * w->room : 256;
		w->records = xrealloc(w->records, w->room * sizeof(*w->records));
	}
	w->records[w->n] = (struct record){.received_ms = received_ms, .probe = probe};
	return &w->records[w->n++];
}

/* Everything in the spool, in one batch. */
static void upload(struct world *w, int i, int64_t now_ms)
{
	struct probe *p = &w->probes[i];
	struct record *r = add_record(w, now_ms, i);
	r->n = p->n;
	r->times = xcalloc(p->n, sizeof(*r->times));
	r->weathers = xcalloc(p->n, sizeof(*r->weathers));
	memcpy(r->times, p->times, p->n * sizeof(*r->times));
	memcpy(r->weathers, p->weathers, p->n * sizeof(*r->weathers));
	p->n = 0;
}

/* Probe i measures w at t, and uploads a little later when it can. */
static void measure(struct world *w, int i, int64_t t_ms, enum nation_weather weather, bool send)
{
	struct probe *p = &w->probes[i];
	assert_true(p->n < SPOOL);
	p->times[p->n] = t_ms;
	p->weathers[p->n++] = weather;
	if (send)
		upload(w, i, t_ms + 300 + i * 20);
}

/* Cycles of all probes in [from, until): `lost` says what probe i meets; it can send when that is the usual. */
static void live_through(struct world *w, int64_t from_ms, int64_t until_ms,
			 enum nation_weather (*lost)(int i, int64_t t_ms))
{
	for (int64_t t = from_ms; t < until_ms; t += CYCLE) {
		if ((t - T0) % 60000 == 0)
			add_record(w, t, -1);
		for (int i = 0; i < PROBES; i++) {
			enum nation_weather weather = lost(i, t);
			measure(w, i, t, weather, weather == NATION_NORMAL);
		}
	}
}

static void fold(struct world *w, const struct record *r)
{
	struct batch b;
	if (r->probe < 0) {
		assert_int_equal(views_alive(w->views, r->received_ms), 0);
		return;
	}
	const struct probe *p = &w->probes[r->probe];
	const struct placement at = nation_place(w->country, p->region, p->isp);
	nation_batch(&b, w->country, r->times[0], r->weathers[0]);
	for (size_t i = 1; i < r->n; i++)
		nation_add(&b, w->country, r->times[i], r->weathers[i]);
	assert_int_equal(views_fold(w->views, &b, (uint64_t)r->probe + 1, &at, r->received_ms), 0);
	batch_clear(&b);
}

static void commit(struct world *w, size_t records)
{
	stored_commit(w->stored, records);
}

/* As ingest.c replays: the whole archive, then one tick. */
static void replay(struct world *w)
{
	assert_int_equal(store_reset(w->stored->store), 0);
	for (size_t i = 0; i < w->n; i++)
		fold(w, &w->records[i]);
	assert_int_equal(views_tick(w->views, w->records[w->n - 1].received_ms), 0);
	commit(w, w->n);
}

/* As it happens: a tick and a commit every second. `restarts`: the collector dies now and then, and goes on with what was
 * committed. */
static void run_live(struct world *w, int restart_every)
{
	int64_t now = w->n ? w->records[0].received_ms : 0;
	size_t committed = 0;
	int ticks = 0;
	for (size_t i = 0; i < w->n;) {
		for (; i < w->n && w->records[i].received_ms <= now; i++)
			fold(w, &w->records[i]);
		assert_int_equal(views_tick(w->views, now), 0);
		if (restart_every && ++ticks % restart_every == restart_every - 1) {
			restart(w);
			i = committed;
			for (; i < w->n && w->records[i].received_ms <= now; i++)
				fold(w, &w->records[i]);
		}
		commit(w, i);
		committed = i;
		now += 1000;
	}
	assert_int_equal(views_tick(w->views, w->records[w->n - 1].received_ms), 0);
}

/* --- what came out --- */

static int take_row(void *arg, const struct row *r)
{
	*(struct row *)arg = *r;
	return 1;
}

static struct row row_at(struct world *w, const char *region, uint32_t isp, int access,
			 int64_t t_ms)
{
	struct series s = stored_series(region, isp, access);
	struct row r = {0};
	r.v.state = STATES;
	store_get_row(w->stored->store, &s, t_ms - t_ms % STEP, &r);
	return r;
}

static void expect_state(struct world *w, const char *region, uint32_t isp, int access,
			 int64_t t_ms, enum state state)
{
	struct row r = row_at(w, region, isp, access, t_ms);
	assert_string_equal(state_str(r.v.state), state_str(state));
}

static int print_row(void *arg, const struct row *r)
{
	char name[SERIES_TEXT_LEN];
	return buf_printf(arg, "%s %" PRId64 " %s %s n=%u of %u late=%u up=%.4f r%u %" PRId64 "\n",
			  series_text(name, &r->series), (r->start_ms - T0) / STEP, state_str(r->v.state),
			  r->v.rule, r->v.probes, r->v.expected, r->v.late, r->v.up, r->revision,
			  r->revised_ms - T0);
}

static int print_event(void *arg, const struct event *e)
{
	return buf_printf(arg, "%s %s %" PRId64 "..%" PRId64 " detected %" PRId64 " %.6f n=%u r%u\n", e->id,
			  state_str(e->state), e->onset_ms - T0, e->end_ms ? e->end_ms - T0 : -1,
			  e->detected_ms - T0, e->severity, e->probes, e->revision);
}

/* Everything that is final at `now`, as text. */
static char *dump(struct world *w, int64_t now_ms)
{
	struct buf out;
	buf_init(&out, 64 << 20);
	for (int shape = 0; shape < 8; shape++) {
		const struct series_query q = {.by_region = shape & 1, .by_isp = shape & 2, .by_access = shape & 4,
					       .access = -1, .until_ms = now_ms - GRACE - STEP};
		assert_int_equal(store_rows(w->stored->store, &q, print_row, &out), 0);
		assert_int_equal(store_events(w->stored->store, &q, print_event, &out), 0);
	}
	assert_false(out.overflow);
	return out.data ? out.data : xstrdup("");
}

static struct event only_event(struct world *w, const char *region, uint32_t isp, int access)
{
	const char *regions[] = {region, NULL};
	const struct series_query q = {.regions = *region ? regions : NULL, .isps = &isp, .n_isps = 1,
				       .access = access == (int)ACCESS_ANY ? -1 : access, .until_ms = INT64_MAX};
	struct buf out;
	struct event_list {
		struct event e;
		size_t n;
	};
	struct event e = {0};
	buf_init(&out, 4096);
	assert_int_equal(store_events(w->stored->store, &q, print_event, &out), 0);
	assert_non_null(out.data);
	assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1); /* one line */
	buf_clear(&out);
	for (size_t i = w->n_told; i > 0 && !e.onset_ms; i--)
		if (w->told[i - 1].series.isp == isp && !strcmp(w->told[i - 1].series.region, region) &&
		    (int)w->told[i - 1].series.access == access)
			e = w->told[i - 1];
	return e;
}
