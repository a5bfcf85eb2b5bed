/* spool.c: sealed batches as files. The folder is the truth; what is kept in memory is its listing,
 * sorted by name.
 *
 *	<13 digits: creation time, Unix ms>-<64 hex digits: batch id>
 *
 * The digits of the time make the order of names the order of time until the year 2286. */
#include "probe/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/limits.h"

#define TIME_DIGITS 13
#define TIME_MAX_MS 9999999999999LL
#define NAME_LEN    (TIME_DIGITS + 1 + 2 * BATCH_ID)

struct entry {
	int64_t time_ms;
	uint64_t bytes;
	uint8_t id[BATCH_ID];
};

struct spool {
	char *dir; /* owned */
	uint64_t cap_bytes;
	uint64_t bytes;
	struct entry *entries; /* sorted by time, then id */
	size_t n, room;
};

static void name_make(char out[static SPOOL_NAME], int64_t time_ms,
		      const uint8_t id[static BATCH_ID])
{
	char hex[2 * BATCH_ID + 1];
	snprintf(out, SPOOL_NAME, "%0*" PRId64 "-%s", TIME_DIGITS, time_ms, batch_id_hex(hex, id));
}

static int name_parse(const char *name, struct entry *e)
{
	size_t len = 0;
	if (strlen(name) != NAME_LEN || strspn(name, "0123456789") != TIME_DIGITS ||
	    name[TIME_DIGITS] != '-')
		return -1;
	e->time_ms = strtoll(name, NULL, 10);
	const char *hex = name + TIME_DIGITS + 1;
	if (sodium_hex2bin(e->id, BATCH_ID, hex, 2 * BATCH_ID, NULL, &len, NULL) < 0 ||
	    len != BATCH_ID)
		return -1;
	char again[SPOOL_NAME];
	name_make(again, e->time_ms, e->id);
	return strcmp(again, name) ? -1 : 0;
}

static int entry_cmp(const void *va, const void *vb)
{
	const struct entry *a = va, *b = vb;
	if (a->time_ms != b->time_ms)
		return a->time_ms < b->time_ms ? -1 : 1;
	return memcmp(a->id, b->id, BATCH_ID);
}

/* Index of the first entry that is not before e. */
static size_t lower_bound(const struct spool *s, const struct entry *e)
{
	size_t lo = 0, hi = s->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (entry_cmp(&s->entries[mid], e) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void entry_insert(struct spool *s, size_t at, const struct entry *e)
{
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->entries = xrealloc(s->entries, s->room * sizeof(*s->entries));
	}
	memmove(&s->entries[at + 1], &s->entries[at], (s->n - at) * sizeof(*e));
	s->entries[at] = *e;
	s->n++;
	s->bytes += e->bytes;
}

static void entry_remove(struct spool *s, size_t at)
{
	s->bytes -= s->entries[at].bytes;
	s->n--;
	memmove(&s->entries[at], &s->entries[at + 1], (s->n - at) * sizeof(*s->entries));
}

static char *path_of(const struct spool *s, const char *name)
{
	return xasprintf("%s/%s", s->dir, name);
}

static int list_folder(struct spool *s)
{
	DIR *d = opendir(s->dir);
	if (!d)
		return -1;
	for (struct dirent *de; (de = readdir(d));) {
		struct entry e;
		struct stat st;
		if (name_parse(de->d_name, &e) < 0 ||
		    fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode))
			continue;
		e.bytes = (uint64_t)st.st_size;
		entry_insert(s, s->n, &e);
	}
	closedir(d);
	if (s->n)
		qsort(s->entries, s->n, sizeof(*s->entries), entry_cmp);
	return 0;
}

struct spool *spool_open(const char *dir, uint64_t cap_bytes, char *err, size_t errlen)
{
	struct spool *s = xcalloc(1, sizeof(*s));
	s->dir = xstrdup(dir);
	s->cap_bytes = cap_bytes;
	if ((mkdir(dir, 0700) < 0 && errno != EEXIST) || list_folder(s) < 0) {
		snprintf(err, errlen, "cannot open the spool %s: %s", dir, strerror(errno));
		spool_close(s);
		return NULL;
	}
	return s;
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	free(s->entries);
	free(s->dir);
	free(s);
}

void spool_tidy(struct spool *s)
{
	DIR *d = opendir(s->dir);
	if (!d)
		return;
	for (struct dirent *de; (de = readdir(d));) {
		struct entry e;
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, "..") &&
		    name_parse(de->d_name, &e) < 0)
			unlinkat(dirfd(d), de->d_name, 0);
	}
	closedir(d);
}

