/* detectorint.h: what the files of the detector share. */
#ifndef COLLECTOR_DETECTORINT_H
#define COLLECTOR_DETECTORINT_H

#include "collector/detector.h"

#define DETECTOR_NAT 100000 /* in a run */

/* --- detector_run.c: how sure it is --- */

/* Takes what the pulse says into all runs. */
void detector_add(struct detector *d, const struct pulse *p, int64_t start_ms);
/* Is there enough to say that it is lost: by what was said, by silence; that it is back? */
bool detector_lost_by_votes(const struct detector *d, const struct pulse *p);
bool detector_lost_by_silence(const struct detector *d, const struct pulse *p);
bool detector_is_back(const struct detector *d, const struct pulse *p);
/* Most probes say that it is fine: they are many enough to say so for all. */
bool detector_is_fine(const struct detector *d, const struct pulse *p);
/* As many reports as there are lately are at least usual. */
void detector_raise(struct detector *d);
/* Evidence of a return that has not become one for long is dropped. */
void detector_wait(struct detector *d, int64_t start_ms);
/* The hypothesis of silence that fits best. */
size_t detector_silence(const struct detector *d);
/* Probes of which a share is taken: those with a word, or a part of those that usually have one. */
uint32_t detector_base(const struct detector *d, const struct pulse *p);

/* --- detector_date.c: when --- */

/* Puts the bucket into the trail. */
void detector_remember(struct detector *d, const struct pulse *p, int64_t start_ms);
struct detector_span detector_date_votes(const struct detector *d);
struct detector_span detector_date_silence(const struct detector *d);
struct detector_span detector_date_back(const struct detector *d);

/* --- detector_hours.c: the same hours of different days --- */

void detector_mark(struct detector *d, int64_t at_ms, bool lost);

#endif
