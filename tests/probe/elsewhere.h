/* elsewhere.h: in another process, so that a whole command can run in this one: a collector that takes
 * every batch and is a SOCKS proxy too, and a name server that knows no name; both on 127.0.0.1. */
#ifndef TESTS_PROBE_ELSEWHERE_H
#define TESTS_PROBE_ELSEWHERE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct elsewhere {
	pid_t pid;
	int pipe;
	uint16_t collector, dns; /* ports */
};

struct elsewhere_seen {
	size_t requests, queries;
};

void elsewhere_begin(struct elsewhere *e);
/* Ends it, and says what it has seen. */
struct elsewhere_seen elsewhere_end(struct elsewhere *e);

#endif
