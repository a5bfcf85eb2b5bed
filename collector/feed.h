/* feed.h: events for feed readers (Atom, RFC 4287) and calendars (iCalendar, RFC 5545). Pure.
 *
 * An entry is named by the address of the event's page, which stays the same through all revisions; a
 * revision makes it newer (Atom updated, iCalendar SEQUENCE). */
#ifndef COLLECTOR_FEED_H
#define COLLECTOR_FEED_H

#include "collector/country.h"
#include "collector/params.h"
#include "collector/row.h"
#include "common/buf.h"

struct feed {
	const struct country *country; /* all borrowed */
	enum lang lang;
	const char *origin; /* "https://host" */
	const char *self;   /* the whole address of the feed */
	bool synthetic;	    /* simulated: every title says so */
	int64_t now_ms;	    /* the age of a feed without events */
	const struct event *events;
	size_t n;
};

void feed_atom(struct buf *out, const struct feed *f);
void feed_ics(struct buf *out, const struct feed *f);

/* The path of the page of an event. A region that nobody knows is written "?" in its id. */
#define FEED_PATH_LEN 96
const char *feed_path(char out[static FEED_PATH_LEN], const struct event *e);

#endif
