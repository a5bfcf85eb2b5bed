/* aim.c: the arithmetic of one target. */
#include "probe/aim.h"

#include "probe/budget.h"
#include "probe/pace.h"
#include "probe/targets.h"

#define NEVER (INT64_MIN / 4) /* long ago, and differences still fit */

/* Failures in a row, in the same way, after which a target alone is held to be dead; from then on
 * every further one doubles its interval, up to so many times. */
#define DEAD_AFTER     3
#define BACKOFF_MAX    8
#define BACKOFF_PILLAR 2 /* for the classes that a verdict rests on */

void aim_init(struct aim *a, const struct target *t, const struct pace *pace)
{
	*a = (struct aim){
		.class = t->class,
		.is_speed = t->scheme == TARGET_SPEED,
		.is_quic = t->scheme == TARGET_QUIC,
		.interval_ms = pace_ms(pace, t),
		.begun_ms = NEVER,
		.cost_bytes = budget_guess(t),
	};
}

int aim_backoff(const struct aim *a, bool fine)
{
	bool pillar = a->class == CLASS_DOMESTIC || a->class == CLASS_CANARY;
	bool never_dead = a->class == CLASS_FILTERED || a->is_quic || a->is_speed;
	int times = 1, most = never_dead ? 1 : pillar ? BACKOFF_PILLAR : BACKOFF_MAX;
	for (unsigned int k = DEAD_AFTER; fine && k <= a->failures && times < most; k++)
		times *= 2;
	return times;
}

int64_t aim_due_ms(const struct aim *a, bool fine)
{
	return a->begun_ms + a->interval_ms * aim_backoff(a, fine);
}

double aim_lateness(const struct aim *a, bool fine, int64_t now_ms)
{
	return (double)(now_ms - a->begun_ms) / (double)(a->interval_ms * aim_backoff(a, fine));
}

void aim_begin(struct aim *a, int64_t now_ms)
{
	a->before_ms = a->begun_ms;
	a->begun_ms = now_ms;
}

void aim_undo(struct aim *a)
{
	a->begun_ms = a->before_ms;
}

/* The cost is a moving mean: a cut makes targets cheap, a return makes them dear again. */
void aim_ended(struct aim *a, bool fine, bool up, unsigned int way, uint64_t bytes)
{
	a->cost_bytes = (3 * a->cost_bytes + bytes) / 4;
	if (up || !fine)
		a->failures = 0;
	else if (a->failures < UINT32_MAX)
		a->failures = a->failures && a->way == way ? a->failures + 1 : 1;
	a->way = way;
}
