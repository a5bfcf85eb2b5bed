/* round.c: hands every finished step to those who want it: the person, the batch, the data budget.
 */
#include "probe/round.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/budget.h"
#include "probe/gather.h"
#include "probe/report.h"
#include "probe/row.h"
#include "probe/runner.h"
#include "probe/schedule.h"

struct round {
	struct round_config config;
	struct runner *runner;
	size_t *order;
	bool active;
	bool lost; /* results had to be given up */
	struct round_outcome outcome;
	void (*done)(void *arg, const struct round_outcome *outcome);
	void *arg;
};

struct round *round_new(const struct round_config *config,
			void (*done)(void *arg, const struct round_outcome *outcome), void *arg)
{
	struct round *c = xcalloc(1, sizeof(*c));
	c->config = *config;
	c->runner = runner_new(config->base, config->runner);
	c->order = xcalloc(config->targets->n, sizeof(*c->order));
	c->done = done;
	c->arg = arg;
	return c;
}

void round_free(struct round *c)
{
	if (!c)
		return;
	runner_free(c->runner);
	free(c->order);
	free(c);
}

static uint64_t next_random(void *arg)
{
	uint64_t u;
	(void)arg;
	randombytes_buf(&u, sizeof(u));
	return u;
}

static void on_step(void *arg, const struct runner_step *step)
{
	struct round *c = arg;
	const struct result *r = step->result;
	if (r->kind == KIND_LINK)
		c->outcome.link = (r->v[RESULT_IPV4] > 0 || r->v[RESULT_IPV6] > 0) &&
				  r->v[RESULT_GATEWAY] > 0;
	else if (r->v[RESULT_FAILURE] == FAIL_NONE && step->target &&
		 r->kind == row_final_kind(step->target))
		c->outcome.reached++;
	budget_spend(c->config.budget, clock_wall_ms(), budget_cost(r));
	report_step(c->config.report, step);
	if (gather_step(c->config.gather, step) < 0)
		c->lost = true;
}

static void on_done(void *arg)
{
	struct round *c = arg;
	c->active = false;
	report_end(c->config.report);
	c->outcome.spooled = gather_seal(c->config.gather);
	if (c->lost)
		c->outcome.spooled = -1;
	c->done(c->arg, &c->outcome);
}

int round_start(struct round *c)
{
	size_t n = c->config.targets->n;
	struct runner_observer observer = {on_step, on_done, c};
	schedule_shuffle(c->order, n, next_random, NULL);
	if (runner_start(c->runner, c->config.targets, c->order, n, true, &observer) < 0)
		return -1;
	c->active = true;
	c->lost = false;
	c->outcome = (struct round_outcome){0};
	budget_begin_cycle(c->config.budget, clock_wall_ms());
	report_begin(c->config.report, c->config.title, n);
	return 0;
}

void round_cancel(struct round *c)
{
	runner_cancel(c->runner);
}

bool round_is_active(const struct round *c)
{
	return c->active;
}
