/* beat.c: gathers what step.c rolls up into pulses.
 *
 * Two sets of rosters. The live ones go on from bucket to bucket with what was known of each in time, and are kept in the
 * store, so that a restart changes nothing. The others are made from the cells, of leaves with late votes,
 * for a run of late steps, and forgotten. */
#include "collector/beat.h"

#include <stdlib.h>
#include <string.h>

#include "collector/roster.h"
#include "collector/step.h"
#include "common/log.h"

struct rosters {
	struct roster *of; /* by leaf; owned */
	bool *dirty;
	size_t n;
};

struct beat {
	struct look c;
	struct rosters live, late;
};

/* One bucket on its way. */
struct taking {
	struct beat *b;
	struct rosters *rosters;
	int64_t start_ms;
	struct step_leaf *leaves;
	struct cell (*cells)[CLASSES];
	struct sight *sights;
	uint64_t no_say[CLASSES];
	uint32_t *times; /* what is usual of each leaf, for roster_take */
	const bool *
		again; /* leaves whose pulses are made anew; NULL: it is taken for the first time */
	struct pulse *said; /* when taken again: what each leaf said before */
	size_t n;
	struct alarm_item *items;
	size_t n_items, room;
};

struct beat *beat_new(const struct look *l)
{
	struct beat *b = xcalloc(1, sizeof(*b));
	b->c = *l;
	return b;
}

static void rosters_clear(struct rosters *r)
{
	for (size_t i = 0; i < r->n; i++)
		roster_clear(&r->of[i]);
	free(r->of);
	free(r->dirty);
	*r = (struct rosters){0};
}

void beat_rest(struct beat *b)
{
	rosters_clear(&b->late);
}

void beat_reset(struct beat *b)
{
	rosters_clear(&b->live);
	beat_rest(b);
}

void beat_free(struct beat *b)
{
	if (!b)
		return;
	beat_reset(b);
	free(b);
}

static int load_roster(struct beat *b, struct roster *r, const struct series *leaf)
{
	struct buf state;
	int rc = store_get_roster(b->c.store, leaf, &state);
	if (rc == 1 && roster_decode(r, state.data, state.len) < 0) {
		log_warnx("store: the roster of a leaf is damaged; `collector rebuild` makes the "
			  "views "
			  "anew");
		rc = -1;
	}
	buf_clear(&state);
	return rc < 0 ? -1 : 0;
}

/* Makes room for every leaf; live ones are read from the store. */
static int grow(struct beat *b, struct rosters *r)
{
	const struct seriesmap *leaves = b->c.leaves;
	if (r->n >= leaves->n)
		return 0;
	r->of = xrealloc(r->of, leaves->n * sizeof(*r->of));
	r->dirty = xrealloc(r->dirty, leaves->n * sizeof(*r->dirty));
	for (; r->n < leaves->n; r->n++) {
		roster_init(&r->of[r->n], b->c.bucket_ms);
		r->dirty[r->n] = false;
		if (r == &b->live && load_roster(b, &r->of[r->n], &leaves->series[r->n]) < 0)
			return -1;
	}
	return 0;
}

int beat_save(struct beat *b)
{
	for (size_t i = 0; i < b->live.n; i++) {
		struct buf out;
		if (!b->live.dirty[i])
			continue;
		buf_init(&out, 1 << 20);
		roster_encode(&b->live.of[i], &out);
		int rc = out.overflow ? -1
				      : store_put_roster(b->c.store, &b->c.leaves->series[i],
							 out.data, out.len);
		buf_clear(&out);
		b->live.dirty[i] = false;
		if (rc < 0)
			return -1;
	}
	return 0;
}

static void spoke(void *arg, const struct series *leaf, const struct tally *votes, struct pulse *p)
{
	struct taking *t = arg;
	uint32_t number = seriesmap_find(t->b->c.leaves, leaf);
	if (t->again && !t->again[number]) {
		*p = t->said[number];
		return;
	}
	roster_take(&t->rosters->of[number], t->start_ms, votes, t->times[number], p);
	t->rosters->dirty[number] = true;
}

