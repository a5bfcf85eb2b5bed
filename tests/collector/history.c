/* history.c: an archive in memory, and two ways to make views of it. */
#include "tests/collector/history.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0	  HISTORY_T0
#define BUCKET	  1000
#define ALIVE_MS  60000
#define UPLOAD_MS 300 /* from the end of a cycle to the collector */

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "history: %s\n", what);
	abort();
}

static void on_row(void *arg, const struct row *r)
{
	(void)r;
	((struct history *)arg)->rows_told++;
}

static void on_event(void *arg, const struct event *e)
{
	struct history *h = arg;
	if (h->n_told < HISTORY_TOLD)
		h->told[h->n_told++] = *e;
}

static void start(struct history *h)
{
	const struct views_listener listener = {on_row, on_event, h};
	h->views = views_new(h->stored->store, h->country, &h->config);
	must(h->views != NULL, "no views");
	views_listen(h->views, &listener);
}

void history_restart(struct history *h)
{
	views_free(h->views);
	stored_reopen(h->stored);
	start(h);
}

int history_setup(void **state)
{
	static const char *const regions[] = {"XX-01", "XX-02"};
	static const uint32_t isps[] = {100, 200};
	struct history *h = xcalloc(1, sizeof(*h));
	void *stored;
	stored_setup(&stored);
	h->stored = stored;
	h->country = nation_new();
	h->config = (struct views_config){BUCKET, HISTORY_STEP, 2, NULL};
	for (size_t i = 0; i < HISTORY_PROBES; i++) {
		h->probes[i].region = regions[i % 2];
		h->probes[i].isp = isps[i / 2 % 2];
	}
	start(h);
	*state = h;
	return 0;
}

int history_teardown(void **state)
{
	struct history *h = *state;
	void *stored = h->stored;
	views_free(h->views);
	stored_teardown(&stored);
	country_free(h->country);
	for (size_t i = 0; i < h->n; i++) {
		free(h->records[i].times);
		free(h->records[i].weathers);
	}
	free(h->records);
	free(h);
	return 0;
}

static struct history_record *add_record(struct history *h, int64_t received_ms, int probe)
{
	if (h->n == h->room) {
		h->room = h->room ? 2 * h->room : 256;
		h->records = xrealloc(h->records, h->room * sizeof(*h->records));
	}
	h->records[h->n] = (struct history_record){.received_ms = received_ms, .probe = probe};
	return &h->records[h->n++];
}

void history_alive(struct history *h, int64_t t_ms)
{
	add_record(h, T0 + t_ms, HISTORY_ALIVE);
}

void history_start(struct history *h, int64_t t_ms)
{
	add_record(h, T0 + t_ms, HISTORY_START);
}

/* A mark that a running collector makes, behind the records that it has folded. */
static void insert_mark(struct history *h, size_t at, int64_t received_ms, int what)
{
	add_record(h, 0, 0);
	memmove(&h->records[at + 1], &h->records[at], (h->n - at - 1) * sizeof(*h->records));
	h->records[at] = (struct history_record){.received_ms = received_ms, .probe = what};
	history_fold(h, &h->records[at]);
}

/* Everything in the spool, in one batch. */
static void upload(struct history *h, int i, int64_t now_ms)
{
	struct history_probe *p = &h->probes[i];
	struct history_record *r = add_record(h, now_ms, i);
	r->n = p->n;
	r->times = xcalloc(p->n, sizeof(*r->times));
	r->weathers = xcalloc(p->n, sizeof(*r->weathers));
	memcpy(r->times, p->times, p->n * sizeof(*r->times));
	memcpy(r->weathers, p->weathers, p->n * sizeof(*r->weathers));
	p->n = 0;
}

void history_pass(struct history *h, int64_t from_ms, int64_t until_ms,
		  enum nation_weather (*weather)(int i, int64_t t_ms))
{
	for (int64_t t = from_ms; t < until_ms; t += HISTORY_CYCLE) {
		if (t % ALIVE_MS == 0)
			history_alive(h, t);
		for (int i = 0; i < HISTORY_PROBES; i++) {
			struct history_probe *p = &h->probes[i];
			must(p->n < HISTORY_SPOOL, "spool full");
			p->times[p->n] = T0 + t;
			p->weathers[p->n++] = weather(i, t);
			if (weather(i, t) == NATION_NORMAL)
				upload(h, i, T0 + t + UPLOAD_MS + i);
		}
	}
}

void history_fold(struct history *h, const struct history_record *r)
{
	struct batch b;
	if (r->probe == HISTORY_ALIVE) {
		must(views_alive(h->views, r->received_ms) == 0, "views_alive");
		return;
	}
	if (r->probe == HISTORY_START) {
		must(views_start(h->views, r->received_ms) == 0, "views_start");
		return;
	}
	const struct history_probe *p = &h->probes[r->probe];
	const struct placement at = nation_place(h->country, p->region, p->isp);
	nation_batch(&b, h->country, r->times[0], r->weathers[0]);
	for (size_t i = 1; i < r->n; i++)
		nation_add(&b, h->country, r->times[i], r->weathers[i]);
	must(views_fold(h->views, &b, (uint64_t)r->probe + 1, &at, r->received_ms) == 0,
	     "views_fold");
	batch_clear(&b);
}

void history_replay(struct history *h)
{
	must(store_reset(h->stored->store) == 0, "store_reset");
	for (size_t i = 0; i < h->n; i++)
		history_fold(h, &h->records[i]);
	must(views_tick(h->views, h->records[h->n - 1].received_ms) == 0, "views_tick");
	stored_commit(h->stored, h->n);
}

