/* stream.h: what probes measure and when the collector hears of it.
 *
 * Each seat measures at random gaps as probe/schedule.c makes them, looks closer after a change, keeps what can't be
 * sent, and sends it oldest first, so many at a time, once there is a way again: as probe/cmd_run.c does. */
#ifndef TESTS_SIM_STREAM_H
#define TESTS_SIM_STREAM_H

#include "tests/sim/course.h"
#include "tests/sim/round.h"
#include "tests/sim/subject.h"
#include "tests/sim/world.h"

struct stream; /* opaque */

/* Hears of every round as it is measured; sent: the network would let it through. May be NULL. */
typedef void stream_tap(void *arg, const struct seat *s, const struct round *r);

/* All are borrowed. */
struct stream *stream_new(const struct world *w, struct course *c, struct subject *s,
			  int64_t from_ms);
void stream_free(struct stream *s);
void stream_listen(struct stream *s, stream_tap *tap, void *arg);

/* Times in which the collector is down; in order, before they begin. */
void stream_outage(struct stream *s, int64_t from_ms, int64_t until_ms);
/* Runs up to a time. */
void stream_run(struct stream *s, int64_t until_ms);

struct stream_counts {
	uint64_t rounds, kept; /* measured; of them not sent yet */
};
struct stream_counts stream_counts(const struct stream *s);

#endif
