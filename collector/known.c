/* known.c: sorted arrays, grown by one: lists are short, and grow rarely.
 *
 * Stored form of a day (varints of varint.h):
 *
 *	n                     targets; then n times, ascending:
 *	    key               class * CELL_TARGETS_MAX + slot
 *	    n                 prefixes; then n times, ascending by the first number:
 *	        code          the bits of the prefix << 1 | IPv6
 *	        network
 *	    n                 pages; then n times, ascending by probe:
 *	        probe         8 bytes, big-endian
 *	        status, bytes */
#include "collector/known.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "collector/varint.h"

#define KEYS_MAX     (CLASSES * CELL_TARGETS_MAX)
#define PREFIX_BITS4 24
#define PREFIX_BITS6 48

static void day_clear(struct known_day *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->list[i].prefixes);
		free(d->list[i].pages);
	}
	free(d->list);
	d->list = NULL;
	d->n = 0;
}

void known_clear(struct known_days *k)
{
	for (size_t i = 0; i < k->n; i++)
		day_clear(&k->list[i]);
	free(k->list);
	*k = (struct known_days){0};
}

uint32_t known_key(enum target_class class, int slot)
{
	return (uint32_t)(class * CELL_TARGETS_MAX + slot);
}

uint64_t known_code(const char *addr)
{
	uint8_t raw[16] = {0};
	bool six = inet_pton(AF_INET, addr, raw) != 1;
	uint64_t code = 0;
	if (six)
		inet_pton(AF_INET6, addr, raw);
	for (size_t i = 0; i < (six ? PREFIX_BITS6 : PREFIX_BITS4) / 8; i++)
		code = code << 8 | raw[i];
	return code << 1 | six;
}

/* Opens a gap in an array of n elements of this size, before element at; the array may move. */
static void *make_room(void *list, size_t n, size_t at, size_t size)
{
	char *bytes = xrealloc(list, (n + 1) * size);
	memmove(bytes + (at + 1) * size, bytes + at * size, (n - at) * size);
	memset(bytes + at * size, 0, size);
	return bytes;
}

/* Batches are of the newest days, nearly always. */
static size_t day_place(const struct known_days *k, int64_t day)
{
	size_t i = k->n;
	while (i > 0 && k->list[i - 1].day >= day)
		i--;
	return i;
}

static struct known_day *day_find(const struct known_days *k, int64_t day)
{
	size_t i = day_place(k, day);
	return i < k->n && k->list[i].day == day ? &k->list[i] : NULL;
}

static struct known_day *day_add(struct known_days *k, int64_t day)
{
	size_t i = day_place(k, day);
	if (i == k->n || k->list[i].day != day) {
		k->list = make_room(k->list, k->n++, i, sizeof(*k->list));
		k->list[i].day = day;
	}
	return &k->list[i];
}

static size_t place_of(const struct known_day *d, uint32_t key)
{
	size_t i = 0;
	while (i < d->n && d->list[i].key < key)
		i++;
	return i;
}

const struct known *known_find(const struct known_days *k, int64_t day, uint32_t key)
{
	const struct known_day *d = day_find(k, day);
	size_t i = d ? place_of(d, key) : 0;
	return d && i < d->n && d->list[i].key == key ? &d->list[i] : NULL;
}

static struct known *add(struct known_day *d, uint32_t key)
{
	size_t i = place_of(d, key);
	if (i == d->n || d->list[i].key != key) {
		d->list = make_room(d->list, d->n++, i, sizeof(*d->list));
		d->list[i].key = key;
	}
	return &d->list[i];
}

void known_learn_prefix(struct known_days *all, int64_t day, uint32_t key, uint64_t code,
			uint32_t network)
{
	struct known_day *d = day_add(all, day);
	struct known *k = add(d, key);
	size_t i = 0;
	while (i < k->n_prefixes && k->prefixes[i].code < code)
		i++;
	bool there = i < k->n_prefixes && k->prefixes[i].code == code;
	if (there ? k->prefixes[i].network || !network : k->n_prefixes == KNOWN_PREFIXES_MAX)
		return;
	if (!there)
		k->prefixes = make_room(k->prefixes, k->n_prefixes++, i, sizeof(*k->prefixes));
	k->prefixes[i] = (struct known_prefix){code, network};
	d->unsaved = true;
}

