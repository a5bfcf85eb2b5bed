/* scratch.c: folders for tests; trouble with one ends the test program. */
#include "tests/collector/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

char *scratch_new(void)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/fanous-test-XXXXXX", tmp ? tmp : "/tmp");
	check(mkdtemp(dir) != NULL, dir);
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void scratch_remove(char *dir)
{
	check(nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0, dir);
	free(dir);
}

char *scratch_path(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

void scratch_write(const char *dir, const char *name, const void *data, size_t len)
{
	char *path = scratch_path(dir, name), *slash = strrchr(path, '/');
	*slash = '\0';
	check(mkdir(path, 0700) == 0 || errno == EEXIST, path);
	*slash = '/';
	FILE *f = fopen(path, "wb");
	check(f && fwrite(data, 1, len, f) == len && fclose(f) == 0, path);
	free(path);
}