static int take_pulse(void *arg, const struct series *s, const struct pulse *p)
{
	struct taking *t = arg;
	if (t->n_items == t->room) {
		t->room = t->room ? 2 * t->room : 256;
		t->items = xrealloc(t->items, t->room * sizeof(*t->items));
	}
	t->items[t->n_items++] = (struct alarm_item){*s, *p};
	return 0;
}

static int add_leaf(struct taking *t, uint32_t number, const struct usual_now *usual, bool heard)
{
	const struct look *c = &t->b->c;
	const struct series *s = &c->leaves->series[number];
	struct cell *cells = t->cells[number];
	struct step_leaf *leaf = &t->leaves[t->n++];
	t->sights[number] = (struct sight){.abroad = c->country->abroad,
					   .tools = c->country->tools,
					   .open_rate = usual->open_rate,
					   .home_rate = usual->home_rate};
	memcpy(t->sights[number].no_say, t->no_say, sizeof(t->no_say));
	t->times[number] = usual->times;
	*leaf = (struct step_leaf){.series = *s,
				   .expected_c = usual->expected_c,
				   .words_c = usual->words_c,
				   .sight = &t->sights[number],
				   .fresh = true};
	if (!heard)
		return 0;
	int rc = cellbook_unite(c->cells, number, s, t->start_ms, t->start_ms + c->bucket_ms,
				c->bucket_ms, cells);
	for (size_t k = 0; k < CLASSES; k++)
		if (cells[k].n)
			leaf->cells[k] = &cells[k];
	return rc;
}

/* What was usual when the bucket was taken first; what is usual when it was not. */
static int usual_of(struct taking *t, uint32_t number, struct usual_now *out)
{
	const struct series *s = &t->b->c.leaves->series[number];
	struct usual *u = habits_of(t->b->c.habits, number, s);
	if (!u)
		return -1;
	usual_at(u, t->start_ms, out);
	if (!t->said)
		return 0;
	int there = store_get_pulse(t->b->c.store, s, t->start_ms, &t->said[number]);
	if (there > 0) {
		out->expected_c = t->said[number].expected_c;
		out->words_c = t->said[number].words_c;
	}
	return there < 0 ? -1 : 0;
}

static int gather(struct taking *t, const bool *heard)
{
	for (uint32_t i = 0; i < t->b->c.leaves->n; i++) {
		struct usual_now usual;
		bool may = t->again || (heard && heard[i]);
		if (usual_of(t, i, &usual) < 0)
			return -1;
		if ((may || usual.expected_c || t->rosters->of[i].n) &&
		    add_leaf(t, i, &usual, may) < 0)
			return -1;
	}
	return 0;
}

static int begin(struct taking *t)
{
	const struct look *c = &t->b->c;
	size_t n = c->leaves->n + 1;
	int64_t end = t->start_ms + c->bucket_ms;
	t->leaves = xcalloc(n, sizeof(*t->leaves));
	t->cells = xcalloc(n, sizeof(*t->cells));
	t->sights = xcalloc(n, sizeof(*t->sights));
	t->times = xcalloc(n, sizeof(*t->times));
	int rc = grow(t->b, t->rosters);
	if (rc == 0 && c->abroad)
		rc = abroad_no_say(c->abroad, end - c->step_ms, end, c->bucket_ms, t->no_say);
	return rc;
}

static void end(struct taking *t)
{
	for (size_t i = 0; i < t->b->c.leaves->n; i++)
		for (size_t k = 0; k < CLASSES; k++)
			cell_clear(&t->cells[i][k]);
	free(t->times);
	free(t->sights);
	free(t->cells);
	free(t->leaves);
}

/* Rolls the bucket up into t->items. */
static int roll(struct taking *t, const bool *heard)
{
	const struct look *c = &t->b->c;
	const struct step step = {.country = c->country,
				  .min_probes = c->min_probes,
				  .collector_alive = true,
				  .spoke = spoke,
				  .pulse = take_pulse,
				  .arg = t};
	int rc = begin(t);
	if (rc == 0)
		rc = gather(t, heard);
	if (rc == 0)
		rc = step_run(&step, t->leaves, t->n);
	end(t);
	return rc;
}

