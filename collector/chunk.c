/* chunk.c: entries in one compressed value.
 *
 * Stored form: one zstd frame (RFC 8878) over varints: n, then n times, ascending,
 *
 *	steps since the entry before (first: since the chunk's start), length, bytes */
#include "collector/chunk.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "collector/varint.h"

#define CHUNK_PLAIN_MAX (CHUNK_ENTRIES * (CHUNK_ENTRY_MAX + 4) + VARINT_MAX)
/* What is kept of replaced entries before the bytes are written anew. */
#define CHUNK_BYTES_MAX (8 * CHUNK_PLAIN_MAX)
#define CHUNK_LEVEL	1 /* level 3 gains 4% and takes twice as long */

int64_t chunk_start(int64_t time_ms, int64_t step_ms)
{
	return time_ms - time_ms % (CHUNK_ENTRIES * step_ms);
}

void chunk_init(struct chunk *c, int64_t start_ms, int64_t step_ms)
{
	c->start_ms = start_ms;
	c->step_ms = step_ms;
	c->n = 0;
	buf_init(&c->bytes, CHUNK_BYTES_MAX);
}

void chunk_clear(struct chunk *c)
{
	buf_clear(&c->bytes);
	c->n = 0;
}

static int64_t time_of(const struct chunk *c, size_t i)
{
	return c->start_ms + c->entries[i].index * c->step_ms;
}

size_t chunk_find(const struct chunk *c, int64_t time_ms)
{
	size_t lo = 0, hi = c->n;
	if (hi && time_of(c, hi - 1) < time_ms) /* most come in order */
		return hi;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (time_of(c, mid) < time_ms)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_at(const struct chunk *c, size_t i, int64_t time_ms)
{
	return i < c->n && time_of(c, i) == time_ms;
}

/* Writes the entries that count into plain and lets the entries point there. */
static void pack(struct chunk *c, struct buf *plain)
{
	int before = 0;
	varint_put(plain, c->n);
	for (size_t i = 0; i < c->n; i++) {
		struct chunk_entry *e = &c->entries[i];
		varint_put(plain, (uint64_t)(e->index - before));
		varint_put(plain, e->len);
		buf_put(plain, c->bytes.data + e->offset, e->len);
		e->offset = (uint32_t)(plain->len - e->len);
		before = e->index;
	}
	buf_clear(&c->bytes);
	c->bytes = *plain;
}

int chunk_put(struct chunk *c, int64_t time_ms, const void *data, size_t len)
{
	size_t i = chunk_find(c, time_ms);
	if (len > CHUNK_ENTRY_MAX)
		return -1;
	if (c->bytes.len > CHUNK_BYTES_MAX / 2) {
		struct buf plain;
		buf_init(&plain, CHUNK_BYTES_MAX);
		pack(c, &plain);
	}
	if (!is_at(c, i, time_ms)) {
		memmove(&c->entries[i + 1], &c->entries[i], (c->n - i) * sizeof(c->entries[0]));
		c->entries[i].index = (uint16_t)((time_ms - c->start_ms) / c->step_ms);
		c->n++;
	}
	c->entries[i].offset = (uint32_t)c->bytes.len;
	c->entries[i].len = (uint32_t)len;
	return buf_put(&c->bytes, data, len);
}

bool chunk_at(const struct chunk *c, size_t i, struct chunk_item *out)
{
	if (i >= c->n)
		return false;
	*out = (struct chunk_item){.time_ms = time_of(c, i),
				   .data = c->bytes.data + c->entries[i].offset,
				   .len = c->entries[i].len};
	return true;
}

bool chunk_get(const struct chunk *c, int64_t time_ms, struct chunk_item *out)
{
	size_t i = chunk_find(c, time_ms);
	return is_at(c, i, time_ms) && chunk_at(c, i, out);
}

int chunk_encode(struct chunk *c, struct buf *out)
{
	struct buf plain;
	buf_init(&plain, CHUNK_BYTES_MAX);
	pack(c, &plain);
	size_t room = ZSTD_compressBound(c->bytes.len);
	void *frame = xmalloc(room);
	size_t len = ZSTD_compress(frame, room, c->bytes.data, c->bytes.len, CHUNK_LEVEL);
	int rc = ZSTD_isError(len) ? -1 : buf_put(out, frame, len);
	free(frame);
	return rc;
}

/* The frame's content into c->bytes. */
static int decompress(struct chunk *c, const void *data, size_t len)
{
	unsigned long long plain = ZSTD_getFrameContentSize(data, len);
	if (plain > CHUNK_PLAIN_MAX) /* also what stands for "unknown" and "no frame" */
		return -1;
	void *content = xmalloc(plain + 1);
	size_t n = ZSTD_decompress(content, plain, data, len);
	int rc = ZSTD_isError(n) || n != plain ? -1 : buf_put(&c->bytes, content, n);
	free(content);
	return rc;
}

int chunk_decode(struct chunk *c, const void *data, size_t len)
{
	if (decompress(c, data, len) < 0)
		return -1;
	struct varint_in in = varint_from(c->bytes.data, c->bytes.len);
	uint64_t n = varint_get_max(&in, CHUNK_ENTRIES), index = 0;
	for (size_t i = 0; i < n && !in.bad; i++) {
		uint64_t step = varint_get_max(&in, CHUNK_ENTRIES - 1);
		size_t entry_len = varint_get_max(&in, CHUNK_ENTRY_MAX);
		const uint8_t *entry = varint_bytes(&in, entry_len);
		index += step;
		in.bad |= (i && !step) || index >= CHUNK_ENTRIES;
		if (!entry || in.bad)
			break;
		c->entries[i] = (struct chunk_entry){
			.index = (uint16_t)index,
			.offset = (uint32_t)(entry - (const uint8_t *)c->bytes.data),
			.len = (uint32_t)entry_len};
	}
	if (!varint_done(&in)) {
		chunk_clear(c);
		return -1;
	}
	c->n = n;
	return 0;
}
