/* round.c: hands every finished step to those who want it: person, batch and data budget. */
#include "probe/round.h"

#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/budget.h"
#include "probe/gather.h"
#include "probe/ooni_file.h"
#include "probe/report.h"
#include "probe/row.h"
#include "probe/runner.h"
#include "probe/schedule.h"

struct round {
	struct round_config config;
	struct runner *runner;
	size_t *order, n;
	unsigned char *classes; /* of each target */
	uint64_t spent;
	bool active;
	bool lost; /* results had to be given up */
	struct round_outcome outcome;
	void (*done)(void *arg, const struct round_outcome *outcome);
	void *arg;
};

struct round *round_new(const struct round_config *config,
			void (*done)(void *arg, const struct round_outcome *outcome), void *arg)
{
	struct round *r = xcalloc(1, sizeof(*r));
	r->config = *config;
	r->runner = runner_new(config->base, config->runner);
	r->order = xcalloc(config->targets->n, sizeof(*r->order));
	r->classes = xcalloc(config->targets->n, sizeof(*r->classes));
	for (size_t i = 0; i < config->targets->n; i++)
		r->classes[i] = (unsigned char)config->targets->list[i].class;
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
	free(r->classes);
	free(r);
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
	struct round *r = arg;
	const struct result *result = step->result;
	if (result->kind == KIND_LINK)
		r->outcome.link = (result->v[RESULT_IPV4] > 0 || result->v[RESULT_IPV6] > 0) &&
				  result->v[RESULT_GATEWAY] > 0;
	else if (result->v[RESULT_FAILURE] == FAIL_NONE && step->target &&
		 result->kind == row_final_kind(step->target))
		r->outcome.reached++;
	r->spent += budget_cost(result);
	budget_spend(r->config.budget, clock_wall_ms(), budget_cost(result));
	report_step(r->config.report, step);
	ooni_file_step(r->config.ooni, step);
	if (gather_step(r->config.gather, step) < 0)
		r->lost = true;
}

static void on_done(void *arg)
{
	struct round *r = arg;
	r->active = false;
	budget_end_cycle(r->config.budget, r->n, r->spent);
	report_end(r->config.report);
	r->outcome.spooled = gather_seal(r->config.gather);
	if (r->lost)
		r->outcome.spooled = -1;
	r->done(r->arg, &r->outcome);
}

int round_start(struct round *r, size_t n)
{
	struct runner_observer observer = {on_step, on_done, r};
	schedule_shuffle(r->order, r->config.targets->n, next_random, NULL);
	if (n < r->config.targets->n)
		schedule_take_turns(r->order, r->config.targets->n, r->classes);
	if (runner_start(r->runner, r->config.targets, r->order, n, true, &observer) < 0)
		return -1;
	r->active = true;
	r->n = n;
	r->spent = 0;
	r->lost = false;
	r->outcome = (struct round_outcome){0};
	budget_begin_cycle(r->config.budget, clock_wall_ms());
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
