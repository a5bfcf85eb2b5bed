/* ooni_fields.h: the fields of OONI's data format, as a table (df-000, -001, -002, -005, -006 and the
 * test specifications of web_connectivity and urlgetter). */
#ifndef TESTS_PROBE_OONI_FIELDS_H
#define TESTS_PROBE_OONI_FIELDS_H

#include <jansson.h>

/* Fails the test unless every required key is there, of its type, and all others begin with x_. */
void ooni_fields_check(const json_t *measurement);

#endif
