/* look.c: gathers what step.c judges, and hands the verdicts to the timeline.
 */
#include "collector/look.h"

#include <stdlib.h>
#include <string.h>

#include "collector/step.h"

struct looking {
	const struct look *look;
	enum timeline_phase phase;
	int64_t start_ms, now_ms;
	bool alive;
	struct step_leaf *leaves;
	struct cell (*cells)[CLASSES]; /* of the fresh leaves, by number */
	struct sight *sights;	       /* the same */
	uint64_t no_say[CLASSES];
	size_t n;
};

/* Which leaves have something new, by number; owned by the caller. */
static bool *mark_due(const struct look *l, const struct due_step *due)
{
	bool *out = xcalloc(l->leaves->n + 1, sizeof(*out));
	for (size_t i = 0; due && i < due->n; i++)
		out[due->leaves[i].number] = true;
	return out;
}

/* Probes with a word on their speed when the step began (roster.h). */
static int find_slow(const struct looking *g, struct step_leaf *leaf)
{
	struct pulse before;
	int there = store_get_pulse(g->look->store, &leaf->series, g->start_ms - g->look->bucket_ms,
				    &before);
	if (there == 1)
		leaf->slow_before = before.sign[SIGN_SLOW];
	return there < 0 ? -1 : 0;
}

/* Appends a leaf with its votes, if it has any. */
static int add_fresh(struct looking *g, uint32_t number, const struct usual_now *usual,
		     bool has_votes)
{
	const struct look *l = g->look;
	const struct series *s = &l->leaves->series[number];
	struct step_leaf *leaf = &g->leaves[g->n++];
	struct cell *cells = g->cells[number];
	g->sights[number] = (struct sight){.abroad = l->country->abroad,
					   .tools = l->country->tools,
					   .open_rate = usual->open_rate,
					   .home_rate = usual->home_rate};
	memcpy(g->sights[number].no_say, g->no_say, sizeof(g->no_say));
	*leaf = (struct step_leaf){.series = *s,
				   .expected = usual->expected,
				   .sight = &g->sights[number],
				   .fresh = true};
	if (!has_votes)
		return 0;
	int rc = cellbook_unite(l->cells, number, s, g->start_ms, g->start_ms + l->step_ms,
				l->bucket_ms, cells);
	for (size_t c = 0; c < CLASSES; c++)
		if (cells[c].n)
			leaf->cells[c] = &cells[c];
	return rc < 0 ? -1 : find_slow(g, leaf);
}

static int usual_of(const struct looking *g, uint32_t number, struct usual_now *out)
{
	const struct usual *u =
		habits_of(g->look->habits, number, &g->look->leaves->series[number]);
	if (u)
		usual_at(u, g->start_ms, out);
	return u ? 0 : -1;
}

static int gather_first(struct looking *g, const bool *due)
{
	for (uint32_t i = 0; i < g->look->leaves->n; i++) {
		struct usual_now usual;
		if (usual_of(g, i, &usual) < 0)
			return -1;
		if ((due[i] || usual.expected) && add_fresh(g, i, &usual, due[i]) < 0)
			return -1;
	}
	return 0;
}

/* Does the leaf share region and access with one that has something new? */
static bool is_touched(const struct look *l, const bool *due, const struct series *s)
{
	for (uint32_t i = 0; i < l->leaves->n; i++) {
		const struct series *d = &l->leaves->series[i];
		if (due[i] && d->access == s->access && !strcmp(d->region, s->region))
			return true;
	}
	return false;
}

static int gather_late(struct looking *g, const bool *due)
{
	for (uint32_t i = 0; i < g->look->leaves->n; i++) {
		const struct series *s = &g->look->leaves->series[i];
		struct row stands = {0};
		int there = store_get_row(g->look->store, s, g->start_ms, &stands);
		if (there < 0)
			return -1;
		if (is_touched(g->look, due, s)) {
			struct usual_now usual;
			if (usual_of(g, i, &usual) < 0)
				return -1;
			usual.expected = stands.v.expected;
			if (add_fresh(g, i, &usual, true) < 0)
				return -1;
		} else if (there) {
			g->leaves[g->n++] =
				(struct step_leaf){.series = *s, .expected = stands.v.expected};
		}
		if (there)
			g->leaves[g->n - 1].v = stands.v;
	}
	return 0;
}

static int stands(void *arg, const struct series *s, struct verdict *v)
{
	const struct looking *g = arg;
	struct row r = {0};
	int there = store_get_row(g->look->store, s, g->start_ms, &r);
	*v = r.v;
	return there > 0;
}

/* Silence is called once a step is over, when its detector says so of at least half of its buckets. A later look does
 * not call it anew: it stays, or yields to what was measured. */
