/* problem.h: what is wrong with a request, as RFC 9457 wants it told: the parameter at fault, the
 * nearest valid word, an example that works. Plain data. */
#ifndef COLLECTOR_PROBLEM_H
#define COLLECTOR_PROBLEM_H

struct problem {
	int status;
	char detail[320];
	char parameter[64];  /* "" when no parameter is at fault */
	char nearest[64];    /* "" when nothing is near */
	const char *example; /* a path that works, static; NULL for none */
	int retry_after_s;   /* 0: no use in trying again */
};

/* Fills p with a status and one sentence; returns -1, so that readers can return it at once. */
int problem_set(struct problem *p, int status, const char *parameter, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
