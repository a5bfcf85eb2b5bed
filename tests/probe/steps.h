/* steps.h: steps as a test writes them down, made into a trace. */
#ifndef TESTS_PROBE_STEPS_H
#define TESTS_PROBE_STEPS_H

#include "common/result.h"
#include "probe/runner.h"
#include "probe/trace.h"
#include "probe/wire_cert.h"

/* 2026-01-08 16:30:00 UTC, and a millisecond more for each step. */
#define STEPS_T0 1767889800000

struct a_step {
	enum failure failure;
	enum kind kind;
	const char *addr;
	const char *resolver;	/* dns: NULL for "system" */
	const char *answers[3]; /* dns: ended by NULL */
	const char *fp, *fp_addr, *cname, *location, *path;
	const struct wire_cert *cert;
	int qtype; /* dns: 0 for A */
	int nth, hop, next, port, status, bytes, verify, alert, tls, cipher, quic;
	bool harmless, alpn;
	int64_t columns[4]; /* link: ns, nsup, gwup, each plus one, so that 0 is "none" */
};

#define STEPS_HARMLESS "www.example.com"

/* Appends n steps, the last of them marked as such. */
void steps_add(struct trace *t, const struct target *target, const struct a_step *list, size_t n);
/* The same to an observer. */
void steps_send(const struct target *target, const struct a_step *list, size_t n,
		void (*step)(void *arg, const struct runner_step *step), void *arg);

#endif
