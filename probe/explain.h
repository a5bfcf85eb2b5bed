/* explain.h: what the steps of a target mean, as a list of findings. Pure: a trace in, findings out;
 * the words for them are wording.h's.
 *
 *	name        what each resolver says, and where they differ
 *	address     where the way to it breaks, once for all addresses that break alike
 *	together    what several addresses say that one does not; whether the target was reached
 *
 * One device sees one place: what it can't tell apart (a blocked address and a dead host) is said as
 * such, and never who did it or why. */
#ifndef PROBE_EXPLAIN_H
#define PROBE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/trace.h"

enum finding_id {
#define FINDING(sym, id, tone, en, fa) FINDING_##sym,
#include "probe/findings.def"
#undef FINDING
	FINDINGS
};

enum finding_tone { TONE_GOOD, TONE_BAD, TONE_NOTE };

#define FINDING_ADDRS_MAX     8 /* addresses named in one finding; more are only noise to a reader */
#define FINDING_RESOLVERS_MAX 8
#define FINDINGS_MAX	      24 /* of one target: five of the name, two for each address, five more */

/* What a finding is about, as far as it is; everything is borrowed from the trace. */
struct finding {
	enum finding_id id;
	const char *addrs[FINDING_ADDRS_MAX];
	size_t n_addrs;
	const char *resolver;
	const char *others[FINDING_RESOLVERS_MAX]; /* other resolvers */
	size_t n_others;
	const struct trace_step *step; /* where status, port, certificate and the like stand */
};

struct findings {
	const char *host; /* name asked for, or the target's own; borrowed, NULL for this device */
	bool named;	  /* host is a name and not an address */
	bool up;
	struct finding list[FINDINGS_MAX];
	size_t n;
};

/* What else was seen in the same cycle. */
struct explain_beside {
	const struct trace *device; /* may be NULL */
	const char *resolver;	    /* the first that is configured; NULL for the first to answer */
	bool tcp_works;		    /* another target on the same host was reached over TCP */
	bool quic_silent;	    /* another target on the same host, over QUIC, was not */
};

void explain_target(struct findings *f, const struct trace *t, const struct explain_beside *beside);
void explain_device(struct findings *f, const struct trace *device);

/* The certificate that a finding about one means: the first that is out of its time, otherwise the
 * server's own. NULL when there is none. */
const struct wire_cert *explain_cert(const struct finding *f);

/* "blocked-by-name": for programs. */
const char *finding_str(enum finding_id id);
enum finding_tone finding_tone(enum finding_id id);

#endif
