/* judge.c: an event is known by its id, and counts as it was told first; each end that is told is looked at by itself,
 * also when it is taken back later. */
#include "tests/sim/judge.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

struct heard {
	char id[sizeof(((struct event *)0)->id)];
	uint32_t saga;
	struct claim claim;
};

struct claims {
	struct claim *list; /* owned */
	size_t n, room;
};

struct judge {
	const struct truth *truth;
	struct score *score;
	struct heard *heard; /* owned */
	size_t n, room;
};

struct judge *judge_new(const struct truth *truth, struct score *score)
{
	struct judge *j = xcalloc(1, sizeof(*j));
	j->truth = truth;
	j->score = score;
	return j;
}

void judge_free(struct judge *j)
{
	if (!j)
		return;
	free(j->heard);
	free(j);
}

static void on_row(void *arg, const struct row *r)
{
	struct judge *j = arg;
	if (r->revision == 1)
		score_row(j->score->rows, j->truth, r);
}

static struct claim claim_of(const struct event *e)
{
	return (struct claim){e->onset_ms, e->onset_lo_ms, e->onset_hi_ms, e->end_ms,
			      e->detected_ms};
}

static void on_event(void *arg, const struct event *e)
{
	struct judge *j = arg;
	const struct saga *s = truth_of(j->truth, &e->series);
	size_t i = j->n;
	if (!s || e->kind != SIGN_LOSS)
		return;
	if (e->end_ms > e->onset_ms)
		score_end(j->score, s, e->end_ms);
	while (i && strcmp(j->heard[i - 1].id, e->id))
		i--;
	if (i)
		return;
	if (j->n == j->room) {
		j->room = j->room ? 2 * j->room : 64;
		j->heard = xrealloc(j->heard, j->room * sizeof(*j->heard));
	}
	struct heard *h = &j->heard[j->n++];
	strcpy(h->id, e->id); /* same size */
	h->saga = (uint32_t)(s - j->truth->sagas);
	h->claim = claim_of(e);
}

struct views_listener judge_listener(struct judge *j)
{
	return (struct views_listener){on_row, on_event, j};
}

static void claims_add(struct claims *c, const struct claim *one)
{
	if (c->n == c->room) {
		c->room = c->room ? 2 * c->room : 16;
		c->list = xrealloc(c->list, c->room * sizeof(*c->list));
	}
	c->list[c->n++] = *one;
}

static int take_row(void *arg, const struct row *r)
{
	const struct judge *j = arg;
	score_row(j->score->after, j->truth, r);
	return 0;
}

static int take_event(void *arg, const struct event *e)
{
	const struct claim c = claim_of(e);
	if (e->kind == SIGN_LOSS)
		claims_add(arg, &c);
	return 0;
}

void judge_close(struct judge *j, struct store *store)
{
	const struct truth *t = j->truth;
	struct claims live = {0}, final = {0};
	for (uint32_t i = 0; i < t->map.n; i++) {
		const struct saga *s = &t->sagas[i];
		const char *regions[2];
		struct series_query q =
			store_query_one(&s->series, regions, t->from_ms, t->until_ms);
		live.n = final.n = 0;
		for (size_t k = 0; k < j->n; k++)
			if (j->heard[k].saga == i)
				claims_add(&live, &j->heard[k].claim);
		store_rows(store, &q, take_row, j);
		store_events(store, &q, take_event, &final);
		score_claims(j->score, t, s, live.list, live.n, final.list, final.n);
	}
	free(live.list);
	free(final.list);
}
