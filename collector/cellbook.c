/* cellbook.c: a chained hash table by (leaf, bucket); an entry holds the cells of all classes.
 */
#include "collector/cellbook.h"

#include <stdlib.h>
#include <string.h>

#define CHAINS 8192 /* a power of two: a country's leaves times the buckets of two steps */

struct entry {
	struct entry *next;
	struct series leaf;
	uint32_t number;
	int64_t bucket_ms;
	uint32_t dirty; /* bit by class */
	bool loading;	/* what the store has is on its way */
	struct cell cells[CLASSES];
};

struct cellbook {
	struct store *store;
	struct entry *chains[CHAINS];
	size_t n, n_dirty; /* entries */
};

struct cellbook *cellbook_new(struct store *store)
{
	struct cellbook *b = xcalloc(1, sizeof(*b));
	b->store = store;
	return b;
}

static void entry_free(struct entry *e)
{
	for (size_t c = 0; c < CLASSES; c++)
		cell_clear(&e->cells[c]);
	free(e);
}

void cellbook_reset(struct cellbook *b)
{
	for (size_t i = 0; i < CHAINS; i++)
		while (b->chains[i]) {
			struct entry *e = b->chains[i];
			b->chains[i] = e->next;
			entry_free(e);
		}
	b->n = b->n_dirty = 0;
}

void cellbook_free(struct cellbook *b)
{
	if (!b)
		return;
	cellbook_reset(b);
	free(b);
}

size_t cellbook_size(const struct cellbook *b)
{
	return b->n;
}

static struct entry **chain_of(struct cellbook *b, uint32_t number, int64_t bucket_ms)
{
	/* Fibonacci hashing, Knuth TAOCP 3, 6.4; the top 13 bits */
	uint64_t h = ((uint64_t)bucket_ms * 31 + number) * 11400714819323198485ULL;
	return &b->chains[h >> 51];
}

static struct entry *find(struct cellbook *b, uint32_t number, int64_t bucket_ms)
{
	struct entry *e = *chain_of(b, number, bucket_ms);
	while (e && (e->number != number || e->bucket_ms != bucket_ms))
		e = e->next;
	return e;
}

struct loading {
	struct cellbook *b;
	uint32_t number;
};

static int take_cell(void *arg, int64_t bucket_ms, enum target_class class, struct cell *cell)
{
	const struct loading *l = arg;
	struct entry *e = find(l->b, l->number, bucket_ms);
	if (!e || !e->loading)
		return 0;
	e->cells[class] = *cell;
	cell_init(cell);
	return 0;
}

static struct entry *add_entry(struct cellbook *b, uint32_t number, const struct series *leaf,
			       int64_t bucket_ms)
{
	struct entry **chain = chain_of(b, number, bucket_ms), *e = xcalloc(1, sizeof(*e));
	e->leaf = *leaf;
	e->number = number;
	e->bucket_ms = bucket_ms;
	e->loading = true;
	e->next = *chain;
	*chain = e;
	b->n++;
	return e;
}

/* Every bucket of [from, until) gets an entry; those that are new are read from the store together.
 * An empty one spares the next look there. */
static int load(struct cellbook *b, uint32_t number, const struct series *leaf, int64_t from_ms,
		int64_t until_ms, int64_t bucket_ms)
{
	struct loading l = {b, number};
	bool fresh = false;
	for (int64_t t = from_ms; t < until_ms; t += bucket_ms)
		if (!find(b, number, t)) {
			add_entry(b, number, leaf, t);
			fresh = true;
		}
	if (!fresh)
		return 0;
	int rc = store_cells(b->store, leaf, from_ms, until_ms, take_cell, &l);
	for (int64_t t = from_ms; t < until_ms; t += bucket_ms)
		find(b, number, t)->loading = false;
	return rc;
}

int cellbook_add(struct cellbook *b, uint32_t leaf_number, const struct series *leaf,
		 int64_t bucket_ms, enum target_class class, const struct cell_vote *vote)
{
	if (load(b, leaf_number, leaf, bucket_ms, bucket_ms + 1, 1) < 0)
		return -1;
	struct entry *e = find(b, leaf_number, bucket_ms);
	if (!cell_add(&e->cells[class], vote))
		return 0;
	b->n_dirty += !e->dirty;
	e->dirty |= 1u << class;
	return 1;
}

int cellbook_unite(struct cellbook *b, uint32_t leaf_number, const struct series *leaf,
		   int64_t from_ms, int64_t until_ms, int64_t bucket_ms,
		   struct cell cells[static CLASSES])
{
	if (load(b, leaf_number, leaf, from_ms, until_ms, bucket_ms) < 0)
		return -1;
	for (int64_t t = from_ms; t < until_ms; t += bucket_ms) {
		const struct entry *e = find(b, leaf_number, t);
		for (size_t c = 0; c < CLASSES; c++)
			cell_merge(&cells[c], &e->cells[c]);
	}
	return 0;
}

static int write_entry(struct cellbook *b, struct entry *e)
{
	struct cell_key key = {
		.bucket_ms = e->bucket_ms, .isp = e->leaf.isp, .access = e->leaf.access};
	if (!e->dirty)
		return 0;
	strcpy(key.region, e->leaf.region); /* same size */
	for (size_t c = 0; c < CLASSES; c++) {
		key.class = (enum target_class)c;
		if (e->dirty & 1u << c && store_put_cell(b->store, &key, &e->cells[c]) < 0)
			return -1;
	}
	e->dirty = 0;
	b->n_dirty--;
	return 0;
}

int cellbook_flush(struct cellbook *b)
{
	for (size_t i = 0; i < CHAINS && b->n_dirty; i++)
		for (struct entry *e = b->chains[i]; e; e = e->next)
			if (write_entry(b, e) < 0)
				return -1;
	return 0;
}

int cellbook_forget(struct cellbook *b, int64_t before_ms)
{
	for (size_t i = 0; i < CHAINS && b->n; i++) {
		for (struct entry **at = &b->chains[i], *e; (e = *at);) {
			if (e->bucket_ms >= before_ms) {
				at = &e->next;
				continue;
			}
			if (write_entry(b, e) < 0)
				return -1;
			*at = e->next;
			entry_free(e);
			b->n--;
		}
	}
	return 0;
}
