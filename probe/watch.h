/* watch.h: how the classes of targets are doing, and which of them must be looked at again at once.
 * Pure.
 *
 * Two questions are answered from the last outcome of every target. Is a class fine? Its share of
 * targets up, with hysteresis. Has it just changed? Outcomes are compared with the same target's
 * own one before, so that a dead site, or a class of which half is always blocked, is no news. In a
 * small round (the data budget makes them) one change may be the whole news or a lost packet: then
 * it is a suspicion, and one more small round settles it. A true change brings a burst: up to
 * WATCH_BURST rounds of some of the class, fewer once two in a row saw nothing new, and one
 * target of every other class with it, since only what is measured together can be compared. After a change of the link all classes have two small rounds. */
#ifndef PROBE_WATCH_H
#define PROBE_WATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "common/result.h"

#define WATCH_BURST 4

enum watch_state { WATCH_UNKNOWN, WATCH_UP, WATCH_MIXED, WATCH_DOWN };
enum watch_outcome { WATCH_NOT_KNOWN, WATCH_IS_DOWN, WATCH_IS_UP }; /* of one target */

struct watch_class {
	enum watch_state state;
	size_t known, up; /* targets by their last outcome */
	/* The round under way: targets that had an outcome before, and those that changed it. */
	size_t heard, compared, rose, fell;
	/* The burst under way: rounds left, calm ones in a row, targets for each. */
	unsigned int left, calm;
	size_t sample;
	bool may_grow; /* it is less than a full one */
};

struct watch {
	struct watch_class of[CLASSES];
	unsigned int link; /* bits, opaque here; meaningful once link_known */
	bool link_known, link_changed;
};

void watch_init(struct watch *w);
/* One target of class c was measured. */
void watch_heard(struct watch *w, enum target_class c, enum watch_outcome before,
		 enum watch_outcome now);
/* What this device has: any change of any bit counts. */
void watch_link(struct watch *w, unsigned int link);
/* The round is over. True when some class wants another one soon. */
bool watch_end(struct watch *w);

/* Targets of this class that the burst wants, 0 for no burst. */
size_t watch_wants(const struct watch *w, enum target_class c);
/* Most of the class is up: a target of it that is down is so by itself. */
bool watch_is_fine(const struct watch *w, enum target_class c);

#endif
