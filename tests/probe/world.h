/* world.h: a plan under a clock of its own, in a world that a test has written: which targets are up
 * when, and what they cost. Days pass in milliseconds. */
#ifndef TESTS_PROBE_WORLD_H
#define TESTS_PROBE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/budget.h"
#include "probe/pace.h"
#include "probe/plan.h"
#include "probe/targets.h"

#define WORLD_TARGETS 64
#define WORLD_MINUTE  (60LL * 1000)
#define WORLD_HOUR    (60 * WORLD_MINUTE)

struct world {
	struct target list[WORLD_TARGETS];
	struct targets targets;
	struct pace pace;
	struct plan *plan;
	struct budget budget;
	uint64_t chance;
	/* The script; unset: everything is up, a round takes two seconds. */
	bool (*is_up)(const struct world *w, size_t i);
	enum plan_outcome (*outcome)(const struct world *w, size_t i); /* instead of is_up */
	int64_t took_ms;
	unsigned int link;

	int64_t now_ms;	  /* both clocks; a day begins at 0 */
	int64_t begun_ms; /* of the last round */
	size_t order[WORLD_TARGETS], n;
	size_t rounds, empty; /* calls that gave a round, and none */
	size_t measured[WORLD_TARGETS];
	int64_t last_ms[WORLD_TARGETS], longest_ms[WORLD_TARGETS]; /* between measurements */
	int64_t class_last_ms[CLASSES], class_longest_ms[CLASSES];
};

/* Intervals of interval_s; limit in bytes a day, 0 for none. */
void world_init(struct world *w, int64_t interval_s, uint64_t limit_bytes);
void world_add(struct world *w, enum target_class class, enum target_scheme scheme, size_t n);
/* 50 targets of all classes, as a country's list has them; two of them downloads. */
void world_add_country(struct world *w);
/* No more targets after this. */
void world_open(struct world *w);
void world_close(struct world *w);

/* Goes to the next time that the plan names, and measures what it wants; false when that was
 * nothing. */
bool world_step(struct world *w);
/* Steps until a round is begun at this time or later, or nothing is to do before it. */
void world_until(struct world *w, int64_t ms);

size_t world_count(const struct world *w, enum target_class class); /* in the last round */
/* Of all targets of a class, in all rounds. */
size_t world_measured(const struct world *w, enum target_class class);

#endif
