/* wake.h: the one alarm of a probe that waits. It follows CLOCK_BOOTTIME, so that a device that
 * slept past it is called as it wakes up; a timer of the loop would let it wait for as long again
 * as was left when it fell asleep. It does not wake a sleeping device. */
#ifndef PROBE_WAKE_H
#define PROBE_WAKE_H

#include <stdint.h>

struct event_base;
struct wake; /* opaque */

/* NULL with errno when the system has no descriptor for it. */
struct wake *wake_new(struct event_base *base, void (*ring)(void *arg), void *arg);
void wake_free(struct wake *w);

/* Rings once, from the loop, at this time (clock_boot_ms) or at once if it has passed; an earlier
 * setting is forgotten. */
void wake_at(struct wake *w, int64_t boot_ms);

#endif
