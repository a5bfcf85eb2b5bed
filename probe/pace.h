/* pace.h: how often each target is measured, on average. Pure.
 *
 * Everything follows from one interval unless a word says otherwise, "filtered:600": what tells a
 * cut from a normal day (domestic, open, canary, resolver) comes every time, the classes that only
 * add detail less often, quic:// half as often as its class, and speed+https:// every half hour,
 * because one of its downloads costs as much data as some ten other targets. */
#ifndef PROBE_PACE_H
#define PROBE_PACE_H

#include <stddef.h>
#include <stdint.h>

#include "common/result.h"

struct target;

#define PACE_S_MAX 86400

struct pace {
	int64_t class_ms[CLASSES];
	int64_t quic_ms; /* 0 for twice that of its class */
	int64_t speed_ms;
};

void pace_init(struct pace *p, int64_t interval_s);
/* "WORD:SECONDS"; WORD is a class, quic or speed. 0, or -1 with one sentence in err. */
int pace_set(struct pace *p, const char *text, char *err, size_t errlen);
int64_t pace_ms(const struct pace *p, const struct target *t);

#endif
