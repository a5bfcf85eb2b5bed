/* flock.h: the probes of one cell, bucket by bucket: each reports at random moments and says whether
 * it has access, and some of them lie. What becomes of it are pulses. The same seed gives the same
 * flock. */
#ifndef TESTS_COLLECTOR_FLOCK_H
#define TESTS_COLLECTOR_FLOCK_H

#include <stdint.h>

#include "collector/pulse.h"
#include "collector/roster.h"

#define FLOCK_T0     1767247200000 /* 2026-01-01T06:00:00Z */
#define FLOCK_BUCKET 60000
#define FLOCK_MOST   64

enum flock_kind {
	FLOCK_HONEST,
	FLOCK_BROKEN,
	FLOCK_SAYS_DOWN,
	FLOCK_SAYS_FINE,
	FLOCK_SWITCHES, /* says that all is down for half of every hour, all such at the same moment */
	FLOCK_GONE
};

struct flock {
	uint64_t seed;
	size_t n;
	struct flock_probe {
		enum flock_kind kind;
		double interval_ms;
		double next_ms; /* of its next report */
	} probes[FLOCK_MOST];
	double fail; /* share of reports that fail by chance */
	int64_t now_ms;
	int64_t cut_from_ms, cut_until_ms;
	bool is_silent; /* honest probes can't report through the cut */
	struct roster roster;
	/* What is usual. */
	uint32_t expected_c, words_c, times;
	uint8_t flags;
};

/* n probes that report once in interval_s on average. */
void flock_init(struct flock *f, size_t n, double interval_s, uint64_t seed);
void flock_clear(struct flock *f);
/* Runs for some hours and remembers what is usual. */
void flock_learn(struct flock *f);
/* A cut that begins in `in_s` from now, at a random moment of the minute, and lasts for so long. */
void flock_cut(struct flock *f, double in_s, double for_s);
/* The next bucket, which starts at *start_ms. */
void flock_next(struct flock *f, struct pulse *p, int64_t *start_ms);
double flock_random(struct flock *f); /* in [0, 1) */

#endif
