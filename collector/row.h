/* row.h: one published row of a timeline, one event, and the series that they belong to. Plain
 * data.
 *
 * A series is (region, ISP, access), where each can be "any": a leaf has all three, a region's row
 * has ISP and access any, the country's row has all three any. All eight shapes exist, so that for
 * any split of the three there is exactly one row per value and bucket. Probes that no one could
 * place are leaves of the region "?", which counts for ISPs and for the country and is in no list
 * of regions.
 *
 * Two more kinds of cells are no part of the country: what controls in other countries see ("!"),
 * and what they see of hosts inside it ("<", by the network of the host). They have no rows. */
#ifndef COLLECTOR_ROW_H
#define COLLECTOR_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/verdict.h"
#include "common/buf.h"

#define ISP_ANY	   UINT32_MAX
#define ACCESS_ANY ACCESSES

#define REGION_UNPLACED	  "?"
#define REGION_CONTROLS	  "!"
#define REGION_OUTSIDE_IN "<"

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
	uint32_t revision;  /* 1 at first, +1 for each change of what is published */
	int64_t revised_ms; /* when this revision was made */
};

struct event {
	char id[80]; /* series and onset, stable */
	struct series series;
	enum state state; /* the worst that was measured; silent when nothing was */
	int64_t onset_ms;
	int64_t onset_lo_ms, onset_hi_ms; /* the change lies in here */
	int64_t end_ms;			  /* 0 while it lasts */
	int64_t detected_ms;
	double severity; /* share lost x hours */
	uint32_t probes; /* most probes heard in one bucket of it */
	uint32_t revision;
};

/* One of the country's regions, and not one of the above or "". */
bool region_is_place(const char *region);

bool series_equal(const struct series *a, const struct series *b);
/* Order of every list: region, ISP, access; "any" of ISP and access last. For qsort on struct
 * series. */
int series_cmp(const void *a, const void *b);
bool series_is_leaf(const struct series *s);
/* "IR-23.AS44244.mobile", "all" for any. Used in event ids. */
#define SERIES_TEXT_LEN 48
const char *series_text(char out[static SERIES_TEXT_LEN], const struct series *s);

/* Both ends of the stored forms, described in row.c. The series, start and step of a row and the
 * series of an event are in the key and are left as they are. decode: 0, or -1 when the bytes are
 * no such thing. */
void row_encode(const struct row *r, struct buf *out);
int row_decode(struct row *r, const void *data, size_t len);
void event_encode(const struct event *e, struct buf *out);
int event_decode(struct event *e, const void *data, size_t len);

#endif
