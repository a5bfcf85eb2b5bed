/* round.c: hands every finished step to those who want it: person, batch and data budget; and adds
 * up what became of each target. */
#include "probe/round.h"

#include <malloc.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/budget.h"
#include "probe/gather.h"
#include "probe/ooni_file.h"
#include "probe/report.h"
#include "probe/row.h"
#include "probe/runner.h"

struct round {
	struct round_config config;
	struct runner *runner;
	size_t *order;
	struct row *rows;
	struct round_target *of;
	bool active;
	bool record;
	bool lost; /* results had to be given up */
	struct round_outcome outcome;
	void (*done)(void *arg, const struct round_outcome *outcome);
	void *arg;
};

struct round *round_new(const struct round_config *config,
			void (*done)(void *arg, const struct round_outcome *outcome), void *arg)
{
	struct round *r = xcalloc(1, sizeof(*r));
	size_t room = config->targets->n + 1;
	r->config = *config;
	r->runner = runner_new(config->base, config->runner);
	r->order = xcalloc(room, sizeof(*r->order));
	r->rows = xcalloc(room, sizeof(*r->rows));
	r->of = xcalloc(room, sizeof(*r->of));
	r->done = done;
	r->arg = arg;
	return r;
}

void round_free(struct round *r)
{
	if (!r)
		return;
	runner_free(r->runner);
	free(r->order);
	free(r->rows);
	free(r->of);
	free(r);
}

static void look_at_link(struct round_outcome *o, const struct result *r)
{
	bool ipv4 = r->v[RESULT_IPV4] > 0, ipv6 = r->v[RESULT_IPV6] > 0;
	bool gateway = r->v[RESULT_GATEWAY] > 0;
	o->link_seen = true;
	o->link = (ipv4 || ipv6) && gateway;
	o->link_bits = ipv4 | ipv6 << 1U | gateway << 2U;
}

/* The furthest step that failed: addresses and resolvers end in any order, this does not. */
static unsigned int way_of(const struct row *row)
{
	for (size_t k = KINDS; k-- > 0;)
		if (row->kind[k].tried && !row->kind[k].good)
			return (unsigned int)(k << 16) | row->kind[k].failure;
	return 0;
}

/* A target of which one step says nothing, and none the contrary, says nothing. */
static enum round_ending ending_of(const struct row *row)
{
	if (!row->done)
		return ROUND_CUT;
	if (row_is_up(row))
		return ROUND_UP;
	for (size_t k = 0; k < KINDS; k++)
		if (row->kind[k].tried && row->kind[k].failure == FAIL_CLOCK_JUMP)
			return ROUND_VOID;
	for (size_t k = 0; k < KINDS; k++)
		if (row->kind[k].tried && row->kind[k].failure == FAIL_LOCAL_ERROR)
			return ROUND_CUT;
	return ROUND_DOWN;
}

static void on_step(void *arg, const struct runner_step *step)
{
	struct round *r = arg;
	uint64_t cost = budget_result(r->config.budget, clock_wall_ms(), step->result);
	if (step->target) {
		size_t i = (size_t)(step->target - r->config.targets->list);
		row_add(&r->rows[i], step);
		r->of[i].bytes += cost;
	} else if (step->result->kind == KIND_LINK) {
		look_at_link(&r->outcome, step->result);
	}
	report_step(r->config.report, step);
	ooni_file_step(r->config.ooni, step);
	if (r->record && gather_step(r->config.gather, step) < 0)
		r->lost = true;
}

static void on_done(void *arg)
{
	struct round *r = arg;
	struct round_outcome *o = &r->outcome;
	r->active = false;
	for (size_t k = 0; k < o->n; k++) {
		size_t i = r->order[k];
		r->of[i].ending = ending_of(&r->rows[i]);
		r->of[i].way = way_of(&r->rows[i]);
		o->reached += r->of[i].ending == ROUND_UP;
	}
	report_end(r->config.report);
#ifdef __GLIBC__
	malloc_trim(0); /* what a round took is not needed until the next: a megabyte */
#endif
	o->spooled = r->record ? gather_seal(r->config.gather) : 0;
	if (r->lost)
		o->spooled = -1;
	r->done(r->arg, o);
}

size_t *round_order(struct round *r)
{
	return r->order;
}

int round_start(struct round *r, size_t n, bool record)
{
	const struct targets *targets = r->config.targets;
	struct runner_observer observer = {on_step, on_done, r};
	if (runner_start(r->runner, targets, r->order, n, true, &observer) < 0)
		return -1;
	r->active = true;
	r->lost = false;
	r->record = record;
	r->outcome = (struct round_outcome){.order = r->order, .of = r->of, .n = n};
	for (size_t k = 0; k < n; k++) {
		row_begin(&r->rows[r->order[k]], &targets->list[r->order[k]]);
		r->of[r->order[k]] = (struct round_target){.ending = ROUND_CUT};
	}
	report_begin(r->config.report, r->config.title, n);
	return 0;
}

void round_cancel(struct round *r)
{
	runner_cancel(r->runner);
}

bool round_is_active(const struct round *r)
{
	return r->active;
}