void history_live(struct history *h, int restart_every)
{
	size_t done = store_position(h->stored->store).offset;
	int64_t now = h->records[done].received_ms;
	for (int ticks = 1; done < h->n; ticks++, now += 1000) {
		if (restart_every && ticks % restart_every == 0) {
			/* dies after folding, before the commit */
			for (size_t i = done; i < h->n && h->records[i].received_ms <= now; i++)
				history_fold(h, &h->records[i]);
			history_restart(h);
		}
		for (; done < h->n && h->records[done].received_ms <= now; done++)
			history_fold(h, &h->records[done]);
		if (restart_every && ticks % restart_every == 0)
			insert_mark(h, done++, now, HISTORY_START);
		if (views_due(h->views) <= now)
			insert_mark(h, done++, now, HISTORY_ALIVE);
		must(views_tick(h->views, now) == 0, "views_tick");
		stored_commit(h->stored, done);
	}
	must(views_tick(h->views, h->records[h->n - 1].received_ms) == 0, "views_tick");
	stored_commit(h->stored, done);
}

struct row history_row(struct history *h, const char *region, uint32_t isp, int access,
		       int64_t t_ms)
{
	struct series s = stored_series(region, isp, access);
	struct row r = {.v = {.state = STATES}};
	store_get_row(h->stored->store, &s, T0 + t_ms - t_ms % HISTORY_STEP, &r);
	return r;
}

static int print_row(void *arg, const struct row *r)
{
	char name[SERIES_TEXT_LEN];
	return buf_printf(arg,
			  "%s %" PRId64 " %s %s n=%u of %u late=%u up=%.4f r%u %s %u %" PRId64 "\n",
			  series_text(name, &r->series), r->start_ms - T0, state_str(r->v.state),
			  r->v.rule, r->v.probes, r->v.expected, r->v.late, r->v.up, r->revision,
			  why_str(r->why), r->method, r->revised_ms - T0);
}

static int print_event(void *arg, const struct event *e)
{
	return buf_printf(arg,
			  "%s %s %" PRId64 "..%" PRId64 " detected %" PRId64
			  " %.6f n=%u r%u %s %" PRId64 "\n",
			  e->id, state_str(e->state), e->onset_ms - T0,
			  e->end_ms ? e->end_ms - T0 : -1, e->detected_ms - T0, e->severity,
			  e->probes, e->revision, why_str(e->why), e->revised_ms - T0);
}

static struct series_query shape_of(int shape, int64_t until_ms, int64_t asof_ms)
{
	return (struct series_query){.by_region = shape & 1,
				     .by_isp = shape & 2,
				     .by_access = shape & 4,
				     .access = -1,
				     .until_ms = until_ms,
				     .asof_ms = asof_ms};
}

static char *take_text(struct buf *out)
{
	must(!out->overflow && out->data, "nothing to compare");
	return out->data;
}

char *history_rows(struct history *h, int64_t until_ms, int64_t asof_ms)
{
	struct buf out;
	buf_init(&out, 64 << 20);
	for (int shape = 0; shape < 8; shape++) {
		const struct series_query q = shape_of(shape, until_ms, asof_ms);
		must(store_rows(h->stored->store, &q, print_row, &out) == 0, "cannot read");
	}
	return take_text(&out);
}

char *history_events_asof(struct history *h, int64_t asof_ms)
{
	struct buf out;
	buf_init(&out, 64 << 20);
	buf_puts(&out, "events\n");
	for (int shape = 0; shape < 8; shape++) {
		const struct series_query q = shape_of(shape, INT64_MAX, asof_ms);
		must(store_events(h->stored->store, &q, print_event, &out) == 0, "cannot read");
	}
	return take_text(&out);
}

struct dumping {
	struct store *store;
	struct buf *out;
	int64_t until_ms;
};

static int print_past(void *arg, const struct series *s)
{
	const struct dumping *d = arg;
	return store_past(d->store, s, 0, d->until_ms, print_row, d->out);
}

char *history_dump(struct history *h)
{
	int64_t now = h->records[h->n - 1].received_ms;
	struct buf out;
	struct dumping d = {h->stored->store, &out, now - HISTORY_GRACE - HISTORY_STEP};
	buf_init(&out, 64 << 20);
	for (int shape = 0; shape < 8; shape++) {
		struct series_query q = shape_of(shape, d.until_ms, 0);
		must(store_rows(d.store, &q, print_row, &out) == 0 &&
			     store_series(d.store, &q, print_past, &d) == 0 &&
			     store_events(d.store, &q, print_event, &out) == 0,
		     "cannot read");
		for (q.asof_ms = T0; q.asof_ms < now; q.asof_ms += 10 * HISTORY_STEP)
			must(store_events(d.store, &q, print_event, &out) == 0, "cannot read");
	}
	return take_text(&out);
}

struct room {
	struct event *events;
	size_t n, room;
};

static int take_event(void *arg, const struct event *e)
{
	struct room *r = arg;
	if (r->n < r->room)
		r->events[r->n] = *e;
	r->n++;
	return 0;
}

size_t history_events(struct history *h, const char *region, uint32_t isp, int access,
		      struct event *out, size_t room)
{
	const char *regions[] = {region, NULL};
	const struct series_query q = {.regions = *region ? regions : NULL,
				       .isps = &isp,
				       .n_isps = 1,
				       .access = access == (int)ACCESS_ANY ? -1 : access,
				       .until_ms = INT64_MAX};
	struct room r = {out, 0, room};
	must(store_events(h->stored->store, &q, take_event, &r) == 0, "cannot read");
	return r.n;
}
