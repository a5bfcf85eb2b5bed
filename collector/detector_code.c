/* detector_code.c: the stored form of a detector. Varints; the sign, the length of a bucket and the
 * series are in the key or the caller's:
 *
 *	until_ms, phase, known, said_ms + 1, level, lately_c, lately_usual_c
 *	sum, and unless 0: until_ms - since_ms	for lost, fine, present, gone and the silences
 *	trail, from the newest bucket back: buckets that are all zero before the next that is not,
 *		then n_c, n_c - hit_c, reports_c, exposure; ends with a number that leads out of it
 *	n_marks, then for each at_ms, lost
 *	event					0 when calm, else the length of what event_encode
 *						makes of current, and that
 *	and unless calm: lost_ms, share, held, back.at_ms, back.at_ms - back.lo_ms,
 *		back.hi_ms - back.lo_ms, was_low, partial, before: n, partial, total_ms, last_ms
 *	and seen, a number for each state */
#include "collector/detectorint.h"

#include <string.h>

#include "collector/varint.h"

#define EVENT_MAX   512
#define TIME_MAX    ((uint64_t)INT64_MAX)
#define SEEN_MOST   255
#define SHARE_MOST  10000
#define LEVEL_MOST  100
#define EXPOSED_MAX UINT32_MAX

static void put_run(struct buf *out, const struct detector *d, const struct detector_run *r)
{
	varint_put(out, (uint64_t)r->sum);
	if (r->sum)
		varint_put(out, (uint64_t)(d->until_ms - r->since_ms));
}

static void get_run(struct varint_in *in, const struct detector *d, struct detector_run *r)
{
	r->sum = (int64_t)varint_get_max(in, TIME_MAX);
	r->since_ms = 0;
	if (r->sum)
		r->since_ms = d->until_ms - (int64_t)varint_get_max(in, (uint64_t)d->until_ms);
}

/* The place of the i-th bucket before the last. */
static size_t place(const struct detector *d, size_t i)
{
	int64_t start = d->until_ms - ((int64_t)i + 1) * d->bucket_ms;
	return (size_t)((uint64_t)(start / d->bucket_ms) % DETECTOR_TRAIL);
}

static void put_trail(struct buf *out, const struct detector *d)
{
	const struct detector_trail none = {0};
	size_t skipped = 0;
	for (size_t i = 0; i < DETECTOR_TRAIL; i++) {
		const struct detector_trail *t = &d->trail[place(d, i)];
		if (!memcmp(t, &none, sizeof(none))) {
			skipped++;
			continue;
		}
		varint_put(out, skipped);
		varint_put(out, t->n_c);
		varint_put(out, t->n_c - t->hit_c);
		varint_put(out, t->reports_c);
		varint_put(out, t->exposure);
		skipped = 0;
	}
	varint_put(out, DETECTOR_TRAIL);
}

static void get_trail(struct varint_in *in, struct detector *d)
{
	const struct detector_trail none = {0};
	for (size_t i = 0; !in->bad; i++) {
		uint64_t skipped = varint_get_max(in, DETECTOR_TRAIL);
		if (skipped == DETECTOR_TRAIL)
			return;
		i += skipped;
		in->bad |= i >= DETECTOR_TRAIL;
		if (in->bad)
			return;
		struct detector_trail *t = &d->trail[place(d, i)];
		t->n_c = (uint32_t)varint_get_max(in, UINT32_MAX);
		t->hit_c = t->n_c - (uint32_t)varint_get_max(in, t->n_c);
		t->reports_c = (uint32_t)varint_get_max(in, UINT32_MAX);
		t->exposure = (uint32_t)varint_get_max(in, UINT32_MAX);
		in->bad |= !memcmp(t, &none, sizeof(none));
	}
}

static void put_event(struct buf *out, const struct detector *d)
{
	const struct event_returns *b = &d->before;
	struct buf event;
	if (d->phase == DETECTOR_CALM) {
		varint_put(out, 0);
		return;
	}
	buf_init(&event, EVENT_MAX);
	event_encode(&d->current, &event);
	varint_put(out, event.len);
	buf_put(out, event.data, event.len);
	buf_clear(&event);
	varint_put(out, (uint64_t)d->lost_ms);
	varint_put(out, d->share);
	varint_put(out, d->held);
	varint_put(out, (uint64_t)d->back.at_ms);
	varint_put(out, (uint64_t)(d->back.at_ms - d->back.lo_ms));
	varint_put(out, (uint64_t)(d->back.hi_ms - d->back.lo_ms));
	varint_put(out, d->was_low);
	varint_put(out, d->partial);
	varint_put(out, b->n);
	varint_put(out, b->partial);
	varint_put(out, (uint64_t)b->total_ms);
	varint_put(out, (uint64_t)b->last_ms);
	for (size_t s = 0; s < STATES; s++)
		varint_put(out, d->seen[s]);
}

