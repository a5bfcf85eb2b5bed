/* sandbox.h: the probe closes itself in before the first packet of a stranger reaches it.
 *
 * It speaks with servers that may want to harm whoever measures them, so once its files are read,
 * its lock is taken and its event loop is made, it gives up what it no longer needs. Four parts,
 * each of which works without the others:
 *
 *	privileges    no program that is started later can gain any (PR_SET_NO_NEW_PRIVS)
 *	capabilities  none, also as root
 *	files         Landlock: writes in the state folder alone, reads what sandbox_files.c lists
 *	calls         seccomp: the system calls of sandbox_calls.c, no other; no program can be
 *	              started, no port listened on, no raw socket made
 *
 * What the process has open stays usable. /dev/urandom may be opened inside: c-ares does so for
 * every channel, and would fall back to rand(). Landlock knows files by what they are and not by
 * their name, so a resolv.conf that is replaced later can only be read if its whole folder can: where
 * it is no link out of /etc, all of /etc that this user may read stays readable. Root without
 * capabilities may still read what belongs to root: a probe should have a user of its own.
 *
 * There is no way back, and it holds for the calling thread and those it makes: call it while there
 * is only one. Sanitizers need calls of their own (LeakSanitizer clones and traces the process):
 * a build with one allows those too, and reads more of /proc. Core dumps are off since main.c.
 *
 * Sources: landlock(7), seccomp(2), capabilities(7), Documentation/userspace-api/landlock.rst. */
#ifndef PROBE_SANDBOX_H
#define PROBE_SANDBOX_H

#include <stdbool.h>

struct sandbox_config {
	const char *state_dir;	 /* read and written; NULL for none */
	const char *write_file;	 /* one more file to be written, which exists; NULL for none */
	const char *ca_file;	 /* read, wherever it is; NULL for the system's alone */
	const char *resolv_conf; /* NULL for /etc/resolv.conf */
};

enum sandbox_part {
	SANDBOX_PRIVILEGES = 1 << 0,
	SANDBOX_CAPABILITIES = 1 << 1,
	SANDBOX_FILES = 1 << 2,
	SANDBOX_CALLS = 1 << 3,
	SANDBOX_ALL = (1 << 4) - 1,
};

/* The parts that hold from now on. One that this kernel does not have, or that fails, is left out
 * and the others still apply. Root keeps CAP_DAC_OVERRIDE, and SANDBOX_CAPABILITIES is missing, when
 * the state folder is another user's: without it nothing could be kept. */
unsigned int sandbox_enter(const struct sandbox_config *config);

/* The parts that this kernel has; changes nothing. */
unsigned int sandbox_available(void);

/* "files, calls", or "nothing" when parts is 0. */
#define SANDBOX_TEXT 64
const char *sandbox_str(char out[static SANDBOX_TEXT], unsigned int parts);

#endif
