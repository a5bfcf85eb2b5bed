/* country_list.h: the target list of a country's folder (targets.csv): what its URLs stand for, and which bit
 * each has in a cell. */
#ifndef COLLECTOR_COUNTRY_LIST_H
#define COLLECTOR_COUNTRY_LIST_H

#include <stddef.h>

struct country;

/* Fills targets, abroad, tools and list_hash. 0, or -1 with one sentence in err. */
int country_list_read(struct country *c, const char *path, char *err, size_t errlen);

#endif
