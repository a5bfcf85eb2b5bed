/* storepulses.c: pulses of a store, and what is remembered from one to the next: what is usual, and
 * where detectors stand. Keys are described in store.c. */
#include <string.h>

#include "collector/storeint.h"
#include "collector/storekey.h"
#include "common/log.h"

/* What a caller may remember at once: far more than a day of a leaf or the detectors of a series
 * need. */
#define NOTE_MAX (1024 * 1024)

static int damaged(void)
{
	log_warnx("store: a pulse is damaged; `collector rebuild` makes the views anew");
	return -1;
}

int store_put_pulse(struct store *s, const struct series *series, int64_t start_ms,
		    int64_t bucket_ms, const struct pulse *p)
{
	struct buf bytes;
	uint32_t number = store_number(s, series);
	if (number == SERIESMAP_NONE ||
	    store_check_step(s, "bucket_ms", &s->bucket_ms, bucket_ms) < 0)
		return -1;
	const struct chunk_line line = {STORE_PULSE, number, 0, bucket_ms};
	buf_init(&bytes, CHUNK_ENTRY_MAX);
	pulse_encode(p, &bytes);
	int rc = chunkcache_put(s->chunks, &line, start_ms, bytes.data, bytes.len);
	buf_clear(&bytes);
	return rc;
}

int store_get_pulse(struct store *s, const struct series *series, int64_t start_ms,
		    struct pulse *out)
{
	uint32_t number = seriesmap_find(&s->series, series);
	const struct chunk_line line = {STORE_PULSE, number, 0, s->bucket_ms};
	struct chunk_item item;
	if (number == SERIESMAP_NONE || !s->bucket_ms)
		return 0;
	int there = chunkcache_get(s->chunks, &line, start_ms, &item);
	if (there != 1)
		return there;
	return pulse_decode(out, item.data, item.len) < 0 ? damaged() : 1;
}

struct pulses_scan {
	int (*fn)(void *arg, int64_t start_ms, const struct pulse *p);
	void *arg;
};

static int scan_pulse(void *arg, const struct chunk_item *item)
{
	const struct pulses_scan *scan = arg;
	struct pulse p;
	if (pulse_decode(&p, item->data, item->len) < 0)
		return damaged();
	return scan->fn(scan->arg, item->time_ms, &p);
}

int store_pulses(struct store *s, const struct series *series, int64_t from_ms, int64_t until_ms,
		 int (*fn)(void *arg, int64_t start_ms, const struct pulse *p), void *arg)
{
	uint32_t number = seriesmap_find(&s->series, series);
	const struct chunk_line line = {STORE_PULSE, number, 0, s->bucket_ms};
	struct pulses_scan scan = {fn, arg};
	if (number == SERIESMAP_NONE || !s->bucket_ms)
		return 0;
	return chunkcache_scan(s->chunks, &line, from_ms, until_ms, scan_pulse, &scan);
}

/* Writes, or removes when there is nothing to write. */
static int put_note(struct store *s, enum store_map m, const struct store_key *k, const void *data,
		    size_t len)
{
	struct store_key end = *k;
	end.bytes[end.len++] = 0; /* the next one after k */
	return len ? s->ops->put(s->backend, m, k, data, len)
		   : s->ops->erase(s->backend, m, k, &end);
}

int store_put_usual(struct store *s, const struct series *series, int64_t day, const void *data,
		    size_t len)
{
	uint32_t number = store_number(s, series);
	struct store_key k = key_series(number, day);
	return number == SERIESMAP_NONE ? -1 : put_note(s, STORE_USUAL, &k, data, len);
}

struct usual_scan {
	int (*fn)(void *arg, int64_t day, const void *data, size_t len);
	void *arg;
};

static int scan_usual(void *arg, const struct store_key *k, const void *value, size_t len)
{
	const struct usual_scan *scan = arg;
	return scan->fn(scan->arg, key_get_time(k->bytes + 4), value, len);
}

int store_usual(struct store *s, const struct series *series, int64_t from_day, int64_t until_day,
		int (*fn)(void *arg, int64_t day, const void *data, size_t len), void *arg)
{
	uint32_t number = seriesmap_find(&s->series, series);
	struct store_key from = key_series(number, from_day > 0 ? from_day : 0),
			 until = key_series(number, until_day);
	struct usual_scan scan = {fn, arg};
	if (number == SERIESMAP_NONE || until_day <= 0)
		return 0;
	return s->ops->scan(s->backend, STORE_USUAL, &from, &until, scan_usual, &scan);
}

int store_put_machine(struct store *s, const struct series *series, int64_t day, const void *data,
		      size_t len)
{
	uint32_t number = store_number(s, series);
	struct store_key k = key_series(number, day);
	return number == SERIESMAP_NONE ? -1 : put_note(s, STORE_MACHINE, &k, data, len);
}

int store_get_machine(struct store *s, const struct series *series, int64_t day, struct buf *out)
{
	uint32_t number = seriesmap_find(&s->series, series);
	struct store_key k = key_series(number, day > 0 ? day : 0);
	buf_init(out, NOTE_MAX);
	return number == SERIESMAP_NONE ? 0 : s->ops->get(s->backend, STORE_MACHINE, &k, out);
}

int store_put_roster(struct store *s, const struct series *series, const void *data, size_t len)
{
	uint32_t number = store_number(s, series);
	struct store_key k = {0};
	key_u32(&k, number);
	return number == SERIESMAP_NONE ? -1 : put_note(s, STORE_ROSTER, &k, data, len);
}

int store_get_roster(struct store *s, const struct series *series, struct buf *out)
{
	uint32_t number = seriesmap_find(&s->series, series);
	struct store_key k = {0};
	key_u32(&k, number);
	buf_init(out, NOTE_MAX);
	return number == SERIESMAP_NONE ? 0 : s->ops->get(s->backend, STORE_ROSTER, &k, out);
}
