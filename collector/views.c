/* views.c: when what is judged.
 *
 * Time here is the archive's: the receive times of its records, and live also the clock. A step becomes final at
 *
 *	its end + grace,	grace = one step, at least 10 s, at most 120 s
 *
 * long enough for a cycle of measurements to end and arrive, and short enough to tell of silence within a
 * few minutes. Steps are made final in order, before the first record that was received later is folded, so the order
 * of the archive alone decides what was known. Votes for a step that is final already wait for the next slice of
 * late work; a spool of months is worked off some hundred steps at a time, the oldest first.
 *
 * Until a step is final its rows are provisional and made anew as data comes. They leave no trace: the final row replaces
 * them.
 *
 * Kept in the store besides cells, rows and events: META "method" (what the views were made with), META "views" (the
 * times below) and DUE (steps with new votes, each a list of leaves: access, ISP, length, region).
 */
#include "collector/views.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/cellbook.h"
#include "collector/duelist.h"
#include "collector/look.h"
#include "collector/timeline.h"
#include "collector/varint.h"
#include "collector/votes.h"
#include "common/log.h"

#define METHOD "1" /* changes when the same votes would give other rows */

#define GRACE_MIN_MS 10000
#define GRACE_MAX_MS 120000

/* Records of a running collector are at most a minute apart (ingest.c). */
#define ALIVE_GAP_MS 90000

/* A record is folded within this time after it was received: one sync of the archive. */
#define FOLD_LAG_MS 1000

#define LATE_EVERY_MIN_MS 1000
#define LATE_EVERY_MAX_MS 30000
#define LATE_STEPS	  128 /* of one slice: some 0.3 s with 370 leaves */
#define LATE_SLICES	  16  /* events of revised rows are made anew after so many at the latest */

#define PROVISIONAL_EVERY_MIN_MS 1000
#define PROVISIONAL_EVERY_MAX_MS 10000

/* Leaves and buckets in memory beyond which late ones are written out at once. */
#define BOOK_MAX 50000

struct times {
	int64_t final_until_ms; /* steps that start before are final; -1: nothing seen yet */
	int64_t alive_from_ms;	/* the collector was up in [from, until]; -1: not known */
	int64_t alive_until_ms;
	int64_t late_next_ms; /* the next slice of late work */
	int64_t late_slices;  /* since events were made anew */
};

struct views {
	struct store *store;
	const struct country *country;
	struct views_config config;
	int64_t grace_ms;
	struct timeline *timeline;
	struct cellbook *cells;
	struct seriesmap leaves;
	struct duelist due;
	struct times now, saved;
	int64_t provisional_ms; /* when rows of running steps were last made */
	bool synthetic;
};

static const struct times no_times = {-1, -1, -1, -1, 0};

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

static struct look look_of(const struct views *v)
{
	return (struct look){.store = v->store,
			     .country = v->country,
			     .timeline = v->timeline,
			     .cells = v->cells,
			     .leaves = &v->leaves,
			     .bucket_ms = v->config.bucket_ms,
			     .step_ms = v->config.step_ms,
			     .min_probes = v->config.min_probes};
}

/* --- what is kept --- */

static int add_leaf(void *arg, const struct series *s)
{
	struct views *v = arg;
	seriesmap_add(&v->leaves, s);
	return 0;
}

static int load_due(void *arg, int64_t step_ms, const void *data, size_t len)
{
	struct views *v = arg;
	struct varint_in in = varint_from(data, len);
	while (!in.bad && !varint_done(&in)) {
		struct series s = {0};
		s.access = (enum access_type)varint_get_max(&in, ACCESSES - 1);
		s.isp = (uint32_t)varint_get_max(&in, UINT32_MAX);
		size_t n = varint_get_max(&in, sizeof(s.region) - 1);
		const uint8_t *region = varint_bytes(&in, n);
		if (!region)
			break;
		memcpy(s.region, region, n);
		duelist_add(&v->due, step_ms, seriesmap_add(&v->leaves, &s));
	}
	return in.bad ? -1 : 0;
}

