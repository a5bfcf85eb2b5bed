/* report.h: what a person sees while the probe works, on standard error, and the JSON lines of
 * --json on standard output.
 *
 * On a terminal: finished targets scroll by as lines of a table; below them a live area with the
 * targets under way, the state of the link, counts and a progress bar. Elsewhere: one plain line
 * per target, or, for a service (`quiet`), only one line per cycle without any outcome, because a
 * service's messages end up on the disk. */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report; /* opaque */
struct runner_step;

struct report *report_new(bool json, bool quiet);
void report_free(struct report *r);

/* A cycle over n targets begins; title says where it measures from. */
void report_begin(struct report *r, const char *title, size_t n_targets);
void report_step(struct report *r, const struct runner_step *step);
/* The cycle is over. */
void report_end(struct report *r);
/* One message, above the live area. */
void report_note(struct report *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Batches sent so far, out of those that were waiting. */
void report_upload(struct report *r, size_t sent, size_t total);
/* Nothing to do until then (monotonic ms); paused says why nothing may be measured at present, NULL
 * when it may. Borrowed until the next call. */
void report_idle(struct report *r, int64_t until_mono_ms, size_t waiting, const char *paused);
/* Draws the live area again; cheap when there is none. Call it a few times a second. */
void report_tick(struct report *r);
bool report_is_live(const struct report *r);

/* Prints one step as one line of JSON on standard output. */
void report_json(const struct runner_step *step);

#endif
