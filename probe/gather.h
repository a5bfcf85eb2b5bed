/* gather.h: finished steps in, sealed batches in the spool out. Between the two nothing touches the
 * disk.
 *
 * A batch never spans two key epochs (UTC days): near midnight two are open at once. What can't be
 * put into the spool stays open and is tried again at the next seal, for as long as it has room. */
#ifndef PROBE_GATHER_H
#define PROBE_GATHER_H

#include <stddef.h>
#include <stdint.h>

#include "common/keys.h"
#include "probe/vantage.h"

struct gather; /* opaque */
struct runner_step;
struct spool;

struct gather_config {
	struct vantage vantage;
	const char *list_hash;	     /* copied; "" when there is no list */
	uint8_t seed[KEYS_SEED];     /* copied; wipe yours */
	uint8_t box_pk[KEYS_BOX_PK]; /* of the collector */
	struct spool *spool;	     /* borrowed */
};

struct gather *gather_new(const struct gather_config *config);
/* Wipes the seed; what was not sealed is forgotten. */
void gather_free(struct gather *g);

/* What the collector's clock says minus ours, from now on. */
void gather_set_offset(struct gather *g, int64_t offset_ms);

/* 0, or -1 when results had to be given up because the spool takes no more (logged). */
int gather_step(struct gather *g, const struct runner_step *step);
/* Seals and spools what is open. Number of batches, or -1 when one could not be spooled (logged). */
int gather_seal(struct gather *g);

#endif
