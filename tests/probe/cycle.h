/* cycle.h: a runner over a bad network: measures some URLs and keeps every step it reports. */
#ifndef TESTS_PROBE_CYCLE_H
#define TESTS_PROBE_CYCLE_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/runner.h"
#include "probe/wire_cert.h"
#include "tests/probe/baddns.h"
#include "tests/probe/badnet.h"

#define CYCLE_SEEN_MAX	1024
#define CYCLE_RESOLVERS 3

struct seen {
	char url[TARGET_URL_MAX]; /* "" for the link */
	struct result result;
	char addr[64], resolver[64], fp[64], fp_addr[64]; /* "" for none */
	bool alpn;
	char answer[64]; /* the first address */
	size_t n_answers;
	char cname[256];
	bool last;
	char location[TARGET_URL_MAX];
	struct wire_cert certs[RESULT_CHAIN_MAX];
	size_t n_certs;
};

struct cycle {
	struct event_base *base;
	struct badcert *certs;
	struct badnet *net;
	struct baddns *dns;
	struct fingerprints *fingerprints;
	struct runner_config config; /* may be changed before the first measurement */
	struct runner *runner;
	struct targets targets;
	char resolver_text[CYCLE_RESOLVERS][64];
	const char *resolvers[CYCLE_RESOLVERS + 1];
	char dir[64], path[128];
	struct seen seen[CYCLE_SEEN_MAX];
	size_t n_seen;
	unsigned int done;
	size_t cancel_after; /* steps after which the observer cancels; 0 for never */
	bool free_when_done; /* the observer frees the runner */
};

/* An authority that is trusted, an empty network, deadlines of 5 s, no resolver. */
void cycle_open(struct cycle *c);
void cycle_close(struct cycle *c);

/* Adds a resolver that answers so; names is borrowed. */
void cycle_dns(struct cycle *c, const struct bad_name *names);
/* A file in the folder of the cycle; valid until the next call. */
const char *cycle_file(struct cycle *c, const char *name, const char *text);
void cycle_fingerprints(struct cycle *c, const char *csv);

/* Adds a target; format as printf. */
void cycle_target(struct cycle *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Starts measuring all targets in their order. */
void cycle_start(struct cycle *c, bool with_link);
/* Runs the loop until done, or fails the test. */
void cycle_finish(struct cycle *c);
/* Both for one URL, and the last step of it. */
const struct seen *cycle_one(struct cycle *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Descriptors that are open when the servers have closed their ends, which they do a moment after the
 * probe. Between cycles the probe's question sockets are among them for a second (wire_udppool.h). */
size_t cycle_files(struct cycle *c);
/* Runs the loop until so many are open; one that was left behind is a wait that the alarm ends. */
void cycle_wait_files(struct cycle *c, size_t files);

/* First step of this kind, from the given index on. */
const struct seen *cycle_step(const struct cycle *c, enum kind kind, size_t from);

#endif
