/* rig.h: everything between the settings and a working collector, opened in order and closed in
 * reverse: key, country, geolocation, archive, store, views, ingest. */
#ifndef COLLECTOR_RIG_H
#define COLLECTOR_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/ingest.h"
#include "collector/publish.h"
#include "common/keys.h"

struct conf;
struct country;
struct country_map;

struct rig {
	struct keys_box box;
	struct country *country; /* all owned */
	struct country_map *map; /* NULL: nobody drew one */
	struct place *place;
	struct archive *archive;
	struct store *store;
	struct views *views;
	struct ingest *ingest;
	struct event_base *base; /* borrowed */
	struct views_config config;
	struct publish publish;
	bool synthetic; /* the store says that its data is simulated */
	int64_t synthetic_now_ms;
};

/* The country that the settings name. NULL with err. */
struct country *rig_country(const struct conf *c, char *err, size_t errlen);

/* base NULL: for a rebuild. 0, or the exit code (1, 78) with one sentence in err; rig_close in
 * either case. Views that were made otherwise have been put aside (handover.h). */
int rig_open(struct rig *rig, const struct conf *c, struct event_base *base, char *err,
	     size_t errlen);
/* Brings the views up to the archive, with what was published before them. 0, or -1 with err. */
int rig_catch_up(struct rig *rig, const struct conf *c, char *err, size_t errlen);
/* The same from nothing. */
int rig_rebuild(struct rig *rig, const struct conf *c, char *err, size_t errlen);
void rig_close(struct rig *rig);

#endif
