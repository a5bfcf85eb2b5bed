/* country.h: everything the collector knows about the country it watches, from one folder
 * (configs/countries/XX): names, regions, ISPs, and the target list that gives URLs their class.
 * Nothing about any country is in the code. All tables are read at start and stay as they are. */
#ifndef COLLECTOR_COUNTRY_H
#define COLLECTOR_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/batch.h"
#include "common/result.h"

struct region {
	char code[BATCH_REGION_LEN]; /* ISO 3166-2 of 2020: IR-23 */
	char code_old[BATCH_REGION_LEN];
	char hasc[8];
	char name_en[64];
	char name_fa[96];
	int64_t population; /* 0 unknown */
};

struct isp {
	uint32_t asn;
	char name_en[64];
	char name_fa[96];
	enum access_type access;
	double subscribers_million; /* 0 unknown */
};

struct country_target {
	char *url;
	enum target_class class;
	enum kind last; /* the step whose success means that it was reached */
	/* Bit in the masks of a cell (cell.h): position within its class, for services over QUIC among
	 * those, for hosts inside after the domestic targets; -1 has no vote: past CELL_TARGETS_MAX,
	 * speed+https. */
	int slot;
	bool inside; /* a host inside that only controls measure (inside.csv); class OTHER */
};

struct country {
	char code[3];
	char name_en[64];
	char name_fa[96];
	char timezone[48];
	int utc_offset_min;
	struct region *regions; /* in the order of the file */
	size_t n_regions;
	struct isp *isps;
	size_t n_isps;
	struct country_target *targets; /* sorted by url for country_target() */
	size_t n_targets;
	/* By slot. Of class RESOLVER: those asked for a name that is no domestic target's. */
	uint64_t abroad;
	uint64_t tools;	       /* of class FILTERED: those with `tool` in the notes */
	char targets_hash[65]; /* SHA-256 of targets.csv, as batches name it (batch.h); hex */
	char list_hash[65];    /* SHA-256 of targets.csv, and of inside.csv if there is one; hex */
	char places_hash[65]; /* SHA-256 of all figures above of regions and ISPs; names are none */
};

/* Reads dir/XX. NULL with one sentence (file, line, reason) in err. */
struct country *country_load(const char *dir, const char *code, char *err, size_t errlen);
void country_free(struct country *c);

const struct region *country_region(const struct country *c, const char *code); /* NULL unknown */
const struct isp *country_isp(const struct country *c, uint32_t asn);
const struct country_target *country_target(const struct country *c, const char *url);

#endif
