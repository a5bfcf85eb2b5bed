/* vantage.h: from which network a probe measures, as coarsely as the volunteer declared it:
 * country, province, operator, kind of line. Nothing here is ever looked up from an address. */
#ifndef PROBE_VANTAGE_H
#define PROBE_VANTAGE_H

#include <stddef.h>
#include <stdint.h>

#include "common/batch.h"
#include "common/result.h"

struct conf;
struct buf;

struct vantage {
	char country[3];
	char region[BATCH_REGION_LEN]; /* "" when not declared */
	uint32_t isp;		       /* AS number, 0 for auto */
	enum access_type access;
};

/* Reads and checks the settings; a province must stand in the country's regions.tsv, unless another country is watched
 * and this one has no folder. 0, or -1 with one sentence that names what would be right. */
int vantage_read(struct vantage *v, const struct conf *c, const char *countries_dir, char *err,
		 size_t errlen);

/* "IR-23, AS44244, mobile" for a person. */
#define VANTAGE_TEXT 64
const char *vantage_text(char out[static VANTAGE_TEXT], const struct vantage *v);

/* The code of a province that a person called by its code or by its name. 0, or -1 with one
 * sentence that names the nearest. */
int vantage_region_code(char code[static BATCH_REGION_LEN], const char *countries_dir,
			const char *country, const char *text, char *err, size_t errlen);

/* Appends the provinces of a country for a person, one per line: code, English and local name. 0,
 * or -1 when the country is unknown. */
int vantage_list_regions(struct buf *out, const char *countries_dir, const char *country);

#endif
