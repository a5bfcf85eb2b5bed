/* views.c: when what is judged.
 *
 * Time here is the archive's: the receive times of its records. A step becomes final with the first record at or after
 *
 *	its end + grace,	grace = one step, at least 10 s, at most 120 s
 *
 * long enough for a cycle of measurements to end and arrive, and short enough to tell of silence within a
 * few minutes. Steps are made final in order, before the first record that was received later is folded, so the order
 * of the archive alone decides what was known. Votes for a step that is final already wait until the step that runs is
 * over, since many probes send late at a time; a spool of months is worked off some hundred steps at a time. Their events are made
 * anew when all of it is done or another step becomes final: each time detectors run over much of what comes after.
 *
 * Until a step is final its rows are provisional, made anew as data comes, and leave no trace: the final row replaces them.
 *
 * Buckets are final sooner, since events are found by them: with the first record at or after
 *
 *	its end + pulse grace,	half a bucket, at least 5 s, at most 30 s
 *
 * What comes for a bucket after that, while its step is not final, is looked at again with the step.
 *
 * What is kept of this in the store stands in progress.c.
 */
#include "collector/views.h"

#include <stdlib.h>
#include <string.h>

#include "collector/beat.h"
#include "collector/cellbook.h"
#include "collector/look.h"
#include "collector/method.h"
#include "collector/abroad.h"
#include "collector/place.h"
#include "collector/progress.h"
#include "collector/roster.h"
#include "collector/timeline.h"
#include "collector/votes.h"

#define GRACE_MIN_MS	   10000
#define GRACE_MAX_MS	   120000
#define PULSE_GRACE_MIN_MS 5000
#define PULSE_GRACE_MAX_MS 30000

/* Records of a running collector are at most a minute apart (ingest.c). */
#define ALIVE_GAP_MS 90000

#define LATE_EVERY_MIN_MS 1000
#define LATE_EVERY_MAX_MS 10000
/* Work of one slice: some 0.2 s. A step costs as much as twenty leaves, whatever it holds (measured). */
#define LATE_WORK      8000
#define LATE_STEP_WORK 20

#define PROVISIONAL_EVERY_MIN_MS 1000
#define PROVISIONAL_EVERY_MAX_MS 10000

/* Leaves and buckets in memory beyond which late ones are written out at once. */
#define BOOK_MAX 50000

struct views {
	struct store *store;
	const struct country *country;
	struct views_config config;
	int64_t grace_ms, pulse_grace_ms;
	struct views_listener listener;
	struct timeline timeline;
	struct chronicle *chronicle;
	struct habits *habits;
	struct beat *beat;
	struct abroad *abroad;
	struct cellbook *cells;
	struct progress now;
	int64_t provisional_ms; /* when rows of running steps were last made */
	bool synthetic;
};

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

static struct look look_of(const struct views *v)
{
	return (struct look){.store = v->store,
			     .country = v->country,
			     .timeline = &v->timeline,
			     .chronicle = v->chronicle,
			     .habits = v->habits,
			     .abroad = v->abroad,
			     .cells = v->cells,
			     .leaves = &v->now.leaves,
			     .bucket_ms = v->config.bucket_ms,
			     .step_ms = v->config.step_ms,
			     .min_probes = v->config.min_probes};
}

/* --- what is kept --- */

static int on_commit(void *arg)
{
	struct views *v = arg;
	if (cellbook_flush(v->cells) < 0 || chronicle_flush(v->chronicle) < 0 ||
	    habits_save(v->habits) < 0 || beat_save(v->beat) < 0 || abroad_save(v->abroad) < 0)
		return -1;
	return progress_save(&v->now, v->store);
}

static int on_reset(void *arg)
{
	struct views *v = arg;
	char method[METHOD_LEN];
	method_text(v->country, &v->config, method);
	cellbook_reset(v->cells);
	chronicle_reset(v->chronicle);
	habits_reset(v->habits);
	beat_reset(v->beat);
	abroad_reset(v->abroad);
	progress_init(&v->now);
	v->synthetic = false;
	return store_put_meta(v->store, "method", method);
}

