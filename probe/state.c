/* state.c: the state folder: made, locked, destroyed.
 *
 * Wiping goes in the order of what matters: the seed is overwritten and unlinked first (without it
 * no two days of a volunteer can be linked), then the lock file is unlinked and the running probe
 * is told to exit (state_is_wiped keeps it from writing), then all the rest goes. Flash memory may
 * keep a copy of the old seed in spare blocks that no program can reach; what lies sealed in the
 * spool can't be read with it anyway. */
#include "probe/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"

#define SEED_FILE    "seed"
#define LOCK_FILE    "lock"
#define WIPE_WAIT_MS 500 /* for the running probe to exit; all of wipe stays under a second */

char *state_path(const char *dir, const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

int state_make_folder(const char *path)
{
	char *copy = xstrdup(path);
	int rc = 0;
	for (char *p = copy + 1; rc == 0 && *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		rc = mkdir(copy, 0700) < 0 && errno != EEXIST ? -1 : 0;
		*p = '/';
	}
	if (rc == 0 && mkdir(copy, 0700) < 0 && errno != EEXIST)
		rc = -1;
	free(copy);
	return rc;
}

static bool has(const char *dir, const char *name)
{
	char *path = state_path(dir, name);
	bool found = access(path, F_OK) == 0;
	free(path);
	return found;
}

static bool is_ours(const char *dir)
{
	return has(dir, SEED_FILE) || has(dir, LOCK_FILE) || has(dir, "consent") ||
	       has(dir, "spool");
}

/* 1 empty, 0 not, -1 with errno. */
static int is_empty(const char *dir)
{
	DIR *d = opendir(dir);
	if (!d)
		return -1;
	int empty = 1;
	for (struct dirent *de; empty && (de = readdir(d));)
		empty = !strcmp(de->d_name, ".") || !strcmp(de->d_name, "..");
	closedir(d);
	return empty;
}

int state_make(const char *dir, char *err, size_t errlen)
{
	int empty = -1;
	if (state_make_folder(dir) == 0)
		empty = is_empty(dir);
	if (empty < 0) {
		snprintf(err, errlen, "cannot make the state folder %s: %s", dir, strerror(errno));
		return -1;
	}
	if (!empty && !is_ours(dir)) {
		snprintf(err, errlen,
			 "%s has other things in it; choose a folder of its own with --state-dir",
			 dir);
		return -1;
	}
	if (chmod(dir, 0700) < 0) {
		snprintf(err, errlen, "cannot close %s to others: %s", dir, strerror(errno));
		return -1;
	}
	return 0;
}

int state_seed(const char *dir, uint8_t seed[static KEYS_SEED])
{
	char *path = state_path(dir, SEED_FILE);
	int rc = keys_seed_load(seed, path);
	if (rc < 0 && errno == ENOENT)
		rc = keys_seed_create(seed, path);
	int saved = errno;
	free(path);
	errno = saved;
	return rc;
}

static struct flock whole_file(short type)
{
	return (struct flock){.l_type = type, .l_whence = SEEK_SET};
}

int state_lock(const char *dir)
{
	char *path = state_path(dir, LOCK_FILE);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct flock lock = whole_file(F_WRLCK);
	free(path);
	if (fd >= 0 && fcntl(fd, F_SETLK, &lock) < 0) {
		int saved = errno == EACCES ? EAGAIN : errno; /* POSIX allows both */
		close(fd);
		errno = saved;
		fd = -1;
	}
	return fd;
}

/* Holder of the lock on an open lock file. */
static pid_t holder_of(int fd)
{
	struct flock lock = whole_file(F_WRLCK);
	if (fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid > 0 ? lock.l_pid : -1;
}

static int open_lock(const char *dir)
{
	char *path = state_path(dir, LOCK_FILE);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	free(path);
	return fd;
}

pid_t state_holder(const char *dir)
{
	int fd = open_lock(dir);
	if (fd < 0)
		return 0;
	pid_t pid = holder_of(fd);
	close(fd);
	return pid;
}

bool state_is_wiped(int lock)
{
	struct stat st;
	return fstat(lock, &st) == 0 && st.st_nlink == 0;
}

static void unlink_counted(int folder, const char *name, int flags, struct state_wiped *wiped)
{
	if (unlinkat(folder, name, flags) == 0)
		wiped->files += !(flags & AT_REMOVEDIR);
	else if (errno != ENOENT)
		wiped->left++;
}

static void destroy_seed(const char *dir, struct state_wiped *wiped)
{
	char *path = state_path(dir, SEED_FILE);
	uint8_t zeros[KEYS_SEED] = {0};
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0) {
		wiped->had_seed = true;
		/* Best effort: whether it works or not, the file goes. */
		if (pwrite(fd, zeros, sizeof(zeros), 0) == (ssize_t)sizeof(zeros))
			fdatasync(fd);
		close(fd);
	}
	unlink_counted(AT_FDCWD, path, 0, wiped);
	free(path);
}

/* Removes everything below a folder, without following links. Takes fd. */
static void empty_folder(int fd, struct state_wiped *wiped)
{
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		wiped->left++;
		if (fd >= 0)
			close(fd);
		return;
	}
	for (struct dirent *de; (de = readdir(d));) {
		struct stat st;
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, ".."))
			continue;
		bool folder = fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			      S_ISDIR(st.st_mode);
		if (folder)
			empty_folder(openat(dirfd(d), de->d_name,
					    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
				     wiped);
		unlink_counted(dirfd(d), de->d_name, folder ? AT_REMOVEDIR : 0, wiped);
	}
	closedir(d);
}

static void sweep(const char *dir, struct state_wiped *wiped)
{
	wiped->left = 0;
	empty_folder(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), wiped);
}

static void await_holder(int lock, struct state_wiped *wiped)
{
	int64_t until = clock_mono_ms() + WIPE_WAIT_MS;
	while (!(wiped->holder_gone = holder_of(lock) == 0) && clock_mono_ms() < until)
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

int state_wipe(const char *dir, struct state_wiped *wiped, char *err, size_t errlen)
{
	*wiped = (struct state_wiped){0};
	int empty = is_empty(dir);
	if (empty < 0 && errno == ENOENT)
		return 0;
	if (empty < 0) {
		snprintf(err, errlen, "%s: %s", dir, strerror(errno));
		return -1;
	}
	if (!empty && !is_ours(dir)) {
		snprintf(err, errlen, "%s is not the state folder of a probe: nothing was removed",
			 dir);
		return -1;
	}
	destroy_seed(dir, wiped);
	int lock = open_lock(dir);
	if (lock >= 0) {
		wiped->holder = holder_of(lock);
		char *path = state_path(dir, LOCK_FILE);
		unlink_counted(AT_FDCWD, path, 0, wiped);
		free(path);
		if (wiped->holder > 0)
			kill(wiped->holder, SIGTERM);
	}
	sweep(dir, wiped);
	if (wiped->holder) {
		await_holder(lock, wiped);
		sweep(dir, wiped); /* what the probe was just writing */
	}
	if (lock >= 0)
		close(lock);
	/* A service manager may own the folder itself; then it stays, empty. */
	rmdir(dir);
	return 0;
}
