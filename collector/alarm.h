/* alarm.h: all detectors of a country. Pure; holds the state of every series.
 *
 * The pulses of a bucket come together, so that what a series can't know by itself can be said of it: whether its
 * silence is more than one part's own trouble or ours, whether a whole that contains it is lost already, whether what
 * is seen of it is the affair of one cell alone. All of that is written into the pulse, and the detectors take nothing
 * else: run again over the stored pulses of one series they give the same events. */
#ifndef COLLECTOR_ALARM_H
#define COLLECTOR_ALARM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/detector.h"

struct alarm; /* opaque */

struct alarm_item {
	struct series series;
	struct pulse pulse;
};

/* min_probes: a network is quiet when at least so many of its probes are. */
struct alarm *alarm_new(int64_t bucket_ms, uint32_t min_probes);
void alarm_free(struct alarm *a);
void alarm_reset(struct alarm *a);

/* Fills lost_lo, lost_hi and spread of the wholes' pulses from those of their leaves. Every series of a bucket is
 * among the items, once, in any order; they are sorted from the whole to the parts. */
void alarm_spread(struct alarm *a, struct alarm_item *items, size_t n);
/* The same, then sets the flags and runs the detectors; told says of each what changed (not DETECTOR_SAME). 0, or what told
 * returned, which stops it. */
int alarm_take(struct alarm *a, int64_t start_ms, struct alarm_item *items, size_t n, bool alive,
	       int (*told)(void *arg, struct detector *d, enum detector_change c), void *arg);

/* The detectors of a series, by sign; new ones when it is not known yet. Stays where it is until the next series comes. */
struct detector *alarm_of(struct alarm *a, const struct series *s);
/* All series that have detectors. */
const struct series *alarm_series(const struct alarm *a, size_t *n);
/* Is the series in a loss that has not begun to end? */
bool alarm_is_lost(const struct alarm *a, const struct series *s);
/* Was the bucket that starts at start_ms, which has been taken, part of a silence? */
bool alarm_is_silent(const struct alarm *a, const struct series *s, int64_t start_ms);

#endif
