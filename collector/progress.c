/* progress.c: kept in the store besides cells, rows and events:
 *
 *	META "views"	final_until pulse_until alive_from alive_until late_next late_from, decimal
 *	META "contact"	last heard reports usual unreached, decimal
 *	DUE  step	its leaves, one after the other: stale, access, ISP, length, region (varints)
 */
#include "collector/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "collector/varint.h"

#define BACK_OFF_MAX_MS (15 * 60000LL * 5 / 4) /* probe/schedule.c */
#define LEAF_MAX	(4 * VARINT_MAX + BATCH_REGION_LEN)

/* While it was down, probes tried again after longer and longer times: for as long again few of them are heard,
 * whatever happens. */
void progress_up(struct progress *p, int64_t t_ms)
{
	int64_t down = p->at.alive_until < 0 ? 0 : t_ms - p->at.alive_until;
	p->at.alive_from = t_ms + (down < BACK_OFF_MAX_MS ? down : BACK_OFF_MAX_MS);
	p->at.alive_until = t_ms;
}

void progress_clear(struct progress *p)
{
	seriesmap_clear(&p->leaves);
	duelist_clear(&p->due);
}

static void forget_times(struct progress *p)
{
	p->at.final_until = p->at.pulse_until = p->at.alive_from = p->at.alive_until =
		p->at.late_next = -1;
	p->at.late_from = 0;
	contact_init(&p->contact);
}

void progress_init(struct progress *p)
{
	progress_clear(p);
	forget_times(p);
	p->saved = p->at;
	p->saved_contact = p->contact;
}

static int load_leaf(void *arg, const struct series *s)
{
	seriesmap_add(arg, s);
	return 0;
}

/* All leaves that have cells, those of unplaced probes too. */
static int load_leaves(struct progress *p, struct store *store)
{
	const char *regions[] = {REGION_UNPLACED, NULL};
	struct series_query q = {
		.by_region = true, .by_isp = true, .by_access = true, .access = -1};
	if (store_series(store, &q, load_leaf, &p->leaves) < 0)
		return -1;
	q.regions = regions;
	return store_series(store, &q, load_leaf, &p->leaves);
}

static int load_due(void *arg, int64_t step_ms, const void *data, size_t len)
{
	struct progress *p = arg;
	struct varint_in in = varint_from(data, len);
	while (!in.bad && !varint_done(&in)) {
		struct series s = {0};
		bool stale = varint_get_max(&in, 1);
		s.access = (enum access_type)varint_get_max(&in, ACCESSES - 1);
		s.isp = (uint32_t)varint_get_max(&in, UINT32_MAX);
		size_t n = varint_get_max(&in, sizeof(s.region) - 1);
		const uint8_t *region = varint_bytes(&in, n);
		if (!region)
			break;
		memcpy(s.region, region, n);
		struct due_leaf leaf = {seriesmap_add(&p->leaves, &s), stale};
		duelist_add(&p->due, step_ms, leaf);
	}
	return in.bad ? -1 : 0;
}

static int load_contact(struct progress *p, struct store *store)
{
	struct contact *c = &p->contact;
	char text[160];
	if (store_get_meta(store, "contact", text, sizeof(text)) < 0)
		return -1;
	if (sscanf(text, "%" SCNd64 " %" SCNu64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &c->last,
		   &c->heard, &c->reports, &c->usual, &c->unreached) != 5)
		contact_init(c);
	p->saved_contact = *c;
	return 0;
}

static int save_contact(struct progress *p, struct store *store)
{
	const struct contact *c = &p->contact;
	char text[160];
	if (!memcmp(c, &p->saved_contact, sizeof(*c)))
		return 0;
	p->saved_contact = *c;
	snprintf(text, sizeof(text), "%" PRId64 " %" PRIu64 " %" PRId64 " %" PRId64 " %" PRId64,
		 c->last, c->heard, c->reports, c->usual, c->unreached);
	return store_put_meta(store, "contact", text);
}

int progress_load(struct progress *p, struct store *store)
{
	char text[160];
	if (store_get_meta(store, "views", text, sizeof(text)) < 0)
		return -1;
	if (sscanf(text, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64,
		   &p->at.final_until, &p->at.pulse_until, &p->at.alive_from, &p->at.alive_until,
		   &p->at.late_next, &p->at.late_from) != 6)
		forget_times(p);
	p->saved = p->at;
	if (load_contact(p, store) < 0 || load_leaves(p, store) < 0)
		return -1;
	return store_due(store, load_due, p);
}

static int save_due(struct progress *p, struct store *store, struct due_step *d)
{
	struct buf out;
	buf_init(&out, d->n * LEAF_MAX);
	for (size_t i = 0; i < d->n; i++) {
		const struct series *s = &p->leaves.series[d->leaves[i].number];
		varint_put(&out, d->leaves[i].stale);
		varint_put(&out, s->access);
		varint_put(&out, s->isp);
		varint_put(&out, strlen(s->region));
		buf_puts(&out, s->region);
	}
	int rc = store_put_due(store, d->start_ms, out.data, out.len);
	buf_clear(&out);
	d->unsaved = false;
	return rc;
}

int progress_save(struct progress *p, struct store *store)
{
	char text[160];
	for (size_t i = 0; i < p->due.n; i++)
		if (p->due.steps[i].unsaved && save_due(p, store, &p->due.steps[i]) < 0)
			return -1;
	if (save_contact(p, store) < 0)
		return -1;
	if (!memcmp(&p->at, &p->saved, sizeof(p->at)))
		return 0;
	p->saved = p->at;
	snprintf(text, sizeof(text),
		 "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
		 p->at.final_until, p->at.pulse_until, p->at.alive_from, p->at.alive_until,
		 p->at.late_next, p->at.late_from);
	return store_put_meta(store, "views", text);
}

bool progress_was_alive(const struct progress *p, int64_t from_ms, int64_t until_ms)
{
	return p->at.alive_from >= 0 && p->at.alive_from <= from_ms &&
	       p->at.alive_until >= until_ms;
}

void progress_again(struct progress *p, int64_t start_ms)
{
	for (uint32_t i = 0; i < p->leaves.n; i++)
		duelist_add(&p->due, start_ms, (struct due_leaf){i, true});
}

int progress_done(struct progress *p, struct store *store, int64_t start_ms)
{
	if (!duelist_at(&p->due, start_ms))
		return 0;
	duelist_remove(&p->due, start_ms);
	return store_put_due(store, start_ms, NULL, 0);
}
