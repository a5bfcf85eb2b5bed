/* watch.h: one detector and what it told, fed with pulses that are written out: so many probes report in each bucket and so many
 * of them say that it is lost. */
#ifndef FANOUS_TESTS_COLLECTOR_WATCH_H
#define FANOUS_TESTS_COLLECTOR_WATCH_H

#include <string.h>

#include "collector/detector.h"

#define BUCKET 60000
#define HOUR   3600000
#define DAY    (24LL * HOUR)
#define T0     1767247200000 /* 2026-01-01T06:00:00Z */
#define N      10	     /* probes, each reports in every bucket */

static const struct series tehran = {"IR-23", 44244, ACCESS_MOBILE};

struct run {
	struct detector d;
	int64_t now_ms;
	enum sign sign;
	unsigned int taken_away; /* flags */
	enum state state;	 /* of buckets that are lost */
	uint32_t usual;		 /* probes that usually report */
	struct event began[16], ended[16], relapsed[16];
	size_t n_began, n_ended, n_relapsed, n_returning;
};

static inline void start(struct run *r, enum sign sign)
{
	*r = (struct run){.now_ms = T0, .sign = sign, .state = STATE_CUT, .usual = N};
	detector_init(&r->d, &tehran, sign, BUCKET);
}

/* Of n probes that speak, `lost` say so. */
static inline struct pulse pulse_of(const struct run *r, uint32_t n, uint32_t lost)
{
	struct pulse p = {.heard = n,
			  .reports_c = n * 100,
			  .expected_c = r->usual * 80,
			  .words_c = r->usual * 100,
			  .usual = r->usual,
			  .spread = (1u << SIGNS) - 1,
			  .state = (uint8_t)(2 * lost > n ? r->state : STATE_FILTERED),
			  .flags = (uint8_t)((PULSE_ALIVE | PULSE_QUORUM) & ~r->taken_away)};
	p.sign[SIGN_LOSS] = (struct verdict_count){n, r->sign == SIGN_LOSS ? lost : 0};
	p.sign[r->sign] = (struct verdict_count){n, lost};
	memcpy(p.all, p.sign, sizeof(p.all));
	for (size_t k = 0; k < SIGNS; k++)
		p.said[k] = (struct verdict_count){p.sign[k].n * 100, p.sign[k].hit * 100};
	return p;
}

static inline void note(struct run *r, enum detector_change c)
{
	if (c == DETECTOR_BEGAN)
		r->began[r->n_began++] = r->d.current;
	if (c == DETECTOR_ENDED)
		r->ended[r->n_ended++] = r->d.current;
	if (c == DETECTOR_RELAPSED)
		r->relapsed[r->n_relapsed++] = r->d.current;
	r->n_returning += c == DETECTOR_RETURNING;
}

static inline void feed(struct run *r, int buckets, uint32_t n, uint32_t lost)
{
	for (int i = 0; i < buckets; i++, r->now_ms += BUCKET) {
		struct pulse p = pulse_of(r, n, lost);
		note(r, detector_next(&r->d, &p, r->now_ms));
	}
}

#define expect_near(a_ms, b_ms, most_ms)                                                           \
	assert_in_range(a_ms, (b_ms) - (most_ms), (b_ms) + (most_ms))

#endif
