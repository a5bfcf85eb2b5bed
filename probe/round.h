/* round.h: one round over some targets: measured, shown, gathered, paid for, sealed at the end. */
#ifndef PROBE_ROUND_H
#define PROBE_ROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

enum round_ending { ROUND_CUT, ROUND_VOID, ROUND_DOWN, ROUND_UP };

/* What became of one target. */
struct round_target {
	enum round_ending ending; /* CUT: not measured to its end, or trouble on this device */
	unsigned int way;	  /* DOWN: tells one way to fail from another */
	uint64_t bytes;		  /* estimated */
};

struct round_outcome {
	bool link;		       /* this device has an address and a gateway */
	bool link_seen;		       /* it was looked at */
	unsigned int link_bits;	       /* which of them */
	size_t reached;		       /* targets that came through to their end */
	int spooled;		       /* batches, -1 when one could not be kept */
	const size_t *order;	       /* n indexes into targets */
	const struct round_target *of; /* all targets, by the same index */
	size_t n;
};

struct round *round_new(const struct round_config *config,
			void (*done)(void *arg, const struct round_outcome *outcome), void *arg);
void round_free(struct round *c);

/* Where the order of the next round is written: room for all targets. Not while one is active. */
size_t *round_order(struct round *c);
/* Over the first n of round_order; what is not recorded is shown, paid for and forgotten. 0, or -1
 * when a round is still under way; done comes once, never from inside. */
int round_start(struct round *c, size_t n, bool record);
/* Ends the round early; what was measured is sealed, then done comes as usual. */
void round_cancel(struct round *c);
bool round_is_active(const struct round *c);

#endif
