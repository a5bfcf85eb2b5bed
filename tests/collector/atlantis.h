/* atlantis.h: the folder of a country that is not on any map, with one of its files replaced. */
#ifndef TESTS_COLLECTOR_ATLANTIS_H
#define TESTS_COLLECTOR_ATLANTIS_H

#include <stddef.h>

#include "collector/country.h"

#define REGIONS_HEAD "# iso\tiso_pre2020\thasc\tname_en\tname_fa\tpopulation\n"
#define ISPS_HEAD    "# asn\tname_en\tname_fa\taccess\tsubscribers_million\tnote\n"

/* INSIDE is not there unless it is asked for. */
enum atlantis_file { CONF, REGIONS, ISPS, TARGETS, INSIDE, FILES };

/* Loads XA, with one file replaced (FILES: none); NULL text leaves that file out. */
struct country *atlantis_load(enum atlantis_file replaced, const char *text, char *err,
			      size_t errlen);

#endif