void known_learn_page(struct known_days *all, int64_t day, uint32_t key,
		      const struct known_page *page)
{
	struct known_day *d = day_add(all, day);
	struct known *k = add(d, key);
	size_t i = 0;
	while (i < k->n_pages && k->pages[i].probe < page->probe)
		i++;
	if (k->n_pages == KNOWN_PAGES_MAX || (i < k->n_pages && k->pages[i].probe == page->probe))
		return;
	k->pages = make_room(k->pages, k->n_pages++, i, sizeof(*k->pages));
	k->pages[i] = *page;
	d->unsaved = true;
}

static void encode_known(const struct known *k, struct buf *out)
{
	varint_put(out, k->key);
	varint_put(out, k->n_prefixes);
	for (size_t i = 0; i < k->n_prefixes; i++) {
		varint_put(out, k->prefixes[i].code);
		varint_put(out, k->prefixes[i].network);
	}
	varint_put(out, k->n_pages);
	for (size_t i = 0; i < k->n_pages; i++) {
		const struct known_page *p = &k->pages[i];
		uint8_t probe[8];
		for (size_t b = 0; b < sizeof(probe); b++)
			probe[b] = (uint8_t)(p->probe >> (56 - 8 * b));
		buf_put(out, probe, sizeof(probe));
		varint_put(out, p->status);
		varint_put(out, p->bytes);
	}
}

void known_encode(struct known_days *k, int64_t day, struct buf *out)
{
	struct known_day *d = day_find(k, day);
	varint_put(out, d ? d->n : 0);
	for (size_t i = 0; d && i < d->n; i++)
		encode_known(&d->list[i], out);
	if (d)
		d->unsaved = false;
}

static void decode_known(struct varint_in *in, struct known *k)
{
	k->key = (uint32_t)varint_get_max(in, KEYS_MAX - 1);
	size_t n = varint_get_max(in, KNOWN_PREFIXES_MAX);
	k->prefixes = n ? xcalloc(n, sizeof(*k->prefixes)) : NULL;
	for (; k->n_prefixes < n && !in->bad; k->n_prefixes++) {
		struct known_prefix *p = &k->prefixes[k->n_prefixes];
		p->code = varint_get_max(in, (1ULL << (PREFIX_BITS6 + 1)) - 1);
		p->network = (uint32_t)varint_get_max(in, UINT32_MAX);
		in->bad |= k->n_prefixes && p->code <= p[-1].code;
	}
	n = varint_get_max(in, KNOWN_PAGES_MAX);
	k->pages = n ? xcalloc(n, sizeof(*k->pages)) : NULL;
	for (; k->n_pages < n && !in->bad; k->n_pages++) {
		struct known_page *p = &k->pages[k->n_pages];
		const uint8_t *probe = varint_bytes(in, 8);
		for (size_t i = 0; probe && i < 8; i++)
			p->probe = p->probe << 8 | probe[i];
		p->status = (uint32_t)varint_get_max(in, KNOWN_STATUS_MAX);
		p->bytes = (uint32_t)varint_get_max(in, UINT32_MAX);
		in->bad |= k->n_pages && p->probe <= p[-1].probe;
	}
}

int known_decode(struct known_days *k, int64_t day, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	size_t n = varint_get_max(&in, KEYS_MAX);
	struct known_day *d = day_add(k, day);
	day_clear(d);
	d->unsaved = false;
	d->list = xcalloc(n + 1, sizeof(*d->list));
	for (; d->n < n && !in.bad; d->n++) {
		decode_known(&in, &d->list[d->n]);
		in.bad |= d->n && d->list[d->n].key <= d->list[d->n - 1].key;
	}
	if (varint_done(&in))
		return 0;
	day_clear(d);
	return -1;
}
