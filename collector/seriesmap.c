/* seriesmap.c: a hash table that only grows; there are some thousand series in a country. */
#include "collector/seriesmap.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define SLOTS_MIN 64

/* FNV-1a, 64 bit (draft-eastlake-fnv). Regions and networks are those of the country's own tables,
 * so nobody can choose collisions. */
static uint64_t hash(const struct series *s)
{
	uint64_t h = 14695981039346656037ULL;
	for (const char *c = s->region; *c; c++)
		h = (h ^ (uint8_t)*c) * 1099511628211ULL;
	for (size_t i = 0; i < 4; i++)
		h = (h ^ (s->isp >> (8 * i) & 255)) * 1099511628211ULL;
	return (h ^ s->access) * 1099511628211ULL;
}

void seriesmap_clear(struct seriesmap *m)
{
	free(m->series);
	free(m->slots);
	*m = (struct seriesmap){0};
}

/* The slot of a series, or the empty one where it belongs. */
static uint32_t *slot_of(const struct seriesmap *m, const struct series *s)
{
	uint32_t i = (uint32_t)(hash(s) >> 32) & (m->n_slots - 1);
	while (m->slots[i] && !series_equal(&m->series[m->slots[i] - 1], s))
		i = (i + 1) & (m->n_slots - 1);
	return &m->slots[i];
}

static void grow(struct seriesmap *m)
{
	m->n_slots = m->n_slots ? 2 * m->n_slots : SLOTS_MIN;
	free(m->slots);
	m->slots = xcalloc(m->n_slots, sizeof(*m->slots));
	for (uint32_t i = 0; i < m->n; i++)
		*slot_of(m, &m->series[i]) = i + 1;
}

uint32_t seriesmap_find(const struct seriesmap *m, const struct series *s)
{
	return m->n_slots ? *slot_of(m, s) - 1 : SERIESMAP_NONE;
}

uint32_t seriesmap_add(struct seriesmap *m, const struct series *s)
{
	uint32_t at = seriesmap_find(m, s);
	if (at != SERIESMAP_NONE)
		return at;
	if (2 * (m->n + 1) > m->n_slots)
		grow(m);
	if (m->n == m->room) {
		m->room = m->room ? 2 * m->room : SLOTS_MIN;
		m->series = xrealloc(m->series, m->room * sizeof(*m->series));
	}
	m->series[m->n] = *s;
	*slot_of(m, s) = ++m->n;
	return m->n - 1;
}
