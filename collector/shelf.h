/* shelf.h: the packages of months (package.h) in data_dir/packages: how they are called, which are there, which is due.
 *
 * A month has a version for each of some set moments after its end: a day, a month, three months, since a spool holds
 * ninety days. Each is what was known at its moment, so a collector that was down then makes the same one later. The
 * first has the month's name, "2026-01", later ones "2026-01.2" and so on; what is there never changes. */
#ifndef COLLECTOR_SHELF_H
#define COLLECTOR_SHELF_H

#include <stdbool.h>
#include <stdint.h>

struct shelf_item {
	int month;   /* month.h */
	int version; /* from 1 on */
};

int64_t shelf_asof_ms(const struct shelf_item *i);

#define SHELF_NAME_LEN 24
const char *shelf_name(char out[static SHELF_NAME_LEN], const struct shelf_item *i);
/* Exactly such a name. 0 or -1. */
int shelf_parse(const char *name, struct shelf_item *out);

/* The first that could be made and is not there, of the months since something is known. dir is the folder of all. */
bool shelf_due(const char *dir, int64_t began_ms, int64_t now_ms, struct shelf_item *out);
/* Those that are there, the newest month first, and of it the newest version. */
void shelf_list(const char *dir, int64_t began_ms, int64_t now_ms,
		void (*fn)(void *arg, const struct shelf_item *i), void *arg);

#endif
