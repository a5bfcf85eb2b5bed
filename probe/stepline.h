/* stepline.h: one step as `probe check` shows it: a line with mark, kind, time and what was seen, and
 * below it what went wrong and which certificates were shown. Names and numbers are as on the wire,
 * the same in every language; only the meaning of a failure is in words. Pure. */
#ifndef PROBE_STEPLINE_H
#define PROBE_STEPLINE_H

#include "probe/wording.h"

struct buf;
struct runner_step;
struct term;

/* Appends whole lines, at most `columns` wide as far as words allow. */
void stepline_put(struct buf *out, const struct runner_step *step, const struct term *t,
		  enum wording w, int columns);

#endif
