/* adopt.h: views made by another method go on from what was published.
 *
 * Another version of the method, or corrected tables of the country, make other rows of the same
 * archive. What was published stays readable as it was, and what differs becomes the next revision of
 * it:
 *
 *	says the same		the row as it was published, with number, time and reason
 *	says something else	the next revision, from now on
 *	nothing any more	the next revision: insufficient, by the rule "withdrawn"
 *	nothing before		its first revision, from now on
 *
 * The same holds for events, which are matched as everywhere by kind and time (events.h); one that
 * nothing is left of is undone. Read asof any moment before, the adopted views say what the old
 * ones said. */
#ifndef COLLECTOR_ADOPT_H
#define COLLECTOR_ADOPT_H

#include <stdint.h>

#include "collector/store.h"

struct adopt {
	struct store *to;   /* replayed up to now; what it knows of revisions was never published */
	struct store *from; /* what was published; only read */
	int64_t until_ms; /* rows that start before are final in both; later ones are left alone */
	int64_t now_ms;
	enum why why; /* METHOD or CORRECTION */
};

struct adopted {
	uint64_t kept, revised, withdrawn, added; /* rows */
	uint64_t events_kept, events_revised, events_undone, events_added;
};

/* 0, or -1 (logged) with `to` half done: to be thrown away. Rows of another step can't be continued:
 * then 1, and nothing was done. The caller commits. Nothing may be cached of `to`: views are opened
 * after this. */
int adopt_history(const struct adopt *a, struct adopted *out);

#endif
