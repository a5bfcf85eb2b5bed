/* chronicle.h: the events of all series, in the store and in step with the pulses.
 *
 * Live, the pulses of each bucket go to the alarm, and what it tells becomes events. When late votes have changed
 * pulses of the past, the detectors of those series run again over the stored pulses (remake.h) from the state they had
 * when that day began, until they stand again as they stood, or up to the present. So what is said of events is always
 * a function of the stored pulses, whatever the order in which things became known. */
#ifndef COLLECTOR_CHRONICLE_H
#define COLLECTOR_CHRONICLE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/alarm.h"
#include "collector/timeline.h"

struct chronicle; /* opaque */

/* The timeline and its store are borrowed. */
struct chronicle *chronicle_new(const struct timeline *timeline, int64_t bucket_ms,
				uint32_t min_probes);
void chronicle_free(struct chronicle *c);

/* The pulses of all series in the next bucket: sets their flags, keeps them. Items are sorted. 0 or -1. */
int chronicle_take(struct chronicle *c, int64_t start_ms, struct alarm_item *items, size_t n,
		   bool alive, int64_t now_ms);
/* The same of a bucket that was taken before, or passed by before anything was known of it: flags stay as they were.
 * 0 or -1. */
int chronicle_again(struct chronicle *c, int64_t start_ms, struct alarm_item *items, size_t n);
/* Makes the events of what chronicle_again has changed anew; buckets that start before until_ms have been taken. 0 or -1. */
int chronicle_settle(struct chronicle *c, int64_t until_ms, int64_t now_ms);

/* Has the series lost access, as far as the last bucket says? */
bool chronicle_is_lost(const struct chronicle *c, const struct series *s);
/* Was this bucket, which has been taken, part of a silence of the series? */
bool chronicle_is_silent(const struct chronicle *c, const struct series *s, int64_t start_ms);

/* Writes what has grown: before a commit. 0 or -1. */
int chronicle_flush(struct chronicle *c);
/* Goes on after a restart: buckets that start before until_ms have been taken. 0 or -1. */
int chronicle_load(struct chronicle *c, int64_t until_ms);
void chronicle_reset(struct chronicle *c);

#endif
