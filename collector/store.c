/* store.c: the views over a back end that knows nothing but ordered maps from bytes to bytes.
 *
 * Keys, integers big-endian so that bytes sort as numbers do:
 *
 *	META	name						text
 *	BATCH	batch id (32)					received_ms (varint)
 *	SERIES	number (4)					access (1) | ISP (4) | region
 *	CELL	series (4) | bucket_ms (8) | class (1)		cell.c
 *	ROW	series (4) | chunk_ms (8)			chunk.c, of row.c
 *	PAST	series (4) | chunk_ms (8) | revision (4)	chunk.c, of row.c: what was replaced
 *	EVENT	series (4) | onset_ms (8) | kind (1)		row.c
 *	EVENT_PAST	... | revision (4) | end of the id	row.c: what was replaced
 *	PULSE	series (4) | chunk_ms (8)			chunk.c, of pulse.c
 *	USUAL	series (4) | day (8)				whatever the caller notes
 *	MACHINE	series (4) | day (8)				whatever the caller notes
 *	ROSTER	series (4)					whatever the caller notes
 *	DUE	step_ms (8)					whatever the caller notes
 *
 * Series get small numbers in the order in which they come, so a rebuild gives the same ones.
 *
 * META names the schema. One of another schema is a view that has to be made anew from the archive; what was published is
 * more than that, and goes on (adopt.h) as long as what adoption reads has the form that it has today: META, SERIES, DUE, ROW,
 * PAST, EVENT, EVENT_PAST. Whoever changes anything counts SCHEMA up, and sets READABLE to it only when one of these changes:
 * that cuts every collector off from its past, so rather teach a decoder both forms.
 */
#include "collector/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/storeint.h"
#include "collector/storekey.h"
#include "collector/varint.h"
#include "common/log.h"

#define SCHEMA	  6 /* 6: ids in the keys of EVENT_PAST, META changed.* */
#define READABLE  5 /* the first schema of which all that adoption reads can be read */
#define VALUE_MAX (64 * 1024 * 1024) /* one value: a cell of 500,000 votes */
#define META_MAX  4096

extern const struct store_ops store_sqlite;

static const struct store_ops *const backends[] = {
	&store_sqlite, /* a new back end is one row here */
};

static struct store_key key_text(const char *text)
{
	struct store_key k = {.len = strnlen(text, STORE_KEY_MAX)};
	memcpy(k.bytes, text, k.len);
	return k;
}

static struct store_key key_batch(const uint8_t id[static BATCH_ID])
{
	struct store_key k = {.len = BATCH_ID};
	memcpy(k.bytes, id, BATCH_ID);
	return k;
}

static int load_series(void *arg, const struct store_key *k, const void *value, size_t len)
{
	struct store *s = arg;
	const uint8_t *v = value;
	struct series series = {0};
	if (k->len != 4 || len < 5 || len - 5 >= sizeof(series.region))
		return -1;
	series.access = (enum access_type)v[0];
	series.isp = (uint32_t)v[1] << 24 | (uint32_t)v[2] << 16 | (uint32_t)v[3] << 8 | v[4];
	memcpy(series.region, v + 5, len - 5);
	return seriesmap_add(&s->series, &series) == s->series.n - 1 ? 0 : -1;
}

uint32_t store_number(struct store *s, const struct series *series)
{
	uint32_t at = seriesmap_find(&s->series, series);
	if (at != SERIESMAP_NONE)
		return at;
	struct store_key k = {0}, v = {0};
	v.bytes[v.len++] = (uint8_t)series->access;
	key_u32(&v, series->isp);
	size_t len = strlen(series->region);
	memcpy(v.bytes + v.len, series->region, len);
	at = s->series.n;
	key_u32(&k, at);
	if (s->ops->put(s->backend, STORE_SERIES, &k, v.bytes, v.len + len) < 0)
		return SERIESMAP_NONE;
	return seriesmap_add(&s->series, series);
}

const struct series *store_all_series(const struct store *s, size_t *n)
{
	*n = s->series.n;
	return s->series.series;
}

int store_put_meta(struct store *s, const char *key, const char *value)
{
	struct store_key k = key_text(key);
	return s->ops->put(s->backend, STORE_META, &k, value, strlen(value));
}

int store_get_meta(struct store *s, const char *key, char *out, size_t outlen)
{
	struct store_key k = key_text(key);
	struct buf value;
	buf_init(&value, META_MAX);
	int rc = s->ops->get(s->backend, STORE_META, &k, &value);
	snprintf(out, outlen, "%s", rc == 1 && value.len ? value.data : "");
	buf_clear(&value);
	return rc < 0 ? -1 : 0;
}

