/* cell.h: votes as sets. Pure.
 *
 * A cell is what all probes of one (bucket, region, ISP, access) saw of one target class: for each
 * probe the set of targets it tried, and the set it reached, as bit masks over the class's targets
 * (the slot of country.h). Merging two cells is the union of those sets, so it does not matter how
 * often, in which order or how late a result arrives; buckets compact into longer ones by the same
 * union. One probe is one vote: any success of a target in the bucket wins. */
#ifndef COLLECTOR_CELL_H
#define COLLECTOR_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/batch.h"
#include "common/buf.h"
#include "common/result.h"

struct cell_key {
	int64_t bucket_ms; /* start */
	char region[BATCH_REGION_LEN];
	uint32_t isp;
	enum access_type access;
	enum target_class class;
};

/* Bits of tried/ok in a cell of class LINK. */
enum cell_link_bit { CELL_LINK_V4, CELL_LINK_V6, CELL_LINK_GATEWAY, CELL_LINK_NS };

enum mechanism {
#define MECHANISM(sym, name, kind) MECH_##sym,
#include "collector/mechanism.def"
#undef MECHANISM
	MECHANISMS
};

const char *mechanism_str(enum mechanism m);
/* The step that shows it. */
enum kind mechanism_kind(enum mechanism m);

/* Every mask but those of QUIC has one bit per slot of the class (country.h). Services over QUIC have slots of
 * their own, counted apart, and are in step_tried[KIND_QUIC] and step_ok[KIND_QUIC] alone. */
struct cell_vote {
	uint64_t probe; /* first eight bytes of the epoch key */
	uint64_t tried; /* targets of which any step was measured */
	uint64_t ok;	/* targets whose final step succeeded: the answer that was expected */
	uint64_t fp;	/* targets where a fingerprint of blocking matched */
	uint64_t step_tried[KINDS]; /* per check: targets measured, targets that passed */
	uint64_t step_ok[KINDS];
	uint64_t six_tried,
		six_ok; /* over IPv6, by a device that has it: connected to, connected */
	uint64_t mech
		[MECHANISMS]; /* targets where it was seen; QUIC's and THROTTLE's are not used */
	uint8_t rate;	      /* of the fastest download, see cell_rate; 0 none */
	bool late;	      /* something here arrived later than the bucket and its grace */
};

/* A download's speed in quarters of an octave, 1 to 255: 4 log2(bytes per second). 0 for none. The faster of two
 * is the larger, so that merging keeps it. */
uint8_t cell_rate(int64_t bytes, int64_t us);

struct cell {
	struct cell_vote *votes; /* sorted by probe; owned */
	size_t n, room;
};

void cell_init(struct cell *c);
void cell_clear(struct cell *c);
/* Union of one vote into the cell; true when it changed anything. */
bool cell_add(struct cell *c, const struct cell_vote *v);
/* Union of src into dst; true when dst changed. */
bool cell_merge(struct cell *dst, const struct cell *src);

/* Both ends of the stored form (described in cell.c). decode: 0, or -1 when the bytes are not a cell. */
void cell_encode(const struct cell *c, struct buf *out);
int cell_decode(struct cell *c, const void *data, size_t len);

#endif