static int remove_at(struct spool *s, size_t at)
{
	char name[SPOOL_NAME];
	name_make(name, s->entries[at].time_ms, s->entries[at].id);
	char *path = path_of(s, name);
	int rc = unlink(path);
	if (rc < 0 && errno == ENOENT) /* sent by another process */
		rc = 0;
	if (rc == 0)
		entry_remove(s, at);
	free(path);
	return rc;
}

/* Removes the batch whose neighbours stand closest in time: losing it widens the gaps least. Of
 * equals the oldest goes. -1 when there is nothing between a first and a last. */
static int thin(struct spool *s)
{
	size_t best = 0;
	int64_t best_gap = INT64_MAX;
	for (size_t i = 1; i + 1 < s->n; i++) {
		int64_t gap = s->entries[i + 1].time_ms - s->entries[i - 1].time_ms;
		if (gap < best_gap) {
			best_gap = gap;
			best = i;
		}
	}
	return best ? remove_at(s, best) : -1;
}

static int out_of_space(int err)
{
	return err == ENOSPC || err == EDQUOT;
}

int spool_put(struct spool *s, const uint8_t id[static BATCH_ID], const void *sealed, size_t len,
	      int64_t now_ms)
{
	struct entry e = {.time_ms = now_ms < 0		    ? 0
				     : now_ms > TIME_MAX_MS ? TIME_MAX_MS
							    : now_ms,
			  .bytes = len};
	memcpy(e.id, id, BATCH_ID);
	size_t at = lower_bound(s, &e);
	if (at < s->n && entry_cmp(&s->entries[at], &e) == 0)
		return 0; /* the very same batch: it is here already */

	while (s->bytes + len > s->cap_bytes)
		if (thin(s) < 0) {
			errno = ENOSPC;
			return -1;
		}

	char name[SPOOL_NAME];
	name_make(name, e.time_ms, e.id);
	char *path = path_of(s, name);
	int rc;
	/* On a full disk room is made in the same way, but only as much as this batch needs: if
	 * somebody else eats what we free, the rest of the spool must not follow. A block more than
	 * len covers what the file system itself takes. */
	uint64_t had = s->bytes;
	while ((rc = buf_write_file(path, sealed, len, 0600)) < 0 && out_of_space(errno))
		if (had - s->bytes > 2 * (uint64_t)len + 4096 || thin(s) < 0) {
			errno = ENOSPC;
			break;
		}
	if (rc == 0)
		entry_insert(s, lower_bound(s, &e), &e);
	free(path);
	return rc;
}

int spool_next(const struct spool *s, const char *after, struct spool_batch *batch)
{
	size_t at = 0;
	struct entry e;
	if (after && name_parse(after, &e) == 0) {
		at = lower_bound(s, &e);
		if (at < s->n && entry_cmp(&s->entries[at], &e) == 0)
			at++;
	}
	if (at >= s->n)
		return 0;
	const struct entry *found = &s->entries[at];
	name_make(batch->name, found->time_ms, found->id);
	memcpy(batch->id, found->id, BATCH_ID);
	batch->time_ms = found->time_ms;
	batch->bytes = found->bytes;
	return 1;
}

/* Index of a batch by name, or s->n. */
static size_t find(const struct spool *s, const char *name)
{
	struct entry e;
	if (name_parse(name, &e) < 0)
		return s->n;
	size_t at = lower_bound(s, &e);
	return at < s->n && entry_cmp(&s->entries[at], &e) == 0 ? at : s->n;
}

int spool_read(struct spool *s, const char *name, struct buf *content)
{
	size_t at = find(s, name);
	if (at == s->n) {
		buf_init(content, BATCH_SEALED_MAX);
		errno = ENOENT;
		return -1;
	}
	char *path = path_of(s, name);
	int rc = buf_read_file(content, path, BATCH_SEALED_MAX);
	int saved = errno;
	if (rc < 0 && saved == ENOENT)
		entry_remove(s, at);
	free(path);
	errno = saved;
	return rc;
}

int spool_drop(struct spool *s, const char *name)
{
	size_t at = find(s, name);
	return at == s->n ? 0 : remove_at(s, at);
}

void spool_info(const struct spool *s, struct spool_info *info)
{
	*info = (struct spool_info){
		.batches = s->n,
		.bytes = s->bytes,
		.oldest_ms = s->n ? s->entries[0].time_ms : 0,
		.newest_ms = s->n ? s->entries[s->n - 1].time_ms : 0,
	};
}
