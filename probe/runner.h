/* runner.h: turns targets into results: one chain of checks per target, many chains at a time.
 *
 * The runner owns concurrency, the one deadline per check, and the building of every struct
 * result; checks (check.h) only do their own step. It reports each finished step to an observer
 * and, when every chain is done or cancelled, calls done exactly once, never from inside
 * runner_start. It works with no network at all: then each chain ends quickly with its own
 * failure. */
#ifndef PROBE_RUNNER_H
#define PROBE_RUNNER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/result.h"
#include "probe/targets.h"

struct event_base;
struct runner; /* opaque */
struct fingerprints;
struct wire_cert;

struct runner_config {
	size_t concurrency;	      /* chains in flight */
	int check_timeout_ms;	      /* deadline of one check */
	const char *const *resolvers; /* "system", "udp://9.9.9.9"; borrowed, ended by NULL */
	const struct fingerprints *fingerprints; /* borrowed, may be NULL */
	const char *resolv_conf; /* what "system" reads; NULL for /etc/resolv.conf */
	bool private_too;	 /* private and loopback addresses may be gone to */
};

/* One finished step; a dns step with several answers comes once for each. Everything is borrowed for the call; indexes in result (TARGET, ADDR,
 * RESOLVER, FP and the list) are not set yet: the texts here are what the observer enters into its
 * batch. */
struct runner_step {
	const struct target *target; /* NULL for link */
	const struct result *result; /* v[RESULT_T] is Unix ms */
	const char *addr;	     /* address tried, NULL when none */
	const char *resolver;	     /* NULL when none */
	const char *fp;		     /* NULL when none */
	const char *fp_addr;	     /* dns: the answered address that it names, NULL when none */
	const char *const *answers;  /* n_answers textual addresses */
	size_t n_answers;
	const char *cname;	       /* dns: the last alias, NULL when none */
	const struct wire_cert *certs; /* tls: n_certs, the server's own first */
	size_t n_certs;
	bool alpn;	      /* tls: http/1.1 was agreed on */
	const char *sni;      /* tls: the harmless name that was sent instead, NULL for the host */
	const char *location; /* http: where a redirect to https at the same host leads, or NULL */
	const char *path;     /* http: what was asked for; NULL for others */
	bool last;	      /* the last step of this target in this cycle */
};

struct runner_observer {
	void (*step)(void *arg, const struct runner_step *step);
	void (*done)(void *arg);
	void *arg;
};

/* The observer may cancel from inside step, and start the next cycle or free the runner from
 * inside done. SIGPIPE is ignored from here on. */
struct runner *runner_new(struct event_base *base, const struct runner_config *config);
/* In mid-flight too: then done does not come. */
void runner_free(struct runner *r);
/* Measures list[order[0]] .. list[order[n-1]], and the link first when with_link. One cycle at a
 * time: 0, or -1 when one is still under way. list must stay until done. */
int runner_start(struct runner *r, const struct targets *list, const size_t *order, size_t n,
		 bool with_link, const struct runner_observer *observer);
/* Ends everything in flight without results; done follows from the loop. */
void runner_cancel(struct runner *r);

#endif
