/* ooni_part.h: the arrays of test_keys (ooni.h), each from the steps of its kind. Times are seconds
 * since `begin_ms`; steps on one connection have one transaction_id. Pure. */
#ifndef PROBE_OONI_PART_H
#define PROBE_OONI_PART_H

#include <stdint.h>

#include "probe/trace.h"

struct jsonw;

void ooni_put_queries(struct jsonw *j, const struct trace *t, int64_t begin_ms);
void ooni_put_connects(struct jsonw *j, const struct trace *t, int64_t begin_ms);
void ooni_put_handshakes(struct jsonw *j, const struct trace *t, int64_t begin_ms);
void ooni_put_requests(struct jsonw *j, const struct trace *t, int64_t begin_ms);
/* x_quic and x_speed, each only where there are such steps. */
void ooni_put_own(struct jsonw *j, const struct trace *t, int64_t begin_ms);

/* The step at which the way of an ordinary program ended: the final one that succeeded, or else the
 * failure that came furthest, over all addresses; NULL when there is neither. */
const struct trace_step *ooni_end_step(const struct trace *t);
/* As the format has it: NULL for success. */
const char *ooni_end_failure(const struct trace *t);
/* What became of the name; NULL for success. */
const char *ooni_dns_failure(const struct trace *t, const char *main_resolver);
/* OONI's name of what a kind of check does. */
const char *ooni_operation(enum kind kind);

#endif
