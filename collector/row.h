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

/* Why there is a revision. */
enum why {
#define WHY(sym, name) WHY_##sym,
#include "collector/why.def"
#undef WHY
	WHYS
};

const char *why_str(enum why w);

/* What is published never changes without a new revision, which says why; earlier ones are kept
 * (store.h). */
struct row {
	struct series series;
	int64_t start_ms;
	int64_t step_ms;
	struct verdict v;
	uint32_t revision;  /* 1 at first, +1 for each change of what is published */
	int64_t revised_ms; /* when this revision was made */
	enum why why;
	uint32_t method; /* METHOD_VERSION by which it was judged */
	/* Of which class the figures are, where the publisher was asked for rows by class; not stored. */
	enum target_class class;
};

/* What an event rests on: bits. */
enum event_basis {
	EVENT_VOTES = 1,   /* probes measured it */
	EVENT_SILENCE = 2, /* probes that usually report did not: presumed, until they can say */
};

/* A loss, or a sign of one to come, in one series: from its onset to its end. Where the change was seen to lie
 * is given as an interval [lo, hi]. */
struct event {
	char id[80]; /* series, onset and kind, stable */
	struct series series;
	enum sign kind;	    /* LOSS is the event itself, the others may go before it */
	enum state state;   /* the worst that was measured; silent when nothing was */
	unsigned int basis; /* enum event_basis */
	int64_t onset_ms;
	int64_t onset_lo_ms; /* 0: it was there from the first report on */
	int64_t onset_hi_ms;
	int64_t end_ms; /* 0 while it lasts; at its onset: withdrawn */
	int64_t end_lo_ms, end_hi_ms;
	int64_t back_ms; /* it seems to be over since, and is being watched; 0 when not */
	int64_t detected_ms;
	double severity; /* share lost x hours; of a whole, the people behind its parts weigh */
	double lost_lo, lost_hi; /* of a whole, at its worst: share lost in the least and the most
				    affected part; NaN of a leaf */
	uint32_t probes;	 /* most probes heard in one bucket of it */
	uint32_t n, hit;	 /* at its worst: probes that had lately spoken; of them, lost */
	uint32_t expected;	 /* probes that usually report at that time */
	struct event_returns {
		uint32_t n;	  /* times that access came back and went again */
		uint32_t partial; /* of these, for a part of the probes only */
		int64_t total_ms; /* all together */
		int64_t last_ms;  /* when the last one began */
	} returns;
	struct event_hours {
		uint32_t days; /* on which it began at about the same time; 0: no such pattern */
		uint16_t from_min, until_min; /* UTC, minutes of the day; equal: end unknown */
	} hours;
	uint32_t revision; /* 1 at first */
	enum why why;	   /* there is this revision */
	int64_t revised_ms;
};

/* Takes away what grows with an event while it lasts, without a new revision: severity, lost, probes,
 * n, hit, expected and returns. Of a revision that was replaced nobody knows how far it had grown. */
void event_forget_growth(struct event *e);

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
/* The same backwards, from the beginning of an id: what comes after it, a dot first; NULL when text does
 * not begin with a series. */
const char *series_parse(struct series *out, const char *text);

/* Both ends of the stored forms, described in row.c. The series, start and step of a row and the
 * series of an event are in the key and are left as they are. decode: 0, or -1 when the bytes are
 * no such thing. */
void row_encode(const struct row *r, struct buf *out);
int row_decode(struct row *r, const void *data, size_t len);
void event_encode(const struct event *e, struct buf *out);
int event_decode(struct event *e, const void *data, size_t len);

#endif
