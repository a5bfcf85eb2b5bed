/* sandbox_files.h: the part of the sandbox that is about files (Landlock). */
#ifndef PROBE_SANDBOX_FILES_H
#define PROBE_SANDBOX_FILES_H

#include <stdbool.h>

struct sandbox_config;

bool sandbox_files_available(void);
/* PR_SET_NO_NEW_PRIVS must be set. 0, or -1 when files stay as open as they were. One descriptor
 * of /proc is kept open on purpose until the process ends. */
int sandbox_files_close(const struct sandbox_config *config);

#endif
