/* scratch.h: a folder for one test: made in $TMPDIR, removed with everything in it. */
#ifndef TESTS_COLLECTOR_SCRATCH_H
#define TESTS_COLLECTOR_SCRATCH_H

#include <stddef.h>

/* The path is owned by the caller, who gives it to scratch_remove. */
char *scratch_new(void);
void scratch_remove(char *dir);

/* dir/name, owned by the caller. */
char *scratch_path(const char *dir, const char *name);
/* Writes dir/name, making one folder between them when name has a slash. */
void scratch_write(const char *dir, const char *name, const void *data, size_t len);

#endif
