/* listing.h: an answer that is a list over a time: JSON with an envelope, CSV or NDJSON; whole, or in pages where `limit`
 * asks for them.
 *
 * Without `limit` a list is whole or refused, so that nobody takes a part for all of it. A page says in Link (RFC 8288),
 * and in JSON under `next`, how the next one is asked for; times in that address are absolute and asof is among them, so
 * that all pages are of the same time and of what was known at one moment (params_time.c). */
#ifndef COLLECTOR_LISTING_H
#define COLLECTOR_LISTING_H

#include "collector/api.h"

struct listing;
struct listing_kind {
	const char *name;   /* for the file that a browser saves */
	const char *key;    /* of the list in JSON */
	const char *fault;  /* the parameter to make smaller when there would be too many */
	const char *advice; /* how */
	size_t max;	    /* entries of a list without `limit` */
	void (*csv_head)(struct buf *out, const struct rowtext *t);
	int (*rest)(
		struct listing *l); /* what else the object of JSON has, 0 or -1; NULL: nothing */
};

struct listing {
	const struct listing_kind *kind;
	struct call *call;
	struct rowtext text;
	struct reply reply;
	struct jsonw json; /* of the list, where that is the format */
	void *arg;	   /* for `rest` */
	size_t n;
	bool more;
	struct cursor next;
};

/* step_ms 0: none is said. */
void listing_begin(struct listing *l, struct call *c, const struct listing_kind *kind,
		   int64_t step_ms);
/* Whether one more entry is taken; if not, the next page begins there. */
bool listing_takes(struct listing *l, const struct cursor *there);
/* Each writes one entry in the format of the call, without a look at limits. */
void listing_row(struct listing *l, const struct row *r);
void listing_event(struct listing *l, const struct event *e);
/* For publish_timeline: takes a row or ends the page. */
int listing_put_row(void *listing, const struct row *r);
/* Answers the call. rc: 0, -1 when the store can't be read, 1 when the list was left early. */
void listing_answer(struct listing *l, int rc, int max_age_s);

#endif
