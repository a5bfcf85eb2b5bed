/* agenda.h: when `probe run` measures what: the plan, brought together with what it must not know
 * of itself: clocks, chance, the day's budget, the battery and the line. */
#ifndef PROBE_AGENDA_H
#define PROBE_AGENDA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/budget.h"
#include "probe/power.h"

struct agenda; /* opaque */
struct conf;
struct round_outcome;
struct targets;

/* From [schedule]; both are borrowed for the life of the agenda. NULL with one sentence in err. */
struct agenda *agenda_new(const struct conf *c, const struct targets *targets, char *err,
			  size_t errlen);
void agenda_free(struct agenda *a);

/* What was spent and may be spent; owned by the agenda. */
struct budget *agenda_budget(struct agenda *a);

/* When agenda_start is to be called next (clock_boot_ms). */
int64_t agenda_next_ms(const struct agenda *a);
/* Fills order, which has room for all targets, with those of a round that is to begin now; 0 for no
 * round. */
size_t agenda_start(struct agenda *a, size_t *order);
/* Whether that is a light round (plan.h). */
bool agenda_is_light(const struct agenda *a);
/* Whether nothing may be measured and sent at present, as of the last agenda_start. */
enum power_pause agenda_pause(const struct agenda *a);
/* The round has ended. */
void agenda_tell(struct agenda *a, const struct round_outcome *outcome);

/* All targets in an order of chance. */
void agenda_all(const struct agenda *a, size_t *order);
/* A uniform number; arg is not used. */
uint64_t agenda_chance(void *arg);

#endif
