/* loop_ares.h: one c-ares channel to one resolver, driven by libevent.
 *
 * A resolver is "system" (what resolv.conf says at this moment) or "udp://ADDRESS[:PORT]". The
 * servers of a channel are fixed for its life, so a channel is made anew for every cycle. */
#ifndef PROBE_LOOP_ARES_H
#define PROBE_LOOP_ARES_H

#include <ares.h>
#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct loop_ares; /* opaque */

/* True for a text that loop_ares_new understands. */
bool loop_ares_knows(const char *resolver);

/* NULL when the device has no such resolver: nothing in resolv.conf, or a text that is not a
 * resolver. Within timeout_ms a query is sent up to three times. resolv_conf is the path of that
 * file. */
struct loop_ares *loop_ares_new(struct event_base *base, const char *resolver,
				const char *resolv_conf, int timeout_ms);
/* Queries under way get their callback with ARES_EDESTRUCTION. Never from inside a callback. */
void loop_ares_free(struct loop_ares *a);

/* As ares_query: cb comes exactly once, and before this returns when nothing can be sent at all.
 * (A check may say check_done from there.) */
void loop_ares_query(struct loop_ares *a, const char *name, int qtype, ares_callback cb, void *arg);

/* Number of nameservers in a resolv.conf that can be asked. */
size_t loop_ares_nameservers(const char *resolv_conf);

#endif
