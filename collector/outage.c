/* outage.c: pulses from the store to off.c, and its answer into the rows. */
#include "collector/outage.h"

#include <stdlib.h>
#include <string.h>

#include "collector/off.h"
#include "collector/store.h"
#include "collector/timeline.h"
#include "common/clock.h"

/* Of the questions that off.c answers with no, those that need no pulse. */
static bool may_be(const struct event *e)
{
	return e->kind == SIGN_LOSS && e->basis == EVENT_SILENCE && e->end_ms > e->onset_ms;
}

struct asking {
	struct off off;
	const struct event *e;
};

static int on_pulse(void *arg, int64_t start_ms, const struct pulse *p)
{
	struct asking *a = arg;
	off_add(&a->off, a->e, p, start_ms);
	return 0;
}

int outage_is(struct store *store, const struct event *e, int64_t now_ms)
{
	struct asking a = {.e = e};
	if (!may_be(e) || now_ms < off_due_ms(e))
		return 0;
	if (store_pulses(store, &e->series, e->onset_ms, off_until_ms(e), on_pulse, &a) < 0)
		return -1;
	return off_judge(&a.off, e, now_ms) == OFF_YES;
}

struct finding {
	struct store *store;
	int64_t day_ms, *onset_ms;
};

static int on_event(void *arg, const struct event *e)
{
	const struct finding *f = arg;
	if (!may_be(e) || off_due_ms(e) > f->day_ms || off_due_ms(e) <= f->day_ms - CLOCK_DAY_MS)
		return 0;
	*f->onset_ms = e->onset_ms;
	return outage_is(f->store, e, f->day_ms);
}

int outage_find(struct store *store, const struct series *s, int64_t day_ms, int64_t *onset_ms)
{
	const char *regions[2];
	const struct series_query q = store_query_one(s, regions, 0, INT64_MAX);
	struct finding f = {store, day_ms, onset_ms};
	return store_events(store, &q, on_event, &f);
}

struct silent_rows {
	int64_t *starts; /* owned */
	size_t n, room;
};

static int on_row(void *arg, const struct row *r)
{
	struct silent_rows *s = arg;
	if (r->v.state != STATE_SILENT)
		return 0;
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->starts = xrealloc(s->starts, s->room * sizeof(*s->starts));
	}
	s->starts[s->n++] = r->start_ms;
	return 0;
}

/* Nothing may be written while rows are read. */
int outage_rows(const struct timeline *t, const struct event *e, int64_t now_ms)
{
	const char *regions[2];
	int64_t first = e->onset_ms - e->onset_ms % t->step_ms;
	const struct series_query q = store_query_one(&e->series, regions, first, e->end_ms);
	struct silent_rows silent = {0};
	int rc = store_rows(t->store, &q, on_row, &silent);
	for (size_t i = 0; i < silent.n && rc == 0; i++) {
		struct row r = {0};
		rc = store_get_row(t->store, &e->series, silent.starts[i], &r) == 1 ? 0 : -1;
		r.v.state = STATE_INSUFFICIENT;
		strcpy(r.v.rule, rule_str(RULE_OFF));
		if (rc == 0)
			rc = timeline_put(t, TIMELINE_OFF, &e->series, r.start_ms, &r.v, now_ms);
	}
	free(silent.starts);
	return rc;
}
