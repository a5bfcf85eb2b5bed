/* row.h: one published row of a timeline, one event, and the series that they belong to. Plain data.
 *
 * A series is (region, ISP, access), where each can be "any": a leaf has all three, a region's row has ISP and access
 * any, the country's row has all three any. */
#ifndef COLLECTOR_ROW_H
#define COLLECTOR_ROW_H

#include <stdint.h>

#include "collector/verdict.h"

#define ISP_ANY	   UINT32_MAX
#define ACCESS_ANY ACCESSES

struct series {
	char region[BATCH_REGION_LEN]; /* "" is any */
	uint32_t isp;		       /* ISP_ANY; 0 is an unknown network */
	enum access_type access;       /* ACCESS_ANY */
};

struct row {
	struct series series;
	int64_t start_ms;
	int64_t step_ms;
	struct verdict v;
	uint32_t revision;   /* 1 at first, +1 for each change of what is published */
	int64_t revised_ms;  /* when this revision was made */
};

struct event {
	char id[80]; /* series and onset, stable */
	struct series series;
	enum state state;	/* the worst state that it reached */
	int64_t onset_ms;
	int64_t onset_lo_ms, onset_hi_ms; /* the change lies in here */
	int64_t end_ms;		/* 0 while it lasts */
	int64_t detected_ms;
	double severity;	/* share lost x hours */
	uint32_t probes;	/* most probes heard in one bucket of it */
	uint32_t revision;
};

#endif
