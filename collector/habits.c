/* habits.c: an array by the numbers of the leaves. */
#include "collector/habits.h"

#include <stdlib.h>

#include "common/log.h"

#define DAY_MAX 16384 /* 48 slots of nine numbers, encoded */

struct habit {
	struct series leaf;
	struct usual usual;
	bool loaded;
};

struct habits {
	struct store *store;
	struct habit *list;
	size_t n;
};

struct habits *habits_new(struct store *store)
{
	struct habits *h = xcalloc(1, sizeof(*h));
	h->store = store;
	return h;
}

void habits_reset(struct habits *h)
{
	for (size_t i = 0; i < h->n; i++)
		usual_clear(&h->list[i].usual);
	free(h->list);
	h->list = NULL;
	h->n = 0;
}

void habits_free(struct habits *h)
{
	if (!h)
		return;
	habits_reset(h);
	free(h);
}

static int load_day(void *arg, int64_t day, const void *data, size_t len)
{
	if (usual_decode(arg, day, data, len) == 0)
		return 0;
	log_warnx("store: what is usual in a leaf is damaged; `collector rebuild` makes the views "
		  "anew");
	return -1;
}

struct usual *habits_of(struct habits *h, uint32_t number, const struct series *leaf)
{
	if (number >= h->n) {
		size_t n = (size_t)number + 64;
		h->list = xrealloc(h->list, n * sizeof(*h->list));
		for (size_t i = h->n; i < n; i++) {
			h->list[i].loaded = false;
			usual_init(&h->list[i].usual);
		}
		h->n = n;
	}
	struct habit *habit = &h->list[number];
	if (habit->loaded)
		return &habit->usual;
	habit->loaded = true;
	habit->leaf = *leaf;
	/* Days are read in order, so that of five weeks the last ones stay. */
	if (store_usual(h->store, leaf, 0, INT64_MAX, load_day, &habit->usual) < 0)
		return NULL;
	return &habit->usual;
}

static int save_day(struct habits *h, struct habit *habit, struct usual_day *d)
{
	struct buf out;
	buf_init(&out, DAY_MAX);
	usual_encode(&habit->usual, d, &out);
	int rc = out.overflow ? -1
			      : store_put_usual(h->store, &habit->leaf, d->day, out.data, out.len);
	buf_clear(&out);
	d->dirty = false;
	return rc;
}

int habits_save(struct habits *h)
{
	for (size_t i = 0; i < h->n; i++)
		for (size_t k = 0; h->list[i].loaded && k < USUAL_DAYS; k++) {
			struct usual_day *d = h->list[i].usual.days[k];
			if (d && d->dirty && save_day(h, &h->list[i], d) < 0)
				return -1;
		}
	return 0;
}
