/* telling.h: an event in sentences that may be quoted. Pure.
 *
 *	Observed loss of international access on mobile networks in Tehran from 20:15 (between 20:14
 *	and 20:16) on 8 January 2026, local time; still lasting. 34 of 36 probes lost it; detected
 *	2 min later. At worst: only the domestic network.
 *
 * It says what was observed, where, when, by how many, and how sure that is; what is presumed is
 * called so, and what was revised says why. It never says who did it, or why: measurement can't see
 * that. The words are in lang/. */
#ifndef COLLECTOR_TELLING_H
#define COLLECTOR_TELLING_H

#include "collector/country.h"
#include "collector/params.h"
#include "collector/row.h"
#include "common/buf.h"

struct telling {
	const struct country *country; /* names and local time; borrowed */
	enum lang lang;
};

/* Appends plain text. Figures that are 0, since nobody knows them or they are withheld, are left
 * out. */
void telling_event(struct buf *out, const struct telling *t, const struct event *e);
/* Its two halves: what was observed, when and by how many; then what has to be known to read that
 * rightly, each sentence with a space before it, nothing when there is none. */
void telling_lead(struct buf *out, const struct telling *t, const struct event *e);
void telling_rest(struct buf *out, const struct telling *t, const struct event *e);
/* "Observed loss of international access on mobile networks in Tehran, 8 January 2026": its heading. */
void telling_title(struct buf *out, const struct telling *t, const struct event *e);
/* "on mobile networks in Tehran" */
void telling_where(struct buf *out, const struct telling *t, const struct series *s);

#endif
