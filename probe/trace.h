/* trace.h: the steps of one target, kept: own copies of what a runner lends for the time of a call,
 * so that they can be looked at together when the last one has come. For the person in front of this
 * device: a trace holds texts that never leave it. */
#ifndef PROBE_TRACE_H
#define PROBE_TRACE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/result.h"

struct runner_step;
struct target;
struct wire_cert;

/* "" and NULL: the runner had none. */
struct trace_step {
	struct result result;
	char addr[INET6_ADDRSTRLEN];
	char answers[RESULT_ANSWERS_MAX][INET6_ADDRSTRLEN];
	size_t n_answers;
	char *resolver, *fp, *fp_addr, *cname, *sni, *location, *path; /* owned */
	struct wire_cert *certs;				       /* owned */
	size_t n_certs;
	bool alpn;
	bool aside; /* of a try with a harmless name: its handshake, and the connection for it */
};

struct trace {
	const struct target *target; /* borrowed; NULL for this device */
	struct trace_step *steps;    /* owned, in the order in which they ended */
	size_t n, room;
	bool done; /* the last step has come */
};

/* A zeroed trace is empty. */
void trace_add(struct trace *t, const struct runner_step *step);
/* Empty again. */
void trace_clear(struct trace *t);

/* The first step of this kind, or NULL. */
const struct trace_step *trace_find(const struct trace *t, enum kind kind);

/* Whether the target answered as it should, for some address: truth.md's "up". Evidence beside the
 * way of an ordinary program has no say: a further DNS answer, a harmless name, a followed redirect. */
bool trace_is_up(const struct trace *t);

#endif
