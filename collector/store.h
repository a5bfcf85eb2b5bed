/* store.h: where the views live: ledger of batches, cells, pulses, rows, events. All of it can be
 * thrown away.
 *
 * Writes gather in one transaction that store_commit ends together with the archive position that
 * they reflect: after a crash the store is exactly the view of the archive up to store_position.
 * Keys put dimensions first and time last (measured 50 times faster for a timeline). A back end is
 * one struct store_ops and a row in store.c's table; it knows bytes and their order, nothing of
 * what they mean. Callbacks must not write. */
#ifndef COLLECTOR_STORE_H
#define COLLECTOR_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/archive.h"
#include "collector/cell.h"
#include "collector/pulse.h"
#include "collector/row.h"

struct store; /* opaque */

/* NULL with err. backend is "sqlite"; where is its path. */
struct store *store_open(const char *backend, const char *where, char *err, size_t errlen);
/* The same to be read only: nothing in the file changes, what others commit meanwhile is not seen, and one of another
 * schema is refused. */
struct store *store_open_readonly(const char *backend, const char *where, char *err, size_t errlen);
/* It has another schema, of which only the history can be read: rows, events, what of them was replaced, and which steps are
 * due. To be put aside, or emptied with store_reset, before anything is written. */
bool store_is_outdated(const struct store *s);
void store_close(struct store *s);
int store_commit(struct store *s, struct archive_pos pos);
/* What others hold for it (store_watch) is written out, as at the start of a commit; nothing is for good yet. */
int store_flush(struct store *s);
struct archive_pos store_position(struct store *s);
/* Grows with every change of what readers are told of: rows, events, and what is seen of hosts inside from outside. It
 * begins anew with the store, and is only good for "nothing has changed since". */
uint64_t store_changes(const struct store *s);
/* Empties every view; the next store_commit sets the position. */
int store_reset(struct store *s);

/* Whoever keeps something in memory that belongs into the store: written out at the start of a
 * commit, forgotten after a reset. One at a time; NULL for none. */
struct store_watcher {
	int (*commit)(void *arg); /* 0 or -1 */
	int (*reset)(void *arg);
	void *arg;
};
void store_watch(struct store *s, const struct store_watcher *w);

/* 1 when the batch is new (and is now in the ledger), 0 when it is there already, -1 on trouble. */
int store_put_batch(struct store *s, const uint8_t id[static BATCH_ID], int64_t received_ms);
bool store_has_batch(struct store *s, const uint8_t id[static BATCH_ID]);

int store_get_cell(struct store *s, const struct cell_key *key,
		   struct cell *out); /* absent: empty */
int store_put_cell(struct store *s, const struct cell_key *key, const struct cell *cell);
/* All cells of a leaf with buckets in [from, until), by bucket and class; fn may take the votes (and clear the cell). */
int store_cells(struct store *s, const struct series *leaf, int64_t from_ms, int64_t until_ms,
		int (*fn)(void *arg, int64_t bucket_ms, enum target_class class, struct cell *cell),
		void *arg);

/* Which series: each dimension is fixed, or every value, or "any" only (see row.h). Regions that
 * are no place are in no split by region; ask for "?" by name. */
struct series_query {
	const char *const *regions; /* NULL-ended; NULL: by by_region */
	const uint32_t *isps;	    /* n_isps values */
	size_t n_isps;
	bool by_region, by_isp, by_access; /* true: the split rows; false: the "any" rows */
	int access;			   /* one access type, or -1 */
	int64_t from_ms, until_ms; /* rows that start in [from, until); events that overlap it */
	int64_t asof_ms;	   /* what was known then, see store_rows; 0: what is known */
};

/* The query for exactly one series; regions is room for its list and must live as long. */
struct series_query store_query_one(const struct series *s, const char *regions[static 2],
				    int64_t from_ms, int64_t until_ms);
/* Every series there is anything of, in the order in which they came; borrowed until the next one comes. */
const struct series *store_all_series(const struct store *s, size_t *n);
/* The series that have rows, in order. */
int store_series(struct store *s, const struct series_query *q,
		 int (*fn)(void *arg, const struct series *series), void *arg);

/* All rows of a store have one step. */
int store_put_row(struct store *s, const struct row *r);
/* Keeps a revision that is about to be replaced by the next one. */
int store_put_past(struct store *s, const struct row *r);
/* 1, 0 when there is none, -1. */
int store_get_row(struct store *s, const struct series *series, int64_t start_ms, struct row *out);
/* In order of series, then time, until fn returns non-zero. Asof a moment: of each row the latest
 * revision that was made until then; what did not exist then is left out. 0, or -1. */
int store_rows(struct store *s, const struct series_query *q,
	       int (*fn)(void *arg, const struct row *r), void *arg);
/* The revisions that were replaced, of rows of one series that start in [from, until): those of one
 * row in order. 0, -1, or what fn returned. */
int store_past(struct store *s, const struct series *series, int64_t from_ms, int64_t until_ms,
	       int (*fn)(void *arg, const struct row *r), void *arg);
int64_t store_row_step(const struct store *s); /* 0: no rows */
/* The end of the first step that had rows at its time: nothing was known before. 0: no rows. */
int64_t store_began(const struct store *s);

/* Replaces the events of a series and kind whose onset is at or after from. What stood there and is
 * not among them with the same id and revision is kept. One whose end is its onset has been undone:
 * it only ends what is kept of it. */
