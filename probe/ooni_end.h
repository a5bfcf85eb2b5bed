/* ooni_end.h: how the way to a target ended, in the words of OONI's data format (ooni.h). Pure. */
#ifndef PROBE_OONI_END_H
#define PROBE_OONI_END_H

#include "probe/trace.h"

/* As the format has it: NULL for success. */
const char *ooni_failure(const struct trace_step *s);
/* The step at which the way of an ordinary program ended: the final one that succeeded, or else the
 * failure that came furthest, over all addresses; NULL when there is neither. */
const struct trace_step *ooni_end_step(const struct trace *t);
/* Its failure. */
const char *ooni_end_failure(const struct trace *t);
/* What became of the name; NULL for success. */
const char *ooni_dns_failure(const struct trace *t, const char *main_resolver);
/* OONI's name of what a kind of check does. */
const char *ooni_operation(enum kind kind);

#endif
