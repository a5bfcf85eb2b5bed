/* storeint.h: the inside of a store, shared by store.c (life, ledger, cells) and storerows.c
 * (series, rows, events). Nobody else includes it. */
#ifndef COLLECTOR_STOREINT_H
#define COLLECTOR_STOREINT_H

#include "collector/rowcache.h"
#include "collector/seriesmap.h"
#include "collector/store.h"

struct store {
	const struct store_ops *ops;
	void *backend;
	struct archive_pos pos;
	struct seriesmap series; /* numbers of keys */
	struct rowcache *rows;
	struct store_watcher watcher;
	int64_t row_step_ms; /* 0 until a row says it */
};

/* Number of a series, which is written down when it is new; SERIESMAP_NONE on trouble. */
uint32_t store_number(struct store *s, const struct series *series);

#endif
