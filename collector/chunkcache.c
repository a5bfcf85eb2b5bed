/* chunkcache.c: a hash table of chunks by line and start. */
#include "collector/chunkcache.h"

#include <stdlib.h>
#include <string.h>

#include "collector/storekey.h"
#include "common/log.h"

/* Chunks in memory, at some 15 KB each. A country of 31 regions and 12 networks has about 900
 * series, each with rows and pulses. */
#define CHUNKS_MAX 3072
#define SLOT_BITS  13 /* so that more than half of the slots stay empty */
#define SLOTS	   (1u << SLOT_BITS)

/* A compressed chunk: far more than CHUNK_ENTRIES entries need. */
#define CHUNK_STORED_MAX (1024 * 1024)

struct slot {
	struct chunk *chunk; /* NULL is empty */
	struct chunk_line line;
	bool dirty;
};

struct chunkcache {
	const struct store_ops *ops;
	void *backend;
	struct slot slots[SLOTS];
	size_t n, n_dirty;
};

struct chunkcache *chunkcache_new(const struct store_ops *ops, void *backend)
{
	struct chunkcache *c = xcalloc(1, sizeof(*c));
	c->ops = ops;
	c->backend = backend;
	return c;
}

void chunkcache_free(struct chunkcache *c)
{
	if (!c)
		return;
	chunkcache_drop(c);
	free(c);
}

void chunkcache_drop(struct chunkcache *c)
{
	for (size_t i = 0; i < SLOTS; i++) {
		if (!c->slots[i].chunk)
			continue;
		chunk_clear(c->slots[i].chunk);
		free(c->slots[i].chunk);
		c->slots[i] = (struct slot){0};
	}
	c->n = c->n_dirty = 0;
}

static struct store_key key_of(const struct chunk_line *l, int64_t start_ms)
{
	struct store_key k = key_series(l->series, start_ms);
	if (l->layer)
		key_u32(&k, l->layer);
	return k;
}

static int write_slot(struct chunkcache *c, struct slot *s)
{
	struct store_key k = key_of(&s->line, s->chunk->start_ms);
	struct buf value;
	if (!s->dirty)
		return 0;
	buf_init(&value, CHUNK_STORED_MAX);
	int rc = chunk_encode(s->chunk, &value);
	if (rc == 0)
		rc = c->ops->put(c->backend, s->line.map, &k, value.data, value.len);
	buf_clear(&value);
	if (rc == 0) {
		s->dirty = false;
		c->n_dirty--;
	}
	return rc;
}

int chunkcache_flush(struct chunkcache *c)
{
	int rc = 0;
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slots[i].chunk && write_slot(c, &c->slots[i]) < 0)
			rc = -1;
	if (rc == 0)
		chunkcache_drop(c);
	return rc;
}

/* Writes out the changes of one series in a map and keeps them: before its chunks are scanned in
 * the back end. */
static int flush_series(struct chunkcache *c, enum store_map map, uint32_t series)
{
	for (size_t i = 0; i < SLOTS && c->n_dirty; i++) {
		struct slot *s = &c->slots[i];
		if (s->dirty && s->line.map == map && s->line.series == series &&
		    write_slot(c, s) < 0)
			return -1;
	}
	return 0;
}

static struct slot *slot_of(struct chunkcache *c, const struct chunk_line *l, int64_t start_ms)
{
	/* Fibonacci hashing, Knuth TAOCP 3, 6.4 */
	uint64_t h = (uint64_t)start_ms + l->series;
	h = (h ^ (uint64_t)l->map << 56 ^ (uint64_t)l->layer << 40) * 11400714819323198485ULL;
	for (size_t i = h >> (64 - SLOT_BITS);; i = (i + 1) % SLOTS) {
		struct slot *s = &c->slots[i];
		if (!s->chunk || (s->line.series == l->series && s->line.map == l->map &&
				  s->line.layer == l->layer && s->chunk->start_ms == start_ms))
			return s;
	}
}

static int decode(struct chunk *chunk, const void *data, size_t len)
{
	if (chunk_decode(chunk, data, len) == 0)
		return 0;
	log_warnx("store: a chunk is damaged; `collector rebuild` makes the views anew");
	return -1;
}

static int load(struct chunkcache *c, const struct chunk_line *l, struct chunk *chunk)
{
	struct store_key k = key_of(l, chunk->start_ms);
	struct buf value;
	buf_init(&value, CHUNK_STORED_MAX);
	int rc = c->ops->get(c->backend, l->map, &k, &value);
	if (rc == 1)
		rc = decode(chunk, value.data, value.len);
	buf_clear(&value);
	return rc;
}

/* The chunk of a time, read from the back end when it is not in memory; NULL on trouble. */
static struct slot *chunk_of(struct chunkcache *c, const struct chunk_line *l, int64_t time_ms)
{
	int64_t start = chunk_start(time_ms, l->step_ms);
	struct slot *s = slot_of(c, l, start);
	if (s->chunk)
		return s;
	if (c->n == CHUNKS_MAX) {
		if (chunkcache_flush(c) < 0)
			return NULL;
		s = slot_of(c, l, start);
	}
	struct chunk *chunk = xmalloc(sizeof(*chunk));
	chunk_init(chunk, start, l->step_ms);
	if (load(c, l, chunk) < 0) {
		free(chunk);
		return NULL;
	}
	*s = (struct slot){.chunk = chunk, .line = *l};
	c->n++;
	return s;
}

int chunkcache_put(struct chunkcache *c, const struct chunk_line *l, int64_t time_ms,
		   const void *data, size_t len)
{
	struct slot *s = chunk_of(c, l, time_ms);
	if (!s || chunk_put(s->chunk, time_ms, data, len) < 0)
		return -1;
	c->n_dirty += !s->dirty;
	s->dirty = true;
	return 0;
}

int chunkcache_get(struct chunkcache *c, const struct chunk_line *l, int64_t time_ms,
		   struct chunk_item *out)
{
	struct slot *s = chunk_of(c, l, time_ms);
	return s ? chunk_get(s->chunk, time_ms, out) : -1;
}

struct scan {
	int64_t step_ms, from_ms, until_ms;
	int (*fn)(void *arg, const struct chunk_item *item);
	void *arg;
};

static int scan_chunk(void *arg, const struct store_key *k, const void *value, size_t len)
{
	const struct scan *scan = arg;
	struct chunk_item item;
	struct chunk chunk;
	chunk_init(&chunk, key_get_time(k->bytes + 4), scan->step_ms);
	int rc = decode(&chunk, value, len);
	for (size_t i = chunk_find(&chunk, scan->from_ms); rc == 0 && chunk_at(&chunk, i, &item);
	     i++) {
		if (item.time_ms >= scan->until_ms)
			break;
		rc = scan->fn(scan->arg, &item);
	}
	chunk_clear(&chunk);
	return rc;
}

int chunkcache_scan(struct chunkcache *c, const struct chunk_line *l, int64_t from_ms,
		    int64_t until_ms, int (*fn)(void *arg, const struct chunk_item *item),
		    void *arg)
{
	struct scan scan = {.step_ms = l->step_ms,
			    .from_ms = from_ms,
			    .until_ms = until_ms,
			    .fn = fn,
			    .arg = arg};
	int64_t start = from_ms > 0 ? chunk_start(from_ms, l->step_ms) : 0;
	struct store_key from = key_series(l->series, start),
			 until = key_series(l->series, until_ms);
	if (until_ms <= start)
		return 0;
	if (flush_series(c, l->map, l->series) < 0)
		return -1;
	return c->ops->scan(c->backend, l->map, &from, &until, scan_chunk, &scan);
}
