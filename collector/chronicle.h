/* chronicle.h: the events of one series, in the store and in step with its rows.
 *
 * Fed with final rows in order; told when an earlier row was revised; settled when the revised rows
 * are all there. */
#ifndef COLLECTOR_CHRONICLE_H
#define COLLECTOR_CHRONICLE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/events.h"
#include "collector/store.h"
#include "collector/views.h"

/* What all chronicles share. */
struct chronicler {
	struct store *store; /* borrowed */
	int64_t step_ms;
	struct views_listener listener;
};

struct chronicle {
	struct events machine;
	int64_t revised_from_ms; /* earliest row whose events are out of date; INT64_MAX none */
	bool loaded;		 /* the machine knows what the store has */
	bool unsaved;		 /* its event is newer than the stored one */
};

void chronicle_init(struct chronicle *ch, const struct series *s, int64_t step_ms);
/* All return 0 or -1. */
int chronicle_feed(const struct chronicler *c, struct chronicle *ch, const struct row *r,
		   int64_t now_ms);
void chronicle_revise(struct chronicle *ch, int64_t start_ms);
/* Makes the events from the earliest revised row on anew; final rows start before until_ms. */
int chronicle_settle(const struct chronicler *c, struct chronicle *ch, int64_t until_ms,
		     int64_t now_ms);
/* Writes the event that lasts, if it has grown: before a commit. */
int chronicle_save(const struct chronicler *c, struct chronicle *ch);

#endif
