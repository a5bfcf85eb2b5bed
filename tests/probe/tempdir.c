/* tempdir.c: mkdtemp and nftw; trouble ends the test program, there is nothing to test without a folder. */
#include "tests/probe/tempdir.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

char *tempdir_new(void)
{
	char *dir = xstrdup("/tmp/fanous_test_XXXXXX");
	if (!mkdtemp(dir))
		abort();
	return dir;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void tempdir_free(char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(dir);
}

const char *tempdir_path(const char *dir, const char *name)
{
	static char path[512];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

void tempdir_put(const char *dir, const char *name, const char *text)
{
	if (buf_write_file(tempdir_path(dir, name), text, strlen(text), 0600) < 0)
		abort();
}

size_t tempdir_count(const char *dir)
{
	size_t n = 0;
	DIR *d = opendir(dir);
	if (!d)
		return 0;
	for (struct dirent *de; (de = readdir(d));)
		n += strcmp(de->d_name, ".") && strcmp(de->d_name, "..");
	closedir(d);
	return n;
}
