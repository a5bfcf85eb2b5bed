/* contact.h: could anybody reach us? Pure.
 *
 * A collector that has lost its own line hears nobody, and must not call that a silence of the country. Controls, probes in
 * other countries, tell the two apart: a blackout does not reach them. So where controls usually report, a bucket in which no
 * batch at all came, neither from there nor from inside, says nothing; any batch, however late it was measured, proves the line.
 * Where none usually report, a total cut and a lost line look the same, and it is told: better presumed than missed. */
#ifndef COLLECTOR_CONTACT_H
#define COLLECTOR_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

struct contact {
	int64_t last; /* the last bucket (since 1970) in which a batch was received; -1: none yet */
	uint64_t heard;	 /* bit k: a batch was received in bucket last - k */
	int64_t reports; /* batches of controls since the last bucket was taken */
	int64_t usual;	 /* of them in a bucket, millionths, fading */
	int64_t unreached; /* the last bucket that was taken was one of those that say nothing: 1, or 0 */
};

void contact_init(struct contact *c);
/* A batch was received. */
void contact_heard(struct contact *c, bool is_control, int64_t received_ms, int64_t bucket_ms);
/* The bucket that began at start_ms is over; each once, in order, before 64 more have begun. Could we have been reached in it? */
bool contact_take(struct contact *c, int64_t start_ms, int64_t bucket_ms);

#endif