static int load(struct views *v)
{
	char made[METHOD_LEN], method[METHOD_LEN], synthetic[8];
	method_text(v->country, &v->config, method);
	if (store_get_meta(v->store, "synthetic", synthetic, sizeof(synthetic)) < 0 ||
	    store_get_meta(v->store, "method", made, sizeof(made)) < 0)
		return -1;
	v->synthetic = !strcmp(synthetic, "1");
	if (!store_is_outdated(v->store) && (!strcmp(made, method) || v->synthetic))
		return progress_load(&v->now, v->store) < 0 || abroad_load(v->abroad) < 0
			       ? -1
			       : chronicle_load(v->chronicle, v->now.at.pulse_until);
	return store_reset(v->store);
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
	v->pulse_grace_ms = clamp(config->bucket_ms / 2, PULSE_GRACE_MIN_MS, PULSE_GRACE_MAX_MS);
	progress_init(&v->now);
	v->timeline = (struct timeline){store, config->step_ms, &v->listener};
	v->chronicle = chronicle_new(&v->timeline, config->bucket_ms, config->min_probes);
	v->habits = habits_new(store);
	v->cells = cellbook_new(store);
	v->abroad = abroad_new(store, v->cells);
	const struct look look = look_of(v);
	v->beat = beat_new(&look);
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
	beat_free(v->beat);
	abroad_free(v->abroad);
	habits_free(v->habits);
	chronicle_free(v->chronicle);
	cellbook_free(v->cells);
	progress_clear(&v->now);
	free(v);
}

void views_listen(struct views *v, const struct views_listener *l)
{
	v->listener = *l;
}

/* --- final and late --- */

/* The moment at which the first step that is not final yet becomes so. */
static int64_t final_next(const struct views *v)
{
	return v->now.at.final_until + v->config.step_ms + v->grace_ms;
}

static int64_t late_every(const struct views *v)
{
	return clamp(v->config.step_ms / 10, LATE_EVERY_MIN_MS, LATE_EVERY_MAX_MS);
}

static bool has_late(const struct views *v)
{
	return v->now.due.n && v->now.due.steps[0].start_ms < v->now.at.final_until;
}

static int64_t pulse_next(const struct views *v)
{
	return v->now.at.pulse_until + v->config.bucket_ms + v->pulse_grace_ms;
}

static int take_bucket(struct views *v, int64_t now_ms)
{
	int64_t start = v->now.at.pulse_until, end = start + v->config.bucket_ms;
	const struct due_step *due = duelist_at(&v->now.due, start - start % v->config.step_ms);
	bool *heard = xcalloc(v->now.leaves.n + 1, sizeof(*heard));
	for (size_t i = 0; due && i < due->n; i++)
		heard[due->leaves[i].number] = true;
	v->now.at.pulse_until = end;
	bool alive = contact_take(&v->now.contact, start, v->config.bucket_ms) &&
		     progress_was_alive(&v->now, start, end);
	int rc = beat_take(v->beat, start, heard, alive, now_ms);
	free(heard);
	return rc;
}

/* Buckets of a step to which votes came after they were taken; and what late steps have changed since the one before. */
static int take_again(struct views *v, const struct due_step *due, int64_t now_ms)
{
	int rc = 0;
	if (due && duelist_is_stale(due))
		rc = beat_again(v->beat, due, v->now.at.pulse_until);
	beat_rest(v->beat);
	return rc < 0 ? -1 : chronicle_settle(v->chronicle, v->now.at.pulse_until, now_ms);
}

/* Those stay that a bucket which is taken again soon needs. */
static int forget_cells(struct views *v)
{
	int64_t before_ms = v->now.at.final_until - ROSTER_BUCKETS * v->config.bucket_ms;
	return cellbook_forget(v->cells, before_ms);
}