static int save_due(struct views *v, struct due_step *d)
{
	struct buf out;
	buf_init(&out, (size_t)d->n * (3 * VARINT_MAX + BATCH_REGION_LEN));
	for (size_t i = 0; i < d->n; i++) {
		const struct series *s = &v->leaves.series[d->leaves[i]];
		varint_put(&out, s->access);
		varint_put(&out, s->isp);
		varint_put(&out, strlen(s->region));
		buf_puts(&out, s->region);
	}
	int rc = store_put_due(v->store, d->start_ms, out.data, out.len);
	buf_clear(&out);
	d->unsaved = false;
	return rc;
}

static int done_with(struct views *v, int64_t start_ms)
{
	if (!duelist_at(&v->due, start_ms))
		return 0;
	duelist_remove(&v->due, start_ms);
	return store_put_due(v->store, start_ms, NULL, 0);
}

static int on_commit(void *arg)
{
	struct views *v = arg;
	const struct times *t = &v->now;
	char text[160];
	if (cellbook_flush(v->cells) < 0 || timeline_flush(v->timeline) < 0)
		return -1;
	for (size_t i = 0; i < v->due.n; i++)
		if (v->due.steps[i].unsaved && save_due(v, &v->due.steps[i]) < 0)
			return -1;
	if (!memcmp(t, &v->saved, sizeof(*t)))
		return 0;
	v->saved = *t;
	snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
		 t->final_until_ms, t->alive_from_ms, t->alive_until_ms, t->late_next_ms,
		 t->late_slices);
	return store_put_meta(v->store, "views", text);
}

void views_method(const struct country *country, const struct views_config *c,
		  char out[static VIEWS_METHOD_LEN])
{
	snprintf(out, VIEWS_METHOD_LEN,
		 "%s %s bucket %" PRId64 " step %" PRId64 " min_probes %" PRIu32, METHOD,
		 country->code, c->bucket_ms, c->step_ms, c->min_probes);
}

static int on_reset(void *arg)
{
	struct views *v = arg;
	char method[VIEWS_METHOD_LEN];
	views_method(v->country, &v->config, method);
	cellbook_reset(v->cells);
	timeline_reset(v->timeline);
	duelist_clear(&v->due);
	seriesmap_clear(&v->leaves);
	v->now = v->saved = no_times;
	v->synthetic = false;
	return store_put_meta(v->store, "method", method);
}

static int load(struct views *v)
{
	const struct series_query leaves = {
		.by_region = true, .by_isp = true, .by_access = true, .access = -1};
	struct series_query unplaced = leaves;
	const char *regions[] = {REGION_UNPLACED, NULL};
	char text[160], method[VIEWS_METHOD_LEN];
	struct times *t = &v->now;
	unplaced.regions = regions;
	views_method(v->country, &v->config, method);
	if (store_get_meta(v->store, "synthetic", text, sizeof(text)) < 0)
		return -1;
	v->synthetic = !strcmp(text, "1");
	if (store_get_meta(v->store, "method", text, sizeof(text)) < 0)
		return -1;
	if (strcmp(text, method) && !v->synthetic) {
		if (*text)
			log_info("the views were made with another configuration: making them "
				 "anew from the archive");
		return store_reset(v->store);
	}
	if (store_get_meta(v->store, "views", text, sizeof(text)) < 0)
		return -1;
	if (sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
		   &t->final_until_ms, &t->alive_from_ms, &t->alive_until_ms, &t->late_next_ms,
		   &t->late_slices) != 5)
		*t = no_times;
	v->saved = *t;
	t->alive_from_ms = t->alive_until_ms = -1; /* we were down: a new time begins */
	if (store_series(v->store, &leaves, add_leaf, v) < 0 ||
	    store_series(v->store, &unplaced, add_leaf, v) < 0)
		return -1;
	return store_due(v->store, load_due, v);
}

