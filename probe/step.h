/* step.h: one check in flight: its deadline, both clocks, and the connection that it was handed.
 *
 *	step_new   the question can be filled in: step->check
 *	step_go    starts it; `ended` comes once, from the loop and never from inside step_go
 *	step_stop  from inside `ended` or to give it up: nothing calls back any more
 *	step_free
 *
 * A step that says nothing about the network, because the device slept or its clock was set
 * meanwhile, ends as x_clock_jump whatever its check found. One whose process stood still past the
 * deadline goes on for as long again before it is said to have failed. */
#ifndef PROBE_STEP_H
#define PROBE_STEP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/time.h>

#include "probe/chain.h"
#include "probe/check.h"

struct event;
struct event_base;
struct run;

struct step {
	struct check check;	/* first: a check's check_done finds its step by it */
	LIST_ENTRY(step) entry; /* the run's, as the next two */
	struct run *run;
	bool follow; /* http: its redirect is taken up */
	struct chain_step what;
	enum failure failure; /* once it has ended */

	const struct check_ops *ops;
	void (*ended)(struct step *s);
	struct event *event; /* the deadline; made active early by check_done */
	int64_t start_us, due_us, end_us;
	int64_t asleep_us; /* sleep of the device before the start */
	int64_t ahead_us;  /* what the wall clock had over the monotonic one at the start */
	bool started, done;
	bool again; /* past its deadline, with time given back */
};

struct step *step_new(struct event_base *base, const struct check_ops *ops,
		      const struct chain_step *what, void (*ended)(struct step *s));
/* allowed: false ends it as x_private_address without going anywhere. */
void step_go(struct step *s, const struct timeval *timeout, bool allowed);
/* The connection, if it may be used further, is moved to *onward; otherwise it is closed. */
void step_stop(struct step *s, struct wire_stream *onward);
void step_free(struct step *s);

#endif
