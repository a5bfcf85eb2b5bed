/* round.h: one cycle over all targets: shuffled, measured, shown, gathered, sealed at the end. */
#ifndef PROBE_ROUND_H
#define PROBE_ROUND_H

#include <stdbool.h>
#include <stddef.h>

struct budget;
struct round; /* opaque */
struct event_base;
struct gather;
struct ooni_file;
struct report;
struct runner_config;
struct targets;

/* All borrowed for the life of the round. */
struct round_config {
	struct event_base *base;
	const struct runner_config *runner;
	const struct targets *targets;
	struct gather *gather;
	struct report *report;
	struct ooni_file *ooni; /* NULL for none */
	struct budget *budget;
	const char *title; /* where it measures from, for the report */
};

struct round_outcome {
	bool link;	/* this device has an address and a gateway */
	size_t reached; /* chains that came through to their end */
	int spooled;	/* batches, -1 when one could not be kept */
};

struct round *round_new(const struct round_config *config,
			void (*done)(void *arg, const struct round_outcome *outcome), void *arg);
void round_free(struct round *c);

/* Over n of the targets, all classes among them. 0, or -1 when a round is still under way; done
 * comes once, never from inside. */
int round_start(struct round *c, size_t n);
/* Ends the round early; what was measured is sealed, then done comes as usual. */
void round_cancel(struct round *c);
bool round_is_active(const struct round *c);

#endif
