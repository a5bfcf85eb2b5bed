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

#endif