static bool is_silent(void *arg, const struct series *s)
{
	const struct looking *g = arg;
	const struct look *l = g->look;
	int64_t silent = 0, all = l->step_ms / l->bucket_ms;
	struct verdict before;
	if (g->phase == TIMELINE_PROVISIONAL)
		return false;
	if (g->phase == TIMELINE_LATE)
		return stands(arg, s, &before) && before.state == STATE_SILENT;
	for (int64_t k = 0; k < all; k++)
		silent += chronicle_is_silent(l->chronicle, s, g->start_ms + k * l->bucket_ms);
	return 2 * silent >= all;
}

static void note_rates(struct usual *u, int64_t start_ms, const struct cell *cell, bool is_home)
{
	for (size_t i = 0; i < cell->n; i++)
		if (cell->votes[i].rate)
			usual_note_rate(u, start_ms, is_home, cell->votes[i].rate);
}

/* What the final row of a leaf teaches: lost counts as what was expected, and a slowed line does not teach slowness. */
static int note(const struct looking *g, const struct series *s, const struct verdict *v)
{
	uint32_t number = seriesmap_find(g->look->leaves, s);
	if (number == SERIESMAP_NONE || !g->alive)
		return 0;
	struct usual *u = habits_of(g->look->habits, number, s);
	if (!u)
		return -1;
	bool lost = state_is_loss(v->state) || chronicle_is_lost(g->look->chronicle, s);
	usual_note_step(u, g->start_ms, lost ? v->expected : v->probes);
	if (lost || v->state == STATE_THROTTLED ||
	    2 * v->sign[SIGN_SLOW].hit > v->sign[SIGN_SLOW].n)
		return 0;
	note_rates(u, g->start_ms, &g->cells[number][CLASS_OPEN], false);
	note_rates(u, g->start_ms, &g->cells[number][CLASS_DOMESTIC], true);
	return 0;
}

static int emit(void *arg, const struct series *s, const struct verdict *v)
{
	const struct looking *g = arg;
	if (timeline_put(g->look->timeline, g->phase, s, g->start_ms, v, g->now_ms) < 0)
		return -1;
	return g->phase == TIMELINE_FINAL && series_is_leaf(s) ? note(g, s, v) : 0;
}

/* Could we be reached in none of its buckets? By what their pulses say of the whole country. 1, 0, -1. */
static int is_unreached(const struct look *l, int64_t start_ms)
{
	const struct series all = {.isp = ISP_ANY, .access = ACCESS_ANY};
	for (int64_t t = start_ms; t < start_ms + l->step_ms; t += l->bucket_ms) {
		struct pulse p;
		int there = store_get_pulse(l->store, &all, t, &p);
		if (there != 1 || p.flags & PULSE_ALIVE)
			return there < 0 ? -1 : 0;
	}
	return 1;
}

int look_at(const struct look *l, enum timeline_phase phase, int64_t start_ms,
	    const struct due_step *due, bool alive, int64_t now_ms)
{
	uint32_t n = l->leaves->n;
	int unreached = alive && phase == TIMELINE_FINAL ? is_unreached(l, start_ms) : 0;
	if (unreached < 0)
		return -1;
	alive = alive && !unreached;
	struct looking g = {
		.look = l, .phase = phase, .start_ms = start_ms, .now_ms = now_ms, .alive = alive};
	const struct step step = {.country = l->country,
				  .min_probes = l->min_probes,
				  .collector_alive = alive || phase == TIMELINE_PROVISIONAL,
				  .unreached = unreached,
				  .late = phase == TIMELINE_LATE,
				  .stands = stands,
				  .silent = is_silent,
				  .emit = emit,
				  .arg = &g};
	bool *is_due = mark_due(l, due);
	g.leaves = xcalloc(n + 1, sizeof(*g.leaves));
	g.cells = xcalloc(n + 1, sizeof(*g.cells));
	g.sights = xcalloc(n + 1, sizeof(*g.sights));
	int rc = l->abroad ? abroad_no_say(l->abroad, start_ms, start_ms + l->step_ms, l->bucket_ms,
					   g.no_say)
			   : 0;
	if (rc == 0)
		rc = step.late ? gather_late(&g, is_due) : gather_first(&g, is_due);
	if (rc == 0)
		rc = step_run(&step, g.leaves, g.n);
	for (uint32_t i = 0; i < n; i++)
		for (size_t c = 0; c < CLASSES; c++)
			cell_clear(&g.cells[i][c]);
	free(g.sights);
	free(g.cells);
	free(g.leaves);
	free(is_due);
	return rc;
}
