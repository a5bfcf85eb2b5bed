/* stored.h: a store in a folder of its own, for one test. */
#ifndef TESTS_COLLECTOR_STORED_H
#define TESTS_COLLECTOR_STORED_H

#include "collector/store.h"

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

struct series stored_series(const char *region, uint32_t isp, int access);

#endif
