/* views.h: keeps cells, rows and events in step with the archive.
 *
 * views_fold takes one archived batch and unites its votes into cells; views_tick turns the buckets that changed,
 * or that have just ended, into rows and events, and tells a listener what is different. The same code runs live
 * and in a rebuild, and only records of the archive move its time: so both give the same rows and revisions. A step is judged
 * for good by the first record after it has ended and its grace has passed; live, views_due says when a mark is wanted for that. What the views hold in memory is written out by store_commit and
 * forgotten by store_reset. Networks that the country's isps.tsv does not have are folded as network 0. */
#ifndef COLLECTOR_VIEWS_H
#define COLLECTOR_VIEWS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/archive.h"
#include "collector/country.h"
#include "collector/row.h"
#include "collector/store.h"

struct place;
struct views; /* opaque */

struct views_config {
	int64_t bucket_ms; /* base cell */
	int64_t step_ms;   /* published row, a multiple of bucket_ms */
	uint32_t min_probes;
	const struct place *place; /* for networks of addresses in results; borrowed, may be NULL */
};

struct views_listener { /* either may be NULL */
	void (*row)(void *arg, const struct row *r);
	/* Also once for an event that later results have undone: its end is its onset. */
	void (*event)(void *arg, const struct event *e);
	void *arg;
};

/* store and country are borrowed. Views that were made with another configuration are emptied, to be replayed from the
 * archive; a synthetic store is left as it is, and never ticks. NULL on trouble. */
struct views *views_new(struct store *store, const struct country *country,
			const struct views_config *config);
void views_free(struct views *v);
void views_listen(struct views *v, const struct views_listener *l);

/* One new batch (the caller has asked the ledger). 0 or -1. */
int views_fold(struct views *v, const struct batch *b, uint64_t probe, const struct placement *at,
	       int64_t received_ms);
/* The collector was up at this time. Marks and batches less than 90 s apart make one time of being
 * up; a start begins a new one. Only then is silence the network's. */
int views_alive(struct views *v, int64_t received_ms);
int views_start(struct views *v, int64_t received_ms);
/* When the next record is wanted, because something becomes final then; INT64_MAX: no need. */
int64_t views_due(const struct views *v);
/* In the last bucket nobody could be heard (contact.h). */
bool views_unreached(const struct views *v);
/* Rows of what is not final yet, for those who look now: they leave no trace. 0 or -1. */
int views_tick(struct views *v, int64_t now_ms);

#endif
