/* tempdir.h: a folder for one test, removed with everything in it. */
#ifndef TESTS_PROBE_TEMPDIR_H
#define TESTS_PROBE_TEMPDIR_H

#include <stddef.h>

char *tempdir_new(void);
void tempdir_free(char *dir);

/* dir/name, valid until the next call. */
const char *tempdir_path(const char *dir, const char *name);
void tempdir_put(const char *dir, const char *name, const char *text);
size_t tempdir_count(const char *dir);

#endif