bool store_is_synthetic(struct store *s, int64_t *now_ms)
{
	char text[32];
	*now_ms = 0;
	if (store_get_meta(s, "synthetic", text, sizeof(text)) < 0 || strcmp(text, "1"))
		return false;
	if (store_get_meta(s, "now_ms", text, sizeof(text)) == 0)
		*now_ms = strtoll(text, NULL, 10);
	return true;
}

static void forget(struct store *s)
{
	chunkcache_drop(s->chunks);
	seriesmap_clear(&s->series);
	s->pos = (struct archive_pos){0};
	s->row_step_ms = s->bucket_ms = s->began_ms = 0;
}

int store_reset(struct store *s)
{
	const struct store_key from = {0};
	forget(s);
	s->changes++;
	for (size_t m = 0; m < STORE_MAPS; m++)
		if (s->ops->erase(s->backend, (enum store_map)m, &from, NULL) < 0)
			return -1;
	s->is_outdated = false;
	if (store_put_number(s, "schema", SCHEMA) < 0)
		return -1;
	return s->watcher.reset ? s->watcher.reset(s->watcher.arg) : 0;
}

/* What was committed last: schema, position, the step of rows, series. */
static int load(struct store *s)
{
	const struct store_key from = {0};
	char schema[16], pos[64], step[32], bucket[32], began[32];
	if (store_get_meta(s, "schema", schema, sizeof(schema)) < 0 ||
	    store_get_meta(s, "position", pos, sizeof(pos)) < 0 ||
	    store_get_meta(s, "row_step_ms", step, sizeof(step)) < 0 ||
	    store_get_meta(s, "bucket_ms", bucket, sizeof(bucket)) < 0 ||
	    store_get_meta(s, "began_ms", began, sizeof(began)) < 0)
		return -1;
	long version = strtol(schema, NULL, 10);
	if (version < READABLE || version > SCHEMA) {
		if (s->readonly)
			return -1;
		if (*schema)
			log_warnx("store: made by another version, and what was published can't be "
				  "read; the views are made anew");
		return store_reset(s) < 0 || s->ops->commit(s->backend) < 0 ? -1 : 0;
	}
	s->is_outdated = version != SCHEMA;
	if (sscanf(pos, "%" SCNu32 " %" SCNu64, &s->pos.segment, &s->pos.offset) != 2)
		s->pos = (struct archive_pos){0};
	s->row_step_ms = strtoll(step, NULL, 10);
	s->bucket_ms = strtoll(bucket, NULL, 10);
	s->began_ms = strtoll(began, NULL, 10);
	return s->ops->scan(s->backend, STORE_SERIES, &from, NULL, load_series, s);
}

static struct store *open_store(const char *backend, const char *where, bool readonly, char *err,
				size_t errlen)
{
	const struct store_ops *ops = NULL;
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++)
		if (!strcmp(backends[i]->name, backend))
			ops = backends[i];
	if (!ops) {
		snprintf(err, errlen, "no store back end is called '%s'", backend);
		return NULL;
	}
	void *handle = ops->open(where, readonly, err, errlen);
	if (!handle)
		return NULL;
	struct store *s = xcalloc(1, sizeof(*s));
	s->ops = ops;
	s->backend = handle;
	s->readonly = readonly;
	s->chunks = chunkcache_new(ops, handle);
	if (load(s) == 0)
		return s;
	snprintf(err, errlen, "%s: the store can't be read%s", where,
		 readonly ? ", or was made by another version" : "");
	store_close(s);
	return NULL;
}

struct store *store_open(const char *backend, const char *where, char *err, size_t errlen)
{
	return open_store(backend, where, false, err, errlen);
}

struct store *store_open_readonly(const char *backend, const char *where, char *err, size_t errlen)
{
	return open_store(backend, where, true, err, errlen);
}

void store_close(struct store *s)
{
	if (!s)
		return;
	chunkcache_free(s->chunks);
	seriesmap_clear(&s->series);
	s->ops->close(s->backend);
	free(s);
}

void store_watch(struct store *s, const struct store_watcher *w)
{
	s->watcher = w ? *w : (struct store_watcher){0};
}

int store_flush(struct store *s)
{
	return s->watcher.commit ? s->watcher.commit(s->watcher.arg) : 0;
}

