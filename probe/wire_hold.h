/* wire_hold.h: the second connection that says nothing.
 *
 * A connection that is reset before its first answer leaves open who was meant: everybody who
 * connects to this address, or whoever says what was said. So another connection is opened and kept
 * silent for a while. Reset again, nothing that was said was the reason. */
#ifndef PROBE_WIRE_HOLD_H
#define PROBE_WIRE_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct wire_hold; /* opaque */

/* rtt_us is the round trip of the first connection, -1 for unknown. done comes once, from the loop,
 * within 2 s; then, or before that, the owner calls wire_hold_free. NULL when addr is no address. */
struct wire_hold *wire_hold_new(struct event_base *base, const char *addr, uint16_t port,
				int rtt_us, void (*done)(void *arg, bool reset), void *arg);
/* Takes NULL. */
void wire_hold_free(struct wire_hold *h);

#endif