int store_put_events(struct store *s, const struct series *series, enum sign kind, int64_t from_ms,
		     const struct event *events, size_t n);
/* In order of series, onset and kind. Asof as for rows; what grows of an event that lasted then is
 * not known (event_forget_growth). */
int store_events(struct store *s, const struct series_query *q,
		 int (*fn)(void *arg, const struct event *e), void *arg);
/* What is kept of the events of a series, in no order, until fn returns non-zero; and one more. */
int store_past_events(struct store *s, const struct series *series,
		      int (*fn)(void *arg, const struct event *e), void *arg);
int store_put_past_event(struct store *s, const struct event *e);
/* Forgets all events, and what is kept of rows and events that were replaced. */
int store_forget_history(struct store *s);
/* The highest revision that the id of an event ever had in its series, 0 for none; -1 on trouble.
 * One that comes back after it was undone goes on from there. */
int64_t store_event_revision(struct store *s, const struct series *series, const char *id);
/* The undone event of the same series and kind that told, until it was undone, of some of the time
 * that e is about: was becomes its last revision. 1, 0 for none, or -1. */
int store_undone_event(struct store *s, const struct event *e, struct event *was);

/* What each bucket of a series says (pulse.h). All pulses of a store have one bucket_ms, and start
 * on a multiple of it. A later put of the same bucket replaces the earlier. */
int store_put_pulse(struct store *s, const struct series *series, int64_t start_ms,
		    int64_t bucket_ms, const struct pulse *p);
/* 1, 0 when there is none, -1. */
int store_get_pulse(struct store *s, const struct series *series, int64_t start_ms,
		    struct pulse *out);
/* Those that start in [from, until), in order of time, until fn returns non-zero, which is
 * returned. 0, or -1. */
int store_pulses(struct store *s, const struct series *series, int64_t from_ms, int64_t until_ms,
		 int (*fn)(void *arg, int64_t start_ms, const struct pulse *p), void *arg);

/* What usual.h knows of a series, one value a day (days since 1970); where its detectors stood when a day began (remake.h);
 * who spoke last in a leaf (roster.h). The bytes are the caller's; data is borrowed; len 0 removes. out is initialised here,
 * and the caller clears it; 1, 0 when there is none, -1. */
int store_put_usual(struct store *s, const struct series *series, int64_t day, const void *data,
		    size_t len);
int store_usual(struct store *s, const struct series *series, int64_t from_day, int64_t until_day,
		int (*fn)(void *arg, int64_t day, const void *data, size_t len), void *arg);
int store_put_machine(struct store *s, const struct series *series, int64_t day, const void *data,
		      size_t len);
int store_get_machine(struct store *s, const struct series *series, int64_t day, struct buf *out);
int store_put_roster(struct store *s, const struct series *series, const void *data, size_t len);
int store_get_roster(struct store *s, const struct series *series, struct buf *out);

/* Steps that still need rows, with whatever the caller notes about each (data is borrowed; len 0
 * removes the step). In order of time. */
int store_put_due(struct store *s, int64_t step_ms, const void *data, size_t len);
int store_due(struct store *s, int (*fn)(void *arg, int64_t step_ms, const void *data, size_t len),
	      void *arg);

/* Small named values: "synthetic", "now_ms", "method". out gets "" when absent. */
int store_put_meta(struct store *s, const char *key, const char *value);
int store_get_meta(struct store *s, const char *key, char *out, size_t outlen);
/* Whether its data is simulated; then *now_ms is the moment at which it ends, otherwise 0. */
bool store_is_synthetic(struct store *s, int64_t *now_ms);

/* The contract of a back end: a few ordered maps from bytes to bytes, and one transaction. */
enum store_map {
	STORE_META,
	STORE_BATCH,
	STORE_SERIES,
	STORE_CELL,
	STORE_ROW,
	STORE_EVENT,
	STORE_DUE,
	STORE_PULSE,
	STORE_USUAL,
	STORE_MACHINE,
	STORE_PAST,
	STORE_EVENT_PAST,
	STORE_ROSTER,
	STORE_MAPS
};

#define STORE_KEY_MAX 64

struct store_key {
	uint8_t bytes[STORE_KEY_MAX]; /* ordered as by memcmp */
	size_t len;
};

struct store_ops {
	const char *name;
	void *(*open)(const char *where, bool readonly, char *err,
		      size_t errlen); /* NULL with err */
	void (*close)(void *backend); /* without commit: what was not committed is gone */
	int (*commit)(void *backend); /* everything since the last commit, or nothing of it */
	/* 1 with the value appended to out, 0 when there is none, -1. */
	int (*get)(void *backend, enum store_map m, const struct store_key *k, struct buf *out);
	int (*put)(void *backend, enum store_map m, const struct store_key *k, const void *value,
		   size_t len);
	/* Removes from <= key < until; until NULL: to the end. */
	int (*erase)(void *backend, enum store_map m, const struct store_key *from,
		     const struct store_key *until);
	/* Keys in [from, until) ascending until fn returns non-zero, which is returned; 0, or -1.
	 * fn may get and scan. */
	int (*scan)(void *backend, enum store_map m, const struct store_key *from,
		    const struct store_key *until,
		    int (*fn)(void *arg, const struct store_key *k, const void *value, size_t len),
		    void *arg);
};

#endif
