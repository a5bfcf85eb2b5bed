/* fuzz_archive.c: any bytes as the last segment of an archive. Opening either refuses and touches
 * nothing, or leaves whole records only, to which more can be added. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/archive.h"
#include "common/buf.h"
#include "common/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static int count(void *arg, const struct archive_record *r, struct archive_pos end)
{
	size_t *n = arg;
	must(end.segment == 1 && (r->inner != NULL) == (r->inner_len > 0));
	++*n;
	return 0;
}

static struct archive *open_dir(const char *dir)
{
	char err[512];
	return archive_open(dir, false, err, sizeof(err));
}

/* -1 when a whole record is of a form that we don't know, which is not damage of the segment. */
static int64_t count_records(struct archive *a)
{
	char err[512];
	size_t n = 0;
	int rc = archive_replay(a, NULL, count, &n, err, sizeof(err));
	must(rc == 0 || strstr(err, "can't read"));
	return rc == 0 ? (int64_t)n : -1;
}

static void try_segment(const char *dir, const char *path, const void *data, size_t len)
{
	const struct archive_record r = {ARCHIVE_BATCH, 1, {.isp = 7}, "batch", 5};
	struct archive_pos pos;
	struct buf after;
	must(buf_write_file(path, data, len, 0600) == 0);
	struct archive *a = open_dir(dir);
	if (!a) {
		must(buf_read_file(&after, path, len + 1) == 0);
		must(after.len == len && !memcmp(after.data, data, len));
		buf_clear(&after);
		return;
	}
	int64_t n = count_records(a);
	must(archive_bytes(a) <= len);
	must(archive_append(a, &r, &pos) == 0 && archive_sync(a) == 0);
	archive_close(a);
	a = open_dir(dir);
	must(a && archive_bytes(a) == pos.offset);
	must(count_records(a) == (n < 0 ? -1 : n + 1));
	archive_close(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/fuzz-archive-XXXXXX", tmp ? tmp : "/tmp");
	log_init("fuzz", LOG_LEVEL_ERROR);
	must(mkdtemp(dir) != NULL);
	char *path = xasprintf("%s/00000001.seg", dir), *lock = xasprintf("%s/lock", dir);
	try_segment(dir, path, data, len);
	must(unlink(path) == 0 && unlink(lock) == 0 && rmdir(dir) == 0);
	free(lock);
	free(path);
	free(dir);
	return 0;
}
