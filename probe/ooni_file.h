/* ooni_file.h: a file of measurements in OONI's data format (ooni.h), one a line, to which more are
 * added each time. It is opened before anything is measured, so that a sandbox may close afterwards,
 * and a path that can't be written is known at once. Nothing of it is ever sent by this program. */
#ifndef PROBE_OONI_FILE_H
#define PROBE_OONI_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct ooni_file; /* opaque */
struct runner_step;
struct vantage;

/* The file is made, for its owner alone, if it is not there. vantage (NULL: not configured) and
 * main_resolver are borrowed until close. NULL with errno. */
struct ooni_file *ooni_file_open(const char *path, const struct vantage *vantage,
				 const char *main_resolver);
/* Takes in a step; with the last one of a target its measurement is written. NULL file: nothing. */
void ooni_file_step(struct ooni_file *f, const struct runner_step *step);
/* Measurements written so far. */
size_t ooni_file_count(const struct ooni_file *f);
/* What was not finished is forgotten. 0, or -1 when not everything is on the disk, and errno. NULL
 * is closed already. */
int ooni_file_close(struct ooni_file *f);

#endif
