/* bulk.h: rows and events of any length of time as one table, given away piece by piece: what `collector export` prints
 * and what a package is made of. The same doors (publish.h) and the same words (rowtext.h) as the API's.
 *
 * Memory does not grow with the time asked for. Rows come in windows of BULK_WINDOW_STEPS steps, within each as the API
 * gives them: series by series, time ascending. So up to that length a table is, byte for byte, the API's answer. */
#ifndef COLLECTOR_BULK_H
#define COLLECTOR_BULK_H

#include <stddef.h>
#include <stdint.h>

#include "collector/params.h"
#include "collector/publish.h"
#include "collector/rowtext.h"

/* 31 days of five minutes. What is remembered of a window is 12 bytes a row at most: 43 MB for 400 series. */
#define BULK_WINDOW_STEPS 8928

struct bulk {
	const struct publish *publish; /* borrowed, as are the parameters */
	const struct params *params;   /* series, times, step; CSV or NDJSON */
	struct rowtext text;
	bool goes_on; /* a table that has its head already */
	/* Takes the next bytes. 0; anything else ends it, and is returned. */
	int (*put)(void *arg, const void *data, size_t len);
	void *arg;
};

/* 0; -1 when the store can't be read; or what put returned. */
int bulk_rows(const struct bulk *b);
int bulk_events(const struct bulk *b);

#endif