int store_commit(struct store *s, struct archive_pos pos)
{
	char text[64];
	if (store_flush(s) < 0)
		return -1;
	snprintf(text, sizeof(text), "%" PRIu32 " %" PRIu64, pos.segment, pos.offset);
	if (chunkcache_flush(s->chunks) < 0 || store_put_meta(s, "position", text) < 0 ||
	    s->ops->commit(s->backend) < 0)
		return -1;
	s->pos = pos;
	return 0;
}

bool store_is_outdated(const struct store *s)
{
	return s->is_outdated;
}

struct archive_pos store_position(struct store *s)
{
	return s->pos;
}

uint64_t store_changes(const struct store *s)
{
	return s->changes;
}

bool store_has_batch(struct store *s, const uint8_t id[static BATCH_ID])
{
	struct store_key k = key_batch(id);
	struct buf value;
	buf_init(&value, VARINT_MAX);
	int rc = s->ops->get(s->backend, STORE_BATCH, &k, &value);
	buf_clear(&value);
	return rc == 1;
}

int store_put_batch(struct store *s, const uint8_t id[static BATCH_ID], int64_t received_ms)
{
	struct store_key k = key_batch(id);
	struct buf value;
	if (store_has_batch(s, id))
		return 0;
	buf_init(&value, VARINT_MAX);
	varint_put(&value, (uint64_t)received_ms);
	int rc = s->ops->put(s->backend, STORE_BATCH, &k, value.data, value.len);
	buf_clear(&value);
	return rc < 0 ? -1 : 1;
}

static struct store_key key_cell(uint32_t series, const struct cell_key *key)
{
	struct store_key k = key_series(series, key->bucket_ms);
	k.bytes[k.len++] = (uint8_t)key->class;
	return k;
}

static int damaged(void)
{
	log_warnx("store: a cell is damaged; `collector rebuild` makes the views anew");
	return -1;
}

static struct series series_of_cell(const struct cell_key *key)
{
	struct series s = {.isp = key->isp, .access = key->access};
	snprintf(s.region, sizeof(s.region), "%s", *key->region ? key->region : REGION_UNPLACED);
	return s;
}

int store_get_cell(struct store *s, const struct cell_key *key, struct cell *out)
{
	struct series series = series_of_cell(key);
	uint32_t number = seriesmap_find(&s->series, &series);
	struct buf value;
	cell_init(out);
	if (number == SERIESMAP_NONE)
		return 0;
	struct store_key k = key_cell(number, key);
	buf_init(&value, VALUE_MAX);
	int rc = s->ops->get(s->backend, STORE_CELL, &k, &value);
	if (rc == 1 && cell_decode(out, value.data, value.len) < 0)
		rc = damaged();
	buf_clear(&value);
	return rc < 0 ? -1 : 0;
}

int store_put_cell(struct store *s, const struct cell_key *key, const struct cell *cell)
{
	struct series series = series_of_cell(key);
	uint32_t number = store_number(s, &series);
	struct buf value;
	s->changes += !strcmp(series.region, REGION_OUTSIDE_IN);
	if (number == SERIESMAP_NONE)
		return -1;
	struct store_key k = key_cell(number, key);
	buf_init(&value, VALUE_MAX);
	cell_encode(cell, &value);
	int rc = value.overflow ? -1
				: s->ops->put(s->backend, STORE_CELL, &k, value.data, value.len);
	buf_clear(&value);
	return rc;
}

struct cells_scan {
	int (*fn)(void *arg, int64_t bucket_ms, enum target_class class, struct cell *cell);
	void *arg;
};

static int scan_cells(void *arg, const struct store_key *k, const void *value, size_t len)
{
	struct cells_scan *scan = arg;
	struct cell cell;
	if (k->len != 13 || k->bytes[12] >= CLASSES || cell_decode(&cell, value, len) < 0)
		return damaged();
	int rc = scan->fn(scan->arg, key_get_time(k->bytes + 4), (enum target_class)k->bytes[12],
			  &cell);
	cell_clear(&cell);
	return rc;
}

int store_cells(struct store *s, const struct series *leaf, int64_t from_ms, int64_t until_ms,
		int (*fn)(void *arg, int64_t bucket_ms, enum target_class class, struct cell *cell),
		void *arg)
{
	struct cells_scan scan = {fn, arg};
	uint32_t number = seriesmap_find(&s->series, leaf);
	if (number == SERIESMAP_NONE)
		return 0;
	struct store_key from = key_series(number, from_ms), until = key_series(number, until_ms);
	return s->ops->scan(s->backend, STORE_CELL, &from, &until, scan_cells, &scan);
}
