/* boxed.h: a function in a process of its own that has entered the sandbox, since there is no way out of
 * a box. The folder that the box is made around has state/spool/ (may be written), export (the same),
 * net/resolv.conf and ca.pem (may be read), and mine (nothing of the probe's). */
#ifndef TESTS_PROBE_BOXED_H
#define TESTS_PROBE_BOXED_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* cmocka's fixtures: the folder. */
int boxed_set_up(void **state);
int boxed_tear_down(void **state);
const char *boxed_dir(void);

/* What waitpid says about it. */
int boxed_status(int (*what)(void));
/* It must return 0, or end by SIGSYS. */
void boxed_works(int (*what)(void));
void boxed_deadly(int (*what)(void));

/* For inside the box: cmocka's own checks jump to where the process no longer is. */
#define NEED(x)                                                                                    \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #x, strerror(errno));      \
			return 1;                                                                  \
		}                                                                                  \
	} while (0)

#endif
