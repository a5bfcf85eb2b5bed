/* rowcache.c: a hash table of chunks by (series, start). */
#include "collector/rowcache.h"

#include <stdlib.h>
#include <string.h>

#include "collector/storekey.h"
#include "common/log.h"

/* Chunks in memory, at some 20 KB each. A country of 31 regions and 12 networks has about 900
 * series. */
#define CHUNKS_MAX 2048
#define SLOTS	   4096 /* a power of two, so that half of them stay empty */

/* A compressed chunk: far more than CHUNK_ROWS rows need. */
#define CHUNK_STORED_MAX (1024 * 1024)

struct slot {
	struct chunk *chunk; /* NULL is empty */
	uint32_t series;
	bool dirty;
};

struct rowcache {
	const struct store_ops *ops;
	void *backend;
	struct slot slots[SLOTS];
	size_t n, n_dirty;
};

struct rowcache *rowcache_new(const struct store_ops *ops, void *backend)
{
	struct rowcache *c = xcalloc(1, sizeof(*c));
	c->ops = ops;
	c->backend = backend;
	return c;
}

void rowcache_free(struct rowcache *c)
{
	if (!c)
		return;
	rowcache_drop(c);
	free(c);
}

void rowcache_drop(struct rowcache *c)
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

static int write_slot(struct rowcache *c, struct slot *s)
{
	struct store_key k = key_series(s->series, s->chunk->start_ms);
	struct buf value;
	if (!s->dirty)
		return 0;
	buf_init(&value, CHUNK_STORED_MAX);
	int rc = chunk_encode(s->chunk, &value);
	if (rc == 0)
		rc = c->ops->put(c->backend, STORE_ROW, &k, value.data, value.len);
	buf_clear(&value);
	if (rc == 0) {
		s->dirty = false;
		c->n_dirty--;
	}
	return rc;
}

int rowcache_flush(struct rowcache *c)
{
	int rc = 0;
	for (size_t i = 0; i < SLOTS; i++)
		if (c->slots[i].chunk && write_slot(c, &c->slots[i]) < 0)
			rc = -1;
	if (rc == 0)
		rowcache_drop(c);
	return rc;
}

int rowcache_flush_series(struct rowcache *c, uint32_t series)
{
	for (size_t i = 0; i < SLOTS && c->n_dirty; i++)
		if (c->slots[i].chunk && c->slots[i].series == series &&
		    write_slot(c, &c->slots[i]) < 0)
			return -1;
	return 0;
}

static struct slot *slot_of(struct rowcache *c, uint32_t series, int64_t chunk_ms)
{
	/* Fibonacci hashing, Knuth TAOCP 3, 6.4 */
	uint64_t h = ((uint64_t)chunk_ms + series) * 11400714819323198485ULL;
	struct slot *s;
	for (size_t i = h >> 52;; i = (i + 1) % SLOTS) {
		s = &c->slots[i];
		if (!s->chunk || (s->series == series && s->chunk->start_ms == chunk_ms))
			return s;
	}
}

static int load(struct rowcache *c, const struct store_key *k, struct chunk *chunk)
{
	struct buf value;
	buf_init(&value, CHUNK_STORED_MAX);
	int rc = c->ops->get(c->backend, STORE_ROW, k, &value);
	if (rc == 1 && chunk_decode(chunk, value.data, value.len) < 0) {
		log_warnx("store: a chunk of rows is damaged; `collector rebuild` makes the views "
			  "anew");
		rc = -1;
	}
	buf_clear(&value);
	return rc;
}

/* The chunk of a time, read from the back end when it is not in memory; NULL on trouble. */
static struct slot *chunk_of(struct rowcache *c, uint32_t series, int64_t time_ms, int64_t step_ms)
{
	int64_t start = chunk_start(time_ms, step_ms);
	struct slot *s = slot_of(c, series, start);
	if (s->chunk)
		return s;
	if (c->n == CHUNKS_MAX) {
		if (rowcache_flush(c) < 0)
			return NULL;
		s = slot_of(c, series, start);
	}
	struct store_key k = key_series(series, start);
	struct chunk *chunk = xmalloc(sizeof(*chunk));
	chunk_init(chunk, start, step_ms);
	if (load(c, &k, chunk) < 0) {
		free(chunk);
		return NULL;
	}
	*s = (struct slot){.chunk = chunk, .series = series};
	c->n++;
	return s;
}

int rowcache_put(struct rowcache *c, uint32_t series, const struct row *r)
{
	struct slot *s = chunk_of(c, series, r->start_ms, r->step_ms);
	if (!s)
		return -1;
	chunk_put(s->chunk, r);
	c->n_dirty += !s->dirty;
	s->dirty = true;
	return 0;
}

int rowcache_get(struct rowcache *c, uint32_t series, int64_t start_ms, int64_t step_ms,
		 struct row *r)
{
	struct slot *s = chunk_of(c, series, start_ms, step_ms);
	return s ? chunk_get(s->chunk, start_ms, r) : -1;
}
