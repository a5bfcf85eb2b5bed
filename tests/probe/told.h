/* told.h: rows of steps and what they should be told as; one for each thing that can be found. */
#ifndef TESTS_PROBE_TOLD_H
#define TESTS_PROBE_TOLD_H

#include "probe/explain.h"
#include "probe/targets.h"
#include "tests/probe/steps.h"

#define TOLD_STEPS_MAX 14

struct told_row {
	const char *what, *url; /* NULL url: this device */
	struct a_step steps[TOLD_STEPS_MAX];
	const char *want; /* ids, blanks between */
	struct a_step device[3];
	struct explain_beside beside;
	bool up;
};

extern const struct told_row told_rows[];
extern const size_t told_n;

struct told {
	struct target target;
	struct trace trace, device;
	struct findings f;
};

/* Fills t from a row; told_forget it. */
void told_make(struct told *t, const struct told_row *row);
void told_forget(struct told *t);

#endif
