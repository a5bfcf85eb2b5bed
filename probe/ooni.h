/* ooni.h: the steps of one target as one measurement in OONI's data format, a line of JSON
 * (https://github.com/ooni/spec: df-000 top level, df-001 requests, df-002 queries, df-005
 * tcp_connect, df-006 tls_handshakes). Pure.
 *
 *	https:// http://     test_name web_connectivity
 *	tcp:// dns://        test_name urlgetter, input tcpconnect:// or dnslookup://
 *	quic:// speed+...    test_name x_quic and x_speed, because OONI has no test of that shape
 *
 * There was no test helper, so nothing is compared: control is empty, control_failure is
 * x_no_control, and what would follow from a comparison is null. Fields of our own begin with x_,
 * as the format allows; failures are the strings of failure.def, which are OONI's where it has one.
 *
 * What is left out, for the volunteer's sake: every address that is not public, unless a fingerprint names it, private resolvers,
 * what a redirect says after the host (servers write the client's address there), aliases in
 * answers, headers and bodies, and measurements of targets that are private themselves. */
#ifndef PROBE_OONI_H
#define PROBE_OONI_H

#include <stdbool.h>
#include <stdint.h>

#include "probe/trace.h"

struct buf;
struct vantage;

#define OONI_LINE_MAX (256 * 1024) /* some 60 steps of a few KB */

/* Appends the measurement without a newline. vantage: NULL when no country is configured (ZZ, AS0);
 * main_resolver: the first of the configured ones, NULL for any. 0, or -1 with nothing appended when the target is on a private network or there are no steps. */
int ooni_put(struct buf *out, const struct trace *t, const struct vantage *vantage,
	     const char *main_resolver);

#endif
