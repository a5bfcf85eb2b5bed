/* outside.c: numbers for cells that are no leaves, above all numbers that leaves can have. */
#include "collector/outside.h"

#include <stdlib.h>
#include <string.h>

#include "collector/seriesmap.h"
#include "common/log.h"

#define FIRST	0x80000000u
#define DAY_MAX (4 * 1024 * 1024)

struct outside {
	struct store *store;
	struct cellbook *cells;
	struct control *control;
	struct seriesmap map;
};

static const struct series controls = {.region = REGION_CONTROLS, .access = ACCESS_DATACENTRE};

struct outside *outside_new(struct store *store, struct cellbook *cells)
{
	struct outside *o = xcalloc(1, sizeof(*o));
	o->store = store;
	o->cells = cells;
	o->control = control_new();
	return o;
}

void outside_reset(struct outside *o)
{
	control_reset(o->control);
	seriesmap_clear(&o->map);
}

void outside_free(struct outside *o)
{
	if (!o)
		return;
	outside_reset(o);
	control_free(o->control);
	free(o);
}

struct control *outside_control(struct outside *o)
{
	return o->control;
}

int outside_add(struct outside *o, const struct votes_bucket *b)
{
	struct series s = controls;
	if (b->series == VOTES_OUTSIDE_IN)
		s = (struct series){
			.region = REGION_OUTSIDE_IN, .isp = b->network, .access = ACCESS_UNKNOWN};
	uint32_t number = FIRST + seriesmap_add(&o->map, &s);
	for (size_t c = 0; c < CLASSES; c++)
		if (b->has[c] && cellbook_add(o->cells, number, &s, b->start_ms,
					      (enum target_class)c, &b->vote[c]) < 0)
			return -1;
	return 0;
}

int outside_no_say(struct outside *o, int64_t from_ms, int64_t until_ms, int64_t bucket_ms,
		   uint64_t no_say[static CLASSES])
{
	struct cell cells[CLASSES] = {0};
	const struct cell *heard[CLASSES] = {NULL};
	uint32_t number = FIRST + seriesmap_add(&o->map, &controls);
	int rc = cellbook_unite(o->cells, number, &controls, from_ms, until_ms, bucket_ms, cells);
	for (size_t c = 0; c < CLASSES; c++)
		heard[c] = cells[c].n ? &cells[c] : NULL;
	control_no_say(no_say, heard);
	for (size_t c = 0; c < CLASSES; c++)
		cell_clear(&cells[c]);
	return rc;
}

int outside_save(struct outside *o)
{
	int64_t day;
	while (control_unsaved(o->control, &day)) {
		struct buf out;
		buf_init(&out, DAY_MAX);
		control_encode(o->control, day, &out);
		int rc = out.overflow
				 ? -1
				 : store_put_usual(o->store, &controls, day, out.data, out.len);
		buf_clear(&out);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int load_day(void *arg, int64_t day, const void *data, size_t len)
{
	struct outside *o = arg;
	if (control_decode(o->control, day, data, len) == 0)
		return 0;
	log_warnx("store: what controls saw is damaged; `collector rebuild` makes the views anew");
	return -1;
}

int outside_load(struct outside *o)
{
	return store_usual(o->store, &controls, 0, INT64_MAX, load_day, o);
}