static int make_final(struct views *v, int64_t now_ms)
{
	const struct look look = look_of(v);
	int64_t start = v->now.at.final_until, end = start + v->config.step_ms;
	const struct due_step *due = duelist_at(&v->now.due, start);
	bool alive = progress_was_alive(&v->now, start, end);
	v->now.at.final_until = end;
	if (take_again(v, due, now_ms) < 0 ||
	    look_at(&look, TIMELINE_FINAL, start, due, alive, now_ms) < 0 ||
	    progress_done(&v->now, v->store, start) < 0)
		return -1;
	return forget_cells(v);
}

/* The late step that comes next: after the one before, so that none waits for ever behind older ones
 * that fill up again. */
static const struct due_step *late_next(const struct views *v)
{
	size_t i = duelist_find(&v->now.due, v->now.at.late_from);
	if (i == v->now.due.n || v->now.due.steps[i].start_ms >= v->now.at.final_until)
		i = 0;
	return &v->now.due.steps[i];
}

static int work_late(struct views *v, int64_t now_ms)
{
	const struct look look = look_of(v);
	for (size_t work = 0; work < LATE_WORK && has_late(v);) {
		const struct due_step *due = late_next(v);
		int64_t start = due->start_ms;
		work += LATE_STEP_WORK + due->n;
		if (look_at(&look, TIMELINE_LATE, start, due, false, now_ms) < 0 ||
		    beat_again(v->beat, due, v->now.at.pulse_until) < 0 ||
		    progress_done(&v->now, v->store, start) < 0)
			return -1;
		v->now.at.late_from = start + v->config.step_ms;
	}
	beat_rest(v->beat);
	if (forget_cells(v) < 0)
		return -1;
	return has_late(v) ? 0 : chronicle_settle(v->chronicle, v->now.at.pulse_until, now_ms);
}

/* Does what is due first, if it is due now: 1, 0 when nothing is, -1. */
static int advance_once(struct views *v, int64_t now_ms)
{
	int64_t final = final_next(v), pulse = pulse_next(v), late = INT64_MAX;
	if (has_late(v))
		late = v->now.at.late_next;
	if (late < final && late < pulse && late <= now_ms) {
		v->now.at.late_next += late_every(v);
		return work_late(v, late) < 0 ? -1 : 1;
	}
	if (pulse <= final && pulse <= now_ms)
		return take_bucket(v, pulse) < 0 ? -1 : 1;
	if (final <= now_ms)
		return make_final(v, final) < 0 ? -1 : 1;
	return 0;
}

static int advance(struct views *v, int64_t now_ms)
{
	int64_t step = v->config.step_ms;
	int rc = 1;
	if (v->now.at.final_until < 0) {
		v->now.at.final_until = v->now.at.pulse_until =
			(now_ms > v->grace_ms ? now_ms - v->grace_ms : 0) / step * step;
		return 0;
	}
	while (rc > 0)
		rc = advance_once(v, now_ms);
	return rc;
}

/* The collector was up at t; everything before t is done first when it was not known to be. */
static int seen_up(struct views *v, int64_t t)
{
	struct progress *n = &v->now;
	if (n->at.alive_until >= 0 && t - n->at.alive_until <= ALIVE_GAP_MS) {
		if (t > n->at.alive_until)
			n->at.alive_until = t;
		return 0;
	}
	int rc = advance(v, t);
	progress_up(n, t);
	return rc;
}

int64_t views_due(const struct views *v)
{
	if (v->synthetic || v->now.at.final_until < 0)
		return INT64_MAX;
	int64_t final = final_next(v), pulse = pulse_next(v), due = pulse < final ? pulse : final;
	return has_late(v) && v->now.at.late_next < due ? v->now.at.late_next : due;
}

