/* place.h: from an address to a network and a province, then the address is forgotten.
 *
 * Two optional mmdb files. Both MaxMind's shape (subdivisions[0].iso_code,
 * autonomous_system_number) and the flat ip-location-db shape (state1, autonomous_system_number)
 * are read; a flat province is a name and is matched against the country's region names.
 * Geolocation is weak (DB-IP puts 70% of Iran's addresses in Tehran), so what the volunteer
 * declared wins, and the source is part of every placement. */
#ifndef COLLECTOR_PLACE_H
#define COLLECTOR_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/batch.h"

struct sockaddr;
struct country;
struct place; /* opaque: the two databases */

enum place_source { PLACE_NONE, PLACE_DECLARED, PLACE_MMDB };
const char *place_source_str(enum place_source s);

struct placement {
	char country[3];	       /* "" unknown */
	char region[BATCH_REGION_LEN]; /* "" unknown */
	uint32_t isp;		       /* 0 unknown */
	enum access_type access;
	enum place_source region_source, isp_source;
};

/* Paths may be NULL. NULL with err when a named file can't be used. country is borrowed. */
struct place *place_open(const char *city_mmdb, const char *asn_mmdb, const struct country *country,
			 char *err, size_t errlen);
void place_close(struct place *p);

/* When the database of networks was built, seconds since 1970; 0 without one. */
uint64_t place_built(const struct place *p);
/* What the address alone says. peer may be NULL: then nothing. */
void place_lookup(const struct place *p, const struct sockaddr *peer, struct placement *out);
/* The AS number of each address that the batch names, 0 unknown: as many as it has addresses. To be freed. */
uint32_t *place_networks(const struct place *p, const struct batch *b);
/* The address is that of a network in the country. With no city database the list of ISPs must tell. */
bool place_is_inside(const struct country *country, const struct placement *seen);
/* What counts for a batch: declared wins, mmdb fills the gaps, access falls back to the ISP's own. */
void place_batch(const struct place *p, const struct batch *b, const struct placement *seen,
		 struct placement *out);

#endif
