/* outside.c: unites the cells of a network over each step. */
#include "collector/outside.h"

struct uniting {
	struct store *store;
	const struct series_query *q;
	int64_t step_ms;
	struct outside_row row; /* of the step that is being united; none when it has no controls */
	struct cell cell;
	int (*fn)(void *arg, const struct outside_row *r);
	void *arg;
};

static uint32_t bits(uint64_t mask)
{
	return (uint32_t)__builtin_popcountll(mask);
}

/* Gives the step away, if there was anything in it. */
static int end_step(struct uniting *u)
{
	uint64_t tried = 0, ok = 0;
	if (!u->cell.n)
		return 0;
	for (size_t i = 0; i < u->cell.n; i++) {
		tried |= u->cell.votes[i].tried;
		ok |= u->cell.votes[i].ok;
	}
	u->row.controls = (uint32_t)u->cell.n;
	u->row.tried = bits(tried);
	u->row.reached = bits(ok);
	cell_clear(&u->cell);
	return u->fn(u->arg, &u->row);
}

static int take_cell(void *arg, int64_t bucket_ms, enum target_class class, struct cell *cell)
{
	struct uniting *u = arg;
	int64_t start = bucket_ms - bucket_ms % u->step_ms;
	int rc = 0;
	if (class != CLASS_DOMESTIC)
		return 0;
	if (start != u->row.start_ms)
		rc = end_step(u);
	u->row.start_ms = start;
	cell_merge(&u->cell, cell);
	return rc;
}

static int take_network(void *arg, const struct series *s)
{
	struct uniting *u = arg;
	int64_t step = u->step_ms, from = u->q->from_ms > 0 ? u->q->from_ms : 0;
	int64_t until = (u->q->until_ms + step - 1) / step * step; /* whole steps */
	u->row = (struct outside_row){.isp = s->isp, .step_ms = step};
	cell_init(&u->cell);
	int rc = store_cells(u->store, s, from - from % step, until, take_cell, u);
	if (rc == 0)
		rc = end_step(u);
	cell_clear(&u->cell);
	return rc;
}

int outside_rows(struct store *s, const struct series_query *q, int64_t step_ms,
		 int (*fn)(void *arg, const struct outside_row *r), void *arg)
{
	const char *const regions[] = {REGION_OUTSIDE_IN, NULL};
	const struct series_query networks = {.regions = regions,
					      .isps = q->isps,
					      .n_isps = q->n_isps,
					      .by_isp = true,
					      .access = ACCESS_UNKNOWN};
	struct uniting u = {.store = s, .q = q, .step_ms = step_ms, .fn = fn, .arg = arg};
	return q->until_ms > q->from_ms ? store_series(s, &networks, take_network, &u) : 0;
}