static void get_back(struct varint_in *in, struct detector_span *s)
{
	s->at_ms = (int64_t)varint_get_max(in, TIME_MAX);
	s->lo_ms = s->at_ms - (int64_t)varint_get_max(in, (uint64_t)s->at_ms);
	s->hi_ms = s->lo_ms + (int64_t)varint_get_max(in, TIME_MAX - (uint64_t)s->lo_ms);
}

static void get_event(struct varint_in *in, struct detector *d)
{
	struct event_returns *b = &d->before;
	size_t len = varint_get_max(in, EVENT_MAX);
	const uint8_t *event = varint_bytes(in, len);
	in->bad |= (len == 0) != (d->phase == DETECTOR_CALM) || (len && !d->n_marks);
	if (in->bad || !len)
		return;
	in->bad |= event_decode(&d->current, event, len) < 0 || d->current.kind != d->sign;
	d->lost_ms = (int64_t)varint_get_max(in, TIME_MAX);
	d->share = (uint32_t)varint_get_max(in, SHARE_MOST);
	d->held = (uint32_t)varint_get_max(in, UINT32_MAX);
	get_back(in, &d->back);
	d->was_low = varint_get_max(in, 1);
	d->partial = (uint32_t)varint_get_max(in, UINT32_MAX);
	b->n = (uint32_t)varint_get_max(in, UINT32_MAX);
	b->partial = (uint32_t)varint_get_max(in, b->n);
	b->total_ms = (int64_t)varint_get_max(in, TIME_MAX);
	b->last_ms = (int64_t)varint_get_max(in, TIME_MAX);
	for (size_t s = 0; s < STATES; s++)
		d->seen[s] = (uint8_t)varint_get_max(in, SEEN_MOST);
}

void detector_encode(const struct detector *d, struct buf *out)
{
	varint_put(out, (uint64_t)d->until_ms);
	varint_put(out, d->phase);
	varint_put(out, d->known);
	varint_put(out, (uint64_t)(d->said_ms + 1));
	varint_put(out, d->level);
	varint_put(out, d->lately_c);
	varint_put(out, d->lately_usual_c);
	put_run(out, d, &d->lost);
	put_run(out, d, &d->fine);
	put_run(out, d, &d->present);
	put_run(out, d, &d->gone);
	for (size_t k = 0; k < DETECTOR_SILENCES; k++)
		put_run(out, d, &d->silent[k]);
	put_trail(out, d);
	varint_put(out, d->n_marks);
	for (size_t i = 0; i < d->n_marks; i++) {
		varint_put(out, (uint64_t)d->marks[i].at_ms);
		varint_put(out, d->marks[i].lost);
	}
	put_event(out, d);
}

int detector_decode(struct detector *d, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	d->until_ms = (int64_t)varint_get_max(&in, TIME_MAX);
	d->phase = (enum detector_phase)varint_get_max(&in, DETECTOR_BACK);
	d->known = varint_get_max(&in, 1);
	d->said_ms = (int64_t)varint_get_max(&in, TIME_MAX) - 1;
	d->level = (uint32_t)varint_get_max(&in, LEVEL_MOST);
	d->lately_c = varint_get_max(&in, TIME_MAX);
	d->lately_usual_c = varint_get_max(&in, TIME_MAX);
	get_run(&in, d, &d->lost);
	get_run(&in, d, &d->fine);
	get_run(&in, d, &d->present);
	get_run(&in, d, &d->gone);
	for (size_t k = 0; k < DETECTOR_SILENCES; k++)
		get_run(&in, d, &d->silent[k]);
	get_trail(&in, d);
	d->n_marks = varint_get_max(&in, DETECTOR_MARKS);
	for (size_t i = 0; i < d->n_marks; i++) {
		d->marks[i].at_ms = (int64_t)varint_get_max(&in, TIME_MAX);
		d->marks[i].lost = varint_get_max(&in, 1);
	}
	get_event(&in, d);
	return varint_done(&in) ? 0 : -1;
}