bool views_unreached(const struct views *v)
{
	return v->now.contact.unreached;
}

/* --- in --- */

static uint32_t leaf_of(struct views *v, const struct placement *at)
{
	struct series s = {.region = REGION_UNPLACED, .access = at->access};
	if (country_region(v->country, at->region))
		strcpy(s.region, at->region); /* same size */
	if (country_isp(v->country, at->isp))
		s.isp = at->isp;
	return seriesmap_add(&v->now.leaves, &s);
}

static int fold_bucket(struct views *v, struct votes_bucket *b, uint32_t leaf, int64_t received_ms)
{
	const struct series *s = &v->now.leaves.series[leaf];
	int64_t step = b->start_ms - b->start_ms % v->config.step_ms;
	bool late = received_ms > step + v->config.step_ms + v->grace_ms;
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
	duelist_add(&v->now.due, step,
		    (struct due_leaf){leaf, b->start_ms < v->now.at.pulse_until});
	return 0;
}

/* A step that has been judged is another one when other targets have no say in it. */
static int fold_control(struct views *v, const struct votes_bucket *b)
{
	const struct views_config *c = &v->config;
	int64_t step = b->start_ms - b->start_ms % c->step_ms;
	if (b->series != VOTES_CONTROL || step >= v->now.at.final_until)
		return abroad_add(v->abroad, b);
	int changed = abroad_add_late(v->abroad, b, step, step + c->step_ms, c->bucket_ms);
	if (changed > 0)
		progress_again(&v->now, step);
	return changed < 0 ? -1 : 0;
}

int views_fold(struct views *v, const struct batch *b, uint64_t probe, const struct placement *at,
	       int64_t received_ms)
{
	struct votes votes;
	int rc = 0;
	if (seen_up(v, received_ms) < 0 || advance(v, received_ms) < 0)
		return -1;
	bool had_late = has_late(v), is_control = strcmp(b->country, v->country->code);
	contact_heard(&v->now.contact, is_control, received_ms, v->config.bucket_ms);
	uint32_t *networks = v->config.place ? place_networks(v->config.place, b) : NULL;
	const struct evidence evidence = {.batch = b,
					  .probe = probe,
					  .country = v->country,
					  .networks = networks,
					  .control = abroad_control(v->abroad)};
	votes_collect(&votes, &evidence, v->config.bucket_ms);
	if (is_control)
		control_learn(abroad_control(v->abroad), &evidence);
	for (size_t i = 0; i < votes.n && rc == 0; i++)
		rc = votes.buckets[i].series == VOTES_HERE
			     ? fold_bucket(v, &votes.buckets[i], leaf_of(v, at), received_ms)
			     : fold_control(v, &votes.buckets[i]);
	if (!had_late && has_late(v))
		v->now.at.late_next = (received_ms / v->config.step_ms + 1) * v->config.step_ms;
	votes_clear(&votes);
	free(networks);
	if (rc == 0 && cellbook_size(v->cells) > BOOK_MAX)
		rc = cellbook_forget(v->cells, v->now.at.final_until);
	return rc;
}

int views_alive(struct views *v, int64_t received_ms)
{
	return seen_up(v, received_ms) < 0 ? -1 : advance(v, received_ms);
}

int views_start(struct views *v, int64_t received_ms)
{
	int rc = advance(v, received_ms);
	progress_up(&v->now, received_ms);
	return rc;
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
	for (size_t i = duelist_find(&v->now.due, v->now.at.final_until); i < v->now.due.n; i++) {
		struct due_step *d = &v->now.due.steps[i];
		if (!d->fresh)
			continue;
		d->fresh = false;
		if (look_at(&look, TIMELINE_PROVISIONAL, d->start_ms, d, true, now_ms) < 0)
			return -1;
	}
	return 0;
}

int views_tick(struct views *v, int64_t now_ms)
{
	return v->synthetic ? 0 : make_provisional(v, now_ms);
}
