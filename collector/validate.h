/* validate.h: may this batch be believed as far as its form goes? Pure: country and time are
 * arguments.
 *
 * A batch from another country is one of a control (control.h). Refuses with a reason: a control whose address
 * is that of a network in the watched country, a region that the country
 * does not have, results outside [now - RESULT_AGE_MAX, now + RESULT_FUTURE_MAX], results outside
 * the epoch of the key (with the same slack for a wrong clock), results without a target where
 * their kind has one. Times are moved by the offset between the collector's clock and the probe's, where
 * the probe has learnt it, before they are held against the present; a key's day is by the probe's clock.
 * The class of each target is replaced by that of the collector's own list; a
 * URL that is not on it gets `other`, which has no say in any verdict. */
#ifndef COLLECTOR_VALIDATE_H
#define COLLECTOR_VALIDATE_H

#include <stddef.h>
#include <stdint.h>

struct batch;
struct country;
struct placement;

/* seen is what the address says that brought it. 0, or -1 with one sentence in reason. b's times and target
 * classes are corrected in place. */
int validate_batch(struct batch *b, const struct country *country, const struct placement *seen,
		   int64_t now_ms, char *reason, size_t reason_len);

/* Only the corrections: for a batch from the archive, which was judged when it came. */
void validate_correct(struct batch *b, const struct country *country, int64_t received_ms);

#endif
