/* doctor.h: `probe doctor` looks at everything that a probe stands on, and says in plain words how
 * each thing is and what to do about it.
 *
 *	✓ clock          2026-01-08T16:30:00Z, kept by the system
 *	! spool          12 batches wait, and the disk is full in 3 MB
 *	    make room on the disk of /var/lib/fanous-probe: the spool could not grow to its 64 MiB
 *
 * Each doctor_X below looks at one part and says its lines as soon as it knows them. None changes
 * anything, takes the lock, needs root, or sends more to the collector than the beginning of a
 * connection; all of them work beside a running probe. */
#ifndef PROBE_DOCTOR_H
#define PROBE_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/jsonw.h"
#include "probe/term.h"

struct options;

enum doctor_grade { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_PROBLEM, DOCTOR_GRADES };

struct doctor {
	const struct options *o; /* borrowed */
	char *state_dir;	 /* owned */
	bool as_json;
	struct term term;
	struct buf out; /* of json, until the end */
	struct jsonw json;
	size_t n[DOCTOR_GRADES]; /* lines of each grade */
};

void doctor_begin(struct doctor *d, const struct options *o);
/* One line. advice: one sentence on what to do, NULL where there is nothing. */
void doctor_say(struct doctor *d, enum doctor_grade grade, const char *check, const char *advice,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The sum, and an exit code: EXIT_DONE, or EXIT_INTERNAL when there was a problem. */
int doctor_end(struct doctor *d);

/* doctor_settings.c: configuration, place, consent, collector's key, lists, data budget. */
void doctor_settings(struct doctor *d);
/* doctor_device.c: seed, spool, clock, authorities, sandbox. */
void doctor_device(struct doctor *d);
/* doctor_network.c: link, name servers, ways to the collector. */
void doctor_network(struct doctor *d);

#endif
