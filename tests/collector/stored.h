/* stored.h: a store in a folder of its own, for one test. */
#ifndef TESTS_COLLECTOR_STORED_H
#define TESTS_COLLECTOR_STORED_H

#include "collector/store.h"

#define STORED_STEP_MS 300000

struct stored {
	char *dir, *path;
	struct store *store;
};

/* For cmocka: *state is a struct stored. */
int stored_setup(void **state);
int stored_teardown(void **state);

/* As after a crash: what was not committed is gone. */
void stored_reopen(struct stored *w);
void stored_commit(struct stored *w, uint64_t offset);

/* A row that fills every column, different for different numbers of probes; and the same put into the store. */
struct row stored_row(struct series s, int64_t start_ms, uint32_t probes);
void stored_put(struct stored *w, struct series s, int64_t start_ms, uint32_t probes);

struct series stored_series(const char *region, uint32_t isp, int access);

#endif
