/* agenda.c: settings in, one round after the other out. */
#include "probe/agenda.h"

#include <sodium.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/conf.h"
#include "probe/pace.h"
#include "probe/plan.h"
#include "probe/round.h"
#include "probe/schedule.h"
#include "probe/targets.h"

struct agenda {
	size_t n_targets;
	struct budget budget;
	struct power power;
	enum power_pause pause;
	struct plan *plan;
};

uint64_t agenda_chance(void *arg)
{
	uint64_t u;
	(void)arg;
	randombytes_buf(&u, sizeof(u));
	return u;
}

static int read_pace(struct pace *pace, const struct conf *c, char *err, size_t errlen)
{
	pace_init(pace, conf_int(c, "schedule", "interval_s"));
	for (size_t i = 0; i < conf_count(c, "schedule", "class_interval_s"); i++)
		if (pace_set(pace, conf_at(c, "schedule", "class_interval_s", i), err, errlen) < 0)
			return -1;
	return 0;
}

static void read_power(struct power *p, const struct conf *c)
{
	*p = (struct power){
		.min_battery_percent = (int)conf_int(c, "schedule", "min_battery_percent"),
		.n_metered = conf_count(c, "schedule", "metered_interface"),
		.sys = "/sys",
		.proc = "/proc",
	};
	for (size_t i = 0; i < p->n_metered; i++)
		p->metered[i] = conf_at(c, "schedule", "metered_interface", i);
}

struct agenda *agenda_new(const struct conf *c, const struct targets *targets, char *err,
			  size_t errlen)
{
	struct plan_chance chance = {agenda_chance, NULL};
	struct pace pace;
	if (read_pace(&pace, c, err, errlen) < 0)
		return NULL;
	struct agenda *a = xcalloc(1, sizeof(*a));
	a->n_targets = targets->n;
	budget_init(&a->budget, (uint64_t)conf_int(c, "schedule", "budget_mb_per_day") * 1000000);
	read_power(&a->power, c);
	a->plan = plan_new(&pace, targets, clock_boot_ms(), &chance);
	return a;
}

void agenda_free(struct agenda *a)
{
	if (!a)
		return;
	plan_free(a->plan);
	free(a);
}

struct budget *agenda_budget(struct agenda *a)
{
	return &a->budget;
}

int64_t agenda_next_ms(const struct agenda *a)
{
	return plan_next_ms(a->plan);
}

size_t agenda_start(struct agenda *a, size_t *order)
{
	int64_t now_ms = clock_boot_ms();
	a->pause = power_look(&a->power);
	if (a->pause != POWER_GO) {
		plan_postpone(a->plan, now_ms);
		return 0;
	}
	struct purse purse = budget_purse(&a->budget, clock_wall_ms());
	return plan_start(a->plan, now_ms, &purse, order);
}

bool agenda_is_light(const struct agenda *a)
{
	return plan_is_light(a->plan);
}

enum power_pause agenda_pause(const struct agenda *a)
{
	return a->pause;
}

void agenda_tell(struct agenda *a, const struct round_outcome *outcome)
{
	static const enum plan_outcome plain[] = {
		[ROUND_CUT] = PLAN_NOTHING,
		[ROUND_VOID] = PLAN_VOID,
		[ROUND_DOWN] = PLAN_DOWN,
		[ROUND_UP] = PLAN_UP,
	};
	for (size_t k = 0; k < outcome->n; k++) {
		const struct round_target *t = &outcome->of[outcome->order[k]];
		plan_heard(a->plan, outcome->order[k], plain[t->ending], t->way, t->bytes);
	}
	if (outcome->link_seen)
		plan_link(a->plan, outcome->link_bits);
	plan_end(a->plan, clock_boot_ms());
}

void agenda_all(const struct agenda *a, size_t *order)
{
	schedule_shuffle(order, a->n_targets, agenda_chance, NULL);
}
