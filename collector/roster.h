/* roster.h: who has lately reported from one leaf, how often, and what each said last. Pure.
 *
 * A detector that adds up votes must not be led by whoever votes most often. So a probe is one
 * probe, with the word it said last; and what it says in a bucket weighs as much as the reports of
 * the others do, unless it changes its word, which counts in full: only so much can be made of one
 * probe's votes, since they are not independent of each other.
 *
 * A word stands for ROSTER_BUCKETS buckets, and not beyond the UTC day, since probes change their
 * names then. So the roster is a function of the votes of the last buckets as they were known in time. */
#ifndef COLLECTOR_ROSTER_H
#define COLLECTOR_ROSTER_H

#include <stddef.h>
#include <stdint.h>

#include "collector/pulse.h"
#include "collector/tally.h"

#define ROSTER_BUCKETS 32 /* bits of `heard` */

struct roster_entry {
	uint64_t probe;
	uint32_t heard; /* bit k: in the k-th bucket before the last */
	uint8_t age
		[SIGNS]; /* buckets since it last spoke of the sign; ROSTER_BUCKETS: it did not */
	uint8_t hit;	 /* bit k: its word on sign k */
};

struct roster {
	int64_t bucket_ms;
	int64_t last_ms;	      /* start of the last bucket taken; -1 none */
	struct roster_entry *entries; /* by probe; owned */
	size_t n, room;
};

void roster_init(struct roster *r, int64_t bucket_ms);
void roster_clear(struct roster *r);
/* The first bucket whose votes still stand in the one that starts at start_ms. */
int64_t roster_from(int64_t start_ms, int64_t bucket_ms);
/* Takes the votes of the next bucket, in order of time; buckets without votes may be left out. usual
 * is what roster_times gives on other days at that time, 0 when that is not known. Fills heard,
 * reports_c, sign and said of p, and leaves the rest. */
void roster_take(struct roster *r, int64_t start_ms, const struct tally *votes, uint32_t usual,
		 struct pulse *p);
/* In how many of the last buckets the median probe was heard. */
uint32_t roster_times(const struct roster *r);

/* Both ends of the stored form, described in roster.c. decode: an initialised roster; 0, or -1 when the bytes
 * are none. */
void roster_encode(const struct roster *r, struct buf *out);
int roster_decode(struct roster *r, const void *data, size_t len);

#endif
