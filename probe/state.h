/* state.h: the folder in which a probe keeps everything: seed, consent, spool, and the lock of the
 * process that measures. It is the probe's alone, which is why `wipe` may remove all of it. */
#ifndef PROBE_STATE_H
#define PROBE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/keys.h"

/* dir/name, owned by the caller. */
char *state_path(const char *dir, const char *name);

/* Makes a folder (0700) with its parents. 0, or -1 with errno. */
int state_make_folder(const char *path);
/* Makes the state folder, or takes an empty one or one that is a probe's already; a folder with
 * other things in it is refused, because wipe would destroy them. 0, or -1 with err. */
int state_make(const char *dir, char *err, size_t errlen);

/* The seed of this installation: made when there is none, then always the same. 0, or -1 with
 * errno. */
int state_seed(const char *dir, uint8_t seed[static KEYS_SEED]);

/* One process at a time measures. The lock is a record lock (fcntl(2)): it goes with the process
 * however that ends, and the kernel itself names the holder, so that no stale number is ever
 * signalled. state_lock: a descriptor to keep open, or -1 with errno (EAGAIN when it is held). */
int state_lock(const char *dir);
/* Process that holds the lock; 0 for none, -1 when it is held from another process namespace. */
pid_t state_holder(const char *dir);
/* True once wipe has removed the lock file under its holder: nothing may be written any more. */
bool state_is_wiped(int lock);

struct state_wiped {
	bool had_seed;
	size_t files;	  /* removed, the seed included */
	size_t left;	  /* could not be removed */
	pid_t holder;	  /* process that was told to exit, 0 for none */
	bool holder_gone; /* and did */
};

/* Destroys the seed, then everything else in dir, and dir; a probe that runs from it is told to
 * exit. 0, also when there is nothing, or -1 with err when dir is not a state folder. */
int state_wipe(const char *dir, struct state_wiped *wiped, char *err, size_t errlen);

#endif
