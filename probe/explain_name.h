/* explain_name.h: the part of explain.h that is about names and resolvers. Pure. */
#ifndef PROBE_EXPLAIN_NAME_H
#define PROBE_EXPLAIN_NAME_H

#include "probe/explain.h"

/* Adds what the resolvers say; `resolver` is the one whose addresses are used, NULL for the first
 * that answered. */
void explain_name(struct findings *f, const struct trace *t, const char *resolver);

/* Adds a finding; the room of the last is used again when the list is full, so that the end of the
 * story is never lost. Valid until the next call. */
struct finding *finding_add(struct findings *f, enum finding_id id, const struct trace_step *step);
/* Adds an address once. */
void finding_addr(struct finding *f, const char *addr);

#endif
