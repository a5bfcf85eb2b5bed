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
	struct step_leaf *leaves;
	struct cell (*cells)[CLASSES]; /* of the fresh leaves, by number */
	size_t n;
};

static bool is_due(const struct due_step *due, uint32_t leaf)
{
	for (size_t i = 0; due && i < due->n; i++)
		if (due->leaves[i] == leaf)
			return true;
	return false;
}

struct usual {
	uint32_t expected, evidence;
};

/* Appends a leaf with its votes, if it has any. */
static int add_fresh(struct looking *g, uint32_t number, struct usual usual, bool has_votes)
{
	const struct look *l = g->look;
	const struct series *s = &l->leaves->series[number];
	struct step_leaf *leaf = &g->leaves[g->n++];
	struct cell *cells = g->cells[number];
	*leaf = (struct step_leaf){.series = *s,
				   .expected = usual.expected,
				   .evidence = usual.evidence,
				   .fresh = true};
	if (!has_votes)
		return 0;
	int rc = cellbook_unite(l->cells, number, s, g->start_ms, g->start_ms + l->step_ms,
				l->bucket_ms, cells);
	for (size_t c = 0; c < CLASSES; c++)
		if (cells[c].n)
			leaf->cells[c] = &cells[c];
	return rc;
}

static int gather_first(struct looking *g, const struct due_step *due)
{
	for (uint32_t i = 0; i < g->look->leaves->n; i++) {
		const struct series *s = &g->look->leaves->series[i];
		int64_t expected = timeline_expected(g->look->timeline, s, g->start_ms);
		int64_t evidence = timeline_evidence(g->look->timeline, s, g->start_ms);
		bool heard = is_due(due, i);
		if (expected < 0 || evidence < 0)
			return -1;
		struct usual usual = {(uint32_t)expected, (uint32_t)evidence};
		if ((heard || expected) && add_fresh(g, i, usual, heard) < 0)
			return -1;
	}
	return 0;
}

/* Does the leaf share region and access with one that has something new? */
static bool is_touched(const struct look *l, const struct due_step *due, const struct series *s)
{
	for (size_t i = 0; i < due->n; i++) {
		const struct series *d = &l->leaves->series[due->leaves[i]];
		if (d->access == s->access && !strcmp(d->region, s->region))
			return true;
	}
	return false;
}

static int gather_late(struct looking *g, const struct due_step *due)
{
	for (uint32_t i = 0; i < g->look->leaves->n; i++) {
		const struct series *s = &g->look->leaves->series[i];
		struct row stands = {0};
		int there = store_get_row(g->look->store, s, g->start_ms, &stands);
		if (there < 0)
			return -1;
		if (is_touched(g->look, due, s)) {
			struct usual usual = {.expected = stands.v.expected};
			if (add_fresh(g, i, usual, true) < 0)
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

static int emit(void *arg, const struct series *s, const struct verdict *v)
{
	const struct looking *g = arg;
	return timeline_put(g->look->timeline, g->phase, s, g->start_ms, v, g->now_ms);
}

/* Silence is called once a step is over. */
static bool never_silent(void *arg, const struct series *s)
{
	(void)arg;
	(void)s;
	return false;
}

int look_at(const struct look *l, enum timeline_phase phase, int64_t start_ms,
	    const struct due_step *due, bool alive, int64_t now_ms)
{
	uint32_t n = l->leaves->n;
	struct looking g = {.look = l, .phase = phase, .start_ms = start_ms, .now_ms = now_ms};
	const struct step step = {.country = l->country,
				  .min_probes = l->min_probes,
				  .collector_alive = alive,
				  .late = phase == TIMELINE_LATE,
				  .stands = stands,
				  .silent = phase == TIMELINE_PROVISIONAL ? never_silent : NULL,
				  .emit = emit,
				  .arg = &g};
	g.leaves = xcalloc(n + 1, sizeof(*g.leaves));
	g.cells = xcalloc(n + 1, sizeof(*g.cells));
	int rc = step.late ? gather_late(&g, due) : gather_first(&g, due);
	if (rc == 0)
		rc = step_run(&step, g.leaves, g.n);
	for (uint32_t i = 0; i < n; i++)
		for (size_t c = 0; c < CLASSES; c++)
			cell_clear(&g.cells[i][c]);
	free(g.cells);
	free(g.leaves);
	return rc;
}
