/* press.h: makes the packages that are due (shelf.h), one at a time, in a process of its own.
 *
 * A month takes some seconds of processor time, in which nobody else would be answered; and a snapshot of the views that
 * stays the same meanwhile. So the child is this program again, `collector export`, with the settings of this one. */
#ifndef COLLECTOR_PRESS_H
#define COLLECTOR_PRESS_H

#include <stddef.h>
#include <stdint.h>

struct event_base;
struct press; /* opaque */
struct store;

struct press_config {
	struct event_base *base; /* all borrowed */
	const struct store *store;
	const char *dir;   /* the folder of all packages; made when there is one to be made */
	int64_t now_ms;	   /* of simulated data its end; 0: the clock's */
	char *const *args; /* of this program behind its verb: the settings */
	size_t n_args;
};

struct press *press_new(const struct press_config *c);
/* Gives up what is being made. */
void press_free(struct press *p);

#endif
