/* control.h: what probes outside the country saw, to judge by it what probes inside see. Pure.
 *
 * Controls run the same binary on the same list, from networks that nobody filters. Two things come of it:
 *
 *	reach	 a target that most controls can't reach either has no say in that step
 *	answers	 by target and day (UTC): the networks and prefixes (/24, /48) of its addresses, and, where
 *		 nothing is encrypted, status and length of its page. An answer inside that has nothing in
 *		 common with any of a day before to a day after is not the target's
 *
 * Only targets abroad are judged so: a site of the country itself may well answer foreigners otherwise; of
 * hosts inside the networks are kept, to know what can't be reached when their names are lost too. The
 * table is learned from batches in the order of the archive, and so are the judgements. */
#ifndef COLLECTOR_CONTROL_H
#define COLLECTOR_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/cell.h"
#include "collector/visit.h"

/* From the cells of the controls in one step (NULL where there are none): targets of open, filtered and canary
 * that most of those controls failed to reach that reach at least half of the open ones. Other classes get 0. */
void control_no_say(uint64_t no_say[static CLASSES],
		    const struct cell *const cells[static CLASSES]);

struct control; /* opaque: the table */

struct control *control_new(void);
void control_free(struct control *c);
/* Forgets everything. */
void control_reset(struct control *c);

/* Takes in a batch of a control. */
void control_learn(struct control *c, const struct evidence *e);

/* Result i of a visit, which was a success as far as the probe could tell, is not what the controls of the
 * evidence saw: the answer of a resolver when every address in it belongs to another network, and no handshake with
 * any of them verified; a page that is not encrypted when its status is another than most controls got, or its
 * length under 0.7 of theirs. False where not enough is known. */
bool control_contradicts(const struct visit *v, size_t i);

/* The networks that a target was in for controls, from the day before to the day after. How many: max at most. */
size_t control_networks(const struct visit *v, uint32_t *out, size_t max);

/* Both ends of the stored form of one day (days since 1970), described in known.c. unsaved: the first day that
 * has changed since it was encoded; false when there is none. decode: 0, or -1 when the bytes are no such thing. */
bool control_unsaved(const struct control *c, int64_t *day);
void control_encode(struct control *c, int64_t day, struct buf *out);
int control_decode(struct control *c, int64_t day, const void *data, size_t len);

#endif
