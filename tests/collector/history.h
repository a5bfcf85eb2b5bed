/* history.h: a small country over some minutes: probes that measure, spool and upload, the archive
 * that comes of it, and the views made from it, live or in one go. Steps of 5 s, buckets of 1 s,
 * cycles of 2 s; sixteen probes in regions XX-01 and XX-02 and networks 100 and 200, four in each
 * leaf. */
#ifndef TESTS_COLLECTOR_HISTORY_H
#define TESTS_COLLECTOR_HISTORY_H

#include "collector/views.h"
#include "tests/collector/nation.h"
#include "tests/collector/stored.h"

#define HISTORY_T0     1767225600000 /* 2026-01-01T00:00:00Z */
#define HISTORY_STEP   5000
#define HISTORY_GRACE  10000
#define HISTORY_CYCLE  2000
#define HISTORY_PROBES 16
#define HISTORY_SPOOL  400
#define HISTORY_TOLD   64

/* What a probe has measured and not yet sent. */
struct history_probe {
	const char *region;
	uint32_t isp;
	int64_t times[HISTORY_SPOOL];
	enum nation_weather weathers[HISTORY_SPOOL];
	size_t n;
};

#define HISTORY_ALIVE (-1) /* the collector was up */
#define HISTORY_START (-2) /* it began to serve */

struct history_record {
	int64_t received_ms;
	int probe; /* or one of the two below */
	int64_t *times;
	enum nation_weather *weathers;
	size_t n;
};

struct history {
	struct country *country;
	struct stored *stored;
	struct views *views;
	struct views_config config;
	struct history_probe probes[HISTORY_PROBES];
	struct history_record *records; /* the archive */
	size_t n, room;
	struct event told[HISTORY_TOLD]; /* what the listener was told */
	size_t n_told, rows_told;
};

/* For cmocka: *state is a struct history. */
int history_setup(void **state);
int history_teardown(void **state);

/* Makes the views object anew on what was committed. */
void history_restart(struct history *h);

/* The cycles of all probes in [from, until), relative to HISTORY_T0; `weather` says what probe i
 * meets. A probe uploads everything it has when it meets the usual weather, and keeps it otherwise.
 */
void history_pass(struct history *h, int64_t from_ms, int64_t until_ms,
		  enum nation_weather (*weather)(int i, int64_t t_ms));
/* A mark that the collector was up, or that it began to serve. */
void history_alive(struct history *h, int64_t t_ms);
void history_start(struct history *h, int64_t t_ms);

/* Folds one record. */
void history_fold(struct history *h, const struct history_record *r);
/* The views from nothing, as in a rebuild. */
void history_replay(struct history *h);
/* The views as it happened: a tick and a commit each second; restarts after so many ticks (0: never). The
 * marks that a running collector makes become records, too. */
void history_live(struct history *h, int restart_every);

/* The row of a series at a time; state STATES when there is none. */
struct row history_row(struct history *h, const char *region, uint32_t isp, int access,
		       int64_t t_ms);
/* All final rows and all events with all that they ever said, as text, owned by the caller. */
char *history_dump(struct history *h);
/* The rows that start before until, and all events, as they stood at a moment (0: as they stand). */
char *history_rows(struct history *h, int64_t until_ms, int64_t asof_ms);
char *history_events_asof(struct history *h, int64_t asof_ms);
/* Events of one series, at most room; how many there are. */
size_t history_events(struct history *h, const char *region, uint32_t isp, int access,
		      struct event *out, size_t room);

#endif
