/* check.h: the contract of a check: one step towards a target, as one const struct.
 *
 * The runner makes a struct check, fills in the question and calls start. The check does its own
 * step and nothing else, writes what it found into the answer, and says check_done. Around that the
 * runner does everything that is the same for all checks: the deadline, both clocks, the columns T,
 * US and FAILURE, and what comes next.
 *
 *	start -> check_done -> stop    the check came to an end by itself
 *	start -> expired ----> stop    the deadline passed: expired says which failure that is
 *	start ---------------> stop    the cycle was cancelled, nobody wants the answer
 *
 * A check may end with more than one result: dns has one for each different answer. It fills the
 * first into c->answer and asks check_more for the room of each further one.
 *
 * check_done may be said from anywhere, start included: the runner acts on it later, from the loop.
 * It is said once at most, and not after expired or stop. To add a kind: a row in common/kinds.def,
 * probe/check_X.c with one struct check_ops, its row in the table of runner.c, and its place in
 * chain.c. */
#ifndef PROBE_CHECK_H
#define PROBE_CHECK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/result.h"
#include "probe/wire_stream.h"

struct event_base;
struct fingerprints;
struct resolver;
struct wire_cert;

/* What all checks of a runner see; borrowed. */
struct check_env {
	struct event_base *base;
	const struct fingerprints *fingerprints; /* may be NULL */
	const char *ca_file;			 /* PEM bundle of trusted authorities */
	const char *resolv_conf;
	bool private_too; /* private and loopback addresses may be gone to: somebody's own machine */
};

#define CHECK_MORE_MAX	3 /* further answers to one question: more are a flood */
#define CHECK_CNAME_MAX 256

struct check_answer {
	struct result result; /* the check sets the columns of its own */
	const char *fp;	      /* name of the fingerprint that matched, NULL for none */
	size_t fp_at;	      /* dns: the one of addrs that it matched */
	char addrs[RESULT_ANSWERS_MAX][INET6_ADDRSTRLEN]; /* dns */
	size_t n_addrs;
	char cname[CHECK_CNAME_MAX]; /* dns: the last alias, "" for none */
};

struct check {
	/* The question: set by the runner, borrowed, and unused where it does not apply. */
	const struct check_env *env;
	void *shared;	  /* what open returned for this kind */
	const char *host; /* name or address literal of the target; dns: the name asked */
	const char *addr; /* address to go to, as text */
	uint16_t port;
	const char *sni;    /* tls: a harmless name to send instead of host; NULL for host */
	const char *path;   /* http, speed: with query */
	int expect_status;  /* http: 0 for 200..399 */
	const char *scheme; /* http: "http" or "https", to know the way back from a redirect */
	int qtype;	    /* dns */
	const struct resolver *resolver; /* dns; NULL when this device has none */

	/* The answer. */
	struct check_answer answer;
	struct check_answer *more; /* owned by the runner; check_more adds */
	size_t n_more;
	struct wire_cert *certs; /* tls: allocated by the check, freed by the runner */
	size_t n_certs;
	bool alpn;	/* tls: http/1.1 was agreed on */
	char *location; /* http: absolute URL of a redirect that may be followed; owned as certs */
	int64_t us;	/* duration, when the kernel knows it better than the loop; or -1 */

	/* A connection: tcp leaves one here when it succeeds, tls finds it there and adds its TLS,
	 * http and speed use it. The runner carries it along and closes it, after stop. */
	struct wire_stream stream;

	void *state; /* the check's own, from start to stop */
};

struct check_ops {
	enum kind kind;
	int timeout_ms; /* deadline, when it is shorter than the configured one; 0 for that */
	/* What all checks of this kind share for the life of the runner. Both may be NULL. */
	void *(*open)(const struct check_env *env);
	void (*close)(void *shared);

	void (*start)(struct check *c);
	enum failure (*expired)(struct check *c);
	/* Frees state and lets go of everything that could still call back. Comes once for each
	 * start. */
	void (*stop)(struct check *c);
};

void check_done(struct check *c, enum failure failure);
/* Room for one more result of the same kind and time, its columns "none", failure and us to be set
 * by the check; NULL when there were CHECK_MORE_MAX. Valid until the next call. */
struct check_answer *check_more(struct check *c);

extern const struct check_ops check_dns, check_tcp, check_tls, check_http, check_link, check_guard,
	check_speed, check_quic;

#endif
