/* problem.c: the sentence of a refusal. */
#include "collector/problem.h"

#include <stdarg.h>
#include <stdio.h>

int problem_set(struct problem *p, int status, const char *parameter, const char *fmt, ...)
{
	va_list ap;
	p->status = status;
	snprintf(p->parameter, sizeof(p->parameter), "%s", parameter);
	va_start(ap, fmt);
	vsnprintf(p->detail, sizeof(p->detail), fmt, ap);
	va_end(ap);
	return -1;
}
