/* package.h: a month of a country as a folder that explains itself: a Data Package (Frictionless, version 2.0:
 * https://datapackage.org/standard/data-package/).
 *
 *	datapackage.json	what each table is: columns, types, keys, bytes, SHA-256
 *	timeline.csv		provinces; country.csv, networks.csv: the same of the whole and of networks
 *	events.csv		of the country, provinces, networks, and networks in provinces
 *	entities.csv		names and codes
 *	X.csv.gz		each table once more, compressed
 *	README.md, CITATION.cff, LICENSE, SHA256SUMS
 *
 * All of it is what was known at one moment, so the same store makes the same bytes again. */
#ifndef COLLECTOR_PACKAGE_H
#define COLLECTOR_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/publish.h"

struct package {
	const struct publish *publish; /* borrowed */
	int month;		       /* month.h */
	int64_t asof_ms;	       /* at or after its end */
	bool synthetic;
};

/* Makes the folder, which must not be there yet: as a whole or not at all. 0, or -1 with err. */
int package_write(const struct package *p, const char *folder, char *err, size_t errlen);

/* Every file of a package, NULL-ended. */
const char *const *package_files(void);

#endif
