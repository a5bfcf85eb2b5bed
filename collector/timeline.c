/* timeline.c: what each series has said so far, and what is expected of it.
 */
#include "collector/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "collector/chronicle.h"
#include "collector/expect.h"
#include "collector/seriesmap.h"

/* Far more than any verdict asks for; looking further back changes nothing. */
#define EVIDENCE_MAX 5000

struct line {
	struct chronicle chronicle;
	struct expect expect; /* of leaves, like all below */
	bool expect_loaded;
	uint32_t evidence; /* of silence in the quiet rows before evidence_at_ms */
	int64_t evidence_at_ms;
};

struct timeline {
	struct chronicler chronicler;
	struct seriesmap map;
	struct line *lines; /* by number in map */
	size_t room;
};

struct timeline *timeline_new(struct store *store, int64_t step_ms)
{
	struct timeline *t = xcalloc(1, sizeof(*t));
	t->chronicler.store = store;
	t->chronicler.step_ms = step_ms;
	return t;
}

void timeline_reset(struct timeline *t)
{
	for (uint32_t i = 0; i < t->map.n; i++)
		expect_clear(&t->lines[i].expect);
	seriesmap_clear(&t->map);
}

void timeline_free(struct timeline *t)
{
	if (!t)
		return;
	timeline_reset(t);
	free(t->lines);
	free(t);
}

void timeline_listen(struct timeline *t, const struct views_listener *l)
{
	t->chronicler.listener = *l;
}

static struct line *line_of(struct timeline *t, const struct series *s)
{
	uint32_t n = t->map.n, at = seriesmap_add(&t->map, s);
	if (at < n)
		return &t->lines[at];
	if (t->room < t->map.n) {
		t->room = t->map.room;
		t->lines = xrealloc(t->lines, t->room * sizeof(*t->lines));
	}
	t->lines[at] = (struct line){.evidence_at_ms = -1};
	expect_init(&t->lines[at].expect, t->chronicler.step_ms);
	chronicle_init(&t->lines[at].chronicle, s, t->chronicler.step_ms);
	return &t->lines[at];
}

static int note(void *arg, const struct row *r)
{
	expect_note(arg, r);
	return 0;
}

/* After a restart the expectation is made again from the rows that are there. */
static int load_expect(struct timeline *t, struct line *line, const struct series *s,
		       int64_t start_ms)
{
	const char *regions[2];
	struct series_query q =
		store_query_one(s, regions, start_ms - EXPECT_LOOKBACK_MS, start_ms);
	line->expect_loaded = true;
	if (store_rows(t->chronicler.store, &q, note, &line->expect) < 0)
		return -1;
	if (line->expect.last_heard_ms >= 0 || !line->expect.ring)
		return 0;
	q.until_ms = q.from_ms; /* silent all that time: when was it heard last? */
	q.from_ms = start_ms - EXPECT_FORGET_MS;
	return store_rows(t->chronicler.store, &q, note, &line->expect);
}

int64_t timeline_expected(struct timeline *t, const struct series *leaf, int64_t start_ms)
{
	struct line *line = line_of(t, leaf);
	if (!line->expect_loaded && load_expect(t, line, leaf, start_ms) < 0)
		return -1;
	return expect_at(&line->expect, start_ms);
}

static uint32_t more_evidence(uint32_t sum, const struct row *r)
{
	uint32_t more = verdict_evidence(r->v.probes, r->v.expected);
	if (!more)
		return 0;
	return sum + more < EVIDENCE_MAX ? sum + more : EVIDENCE_MAX;
}

/* Looks back over the stored rows, to the last one that is not quiet. */
static int load_evidence(struct timeline *t, struct line *line, const struct series *s,
			 int64_t start_ms)
{
	struct row r = {0};
	int there = 1;
	line->evidence = 0;
	line->evidence_at_ms = start_ms;
	while (line->evidence < EVIDENCE_MAX) {
		start_ms -= t->chronicler.step_ms;
		there = store_get_row(t->chronicler.store, s, start_ms, &r);
		if (there != 1 || !verdict_evidence(r.v.probes, r.v.expected))
			break;
		line->evidence = more_evidence(line->evidence, &r);
	}
	return there < 0 ? -1 : 0;
}

int64_t timeline_evidence(struct timeline *t, const struct series *leaf, int64_t start_ms)
{
	struct line *line = line_of(t, leaf);
	if (line->evidence_at_ms != start_ms && load_evidence(t, line, leaf, start_ms) < 0)
		return -1;
	return line->evidence;
}

static void tell_row(const struct timeline *t, const struct row *r)
{
	if (t->chronicler.listener.row)
		t->chronicler.listener.row(t->chronicler.listener.arg, r);
}

int timeline_settle(struct timeline *t, int64_t until_ms, int64_t now_ms)
{
	for (uint32_t i = 0; i < t->map.n; i++)
		if (chronicle_settle(&t->chronicler, &t->lines[i].chronicle, until_ms, now_ms) < 0)
			return -1;
	return 0;
}

int timeline_flush(struct timeline *t)
{
	for (uint32_t i = 0; i < t->map.n; i++)
		if (chronicle_save(&t->chronicler, &t->lines[i].chronicle) < 0)
			return -1;
	return 0;
}

/* What a final or revised row means for the series. */
static int take(struct timeline *t, struct line *line, enum timeline_phase phase,
		const struct row *r, int64_t now_ms)
{
	if (series_is_leaf(&r->series)) {
		if (!line->expect_loaded && load_expect(t, line, &r->series, r->start_ms) < 0)
			return -1;
		expect_note(&line->expect, r);
		if (phase == TIMELINE_FINAL && line->evidence_at_ms == r->start_ms) {
			line->evidence = more_evidence(line->evidence, r);
			line->evidence_at_ms += t->chronicler.step_ms;
		} else {
			line->evidence_at_ms = -1;
		}
	}
	if (phase == TIMELINE_FINAL)
		return chronicle_feed(&t->chronicler, &line->chronicle, r, now_ms);
	chronicle_revise(&line->chronicle, r->start_ms);
	return 0;
}

int timeline_put(struct timeline *t, enum timeline_phase phase, const struct series *s,
		 int64_t start_ms, const struct verdict *v, int64_t now_ms)
{
	struct row old = {.series = *s}, r = {.series = *s,
					      .start_ms = start_ms,
					      .step_ms = t->chronicler.step_ms,
					      .v = *v,
					      .revision = 1,
					      .revised_ms = now_ms,
					      .why = phase == TIMELINE_LATE ? WHY_LATE : WHY_FIRST,
					      .method = METHOD_VERSION};
	int there = store_get_row(t->chronicler.store, s, start_ms, &old);
	bool same = there == 1 && verdict_equal(&old.v, v);
	if (there < 0)
		return -1;
	if (same ? phase != TIMELINE_FINAL : !there && !v->probes && !v->expected)
		return 0;
	if (there && phase == TIMELINE_LATE) {
		r.revision = old.revision + 1;
		if (store_put_past(t->chronicler.store, &old) < 0)
			return -1;
	}
	if (store_put_row(t->chronicler.store, &r) < 0)
		return -1;
	if (!same)
		tell_row(t, &r);
	return phase == TIMELINE_PROVISIONAL ? 0 : take(t, line_of(t, s), phase, &r, now_ms);
}