/* What is lost counts as what was expected. */
static int note(struct beat *b, int64_t start_ms, const struct alarm_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct pulse *p = &items[i].pulse;
		uint32_t number = seriesmap_find(b->c.leaves, &items[i].series);
		if (number == SERIESMAP_NONE)
			continue;
		struct usual *u = habits_of(b->c.habits, number, &items[i].series);
		if (!u)
			return -1;
		struct usual_now now;
		usual_at(u, start_ms, &now);
		if (chronicle_is_lost(b->c.chronicle, &items[i].series))
			usual_note_bucket(u, start_ms, p->expected_c, (p->words_c + 50) / 100,
					  now.times);
		else
			usual_note_bucket(u, start_ms, p->reports_c, p->sign[SIGN_LOSS].n,
					  roster_times(&b->live.of[number]));
		if (p->heard)
			usual_heard(u, start_ms);
	}
	return 0;
}

int beat_take(struct beat *b, int64_t start_ms, const bool *heard, bool alive, int64_t now_ms)
{
	struct taking t = {.b = b, .rosters = &b->live, .start_ms = start_ms};
	int rc = roll(&t, heard);
	if (rc == 0)
		rc = chronicle_take(b->c.chronicle, start_ms, t.items, t.n_items, alive, now_ms);
	if (rc == 0 && alive)
		rc = note(b, start_ms, t.items, t.n_items);
	free(t.items);
	return rc;
}

/* --- again --- */

static int take_again(struct beat *b, int64_t start_ms, const bool *again)
{
	struct taking t = {.b = b, .rosters = &b->late, .start_ms = start_ms, .again = again};
	t.said = xcalloc(b->c.leaves->n + 1, sizeof(*t.said));
	int rc = roll(&t, NULL);
	if (rc == 0)
		rc = chronicle_again(b->c.chronicle, start_ms, t.items, t.n_items);
	free(t.items);
	free(t.said);
	return rc;
}

/* Of a bucket before those that are taken again, only who spoke is needed. */
static int listen(struct taking *t, uint32_t number)
{
	struct usual_now usual;
	struct pulse unused;
	struct tally votes;
	if (usual_of(t, number, &usual) < 0 || add_leaf(t, number, &usual, true) < 0)
		return -1;
	const struct step_leaf *leaf = &t->leaves[t->n - 1];
	tally_init(&votes);
	tally_look(&votes, leaf->cells, leaf->sight);
	roster_take(&t->rosters->of[number], t->start_ms, &votes, usual.times, &unused);
	tally_clear(&votes);
	return 0;
}

/* Brings the rosters of the leaves that are taken again up to start_ms. */
static int lead_in(struct beat *b, int64_t start_ms, const bool *again)
{
	int64_t from = roster_from(start_ms, b->c.bucket_ms);
	int rc = 0;
	for (int64_t at = from; at < start_ms && rc == 0; at += b->c.bucket_ms) {
		struct taking t = {.b = b, .rosters = &b->late, .start_ms = at};
		rc = begin(&t);
		for (uint32_t i = 0; i < b->c.leaves->n && rc == 0; i++)
			if (again[i] && b->late.of[i].last_ms < at)
				rc = listen(&t, i);
		end(&t);
	}
	return rc;
}

/* Which leaves, by number: the stale ones, and those with a roster in which words still stand. Owned by the caller. */
static bool *mark_again(struct beat *b, const struct due_step *due)
{
	bool *out = xcalloc(b->c.leaves->n + 1, sizeof(*out));
	int64_t from = roster_from(due->start_ms, b->c.bucket_ms);
	for (size_t i = 0; i < b->late.n; i++) {
		struct roster *r = &b->late.of[i];
		if (r->last_ms >= due->start_ms)
			roster_clear(r);
		out[i] = r->last_ms >= from;
	}
	for (size_t i = 0; i < due->n; i++)
		out[due->leaves[i].number] |= due->leaves[i].stale;
	return out;
}

int beat_again(struct beat *b, const struct due_step *due, int64_t until_ms)
{
	int64_t start = due->start_ms, bucket = b->c.bucket_ms;
	bool *again = mark_again(b, due);
	if (until_ms > start + b->c.step_ms)
		until_ms = start + b->c.step_ms;
	int rc = grow(b, &b->late);
	if (rc == 0)
		rc = lead_in(b, start, again);
	for (int64_t t = start; t < until_ms && rc == 0; t += bucket)
		rc = take_again(b, t, again);
	free(again);
	return rc;
}
