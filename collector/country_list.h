/* country_list.h: the lists of URLs in a country's folder: what they stand for, and which bit each has in a cell.
 *
 *	targets.csv	url,class,level,notes	what probes measure; the word `tool` in the notes of a filtered
 *						one: it is made against censorship
 *	inside.csv	url,notes		hosts inside, that controls measure besides; it may be missing */
#ifndef COLLECTOR_COUNTRY_LIST_H
#define COLLECTOR_COUNTRY_LIST_H

#include <stddef.h>

struct country;

/* Fills targets, abroad, tools, targets_hash and list_hash. 0, or -1 with one sentence in err. */
int country_list_read(struct country *c, const char *path, char *err, size_t errlen);
/* Adds the hosts inside; after the other. */
int country_list_read_inside(struct country *c, const char *path, char *err, size_t errlen);

#endif