struct views *views_new(struct store *store, const struct country *country,
			const struct views_config *config)
{
	struct views *v = xcalloc(1, sizeof(*v));
	const struct store_watcher watcher = {.commit = on_commit, .reset = on_reset, .arg = v};
	v->store = store;
	v->country = country;
	v->config = *config;
	v->grace_ms = clamp(config->step_ms, GRACE_MIN_MS, GRACE_MAX_MS);
	v->now = v->saved = no_times;
	v->timeline = timeline_new(store, config->step_ms);
	v->cells = cellbook_new(store);
	store_watch(store, &watcher);
	if (load(v) == 0)
		return v;
	views_free(v);
	return NULL;
}

void views_free(struct views *v)
{
	if (!v)
		return;
	store_watch(v->store, NULL);
	timeline_free(v->timeline);
	cellbook_free(v->cells);
	duelist_clear(&v->due);
	seriesmap_clear(&v->leaves);
	free(v);
}

void views_listen(struct views *v, const struct views_listener *l)
{
	timeline_listen(v->timeline, l);
}

/* --- final and late --- */

/* The moment at which the first step that is not final yet becomes so. */
static int64_t final_next(const struct views *v)
{
	return v->now.final_until_ms + v->config.step_ms + v->grace_ms;
}

static int64_t late_every(const struct views *v)
{
	return clamp(v->config.step_ms / 10, LATE_EVERY_MIN_MS, LATE_EVERY_MAX_MS);
}

static bool has_late(const struct views *v)
{
	return v->due.n && v->due.steps[0].start_ms < v->now.final_until_ms;
}

static int make_final(struct views *v, int64_t now_ms)
{
	const struct look look = look_of(v);
	int64_t start = v->now.final_until_ms, end = start + v->config.step_ms;
	const struct due_step *due = duelist_at(&v->due, start);
	bool alive = v->now.alive_from_ms >= 0 && v->now.alive_from_ms <= start &&
		     v->now.alive_until_ms >= end;
	v->now.final_until_ms = end;
	if (!due && !alive)
		return 0;
	if (look_at(&look, TIMELINE_FINAL, start, due, alive, now_ms) < 0 ||
	    done_with(v, start) < 0)
		return -1;
	return cellbook_forget(v->cells, end);
}

static int work_late(struct views *v, int64_t now_ms)
{
	const struct look look = look_of(v);
	for (size_t i = 0; i < LATE_STEPS && has_late(v); i++) {
		int64_t start = v->due.steps[0].start_ms;
		if (look_at(&look, TIMELINE_LATE, start, &v->due.steps[0], false, now_ms) < 0 ||
		    done_with(v, start) < 0)
			return -1;
	}
	if (cellbook_forget(v->cells, v->now.final_until_ms) < 0)
		return -1;
	if (has_late(v) && ++v->now.late_slices < LATE_SLICES)
		return 0;
	v->now.late_slices = 0;
	return timeline_settle(v->timeline, v->now.final_until_ms, now_ms);
}

/* Does all that is due up to now, in order. */
static int advance(struct views *v, int64_t now_ms)
{
	int64_t step = v->config.step_ms;
	if (v->now.final_until_ms < 0) {
		v->now.final_until_ms =
			(now_ms > v->grace_ms ? now_ms - v->grace_ms : 0) / step * step;
		return 0;
	}
	for (;;) {
		int64_t final = final_next(v);
		if (has_late(v) && v->now.late_next_ms < final && v->now.late_next_ms <= now_ms) {
			int64_t at = v->now.late_next_ms;
			v->now.late_next_ms += late_every(v);
			if (work_late(v, at) < 0)
				return -1;
			continue;
		}
		if (final > now_ms)
			return 0;
		if (make_final(v, final) < 0)
			return -1;
	}
}

