/* abroad.c: numbers for cells that are no leaves, above all numbers that leaves can have. */
#include "collector/abroad.h"

#include <stdlib.h>
#include <string.h>
#include <string.h>

#include "collector/seriesmap.h"
#include "common/log.h"

#define FIRST	0x80000000u
#define DAY_MAX (4 * 1024 * 1024)

struct abroad {
	struct store *store;
	struct cellbook *cells;
	struct control *control;
	struct seriesmap map;
};

static const struct series controls = {.region = REGION_CONTROLS, .access = ACCESS_DATACENTRE};

struct abroad *abroad_new(struct store *store, struct cellbook *cells)
{
	struct abroad *o = xcalloc(1, sizeof(*o));
	o->store = store;
	o->cells = cells;
	o->control = control_new();
	return o;
}

void abroad_reset(struct abroad *o)
{
	control_reset(o->control);
	seriesmap_clear(&o->map);
}

void abroad_free(struct abroad *o)
{
	if (!o)
		return;
	abroad_reset(o);
	control_free(o->control);
	free(o);
}

struct control *abroad_control(struct abroad *o)
{
	return o->control;
}

int abroad_add(struct abroad *o, const struct votes_bucket *b)
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

int abroad_no_say(struct abroad *o, int64_t from_ms, int64_t until_ms, int64_t bucket_ms,
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

int abroad_add_late(struct abroad *o, const struct votes_bucket *b, int64_t from_ms,
		    int64_t until_ms, int64_t bucket_ms)
{
	uint64_t before[CLASSES], after[CLASSES];
	if (abroad_no_say(o, from_ms, until_ms, bucket_ms, before) < 0 || abroad_add(o, b) < 0 ||
	    abroad_no_say(o, from_ms, until_ms, bucket_ms, after) < 0)
		return -1;
	return memcmp(before, after, sizeof(before)) != 0;
}

int abroad_save(struct abroad *o)
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
	struct abroad *o = arg;
	if (control_decode(o->control, day, data, len) == 0)
		return 0;
	log_warnx("store: what controls saw is damaged; `collector rebuild` makes the views anew");
	return -1;
}

int abroad_load(struct abroad *o)
{
	return store_usual(o->store, &controls, 0, INT64_MAX, load_day, o);
}
