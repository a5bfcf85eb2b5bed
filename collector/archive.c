/* archive.c: the folder: DIR/00000001.seg, 00000002.seg, ... without gaps, and DIR/lock against a
 * second collector. Records (archive_record.c has their bytes) gather in memory and are written and
 * synced together; a segment that has reached 64 MiB is closed by starting the next one, always
 * between two groups, so that a group that fails is cut off in one piece. */
#include "collector/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/archive_record.h"
#include "common/log.h"

#define SEGMENT_BYTES (64 * 1024 * 1024)
#define GROUP_BYTES   (16 * 1024 * 1024) /* what may wait for one sync; ingest syncs long before */

struct archive {
	char *dir;
	int dir_fd, lock_fd;
	int fd;			/* the last segment, the only one that is written */
	struct archive_pos end; /* durable: everything before may have been acknowledged */
	uint64_t before;	/* bytes of all segments before it */
	struct buf group;	/* records that wait for archive_sync */
	bool torn;		/* there may be bytes of a failed group behind end */
	bool failing; /* trouble is logged when it starts and when it ends, not each time */
};

static char *segment_path(const struct archive *a, uint32_t number)
{
	return xasprintf("%s/%08" PRIu32 ".seg", a->dir, number);
}

static int fail(const struct archive *a, char *err, size_t errlen, uint32_t segment,
		const char *why)
{
	char *path = segment_path(a, segment);
	snprintf(err, errlen, "%s: %s", path, why);
	free(path);
	return -1;
}

static int fail_at(const struct archive *a, char *err, size_t errlen, struct archive_pos at,
		   const char *why)
{
	char text[160];
	snprintf(text, sizeof(text), "offset %" PRIu64 ": %s", at.offset, why);
	return fail(a, err, errlen, at.segment, text);
}

static int open_reader(struct archive_reader *r, const struct archive *a, uint32_t segment)
{
	char *path = segment_path(a, segment);
	int rc = archive_reader_open(r, path, segment);
	free(path);
	return rc;
}

/* Makes an empty segment that is still there after a power cut, and makes it the one that is
 * written. */
static int start_segment(struct archive *a, uint32_t number)
{
	char *path = segment_path(a, number);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0 && (fsync(fd) < 0 || fsync(a->dir_fd) < 0)) {
		int saved = errno;
		close(fd);
		unlink(path);
		errno = saved;
		fd = -1;
	}
	free(path);
	if (fd < 0)
		return -1;
	if (a->fd >= 0)
		close(a->fd);
	a->fd = fd;
	a->before += a->end.offset;
	a->end = (struct archive_pos){number, 0};
	return 0;
}

/* Removes what a failed group, or a crash, left behind the durable end. */
static int cut_back(struct archive *a)
{
	a->torn = ftruncate(a->fd, (off_t)a->end.offset) < 0 || fsync(a->fd) < 0;
	return a->torn ? -1 : 0;
}

/* Walks the last segment to its end. What stands behind its last whole record is cut off when it
 * can only be an unfinished write; when whole records follow, they may have been acknowledged, and
 * nothing is touched. */
static int recover(struct archive *a, char *err, size_t errlen)
{
	struct archive_record record;
	struct archive_reader r;
	enum archive_found f = FOUND_TROUBLE;
	int later = 0, rc = -1;

	if (open_reader(&r, a, a->end.segment) == 0) {
		do {
			f = archive_reader_next(&r, &record);
		} while (f == FOUND_RECORD || f == FOUND_UNKNOWN);
	}
	a->end = r.at;
	if (f == FOUND_CUT || f == FOUND_DAMAGE)
		later = archive_reader_later(&r);
	if (f == FOUND_TROUBLE || later < 0) {
		fail(a, err, errlen, a->end.segment, strerror(errno));
	} else if (later) {
		fail_at(a, err, errlen, a->end, "damaged, with whole records behind it");
	} else if (f == FOUND_END) {
		rc = 0;
	} else {
		log_warnx("archive: segment %" PRIu32
			  ": cutting off an unfinished write of %" PRIu64 " bytes",
			  a->end.segment, r.end - r.at.offset);
		rc = cut_back(a);
		if (rc < 0)
			fail(a, err, errlen, a->end.segment, strerror(errno));
	}
	archive_reader_close(&r);
	return rc;
}

/* NNNNNNNN.seg, or 0. */
static uint32_t segment_number(const char *name)
{
	size_t digits = strspn(name, "0123456789");
	return digits == 8 && !strcmp(name + digits, ".seg") ? (uint32_t)strtoul(name, NULL, 10)
							     : 0;
}

/* The highest number in the folder, 0 when it has no segment; -1 with errno. */
static int64_t last_segment(const struct archive *a)
{
	uint32_t last = 0;
	struct dirent *e;
	DIR *d = opendir(a->dir);
	if (!d)
		return -1;
	while ((e = readdir(d)))
		if (segment_number(e->d_name) > last)
			last = segment_number(e->d_name);
	closedir(d);
	return last;
}

/* Opens the last segment (a first one is made in an empty folder) and sees that none is missing. */
static int open_segments(struct archive *a, char *err, size_t errlen)
{
	struct stat st;
	int64_t last = last_segment(a);
	if (last == 0 && start_segment(a, 1) == 0)
		return 0;
	if (last <= 0) {
		snprintf(err, errlen, "%s: %s", a->dir, strerror(errno));
		return -1;
	}
	for (uint32_t i = 1; i <= last; i++) {
		char *path = segment_path(a, i);
		int rc = i < last ? stat(path, &st) : open(path, O_RDWR | O_CLOEXEC);
		free(path);
		if (rc < 0)
			return fail(a, err, errlen, i, strerror(errno));
		if (i < last)
			a->before += (uint64_t)st.st_size;
		else
			a->fd = rc;
	}
	a->end.segment = (uint32_t)last;
	return recover(a, err, errlen);
}

