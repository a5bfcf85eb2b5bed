/* progress.h: how far the views have come: what is final, when the collector was up, which steps are due; in
 * memory and in the store. */
#ifndef COLLECTOR_PROGRESS_H
#define COLLECTOR_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/contact.h"
#include "collector/duelist.h"
#include "collector/seriesmap.h"
#include "collector/store.h"

/* Times in ms; -1: not known. */
struct progress {
	struct {
		int64_t final_until; /* steps that start before are final */
		int64_t pulse_until; /* buckets that start before have been taken */
		int64_t alive_from; /* the collector was up in [from, until], and who had something could send it */
		int64_t alive_until;
		int64_t late_next; /* the next slice of late work */
		int64_t late_from; /* where it goes on */
	} at, saved;
	struct contact contact, saved_contact;
	struct seriesmap leaves; /* every leaf that was ever heard */
	struct duelist due;	 /* leaves by their number in the map */
};

void progress_init(struct progress *p); /* clears what there was */
void progress_clear(struct progress *p);
/* The collector is up at t_ms, after it was not. */
void progress_up(struct progress *p, int64_t t_ms);
/* What was saved last. 0 or -1. */
int progress_load(struct progress *p, struct store *store);
/* Writes what has changed: before a commit. 0 or -1. */
int progress_save(struct progress *p, struct store *store);
/* Was the collector up all the time in [from, until)? */
bool progress_was_alive(const struct progress *p, int64_t from_ms, int64_t until_ms);
/* Every leaf is due in a step that was looked at already. */
void progress_again(struct progress *p, int64_t start_ms);
/* Takes a step off the list. 0 or -1. */
int progress_done(struct progress *p, struct store *store, int64_t start_ms);

#endif