/* The collector was up at t; everything before t is done first when it was not known to be. */
static int seen_up(struct views *v, int64_t t)
{
	struct times *n = &v->now;
	if (n->alive_until_ms >= 0 && t - n->alive_until_ms <= ALIVE_GAP_MS) {
		if (t > n->alive_until_ms)
			n->alive_until_ms = t;
		return 0;
	}
	int rc = advance(v, t);
	n->alive_from_ms = n->alive_until_ms = t;
	return rc;
}

/* --- in --- */

static uint32_t leaf_of(struct views *v, const struct placement *at)
{
	struct series s = {.region = REGION_UNPLACED, .access = at->access};
	if (country_region(v->country, at->region))
		strcpy(s.region, at->region); /* same size */
	if (country_isp(v->country, at->isp))
		s.isp = at->isp;
	return seriesmap_add(&v->leaves, &s);
}

static int fold_bucket(struct views *v, struct votes_bucket *b, uint32_t leaf, int64_t received_ms)
{
	const struct series *s = &v->leaves.series[leaf];
	int64_t step = b->start_ms - b->start_ms % v->config.step_ms;
	bool late = received_ms > step + v->config.step_ms + v->grace_ms, had_late = has_late(v);
	int changed = 0;
	for (size_t c = 0; c < CLASSES && changed >= 0; c++) {
		if (!b->has[c])
			continue;
		b->vote[c].late = late;
		int rc = cellbook_add(v->cells, leaf, s, b->start_ms, (enum target_class)c,
				      &b->vote[c]);
		changed = rc < 0 ? -1 : changed | rc;
	}
	if (changed <= 0)
		return changed;
	duelist_add(&v->due, step, leaf);
	if (!had_late && has_late(v))
		v->now.late_next_ms = (received_ms / late_every(v) + 1) * late_every(v);
	return 0;
}

int views_fold(struct views *v, const struct batch *b, uint64_t probe, const struct placement *at,
	       int64_t received_ms)
{
	struct votes votes;
	int rc = 0;
	if (seen_up(v, received_ms) < 0 || advance(v, received_ms) < 0)
		return -1;
	uint32_t leaf = leaf_of(v, at);
	votes_collect(&votes, b, v->country, probe, v->config.bucket_ms);
	for (size_t i = 0; i < votes.n && rc == 0; i++)
		rc = fold_bucket(v, &votes.buckets[i], leaf, received_ms);
	votes_clear(&votes);
	if (rc == 0 && cellbook_size(v->cells) > BOOK_MAX)
		rc = cellbook_forget(v->cells, v->now.final_until_ms);
	return rc;
}

int views_alive(struct views *v, int64_t received_ms)
{
	return seen_up(v, received_ms) < 0 ? -1 : advance(v, received_ms);
}

/* Rows of steps that are not final, where something came since the last time. */
static int make_provisional(struct views *v, int64_t now_ms)
{
	const struct look look = look_of(v);
	int64_t every =
		clamp(v->config.step_ms / 30, PROVISIONAL_EVERY_MIN_MS, PROVISIONAL_EVERY_MAX_MS);
	if (now_ms / every == v->provisional_ms / every && now_ms >= v->provisional_ms)
		return 0;
	v->provisional_ms = now_ms;
	for (size_t i = duelist_find(&v->due, v->now.final_until_ms); i < v->due.n; i++) {
		struct due_step *d = &v->due.steps[i];
		if (!d->fresh)
			continue;
		d->fresh = false;
		if (look_at(&look, TIMELINE_PROVISIONAL, d->start_ms, d, false, now_ms) < 0)
			return -1;
	}
	return 0;
}

int views_tick(struct views *v, int64_t now_ms)
{
	if (v->synthetic)
		return 0;
	if (seen_up(v, now_ms - FOLD_LAG_MS) < 0 || advance(v, now_ms - FOLD_LAG_MS) < 0)
		return -1;
	return make_provisional(v, now_ms);
}
