/* openfiles.h: how many descriptors this program has open, to see that none is left behind. */
#ifndef TESTS_PROBE_OPENFILES_H
#define TESTS_PROBE_OPENFILES_H

#include <stddef.h>

/* As a number to compare: the one that counting takes is in it, always. */
size_t open_files(void);

#endif