/* Makes the folder, durably. An existing one is fine. */
static int make_folder(const char *dir)
{
	if (mkdir(dir, 0700) < 0)
		return errno == EEXIST ? 0 : -1;
	char *parent = xasprintf("%s/..", dir);
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	free(parent);
	return rc;
}

static int lock_folder(struct archive *a, bool create, char *err, size_t errlen)
{
	if (create && make_folder(a->dir) < 0)
		goto trouble;
	a->dir_fd = open(a->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (a->dir_fd < 0)
		goto trouble;
	a->lock_fd = openat(a->dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (a->lock_fd < 0)
		goto trouble;
	if (flock(a->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno == EWOULDBLOCK) {
		snprintf(err, errlen, "%s: another collector is using this archive", a->dir);
		return -1;
	}
trouble:
	snprintf(err, errlen, "%s: %s", a->dir, strerror(errno));
	return -1;
}

struct archive *archive_open(const char *dir, bool create, char *err, size_t errlen)
{
	struct archive *a = xcalloc(1, sizeof(*a));
	a->dir = xstrdup(dir);
	a->dir_fd = a->lock_fd = a->fd = -1;
	buf_init(&a->group, GROUP_BYTES);
	if (lock_folder(a, create, err, errlen) == 0 && open_segments(a, err, errlen) == 0)
		return a;
	archive_close(a);
	return NULL;
}

void archive_close(struct archive *a)
{
	if (!a)
		return;
	int fds[] = {a->fd, a->dir_fd, a->lock_fd};
	for (size_t i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	buf_clear(&a->group);
	free(a->dir);
	free(a);
}

uint64_t archive_bytes(const struct archive *a)
{
	return a->before + a->end.offset;
}

static int trouble(struct archive *a, const char *what)
{
	if (!a->failing)
		log_warn("archive: segment %" PRIu32 ": cannot %s", a->end.segment, what);
	a->failing = true;
	return -1;
}

int archive_append(struct archive *a, const struct archive_record *r, struct archive_pos *pos)
{
	/* Between two groups is the time to mend or to change the segment: no record depends on it.
	 */
	if (!a->group.len && a->torn && cut_back(a) < 0)
		return trouble(a, "cut off a failed write");
	if (!a->group.len && a->end.offset >= SEGMENT_BYTES &&
	    start_segment(a, a->end.segment + 1) < 0)
		return trouble(a, "start the next one");
	if (r->inner_len > BATCH_SEALED_MAX || a->group.cap - a->group.len < ARCHIVE_RECORD_MAX) {
		errno = EMSGSIZE;
		return trouble(a, "take so much at once");
	}
	*pos = (struct archive_pos){a->end.segment, a->end.offset + a->group.len};
	archive_encode(&a->group, r, *pos);
	pos->offset = a->end.offset + a->group.len;
	return 0;
}

static int write_group(struct archive *a)
{
	size_t done = 0;
	while (done < a->group.len) {
		ssize_t n = pwrite(a->fd, a->group.data + done, a->group.len - done,
				   (off_t)(a->end.offset + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return fdatasync(a->fd);
}

int archive_sync(struct archive *a)
{
	if (!a->group.len)
		return 0;
	int rc = write_group(a);
	if (rc == 0) {
		a->end.offset += a->group.len;
		if (a->failing)
			log_info("archive: segment %" PRIu32 ": writing works again",
				 a->end.segment);
		a->failing = false;
	} else {
		trouble(a, "write");
		cut_back(a); /* when this fails too, archive_append tries again */
	}
	buf_reset(&a->group);
	return rc;
}

static int replay_segment(struct archive *a, struct archive_pos from,
			  int (*fn)(void *arg, const struct archive_record *r,
				    struct archive_pos end),
			  void *arg, char *err, size_t errlen)
{
	struct archive_record record;
	struct archive_reader r;
	enum archive_found f;
	int rc = -1;

	if (open_reader(&r, a, from.segment) < 0) {
		fail(a, err, errlen, from.segment, strerror(errno));
		goto out;
	}
	if (from.segment == a->end.segment)
		r.end = a->end.offset;
	if (from.offset > r.end) {
		fail_at(a, err, errlen, from, "missing, although the views have seen it");
		goto out;
	}
	r.at = from;
	while ((f = archive_reader_next(&r, &record)) == FOUND_RECORD) {
		rc = fn(arg, &record, r.at);
		if (rc)
			goto out;
	}
	rc = f == FOUND_END	  ? 0
	     : f == FOUND_TROUBLE ? fail(a, err, errlen, from.segment, strerror(errno))
	     : f == FOUND_UNKNOWN
		     ? fail_at(a, err, errlen, r.at, "behind a record that this version can't read")
		     : fail_at(a, err, errlen, r.at, "damaged");
out:
	archive_reader_close(&r);
	return rc;
}

int archive_replay(struct archive *a, const struct archive_pos *from,
		   int (*fn)(void *arg, const struct archive_record *r, struct archive_pos end),
		   void *arg, char *err, size_t errlen)
{
	struct archive_pos at = from && from->segment ? *from : (struct archive_pos){1, 0};
	if (at.segment > a->end.segment)
		return fail(a, err, errlen, at.segment, "missing, although the views have seen it");
	int rc = 0;
	for (; at.segment <= a->end.segment && rc == 0;
	     at = (struct archive_pos){at.segment + 1, 0})
		rc = replay_segment(a, at, fn, arg, err, errlen);
	return rc;
}
