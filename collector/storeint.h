/* storeint.h: the inside of a store, shared by store.c (life, ledger, cells), storerows.c (series,
 * rows, due steps), storeevents.c and storepulses.c (pulses, and what is remembered between them).
 * Nobody else includes it. */
#ifndef COLLECTOR_STOREINT_H
#define COLLECTOR_STOREINT_H

#include "collector/chunkcache.h"
#include "collector/seriesmap.h"
#include "collector/store.h"

struct store {
	const struct store_ops *ops;
	void *backend;
	bool readonly;
	bool is_outdated; /* of another schema, of which history can be read */
	struct archive_pos pos;
	struct seriesmap series; /* numbers of keys */
	struct chunkcache *chunks;
	struct store_watcher watcher;
	int64_t row_step_ms; /* 0 until a row says it */
	int64_t bucket_ms;   /* 0 until a pulse says it */
	int64_t began_ms;    /* see store_began */
	uint64_t changes;    /* see store_changes */
};

/* Number of a series, which is written down when it is new; SERIESMAP_NONE on trouble. */
uint32_t store_number(struct store *s, const struct series *series);

int store_put_number(struct store *s, const char *name, int64_t value); /* into META */

/* All rows of a store have one step, and all pulses one: *step is row_step_ms or bucket_ms, which
 * META keeps under a name. Whoever changes it makes the views anew. 0 or -1. */
int store_check_step(struct store *s, const char *name, int64_t *step, int64_t step_ms);

/* The series that match, in order, and how many; owned by the caller. Not every one has rows. */
struct series *store_choose(const struct store *s, const struct series_query *q, size_t *n);

#endif
